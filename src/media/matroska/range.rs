//! Valid ranges of floating-point elements.

use super::ElementId;

/// Returns the fault of a number outside of the range of its element (`range`, RFC 9559, section 5); `None` if it is valid.
///
/// A number that is not finite is invalid in all elements.
pub(super) fn fault(id: ElementId, value: f64) -> Option<&'static str> {
    let (is_within, why): (fn(f64) -> bool, _) = match id {
        ElementId::DURATION
        | ElementId::TRACK_TIMESTAMP_SCALE
        | ElementId::SAMPLING_FREQUENCY
        | ElementId::OUTPUT_SAMPLING_FREQUENCY
        | ElementId::GAMMA_VALUE
        | ElementId::FRAME_RATE => (|value| value > 0.0, "its value is not above 0"),
        ElementId::LUMINANCE_MAX | ElementId::LUMINANCE_MIN => (|value| value >= 0.0, "its value is below 0"),
        ElementId::PRIMARY_R_CHROMATICITY_X
        | ElementId::PRIMARY_R_CHROMATICITY_Y
        | ElementId::PRIMARY_G_CHROMATICITY_X
        | ElementId::PRIMARY_G_CHROMATICITY_Y
        | ElementId::PRIMARY_B_CHROMATICITY_X
        | ElementId::PRIMARY_B_CHROMATICITY_Y
        | ElementId::WHITE_POINT_CHROMATICITY_X
        | ElementId::WHITE_POINT_CHROMATICITY_Y => {
            (|value| (0.0..=1.0).contains(&value), "its value is not between 0 and 1")
        }
        ElementId::PROJECTION_POSE_YAW | ElementId::PROJECTION_POSE_ROLL => {
            (|value| value.abs() <= 180.0, "its value is not between -180 and 180")
        }
        ElementId::PROJECTION_POSE_PITCH => {
            (|value| value.abs() <= 90.0, "its value is not between -90 and 90")
        }
        _ => (|_| true, ""),
    };
    match value {
        value if !value.is_finite() => Some("its value is not finite"),
        value => Some(why).filter(|_| !is_within(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_and_out_of_range() {
        let least = f64::from_bits(1);
        for (id, good, bad) in [
            (ElementId::DURATION, [least, 1e300], [0.0, -1.0]),
            (ElementId::LUMINANCE_MIN, [0.0, 1e9], [-least, f64::NEG_INFINITY]),
            (ElementId::PRIMARY_G_CHROMATICITY_Y, [0.0, 1.0], [-least, 1.1]),
            (ElementId::PROJECTION_POSE_ROLL, [-180.0, 180.0], [-181.0, 181.0]),
            (ElementId::PROJECTION_POSE_PITCH, [-90.0, 90.0], [-91.0, 91.0]),
            (ElementId(0x1234), [-1.0, 1e300], [f64::NAN, f64::INFINITY]),
        ] {
            assert!(good.iter().all(|&value| fault(id, value).is_none()), "{id}");
            assert!(bad.iter().all(|&value| fault(id, value).is_some()), "{id}");
            assert!(fault(id, f64::NAN).is_some() && fault(id, f64::INFINITY).is_some(), "{id}");
        }
    }
}

//! Side data of `Video` (RFC 9559, section 5.1.4.1.28), as ffprobe lists it.

use pagecut::media::matroska::{Element, ElementId, Video};
use pagecut::media::mp4::Matrix;

use crate::probe::side_data::{Mapping, Mastering, SideData};

/// Returns the side data of a video track, in the order of ffprobe.
pub(super) fn of_video(video: &Video<'_>) -> Vec<SideData> {
    let child = |id| video.element.child(id).ok().flatten();
    let color = child(ElementId::COLOUR);
    let found = [
        unsigned(video.element, ElementId::STEREO_MODE).and_then(stereo),
        color.and_then(content_light),
        color.and_then(|color| color.child(ElementId::MASTERING_METADATA).ok()?).and_then(mastering),
        child(ElementId::PROJECTION).and_then(|element| projection(element, video)),
    ];
    found.into_iter().flatten().collect()
}

/// Returns `StereoMode`; `None` for modes that mix the colours of both eyes, and for unknown ones.
fn stereo(mode: u64) -> Option<SideData> {
    let (kind, is_inverted) = match mode {
        0 => ("2D", false),
        1 => ("side by side", false),
        2 => ("top and bottom", true),
        3 => ("top and bottom", false),
        4 => ("checkerboard", true),
        5 => ("checkerboard", false),
        6 => ("interleaved lines", true),
        7 => ("interleaved lines", false),
        8 => ("interleaved columns", true),
        9 => ("interleaved columns", false),
        11 => ("side by side", true),
        13 => ("frame alternate", false),
        14 => ("frame alternate", true),
        _ => return None,
    };
    Some(SideData::Stereo { kind, is_inverted })
}

/// Reads `MaxCLL` and `MaxFALL`.
fn content_light(color: Element<'_>) -> Option<SideData> {
    let level = |id| unsigned(color, id).filter(|&level| level > 0);
    let (max_content, max_average) = (level(ElementId::MAX_CLL)?, level(ElementId::MAX_FALL)?);
    Some(SideData::ContentLight { max_content, max_average })
}

/// Reads `MasteringMetadata`: all coordinates or none, and both luminances or none.
fn mastering(metadata: Element<'_>) -> Option<SideData> {
    const COORDINATES: [ElementId; 8] = [
        ElementId::PRIMARY_R_CHROMATICITY_X,
        ElementId::PRIMARY_R_CHROMATICITY_Y,
        ElementId::PRIMARY_G_CHROMATICITY_X,
        ElementId::PRIMARY_G_CHROMATICITY_Y,
        ElementId::PRIMARY_B_CHROMATICITY_X,
        ElementId::PRIMARY_B_CHROMATICITY_Y,
        ElementId::WHITE_POINT_CHROMATICITY_X,
        ElementId::WHITE_POINT_CHROMATICITY_Y,
    ];
    let float = |id| float(metadata, id);
    let coordinates = COORDINATES.map(|id| float(id).filter(|&value| value > 0.0));
    let coordinates = if coordinates.iter().all(Option::is_some) {
        Some(coordinates.map(Option::unwrap_or_default))
    } else {
        None
    };
    let luminances = float(ElementId::LUMINANCE_MIN).zip(float(ElementId::LUMINANCE_MAX));
    let luminances = luminances.filter(|&(min, max)| min >= 0.0 && max > min);
    let is_known = coordinates.is_some() || luminances.is_some();
    is_known.then_some(SideData::Mastering(Mastering { coordinates, luminances }))
}

/// Reads `Projection`: a matrix for flat pictures, and a mapping for spherical ones.
fn projection(element: Element<'_>, video: &Video<'_>) -> Option<SideData> {
    let private = element.child(ElementId::PROJECTION_PRIVATE).ok()?.map_or(&[][..], |child| child.body());
    if private.first().is_some_and(|&version| version != 0) {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(*private.get(at..)?.first_chunk()?));
    let pose =
        [ElementId::PROJECTION_POSE_YAW, ElementId::PROJECTION_POSE_PITCH, ElementId::PROJECTION_POSE_ROLL];
    let pose = pose.map(|id| float(element, id).unwrap_or(0.0));
    let mapping = match (unsigned(element, ElementId::PROJECTION_TYPE).unwrap_or(0), private.len()) {
        (0, _) => return matrix(pose).map(SideData::DisplayMatrix),
        (1, 0) => Mapping::Equirectangular,
        (1, 20) => {
            let [top, bottom, left, right] = [number(4)?, number(8)?, number(12)?, number(16)?];
            if [top, bottom, left, right] == [0; 4] {
                Mapping::Equirectangular
            } else {
                let (left, right) = bounds(left, right, video.pixel_width)?;
                let (top, bottom) = bounds(top, bottom, video.pixel_height)?;
                Mapping::Tiled { left, top, right, bottom }
            }
        }
        // The only supported layout of cube faces.
        (2, 12) if number(4) == Some(0) => Mapping::Cube { padding: number(8)? },
        _ => return None,
    };
    Some(SideData::Spherical { mapping, pose })
}

/// Returns the number of pixels of the whole picture before and after one of `len` pixels; the bounds are in units of 2^-32
/// of the whole.
fn bounds(before: u32, after: u32, len: u64) -> Option<(i64, i64)> {
    let whole = u64::from(u32::MAX);
    let rest = whole.checked_sub(u64::from(before) + u64::from(after)).filter(|&rest| rest > 0)?;
    let total = len.checked_mul(whole)? / rest;
    let left = total.checked_mul(before.into())?.div_ceil(whole);
    let right = i64::try_from(total).ok()?.checked_sub(i64::try_from(len).ok()?)?;
    let left = i64::try_from(left).ok()?;
    Some((left, right - left))
}

/// Returns the matrix that rolls pictures and mirrors those seen from the back; `None` if it is the identity.
fn matrix([yaw, pitch, roll]: [f64; 3]) -> Option<Matrix> {
    const BEHIND: f64 = 180.0;
    let is_mirrored = yaw != 0.0;
    let is_flat = pitch == 0.0 && (!is_mirrored || yaw.abs() == BEHIND);
    if !is_flat || !roll.is_finite() || !is_mirrored && roll == 0.0 {
        return None;
    }
    let (sine, cosine) = if is_mirrored { (-roll).to_radians() } else { roll.to_radians() }.sin_cos();
    #[expect(clippy::cast_possible_truncation, reason = "both are between -1 and 1")]
    let [sine, cosine] = [sine, cosine].map(|part| (part * 65_536.0) as i32);
    let sign = if is_mirrored { -1 } else { 1 };
    Some(Matrix([sign * cosine, -sine, 0, sign * sine, cosine, 0, 0, 0, 1 << 30]))
}

fn float(element: Element<'_>, id: ElementId) -> Option<f64> {
    element.child(id).ok().flatten()?.float_or(0.0).ok()
}

/// Returns the unsigned integer in a child of an element.
pub(super) fn unsigned(element: Element<'_>, id: ElementId) -> Option<u64> {
    element.child(id).ok().flatten()?.unsigned().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_of_poses() {
        let rows =
            |yaw, pitch, roll| matrix([yaw, pitch, roll]).map(|Matrix([a, b, _, c, d, ..])| [a, b, c, d]);
        // Values of ffprobe 5.1.
        assert_eq!(rows(0.0, 0.0, 90.0), Some([0, -65_536, 65_536, 0]));
        assert_eq!(rows(0.0, 0.0, -45.0), Some([46_340, 46_340, -46_340, 46_340]));
        assert_eq!(rows(180.0, 0.0, 0.0), Some([-65_536, 0, 0, 65_536]));
        assert_eq!(rows(-180.0, 0.0, 30.0), Some([-56_755, 32_767, 32_767, 56_755]));
        for (yaw, pitch, roll) in [(0.0, 0.0, 0.0), (10.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, 0.0, f64::NAN)]
        {
            assert_eq!(rows(yaw, pitch, roll), None);
        }
    }

    #[test]
    fn bounds_of_a_tile() {
        // Values of ffprobe 5.1.
        assert_eq!(bounds(3, 4, 64), Some((1, -1)));
        assert_eq!(bounds(1 << 30, 1 << 30, 100), Some((51, 49)));
        assert_eq!(bounds(u32::MAX, 1, 64), None);
        assert_eq!(bounds(1 << 31, (1 << 31) - 1, u64::MAX), None);
    }
}

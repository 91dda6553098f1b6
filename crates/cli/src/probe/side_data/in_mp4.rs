//! Side data in boxes of sample entries.

use serde::ser::SerializeMap;

/// The configuration record of Dolby Vision (Dolby Vision Streams Within the ISO Base Media File Format, 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DolbyVision {
    version: (u8, u8),
    /// Profile, level, and the flags of metadata, enhancement layer and base layer.
    fields: u16,
    compatibility: u8,
}

impl DolbyVision {
    /// Reads the record; `None` if it is truncated.
    pub(crate) fn read(record: &[u8]) -> Option<Self> {
        let &[major, minor, f0, f1] = record.first_chunk()?;
        let compatibility = record.get(4).map_or(0, |byte| byte >> 4);
        Some(Self { version: (major, minor), fields: u16::from_be_bytes([f0, f1]), compatibility })
    }

    pub(super) fn write<M: SerializeMap>(self, map: &mut M) -> Result<(), M::Error> {
        let bits = |shift: u32, count: u32| self.fields >> shift & ((1 << count) - 1);
        let entries = [
            ("dv_version_major", self.version.0.into()),
            ("dv_version_minor", self.version.1.into()),
            ("dv_profile", bits(9, 7)),
            ("dv_level", bits(3, 6)),
            ("rpu_present_flag", bits(2, 1)),
            ("el_present_flag", bits(1, 1)),
            ("bl_present_flag", bits(0, 1)),
            ("dv_bl_signal_compatibility_id", self.compatibility.into()),
        ];
        entries.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}

/// The colour volume of the mastering display (SMPTE ST 2086), as numerators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColorVolume {
    /// Red, green, blue and the white point.
    points: [(u16, u16); 4],
    point_unit: u32,
    /// Minimum and maximum, each with its denominator.
    luminance: [(u32, u32); 2],
}

impl ColorVolume {
    /// Reads `mdcv` (ISO/IEC 14496-12 §12.1.6): green comes first.
    pub(crate) fn of_mdcv(payload: &[u8]) -> Option<Self> {
        const LUMINANCE: u32 = 10_000;
        let [green, blue, red, white] = points(payload)?;
        let [highest, lowest] = luminances(payload)?.map(|luminance| (luminance, LUMINANCE));
        Some(Self { points: [red, green, blue, white], point_unit: 50_000, luminance: [lowest, highest] })
    }

    /// Reads `SmDm` (VP Codec ISO Media File Format Binding).
    pub(crate) fn of_smdm(payload: &[u8]) -> Option<Self> {
        let payload = payload.get(4..)?;
        let [highest, lowest] = luminances(payload)?;
        let luminance = [(lowest, 1 << 14), (highest, 1 << 8)];
        Some(Self { points: points(payload)?, point_unit: 1 << 16, luminance })
    }

    pub(super) fn write<M: SerializeMap>(self, map: &mut M) -> Result<(), M::Error> {
        let Self { points, point_unit, luminance: [lowest, highest] } = self;
        for (name, (x, y)) in ["red", "green", "blue", "white_point"].iter().zip(points) {
            map.serialize_entry(&format!("{name}_x"), &format!("{x}/{point_unit}"))?;
            map.serialize_entry(&format!("{name}_y"), &format!("{y}/{point_unit}"))?;
        }
        map.serialize_entry("min_luminance", &format!("{}/{}", lowest.0, lowest.1))?;
        map.serialize_entry("max_luminance", &format!("{}/{}", highest.0, highest.1))
    }
}

/// Reads four points of two numbers each.
fn points(payload: &[u8]) -> Option<[(u16, u16); 4]> {
    let (points, _) = payload.split_first_chunk::<16>()?;
    let points = points.as_chunks::<4>().0.iter();
    let points = points.map(|&[x0, x1, y0, y1]| (u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1])));
    points.collect::<Vec<_>>().try_into().ok()
}

/// Reads the maximum and the minimum luminance, which follow the points.
fn luminances(payload: &[u8]) -> Option<[u32; 2]> {
    let &[h0, h1, h2, h3, l0, l1, l2, l3] = payload.get(16..)?.first_chunk()?;
    Some([u32::from_be_bytes([h0, h1, h2, h3]), u32::from_be_bytes([l0, l1, l2, l3])])
}

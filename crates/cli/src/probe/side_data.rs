//! Side data of streams.

mod in_mp4;

use pagecut::media::mp4::Matrix;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::ratio::Ratio;
pub(crate) use in_mp4::{ColorVolume, DolbyVision};

/// An entry of `side_data_list`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SideData {
    /// Bits per second and size of the buffer of the decoder.
    Buffer {
        max_bit_rate: u64,
        bits: u64,
    },
    /// `bsmod` of AC-3.
    AudioService(u8),
    /// The display matrix.
    DisplayMatrix(Matrix),
    /// The initialisation data of a protection system.
    EncryptionInit,
    /// The arrangement of the pictures of both eyes; inverted: the right eye comes first.
    Stereo {
        kind: &'static str,
        is_inverted: bool,
    },
    /// Candelas per square metre: the brightest pixel, and the brightest mean of a frame.
    ContentLight {
        max_content: u64,
        max_average: u64,
    },
    /// The mastering display.
    Mastering(Mastering),
    /// The projection of spherical pictures, and its orientation: yaw, pitch and roll in degrees.
    Spherical {
        mapping: Mapping,
        pose: [f64; 3],
    },
    DolbyVision(DolbyVision),
    /// The mastering display, as stored in MP4.
    ColorVolume(ColorVolume),
}

/// A mastering display (SMPTE ST 2086).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mastering {
    /// x and y of red, green, blue and white.
    pub(crate) coordinates: Option<[f64; 8]>,
    /// The lowest and the highest, in candelas per square metre.
    pub(crate) luminances: Option<(f64, f64)>,
}

/// A mapping of pictures to a sphere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mapping {
    Equirectangular,
    /// A part of an equirectangular picture: pixels around it.
    Tiled {
        left: i64,
        top: i64,
        right: i64,
        bottom: i64,
    },
    /// The faces of a cube, with pixels between them.
    Cube {
        padding: u32,
    },
}

impl Mastering {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        const NAMES: [&str; 8] =
            ["red_x", "red_y", "green_x", "green_y", "blue_x", "blue_y", "white_point_x", "white_point_y"];
        for (name, value) in NAMES.iter().zip(self.coordinates.iter().flatten()) {
            map.serialize_entry(name, &rational(*value))?;
        }
        let Some((min, max)) = self.luminances else { return Ok(()) };
        map.serialize_entry("min_luminance", &rational(min))?;
        map.serialize_entry("max_luminance", &rational(max))
    }
}

impl Mapping {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Equirectangular => map.serialize_entry("projection", "equirectangular"),
            Self::Tiled { left, top, right, bottom } => {
                map.serialize_entry("projection", "tiled equirectangular")?;
                map.serialize_entry("bound_left", left)?;
                map.serialize_entry("bound_top", top)?;
                map.serialize_entry("bound_right", right)?;
                map.serialize_entry("bound_bottom", bottom)
            }
            Self::Cube { padding } => {
                map.serialize_entry("projection", "cubemap")?;
                map.serialize_entry("padding", padding)
            }
        }
    }
}

/// Formats a non-negative number as a ratio of 31-bit numbers; one that is too large is `1/0`.
fn rational(value: f64) -> String {
    const MOST: u64 = i32::MAX as u64;
    if value > MOST as f64 + 3.0 {
        return "1/0".to_owned();
    }
    // As many binary places as fit into a 64-bit ratio.
    let mut places = 61;
    while places > 0 && value * 2_f64.powi(places) >= 2_f64.powi(62) {
        places -= 1;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is below 2^62")]
    let numerator = (value * 2_f64.powi(places)).round() as u64;
    Ratio::nearest(numerator, 1 << places, MOST).map_or_else(|| "0/1".to_owned(), |ratio| ratio.to_string())
}

impl Serialize for SideData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Buffer { max_bit_rate, bits } => {
                map.serialize_entry("side_data_type", "CPB properties")?;
                map.serialize_entry("max_bitrate", max_bit_rate)?;
                map.serialize_entry("min_bitrate", &0)?;
                map.serialize_entry("avg_bitrate", &0)?;
                map.serialize_entry("buffer_size", bits)?;
                map.serialize_entry("vbv_delay", &-1)?;
            }
            Self::AudioService(service) => {
                map.serialize_entry("side_data_type", "Audio Service Type")?;
                map.serialize_entry("service_type", service)?;
            }
            Self::DisplayMatrix(matrix) => {
                map.serialize_entry("side_data_type", "Display Matrix")?;
                map.serialize_entry("displaymatrix", &rows(*matrix))?;
                map.serialize_entry("rotation", &rotation(*matrix))?;
            }
            Self::EncryptionInit => {
                map.serialize_entry("side_data_type", "Encryption initialization data")?;
            }
            Self::Stereo { kind, is_inverted } => {
                map.serialize_entry("side_data_type", "Stereo 3D")?;
                map.serialize_entry("type", kind)?;
                map.serialize_entry("inverted", &u8::from(*is_inverted))?;
            }
            Self::ContentLight { max_content, max_average } => {
                map.serialize_entry("side_data_type", "Content light level metadata")?;
                map.serialize_entry("max_content", max_content)?;
                map.serialize_entry("max_average", max_average)?;
            }
            Self::Mastering(mastering) => {
                map.serialize_entry("side_data_type", "Mastering display metadata")?;
                mastering.write(&mut map)?;
            }
            Self::Spherical { mapping, pose } => {
                map.serialize_entry("side_data_type", "Spherical Mapping")?;
                mapping.write(&mut map)?;
                for (name, degrees) in ["yaw", "pitch", "roll"].iter().zip(pose) {
                    #[expect(
                        clippy::cast_possible_truncation,
                        reason = "degrees are few, and `as` saturates"
                    )]
                    map.serialize_entry(name, &(*degrees as i16))?;
                }
            }
            Self::DolbyVision(record) => {
                map.serialize_entry("side_data_type", "DOVI configuration record")?;
                record.write(&mut map)?;
            }
            Self::ColorVolume(volume) => {
                map.serialize_entry("side_data_type", "Mastering display metadata")?;
                volume.write(&mut map)?;
            }
        }
        map.end()
    }
}

/// Formats a matrix like ffprobe: a line for each row, after a line feed.
fn rows(Matrix(values): Matrix) -> String {
    let rows = values.chunks(3).enumerate();
    let row = |(index, row): (usize, &[i32])| {
        let row = row.iter().map(|value| format!(" {value:11}")).collect::<String>();
        format!("{index:08}: {row}\n")
    };
    format!("\n{}", rows.map(row).collect::<String>())
}

/// Returns the counterclockwise rotation of the matrix in whole degrees; 0 for a degenerate matrix.
#[expect(clippy::cast_possible_truncation, reason = "degrees are between -180 and 180")]
fn rotation(Matrix([a, b, _, c, d, ..]): Matrix) -> i64 {
    let [a, b, c, d] = [a, b, c, d].map(f64::from);
    let (horizontal, vertical) = (a.hypot(c), b.hypot(d));
    if horizontal == 0.0 || vertical == 0.0 {
        return 0;
    }
    -(b / vertical).atan2(a / horizontal).to_degrees() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_of_a_display_matrix() {
        const ONE: i32 = 1 << 16;
        let turned = |a, b, c, d| rotation(Matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30]));
        assert_eq!(turned(ONE, 0, 0, ONE), 0);
        assert_eq!(turned(0, ONE, -ONE, 0), -90);
        assert_eq!(turned(0, -ONE, ONE, 0), 90);
        assert_eq!(turned(-ONE, 0, 0, -ONE), -180);
        assert_eq!(turned(0, 0, 0, 0), 0);
    }

    #[test]
    fn numbers_as_ratios() {
        // Values of ffprobe 5.1.
        for (value, ratio) in [
            (0.68, "17/25"),
            (0.680_000_007_152_557_4, "11408507/16777216"),
            (0.009_999_999_776_482_582, "5368709/536870912"),
            (0.05, "1/20"),
            (1000.0, "1000/1"),
            (0.0, "0/1"),
            (3e9, "1/0"),
            (f64::INFINITY, "1/0"),
        ] {
            assert_eq!(rational(value), ratio);
        }
    }

    #[test]
    fn rows_of_a_display_matrix() {
        assert_eq!(
            rows(Matrix::IDENTITY),
            "\n00000000:        65536           0           0\n\
             00000001:            0       65536           0\n\
             00000002:            0           0  1073741824\n"
        );
    }
}

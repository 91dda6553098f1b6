//! Side data of streams.

use pagecut::media::mp4::Matrix;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An entry of `side_data_list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SideData {
    /// Bits per second and size of the buffer of the decoder.
    Buffer { max_bit_rate: u64, bits: u64 },
    /// `bsmod` of AC-3.
    AudioService(u8),
    /// How pictures are placed on the screen.
    DisplayMatrix(Matrix),
    /// What a protection system needs before the first sample.
    EncryptionInit,
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
        }
        map.end()
    }
}

/// A matrix as ffprobe prints it: a line for each row, after a line feed.
fn rows(Matrix(values): Matrix) -> String {
    let rows = values.chunks(3).enumerate();
    let row = |(index, row): (usize, &[i32])| {
        let row = row.iter().map(|value| format!(" {value:11}")).collect::<String>();
        format!("{index:08}: {row}\n")
    };
    format!("\n{}", rows.map(row).collect::<String>())
}

/// By how many degrees the matrix turns pictures counterclockwise, without decimals; 0 if it shows nothing of them.
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
    fn rows_of_a_display_matrix() {
        assert_eq!(
            rows(Matrix::IDENTITY),
            "\n00000000:        65536           0           0\n\
             00000001:            0       65536           0\n\
             00000002:            0           0  1073741824\n"
        );
    }
}

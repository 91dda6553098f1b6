//! Side data of streams.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An entry of `side_data_list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SideData {
    /// Bits per second and size of the buffer of the decoder.
    Buffer { max_bit_rate: u64, bits: u64 },
    /// `bsmod` of AC-3.
    AudioService(u8),
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
        }
        map.end()
    }
}

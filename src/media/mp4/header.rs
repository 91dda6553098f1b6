//! Box headers.

use super::FourCc;

/// The header of a box (ISO/IEC 14496-12 §4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxHeader {
    /// `type`.
    pub kind: FourCc,
    /// `usertype`, the extended type of a `uuid` box.
    pub user_type: Option<[u8; 16]>,
    /// `size` or `largesize`: length of the box in bytes, including its header; `None` for size 0, a box up to the end of the
    /// file.
    pub size: Option<u64>,
    /// Length of the header in bytes: 8; 16 with `largesize`; 16 more with `usertype`.
    pub header_len: usize,
}

impl BoxHeader {
    /// Maximum length of a header in bytes.
    pub const MAX_LEN: usize = 32;

    /// Reads the header at the start of `bytes`; `None` if it is truncated.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let size = u32::from_be_bytes(*bytes.first_chunk()?);
        let kind = FourCc(*bytes.get(4..)?.first_chunk()?);
        let (size, mut header_len) = match size {
            0 => (None, 8),
            1 => (Some(u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?)), 16),
            size => (Some(u64::from(size)), 8),
        };
        let mut user_type = None;
        if kind == *b"uuid" {
            user_type = Some(*bytes.get(header_len..)?.first_chunk()?);
            header_len += 16;
        }
        Some(Self { kind, user_type, size, header_len })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms_of_a_header() {
        let uuid = *b"0123456789abcdef";
        let long = 0x1_0000_0020_u64.to_be_bytes();
        let header = |kind: &[u8; 4], user_type, size, header_len| {
            Some(BoxHeader { kind: FourCc(*kind), user_type, size, header_len })
        };
        for (bytes, expected) in [
            (b"\0\0\0\x0cfree".to_vec(), header(b"free", None, Some(12), 8)),
            (b"\0\0\0\0mdat".to_vec(), header(b"mdat", None, None, 8)),
            ([b"\0\0\0\x01mdat".as_slice(), &long].concat(), header(b"mdat", None, Some(0x1_0000_0020), 16)),
            ([b"\0\0\0\x18uuid".as_slice(), &uuid].concat(), header(b"uuid", Some(uuid), Some(24), 24)),
            (
                [b"\0\0\0\x01uuid".as_slice(), &long, &uuid].concat(),
                header(b"uuid", Some(uuid), Some(0x1_0000_0020), 32),
            ),
        ] {
            assert_eq!(BoxHeader::read(&bytes), expected);
            for len in 0..bytes.len() {
                assert_eq!(BoxHeader::read(&bytes[..len]), None, "{len} of {} bytes", bytes.len());
            }
        }
    }
}

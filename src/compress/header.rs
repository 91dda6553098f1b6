//! The header of a gzip member (RFC 1952, section 2.3).

use super::extra::{self, FIXED_LEN, HAS_EXTRA};

/// First bytes of a member: the identification and the compression method DEFLATE.
pub(super) const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Length of a header without optional fields.
pub(super) const MIN_LEN: usize = FIXED_LEN;

/// Limit of the header length: an extra field has at most 64 KiB; name and comment are short in practice.
pub(super) const MAX_LEN: usize = 1 << 20;

/// The header of a member.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Length of the header in bytes.
    pub(super) len: usize,
    /// Total length of the member, which only a BGZF block states.
    pub(super) block_len: Option<usize>,
}

const HAS_CRC: u8 = 1 << 1;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

impl Header {
    /// Parses a header; `None` if more bytes are needed.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        if bytes.iter().zip(MAGIC).any(|(&byte, magic)| byte != magic) {
            return Err("it does not start with 1f 8b 08");
        }
        let Some(&flags) = bytes.get(3) else { return Ok(None) };
        if flags & RESERVED != 0 {
            return Err("it has reserved flags");
        }
        let (mut len, mut block_len) = (MIN_LEN, None);
        if flags & HAS_EXTRA != 0 {
            let Some(extra_len) = bytes.get(len..).and_then(<[u8]>::first_chunk) else { return Ok(None) };
            let start = len + 2;
            len = start + usize::from(u16::from_le_bytes(*extra_len));
            let Some(extra) = bytes.get(start..len) else { return Ok(None) };
            block_len = extra::block_len(extra);
        }
        for flag in [HAS_NAME, HAS_COMMENT] {
            if flags & flag != 0 {
                let Some(text) = bytes.get(len..) else { return Ok(None) };
                let Some(end) = memchr::memchr(0, text) else { return Ok(None) };
                len += end + 1;
            }
        }
        if flags & HAS_CRC != 0 {
            let Some(stored) = bytes.get(len..).and_then(<[u8]>::first_chunk::<2>) else { return Ok(None) };
            let found = crc32fast::hash(&bytes[..len]).to_le_bytes();
            if found[..2] != stored[..] {
                return Err("wrong checksum");
            }
            len += stored.len();
        }
        Ok((bytes.len() >= len).then_some(Self { len, block_len }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a header with these flags and all of their fields.
    fn header(flags: u8) -> Vec<u8> {
        let mut header = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255];
        if flags & HAS_EXTRA != 0 {
            header.extend(b"\x0c\0XY\x02\0\x01\x02BC\x02\0\xff\x12");
        }
        if flags & HAS_NAME != 0 {
            header.extend(b"reads.fastq\0");
        }
        if flags & HAS_COMMENT != 0 {
            header.extend(b"no comment\0");
        }
        if flags & HAS_CRC != 0 {
            let sum = crc32fast::hash(&header).to_le_bytes();
            header.extend(&sum[..2]);
        }
        header
    }

    #[test]
    fn every_field_is_skipped_and_required() {
        for flags in 0..32 {
            let whole = header(flags);
            let block_len = (flags & HAS_EXTRA != 0).then_some(0x1300);
            let expected = Header { len: whole.len(), block_len };
            let mut more = whole.clone();
            more.extend([7; 20]);
            assert_eq!(Header::read(&whole), Ok(Some(expected)), "{flags:#b}");
            assert_eq!(Header::read(&more).unwrap().unwrap().len, whole.len(), "{flags:#b}");
            for len in 0..whole.len() {
                assert_eq!(Header::read(&whole[..len]), Ok(None), "{flags:#b}, {len} bytes");
            }
        }
    }

    #[test]
    fn invalid_headers_are_refused() {
        assert!(Header::read(b"@").is_err());
        assert!(Header::read(b"\x1f\x8b\x07").is_err());
        assert!(Header::read(b"\x1f\x8b\x08\x20").is_err());
        let mut wrong_sum = header(HAS_CRC);
        wrong_sum[4] ^= 1;
        assert_eq!(Header::read(&wrong_sum), Err("wrong checksum"));
        for extra in [&b"BC\x02"[..], b"BC\x03\0abc", b"BC\x09\0ab", b"", b"CB\x02\0ab"] {
            assert_eq!(extra::block_len(extra), None);
        }
    }
}

//! Element headers: ID and size.

use super::ElementId;

/// The `Element ID` and the `Element Data Size` of an element (RFC 8794, sections 5 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: ElementId,
    /// `None` if the size is unknown.
    pub(super) size: Option<u64>,
    /// Length of ID and size, 2 to 12 bytes.
    pub(super) len: usize,
}

/// The result of reading a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Header(Header),
    /// The bytes end inside the header.
    Short,
    /// Not an ID or not a size.
    Nothing,
}

/// Maximum length of an ID in bytes (RFC 8794, section 11.2.4; Matroska uses no longer ones).
const MAX_ID_LEN: usize = 4;

impl Header {
    /// Reads the header at the start of `bytes`.
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Found {
        #[cfg(test)]
        super::step_count::count(1);
        let Some(&first) = bytes.first() else { return Found::Short };
        let id_len = vint_len(first);
        if id_len > MAX_ID_LEN {
            return Found::Nothing;
        }
        let Some(id) = bytes.get(..id_len) else { return Found::Short };
        let id = id.iter().fold(0, |id, &byte| id << 8 | u32::from(byte));
        // An ID with all bits set is invalid (RFC 8794, section 5).
        if id.trailing_ones() as usize >= 7 * id_len {
            return Found::Nothing;
        }
        match size(&bytes[id_len..]) {
            Size::Vint(size, size_len) => {
                Found::Header(Self { id: ElementId(id), size, len: id_len + size_len })
            }
            Size::Short => Found::Short,
            Size::Nothing => Found::Nothing,
        }
    }
}

/// The result of reading a size.
enum Size {
    /// The size, if it is known, and the length of its VINT in bytes.
    Vint(Option<u64>, usize),
    Short,
    Nothing,
}

fn size(bytes: &[u8]) -> Size {
    let Some(&first) = bytes.first() else { return Size::Short };
    if first == 0 {
        return Size::Nothing;
    }
    match vint(bytes) {
        Some((number, len)) if number == all_ones(len) => Size::Vint(None, len),
        Some((number, len)) => Size::Vint(Some(number), len),
        None => Size::Short,
    }
}

/// Returns the length of a VINT with this first byte (RFC 8794, section 4): 1 to 8, or 9 if it is invalid.
fn vint_len(first: u8) -> usize {
    first.leading_zeros() as usize + 1
}

/// Returns the largest number that a VINT of `len` bytes holds.
fn all_ones(len: usize) -> u64 {
    (1 << (7 * len)) - 1
}

/// Reads a VINT; returns its number without the marker, and its length; `None` if it is truncated.
pub(super) fn vint(bytes: &[u8]) -> Option<(u64, usize)> {
    let len = vint_len(*bytes.first()?);
    let number = bytes.get(..len).filter(|_| len <= 8)?;
    let number = number.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    Some((number & all_ones(len), len))
}

/// Reads a signed VINT (RFC 9559, section 10.3.3); returns its number and length; `None` if it is truncated.
pub(super) fn signed_vint(bytes: &[u8]) -> Option<(i64, usize)> {
    let (number, len) = vint(bytes)?;
    // Both have at most 56 bits.
    let number = i64::try_from(number).ok()?;
    let middle = i64::try_from(all_ones(len) >> 1).ok()?;
    Some((number - middle, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(id: u32, size: Option<u64>, len: usize) -> Found {
        Found::Header(Header { id: ElementId(id), size, len })
    }

    #[test]
    fn ids_and_sizes_of_every_length() {
        assert_eq!(Header::read(b"\xec\x80"), header(0xec, Some(0), 2));
        assert_eq!(Header::read(b"\x42\x86\x81\x01"), header(0x4286, Some(1), 3));
        assert_eq!(Header::read(b"\x2a\xd7\xb1\x40\x02"), header(0x2a_d7b1, Some(2), 5));
        for len in 1..=8 {
            for (number, size) in [(0, Some(0)), (1, Some(1)), (all_ones(len) - 1, Some(all_ones(len) - 1))] {
                let vint = (number | 1 << (7 * len)).to_be_bytes();
                let bytes = [b"\x1f\x43\xb6\x75", &vint[8 - len..]].concat();
                assert_eq!(Header::read(&bytes), header(0x1f43_b675, size, 4 + len));
            }
            let vint = (all_ones(len) | 1 << (7 * len)).to_be_bytes();
            let bytes = [b"\x1f\x43\xb6\x75", &vint[8 - len..]].concat();
            assert_eq!(Header::read(&bytes), header(0x1f43_b675, None, 4 + len));
            for short in 0..bytes.len() {
                assert_eq!(Header::read(&bytes[..short]), Found::Short);
            }
        }
    }

    #[test]
    fn invalid_headers() {
        for bytes in [
            b"\x00\x81\x81\x81\x81".as_slice(),
            b"\x0f\x81\x81\x81\x81",
            b"\xec\x00",
            b"\xff\x81",
            b"\x7f\xff\x81",
        ] {
            assert_eq!(Header::read(bytes), Found::Nothing, "{bytes:x?}");
        }
    }

    #[test]
    fn signed_numbers() {
        let numbers =
            [(b"\x80".as_slice(), -63), (b"\xbf", 0), (b"\xfe", 63), (b"\x5f\xff", 0), (b"\x5f\xdf", -32)];
        for (bytes, number) in numbers {
            assert_eq!(signed_vint(bytes), Some((number, bytes.len())));
        }
        assert_eq!(signed_vint(b"\x40"), None);
        assert_eq!(signed_vint(b"\x00\x00\x00\x00\x00\x00\x00\x00\x00"), None);
    }
}

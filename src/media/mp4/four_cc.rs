//! Four-character codes.

use std::fmt;

/// A four-character code (ISO/IEC 14496-12 §4.2): a box type, a brand, a handler type, the format of a sample entry.
///
/// Displayed as Latin-1, the encoding of QuickTime codes; control characters are escaped.
///
/// ```
/// use pagecut::media::mp4::FourCc;
///
/// assert_eq!(FourCc(*b"moov").to_string(), "moov");
/// assert_eq!(FourCc(*b"\xa9too").to_string(), "©too");
/// assert_eq!(FourCc([0, 0, 0, 1]).to_string(), "\\x00\\x00\\x00\\x01");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FourCc(pub [u8; 4]);

impl FourCc {
    /// Whether a box of this type is free space, which is no entry of a list (§8.1.2).
    pub(super) fn is_free_space(self) -> bool {
        matches!(&self.0, b"free" | b"skip")
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            match char::from(byte) {
                letter if letter.is_control() => write!(f, "\\x{byte:02x}")?,
                letter => write!(f, "{letter}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{self}'")
    }
}

impl PartialEq<[u8; 4]> for FourCc {
    fn eq(&self, other: &[u8; 4]) -> bool {
        self.0 == *other
    }
}

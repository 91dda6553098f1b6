//! Input bytes that messages quote.

use std::fmt;

/// Maximum number of input bytes that an error quotes, and approximate number of letters printed for them.
pub(crate) const EXCERPT_LEN: usize = 60;

/// Displays bytes as quoted in a message, up to a fixed width; a byte that is not text takes four letters.
pub(super) fn quoted(bytes: &[u8]) -> impl fmt::Display {
    let mut letters = 0;
    let fits = |byte: &&u8| {
        letters += std::ascii::escape_default(**byte).len();
        letters <= EXCERPT_LEN
    };
    bytes[..bytes.iter().take_while(fits).count()].escape_ascii()
}

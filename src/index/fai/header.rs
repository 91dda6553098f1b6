//! Headers of records, as an index of names has them.

use super::Entry;
use crate::error::{ErrorKind, Result};
use crate::source::Content;

/// How many bytes before a sequence are looked at first: enough for nearly every header.
const HEADER_LEN: u64 = 256;

/// The name in a definition: what stands before the first white space, but for white space at its start.
pub(super) fn name(definition: &[u8]) -> &[u8] {
    // `isspace(3)` in the C locale.
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = definition.iter().position(|byte| !is_space(byte)).unwrap_or(definition.len());
    definition[start..].split(is_space).next().unwrap_or_default()
}

/// Whether the header of an entry stands before its sequence.
///
/// # Errors
///
/// [`ErrorKind::Stale`] if it does not, and those of [`Content::bytes_at`].
pub(super) fn check(entry: &Entry, content: &dyn Content) -> Result<()> {
    let first = if entry.quality_offset.is_some() { b'@' } else { b'>' };
    let stale = || ErrorKind::Stale { difference: "what stands before the sequence" };
    let mut len = HEADER_LEN;
    loop {
        let start = entry.offset.saturating_sub(len);
        if entry.offset > content.len() {
            return Err(stale().into());
        }
        let before = content.bytes_at(start..entry.offset)?;
        let line = before.strip_suffix(b"\n").ok_or_else(stale)?;
        let line_start = memchr::memrchr(b'\n', line).map(|at| at + 1).or((start == 0).then_some(0));
        if let Some(line_start) = line_start {
            let header = line[line_start..].strip_prefix(&[first]).ok_or_else(stale)?;
            return if name(header) == &*entry.name { Ok(()) } else { Err(stale().into()) };
        }
        len = len.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_white_space_and_does_not_begin_with_it() {
        for (definition, expected) in [
            ("r1", "r1"),
            ("r1 a b", "r1"),
            ("r1\tx", "r1"),
            (" r1 x", "r1"),
            ("\x0b\x0cr\x0bx", "r"),
            ("", ""),
            (" \t", ""),
        ] {
            assert_eq!(name(definition.as_bytes()), expected.as_bytes(), "{definition:?}");
        }
    }
}

//! Record headers as an index of names sees them.

use super::entry::{Entry, stale};
use crate::error::Result;
use crate::source::ReadAt;

/// Number of bytes before a sequence that are read first: enough for nearly every header.
const HEADER_LEN: u64 = 256;

/// Returns the name in a definition: the text before the first white space, without leading white space.
pub(super) fn name(definition: &[u8]) -> &[u8] {
    // `isspace(3)` in the C locale.
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = definition.iter().position(|byte| !is_space(byte)).unwrap_or(definition.len());
    definition[start..].split(is_space).next().unwrap_or_default()
}

/// Checks that the header of an entry precedes its sequence.
///
/// # Errors
///
/// [`ErrorKind::StaleIndex`](crate::ErrorKind::StaleIndex) if it does not, and those of [`ReadAt::bytes_at`].
pub(super) fn check(entry: &Entry, content: &dyn ReadAt) -> Result<()> {
    let first = if entry.quality_offset.is_some() { b'@' } else { b'>' };
    let line = line_before(entry.offset, content)?;
    let header = line.as_deref().and_then(|line| line.strip_prefix(&[first]));
    match header.map(name) {
        Some(found) if found == &*entry.name => Ok(()),
        _ => Err(stale("the header before the sequence")),
    }
}

/// Returns the line that ends at an offset, without its line feed; `None` if no line ends there.
pub(super) fn line_before(offset: u64, content: &dyn ReadAt) -> Result<Option<Vec<u8>>> {
    let mut len = HEADER_LEN;
    loop {
        let start = offset.saturating_sub(len);
        if offset > content.len() {
            return Ok(None);
        }
        let before = content.bytes_at(start..offset)?;
        let Some(line) = before.strip_suffix(b"\n") else { return Ok(None) };
        let line_start = memchr::memrchr(b'\n', line).map(|at| at + 1).or((start == 0).then_some(0));
        if let Some(line_start) = line_start {
            return Ok(Some(line[line_start..].to_vec()));
        }
        len = len.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_white_space_and_never_begin_with_it() {
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

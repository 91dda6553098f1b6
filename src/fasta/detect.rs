//! Detection of FASTA.

use super::Fasta;
use crate::head::{Certainty, Head};
use crate::record::Boundaries;
use crate::sequence::first_byte_of_text;

/// Detects FASTA by its first byte.
pub(crate) fn detect(head: &Head<'_>) -> Option<Certainty> {
    (first_byte_of_text(head.bytes) == Some(b'>')).then_some(Certainty::FirstByte)
}

/// Returns the position of a header in bytes from inside an input.
pub(crate) fn find_header(bytes: &[u8]) -> Option<usize> {
    Fasta::new().find_boundary(bytes, 1)
}

/// Returns the position of the first header in bytes from inside an input, if a sequence line follows it.
pub(crate) fn find_sequence(bytes: &[u8]) -> Option<usize> {
    find_header(bytes).filter(|&start| is_sequence(&bytes[start..]))
}

/// Returns whether text starts with a header of printable bytes and a line of letters.
fn is_sequence(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_header = lines.next().is_some_and(|line| line.iter().all(|&byte| byte >= b' ' || byte == b'\t'));
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'*' | b'-' | b'.');
    is_header && lines.next().is_some_and(|line| !line.is_empty() && line.iter().all(is_letter))
}

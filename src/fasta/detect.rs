//! Whether an input is FASTA.

use super::Fasta;
use crate::head::{Certainty, Head};
use crate::record::Boundaries;
use crate::sequence::first_byte_of_text;

/// Tells FASTA by its first byte.
pub(crate) fn detect(head: &Head<'_>) -> Option<Certainty> {
    (first_byte_of_text(head.bytes) == Some(b'>')).then_some(Certainty::FirstByte)
}

/// Returns where a header begins in bytes from somewhere in an input.
pub(crate) fn find_header(bytes: &[u8]) -> Option<usize> {
    Fasta::new().find_boundary(bytes, 1)
}

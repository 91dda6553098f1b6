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

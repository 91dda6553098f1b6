//! Whether an input is FASTQ, and of which variant.

use super::{Evidence, Fastq, Variant};
use crate::head::{Certainty, Head};
use crate::record::Boundaries;
use crate::sequence::first_byte_of_text;

/// Tells FASTQ by its first byte, and the variant by the records in view; `None` in place of the variant stands for an input that is
/// nothing but blank lines.
pub(crate) fn detect(head: &Head<'_>) -> Option<(Certainty, Option<Variant>)> {
    let variant = match first_byte_of_text(head.bytes) {
        None if head.is_complete => None,
        // Nothing but blank lines, as far as the head shows.
        None => Some(Variant::FourLines),
        Some(b'@') => Some(variant(head)),
        Some(_) => return None,
    };
    Some((Certainty::FirstByte, variant))
}

fn variant(head: &Head<'_>) -> Variant {
    let evidence = Evidence::from_head(head.bytes, head.is_complete);
    if head.is_read_past_faults { evidence.variant() } else { evidence.variant_up_to_fault() }
}

/// Returns where a read begins in bytes from somewhere in an input. Quality scores may begin with what a sequence of FASTA does, but
/// nothing in FASTA looks like a whole read.
pub(crate) fn find_read(bytes: &[u8]) -> Option<usize> {
    Fastq::new().find_boundary(bytes, 1).filter(|&start| bytes.get(start) == Some(&b'@'))
}

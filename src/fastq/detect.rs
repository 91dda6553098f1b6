//! Detection of FASTQ and its variant.

use super::{Evidence, Fastq, Variant};
use crate::head::{Certainty, Head};
use crate::record::{Boundaries, Format as _, Part};
use crate::sequence::first_byte_of_text;

/// Number of reads in a row that are certain.
const READS: usize = 2;

/// Detects FASTQ by its first byte, and the variant by the records in view. The variant is `None` for an input of blank lines only.
pub(crate) fn detect(head: &Head<'_>) -> Option<(Certainty, Option<Variant>)> {
    let variant = match first_byte_of_text(head.bytes) {
        None if head.is_complete => None,
        // The head has only blank lines.
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

/// Returns the position of a read in bytes from inside an input. A quality line may look like a FASTA header, but nothing in FASTA looks
/// like a complete read.
pub(crate) fn find_read(bytes: &[u8]) -> Option<usize> {
    Fastq::new().find_boundary(bytes, 1).filter(|&start| bytes.get(start) == Some(&b'@'))
}

/// Returns the position of successive reads in bytes from inside an input: the only ones up to the end of the bytes, or as many as are certain.
pub(crate) fn find_reads(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let start = from + find_read(&bytes[from..])?;
        let mut reads = Fastq::new().records_of(Part::whole(&bytes[start..]));
        let count = reads.by_ref().take(READS).take_while(Result::is_ok).count();
        let is_end = reads.tally().bytes() == (bytes.len() - start) as u64;
        if count == READS || count > 0 && is_end {
            return Some(start);
        }
        from = start;
    }
}

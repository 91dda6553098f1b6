//! What FASTQ and FASTA have in common: sequences, what is counted of them, and the lines in which they stand.

mod alphabet;
mod histogram;
mod lengths;
mod letters;
mod numbers;
mod text;

pub use alphabet::Alphabet;
pub(crate) use histogram::Histogram;
pub use lengths::Lengths;
pub use letters::Letters;
pub(crate) use numbers::Numbers;
pub(crate) use text::{split_definition, without_eol};

//! Common parts of FASTQ and FASTA: sequence statistics, lines of text, and record output.

mod alphabet;
mod lengths;
mod letters;
mod numbers;
mod output;
mod text;

pub use alphabet::Alphabet;
pub use lengths::Lengths;
pub use letters::Letters;
pub(crate) use numbers::Numbers;
pub(crate) use output::{Batch, Output, Refused};
pub(crate) use text::{
    BYTE_ORDER_MARK, byte_order_mark_len, first_byte_of_text, missing_eol, split_definition, without_eol,
};

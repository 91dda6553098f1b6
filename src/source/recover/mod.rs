//! Reading of damaged inputs: the records that are left, and the gaps between them.

mod fastq;
mod in_order;
mod stream_gaps;

pub use in_order::Recovered;

//! Reading of damaged inputs: the records that are left, and the gaps between them.

mod fastq;
mod salvage;
mod stream_gaps;

pub use salvage::Salvaged;

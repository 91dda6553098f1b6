//! Quality control of reads.

#[cfg(all(feature = "gzip", feature = "zstd"))]
mod compressed;
mod duplication;
mod fastqc;
mod inputs;
mod kmers;
mod long_reads;
mod naive;
mod pairs;
mod sections;

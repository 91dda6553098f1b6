//! Quality control of reads: the modules of FastQC 0.11.9, and more about long reads, duplication and pairs, in one pass on all cores.
//!
//! [`Qc::run`] examines one input, and [`Qc::run_pairs`] both mates of pairs.
//!
//! ```
//! use pagecut::{Source, qc::{Qc, report::Status}};
//!
//! let source = Source::open("testdata/illumina.fastq")?;
//! let report = Qc::new().run(&source, "illumina.fastq")?;
//! assert_eq!((report.basic.reads, report.basic.max_len), (250, 251));
//! assert!(report.error.is_none());
//!
//! let content = report.n_content.unwrap();
//! assert_eq!(content.status, Status::Pass);
//! for (positions, percent) in content.results.iter().take(3) {
//!     println!("{positions}: {percent:.1} % N");
//! }
//! # Ok::<(), pagecut::Error>(())
//! ```
//!
//! # Order of the reads
//!
//! The report is the same for every backend, number of threads and length of parts. Workers count the reads of a part, and the counts are
//! added in the order of the input, since some numbers depend on it: the first 100 000 different sequences are followed, every tenth read
//! counts for tiles, every fiftieth for k-mers, and sums of GC content are rounded in the order of the reads.
//!
//! # Memory
//!
//! Memory does not grow with the number of reads, and hardly with their length. Reads of up to 65 499 bases have exact counts at every
//! position. After that, a row of counts stands for 500 positions, and after 4 065 499 bases one row for all the rest; so of long reads
//!
//! - contents of bases are exact, since groups of positions begin at multiples of 500;
//! - means of quality scores are exact up to position 524 288, and averages of 500 positions after that;
//! - quartiles and deciles are those of 500 positions together;
//! - [`Grouping::Single`] has rows of 500 positions, and adapters count from the first of 500.
//!
//! Lengths above 4095 are exact until 262 144 different ones occur; after that they are rounded down to multiples of 500.
//!
//! # Differences from FastQC
//!
//! A read whose sequence and quality scores differ in length is an input error, and so is a quality score outside of `!` to `~`. Colours
//! are not converted to bases. Errors are part of the report. See [`Report::error`].

pub mod fastqc;
pub mod pairs;
pub mod report;

mod adapter_search;
mod adapters;
mod axis;
mod base_groups;
mod binomial;
mod contaminants;
mod error_sums;
mod fields;
mod java_order;
mod kept;
mod key_table;
mod length_classes;
mod letters;
mod limits;
mod list;
mod modules;
mod options;
mod part_counts;
mod position_counts;
mod read_ends;
mod read_facts;
mod run;
mod sampling;
mod shared;
mod tails;
mod totals;
mod verdicts;

pub use adapters::{Adapter, Adapters};
pub use base_groups::Grouping;
pub use contaminants::Contaminants;
pub use limits::{Limit, Limits};
pub use options::Qc;
pub use report::Report;

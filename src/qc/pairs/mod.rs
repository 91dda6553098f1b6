//! Quality control of paired reads: a report for each mate, and insert sizes.

mod criteria;
mod mate_bases;
mod overlap;
mod pair_counts;
mod report;
mod run;
mod shifts;

pub use criteria::{MAX_MISMATCHES, MIN_OVERLAP};
pub use report::{PairedReport, Pairs};

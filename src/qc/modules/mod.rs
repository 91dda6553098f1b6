//! The modules of the report: how each comes from the counts.

pub(super) mod adapter_content;
pub(super) mod base_content;
pub(super) mod base_quality;
mod duplication_levels;
pub(super) mod gc_content;
pub(super) mod kmers;
pub(super) mod lengths;
pub(super) mod long_reads;
pub(super) mod read_quality;
mod sequence_sample;
pub(super) mod sequences;
pub(super) mod tile_quality;

use super::report::{Module, Status};

/// Returns a module with its verdict.
fn judged<R>(results: R, fails: bool, warns: bool) -> Module<R> {
    let status = if fails {
        Status::Fail
    } else if warns {
        Status::Warn
    } else {
        Status::Pass
    };
    Module { status, results }
}

/// Converts a count, as FastQC does: exactly up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "rounded to the nearest")]
fn float(count: u64) -> f64 {
    count as f64
}

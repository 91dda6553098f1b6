//! Criteria of an overlap, which are those of fastp.

/// Minimum number of bases in an overlap of mates.
pub const MIN_OVERLAP: usize = 30;

/// Maximum number of mismatches in an overlap of mates: fewer than 20 % of its bases.
pub const MAX_MISMATCHES: u32 = 5;

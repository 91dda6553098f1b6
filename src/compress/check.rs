//! Checksums of members, computed by one worker and verified by another.

use crc32fast::Hasher;

use super::Compression;
use crate::error::{CompressedFault, Error};

/// The end of a member.
pub(super) struct MemberEnd {
    /// Position of the end in the run.
    pub(super) position: usize,
    /// CRC-32 stored after the member.
    pub(super) stored: u32,
    pub(super) compression: Compression,
    pub(super) number: u64,
    /// Start of the member in the compressed input.
    pub(super) start: u64,
    /// Offset of the stored checksum.
    pub(super) offset: u64,
}

/// Checksums of a run's bytes: one up to the end of each member, and one for the rest.
#[derive(Default)]
pub(crate) struct Sums {
    members: Vec<(Hasher, MemberEnd)>,
    rest: Hasher,
}

impl Sums {
    /// Computes the checksums of a run.
    pub(super) fn of(bytes: &[u8], ends: Vec<MemberEnd>) -> Self {
        let mut from = 0;
        let mut sum_to = |position| {
            let mut sum = Hasher::new();
            sum.update(&bytes[from..position]);
            from = position;
            sum
        };
        let members = ends.into_iter().map(|end| (sum_to(end.position), end)).collect();
        Self { members, rest: sum_to(bytes.len()) }
    }
}

/// Checksum of the current member over the runs joined so far.
#[derive(Default)]
pub(crate) struct Check(Hasher);

impl Check {
    /// Joins the checksums of the next run and verifies those of members that end in it.
    ///
    /// # Errors
    ///
    /// The end of the first wrong member in the run, and the mismatch.
    pub(super) fn join(&mut self, sums: Sums) -> Result<(), (usize, Error)> {
        for (sum, end) in sums.members {
            let mut member = std::mem::take(&mut self.0);
            member.combine(&sum);
            let found = member.finalize();
            if found != end.stored {
                let fault = CompressedFault::Checksum { found, stored: end.stored };
                let error = end.compression.fault(end.number, end.start, end.offset, fault);
                return Err((end.position, error));
            }
        }
        self.0.combine(&sums.rest);
        Ok(())
    }
}

//! Check sums of members that are decompressed in one place and checked in another.

use crc32fast::Hasher;

use super::Compression;
use super::run::Run;
use crate::error::{CompressedFault, Result};

/// Where a member ends.
pub(super) struct MemberEnd {
    /// How many bytes of the run lie before.
    pub(super) position: usize,
    /// CRC-32 of the member, as it stands behind it.
    pub(super) stored: u32,
    pub(super) compression: Compression,
    pub(super) number: u64,
    /// Where the member begins in the compressed input.
    pub(super) start: u64,
    /// Where the sum stands there.
    pub(super) offset: u64,
}

/// Check sums of the bytes of a run, up to the end of each member and behind the last one.
#[derive(Default)]
pub(crate) struct Sums {
    members: Vec<(Hasher, MemberEnd)>,
    rest: Hasher,
}

impl Sums {
    /// Sums up the bytes of a run.
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

/// The check sum of the member that is under way, as far as it was joined from runs.
#[derive(Default)]
pub(crate) struct Check(Hasher);

impl Check {
    /// Joins the sums of the next run, and compares those of members that end in it.
    ///
    /// # Errors
    ///
    /// That of the first member that is not what it was. The run is cut where that member ends.
    pub(crate) fn join(&mut self, run: &mut Run, sums: Sums) -> Result<()> {
        for (sum, end) in sums.members {
            let mut member = std::mem::take(&mut self.0);
            member.combine(&sum);
            let found = member.finalize();
            if found != end.stored {
                let fault = CompressedFault::CheckSum { found, stored: end.stored };
                run.truncate(end.position);
                return Err(end.compression.fault(end.number, end.start, end.offset, fault));
            }
        }
        self.0.combine(&sums.rest);
        Ok(())
    }
}

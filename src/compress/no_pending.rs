//! Replacement of pending work without the feature `gzip`: there is none.

use crate::error::{Error, Result};
use crate::record::Loss;

/// No work.
#[derive(Default)]
pub(super) struct Pending {}

/// No checksums.
#[derive(Default)]
pub(crate) struct Sums {}

/// Always succeeds.
#[derive(Default)]
pub(crate) struct Check {}

impl Pending {
    pub(super) fn clear(&mut self) {}

    pub(super) fn losses(&self) -> usize {
        0
    }

    pub(super) fn to_make(&self) -> usize {
        0
    }

    pub(super) fn make(&mut self, _: &mut [u8], _: &mut Vec<Loss>) -> (usize, Result<()>) {
        (0, Ok(()))
    }

    pub(super) fn sum(&mut self, _: &[u8]) -> Sums {
        Sums {}
    }
}

impl Check {
    pub(super) fn join(&mut self, _: Sums) -> std::result::Result<(), (usize, Error)> {
        Ok(())
    }
}

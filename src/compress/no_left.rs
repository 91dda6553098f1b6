//! Nothing is left to be done with a run where gzip is not read.

use super::run::Run;
use crate::error::Result;
use crate::record::Loss;

/// Nothing.
#[derive(Default)]
pub(super) struct Left {}

/// The sum of nothing.
#[derive(Default)]
pub(crate) struct Sums {}

/// What is always right.
#[derive(Default)]
pub(crate) struct Check {}

impl Left {
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
    pub(crate) fn join(&mut self, _: &mut Run, _: Sums) -> Result<()> {
        Ok(())
    }
}

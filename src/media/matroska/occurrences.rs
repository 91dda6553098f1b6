//! How often elements occur.

use std::fmt;

use super::{Element, ElementId};
use crate::error::Result;

/// Which elements were met in one element, of those of which there may be one ([`ElementId::occurs_once`]).
#[derive(Clone, Copy, Default)]
pub struct Occurrences([u64; ElementId::COUNT.div_ceil(64)]);

impl Occurrences {
    /// Notes an element.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedElement`](crate::ErrorKind::DamagedElement) if there may be one of it, and one was met before.
    pub fn add(&mut self, element: &Element<'_>) -> Result<()> {
        let Some(at) = element.id().once_index() else { return Ok(()) };
        let (word, bit) = (&mut self.0[at / 64], 1 << (at % 64));
        if *word & bit != 0 {
            return Err(element.damaged("the element around it may have one of it, and has more"));
        }
        *word |= bit;
        Ok(())
    }
}

impl fmt::Debug for Occurrences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        f.debug_struct("Occurrences").field("count", &count).finish()
    }
}

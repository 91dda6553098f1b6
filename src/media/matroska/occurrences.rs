//! Occurrences of elements.

use std::fmt;

use super::{Element, ElementId};
use crate::error::Result;

/// The elements found in a parent, of those that may occur once ([`ElementId::occurs_once`]).
#[derive(Clone, Copy, Default)]
pub struct Occurrences([u64; ElementId::COUNT.div_ceil(64)]);

impl Occurrences {
    /// Records an element.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedElement`](crate::ErrorKind::DamagedElement) if the element may occur once and was found before.
    pub fn add(&mut self, element: &Element<'_>) -> Result<()> {
        let Some(at) = element.id().once_index() else { return Ok(()) };
        let (word, bit) = (&mut self.0[at / 64], 1 << (at % 64));
        if *word & bit != 0 {
            return Err(element.damaged("its parent may have only one of it"));
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

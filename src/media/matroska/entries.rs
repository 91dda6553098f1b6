//! Entries of top-level elements with one ID.

use std::fmt;

use super::element::Each;
use super::{Element, ElementId};
use crate::error::Result;

/// The entries of all top-level elements with one ID, for example the tags of each `Tags`.
///
/// After damage in one of these elements, the iterator continues with the next one.
pub struct Entries<'segment, 'data, T> {
    pub(super) lists: Box<dyn Iterator<Item = Result<Element<'data>>> + 'segment>,
    pub(super) entry: ElementId,
    pub(super) view: fn(Element<'data>) -> Result<T>,
    pub(super) current: Option<Each<'data, T>>,
}

impl<T> Iterator for Entries<'_, '_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(entry) = self.current.as_mut().and_then(Iterator::next) {
                return Some(entry);
            }
            match self.lists.next()? {
                Ok(list) => self.current = Some(list.children().each(self.entry, self.view)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T> fmt::Debug for Entries<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("entry", &self.entry).finish_non_exhaustive()
    }
}

//! Statistics that the summaries of all sequence formats share.

use super::{Alphabet, Lengths, Letters};

/// Statistics of sequences, collected in any order and merged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    pub(crate) lengths: Lengths,
    /// `None` if letters are not counted.
    pub(crate) letters: Option<Box<Letters>>,
    /// Offset and alphabet of the first record that has a letter.
    first: Option<(u64, Option<Alphabet>)>,
}

impl Numbers {
    /// Creates statistics that include letter counts.
    pub(crate) fn with_letters() -> Self {
        Self { letters: Some(Box::default()), ..Self::default() }
    }

    /// Adds a sequence of `len` letters in `lines`, whose record begins at `offset`. `add_letters` adds the letters.
    #[inline]
    pub(crate) fn add<'data>(
        &mut self,
        offset: u64,
        len: usize,
        lines: impl Iterator<Item = &'data [u8]>,
        add_letters: impl FnOnce(&mut Letters),
    ) {
        self.lengths.add(len as u64);
        if let Some(letters) = &mut self.letters {
            add_letters(letters);
        }
        if len > 0 && self.first.is_none_or(|(first, _)| offset < first) {
            self.first = Some((offset, Alphabet::from_lines(lines)));
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.lengths.merge(&other.lengths);
        if let (Some(letters), Some(others)) = (&mut self.letters, &other.letters) {
            letters.merge(others);
        }
        self.first = [self.first, other.first].into_iter().flatten().min_by_key(|(offset, _)| *offset);
    }

    /// Returns the alphabet of the first sequence that has a letter, if its letters fit one.
    pub(crate) fn alphabet(&self) -> Option<Alphabet> {
        self.first.and_then(|(_, alphabet)| alphabet)
    }
}

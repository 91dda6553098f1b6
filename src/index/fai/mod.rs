//! An index of names: the `.fai` of `samtools faidx` and `samtools fqidx`.

mod entry;
mod fit;
mod header;
mod letters;
mod measure;
mod region;
mod text;

pub use entry::Entry;
pub use letters::Letters;
pub use region::Region;

use std::path::{Path, PathBuf};

use measure::Flaw;
use rayon::prelude::*;

use crate::error::Error;
use crate::fasta::{self, Fasta};
use crate::fastq::{self, Fastq};
use crate::record::{Format, Part};
use crate::sidecar;
use crate::source::Source;

/// An index of names as written by `samtools faidx` (for FASTA, five columns) and `samtools fqidx` (for FASTQ, six columns).
///
/// The index finds a letter by its number in a sequence without reading the letters before it, so all lines of a sequence but the
/// last must have the same length. The index rejects what samtools rejects, and omits what samtools omits: records whose name
/// occurred before, and records without a line after their header. Spaces, control characters and bytes that are not ASCII do not
/// count as letters.
///
/// ```
/// use pagecut::{Source, index::Fai, open_reader};
///
/// let fai = Fai::from_fasta(&Source::open("testdata/no_final_newline.fasta")?)?;
/// let reader = open_reader("testdata/no_final_newline.fasta", &Default::default())?;
/// let region = fai.region(b"s1:3-5")?;
/// assert_eq!(region.range(), 2..5);
///
/// let mut letters = region.letters(&reader)?;
/// let mut bases = Vec::new();
/// while let Some(piece) = letters.next_piece()? {
///     bases.extend_from_slice(piece);
/// }
/// assert_eq!(bases, b"GTA");
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fai {
    /// In the order of the input.
    entries: Vec<Entry>,
    /// Indices of the entries, in the order of their names.
    by_name: Vec<usize>,
    duplicates: u64,
    without_letters: u64,
}

impl Fai {
    /// Returns the path of the index of an input: its path with `.fai` appended.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        sidecar::path_of(path, ".fai")
    }

    /// Builds the index of a FASTQ input.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input: [`ErrorKind::Unindexable`](crate::ErrorKind::Unindexable) if a record has no
    /// letters, or a quality line that does not match its sequence line; and those of reading.
    pub fn from_fastq(source: &Source) -> Result<Self, Error> {
        Self::build(source, &Fastq::new(), |record: &fastq::Record<'_>, _: Part<'_>| {
            measure::fastq(record).map(Some)
        })
    }

    /// Builds the index of a FASTQ input whose sequences and quality scores may span several lines. Slower than
    /// [`from_fastq`](Fai::from_fastq), since one worker scans the input from the start.
    ///
    /// # Errors
    ///
    /// Those of [`from_fastq`](Fai::from_fastq), and [`ErrorKind::Unindexable`](crate::ErrorKind::Unindexable) if the lines of a
    /// record differ in length.
    pub fn from_wrapped_fastq(source: &Source) -> Result<Self, Error> {
        let format = Fastq::new().wrapped();
        Self::build(source, &format, |record: &fastq::wrapped::Record<'_>, _: Part<'_>| {
            measure::wrapped_fastq(record).map(Some)
        })
    }

    /// Builds the index of a FASTA input.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input: [`ErrorKind::Unindexable`](crate::ErrorKind::Unindexable) if the lines of a
    /// record differ in length, or the last record has none; and those of reading.
    pub fn from_fasta(source: &Source) -> Result<Self, Error> {
        Self::build(source, &Fasta::new(), |record: &fasta::Record<'_>, part: Part<'_>| {
            measure::fasta(record, part)
        })
    }

    /// Measures the records of all parts and merges the entries.
    fn build<F: Format>(
        source: &Source,
        format: &F,
        measure: impl for<'data> Fn(&F::Record<'data>, Part<'data>) -> Result<Option<Entry>, Flaw> + Sync,
    ) -> Result<Self, Error> {
        let (mut entries, without_letters) = source.parts(format).fold(
            || (Vec::new(), 0),
            |(entries, without_letters), records| {
                let part = records.part();
                while let Some(record) = records.next().transpose()? {
                    match measure(&record, part) {
                        Ok(Some(entry)) => entries.push(entry),
                        Ok(None) => *without_letters += 1,
                        Err(flaw) => return Err(flaw.at(F::NAME, part, records.tally().records - 1)),
                    }
                }
                Ok(())
            },
            |(mut entries, without_letters), (others, others_without)| {
                entries.extend(others);
                (entries, without_letters + others_without)
            },
        )?;
        // Workers finish parts in any order.
        entries.par_sort_unstable_by_key(|entry| entry.offset);
        Ok(Self { without_letters, ..Self::from_entries(entries) })
    }

    /// Creates an index of these entries, without those whose name occurred before.
    fn from_entries(mut entries: Vec<Entry>) -> Self {
        let mut by_name = sorted_by_name(&entries);
        let mut is_duplicate = vec![false; entries.len()];
        for pair in by_name.windows(2) {
            is_duplicate[pair[1]] = entries[pair[0]].name == entries[pair[1]].name;
        }
        let duplicates = is_duplicate.iter().filter(|&&is_duplicate| is_duplicate).count();
        if duplicates > 0 {
            let mut is_duplicate = is_duplicate.into_iter();
            entries.retain(|_| is_duplicate.next() == Some(false));
            by_name = sorted_by_name(&entries);
        }
        Self { entries, by_name, duplicates: duplicates as u64, without_letters: 0 }
    }

    /// Returns all entries in the order of the input.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the entry of this name.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&Entry> {
        let found = self.by_name.binary_search_by(|&place| (*self.entries[place].name).cmp(name));
        found.ok().map(|at| &self.entries[self.by_name[at]])
    }

    /// Returns the number of records that were omitted because their name occurred before.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Returns the number of records that were omitted because no line follows their header; 0 for an index that was read.
    #[must_use]
    pub fn without_letters(&self) -> u64 {
        self.without_letters
    }
}

/// Returns the indices of the entries in the order of their names; equal names stay in the order of the input.
fn sorted_by_name(entries: &[Entry]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..entries.len()).collect();
    places.par_sort_unstable_by_key(|&place| (&*entries[place].name, place));
    places
}

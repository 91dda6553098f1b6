//! An index of names: the `.fai` of `samtools faidx` and `samtools fqidx`.

mod fit;
mod header;
mod letters;
mod measure;
mod region;
mod text;

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

/// A record as an index of names has it (`faidx(5)`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Entry {
    /// The definition up to the first white space; white space before it does not count.
    pub name: Box<[u8]>,
    /// Letters of the sequence.
    pub length: u64,
    /// Where the first letter lies, in bytes from the start of the input.
    pub offset: u64,
    /// Letters of each line but the last.
    pub line_bases: u64,
    /// Bytes of each line but the last, with its end.
    pub line_width: u64,
    /// Where the first quality score lies, for FASTQ.
    pub quality_offset: Option<u64>,
}

/// An index of names, as `samtools faidx` (of FASTA, with five columns) and `samtools fqidx` (of FASTQ, with six) write it.
///
/// Letters are found by their number in a sequence without reading what lies before them, and so all lines of a sequence but the
/// last must have the same length. What samtools refuses for that is refused, and what it leaves out is left out: of records with
/// the same name all but the first, and records without a line behind their header. Spaces, control characters and bytes
/// that are not ASCII do not count as letters.
///
/// ```
/// use pagecut::{Source, index::Fai, open_reader};
///
/// let fai = Fai::of_fasta(&Source::open("testdata/no_final_newline.fasta")?)?;
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
    /// Places of the entries, in the order of their names.
    by_name: Vec<usize>,
    duplicates: u64,
    without_letters: u64,
}

impl Fai {
    /// Where the index of an input lies: at its path with `.fai` behind it.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        sidecar::path_of(path, ".fai")
    }

    /// The index of FASTQ.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input: [`ErrorKind::Unindexable`](crate::ErrorKind::Unindexable) where a record has no
    /// letters, or a quality line that does not go with its sequence line; and those of reading.
    pub fn of_fastq(source: &Source) -> Result<Self, Error> {
        Self::build(source, &Fastq::new(), |record: &fastq::Record<'_>, _: Part<'_>| {
            measure::fastq(record).map(Some)
        })
    }

    /// The index of FASTQ whose sequences and quality scores may go over several lines: slower, since it is read from the left.
    ///
    /// # Errors
    ///
    /// Those of [`of_fastq`](Fai::of_fastq), and [`ErrorKind::Unindexable`](crate::ErrorKind::Unindexable) where the lines of a
    /// record differ in length.
    pub fn of_wrapped_fastq(source: &Source) -> Result<Self, Error> {
        let format = Fastq::new().wrapped();
        Self::build(source, &format, |record: &fastq::wrapped::Record<'_>, _: Part<'_>| {
            measure::wrapped_fastq(record).map(Some)
        })
    }

    /// The index of FASTA.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input: [`ErrorKind::Unindexable`](crate::ErrorKind::Unindexable) where the lines of a
    /// record differ in length, or the last record has none; and those of reading.
    pub fn of_fasta(source: &Source) -> Result<Self, Error> {
        Self::build(source, &Fasta::new(), |record: &fasta::Record<'_>, part: Part<'_>| {
            measure::fasta(record, part)
        })
    }

    /// Puts together what is measured of the records of every part.
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
        // Parts are worked on in any order.
        entries.par_sort_unstable_by_key(|entry| entry.offset);
        Ok(Self { without_letters, ..Self::of_entries(entries) })
    }

    /// The index with these entries, without those whose name came before.
    fn of_entries(mut entries: Vec<Entry>) -> Self {
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

    /// All entries, in the order of the input.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this name.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&Entry> {
        let found = self.by_name.binary_search_by(|&place| (*self.entries[place].name).cmp(name));
        found.ok().map(|at| &self.entries[self.by_name[at]])
    }

    /// How many records were left out since another one before them has their name.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// How many records were left out since they have no lines behind their header. 0 of an index that was read.
    #[must_use]
    pub fn without_letters(&self) -> u64 {
        self.without_letters
    }
}

/// Places of entries in the order of their names, and of equal ones in the order of the input.
fn sorted_by_name(entries: &[Entry]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..entries.len()).collect();
    places.par_sort_unstable_by_key(|&place| (&*entries[place].name, place));
    places
}

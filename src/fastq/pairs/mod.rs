//! Paired reads: two files in lockstep, or one in which the mates alternate.
//!
//! The two mates of a pair have equal numbers in their files, and usually different offsets. [`Pairs`] reads them in order, without a
//! copy, and checks that they are mates:
//!
//! * one pair after the other ([`Pairs::iter`]);
//! * in batches on all cores, whose values come in order ([`Pairs::for_each_batch`]).
//!
//! Both inputs of [`Pairs`] lie in memory. [`PairedSource`](crate::PairedSource) reads the pairs of any input: compressed, a pipe, wrapped.
//!
//! Both methods give the same pairs and the same error: that of the pair with the lowest number, and within a pair the error of the first
//! file before that of the second. An error names its file ([`Location::file`](crate::Location::file)), and
//! one that concerns both mates names both places. Inputs of unequal counts are an error, after the last pair.
//!
//! # Names
//!
//! A name ends at the first space or tab, and a read number is `1`, `2` or `3` (the second mate has number 3 where
//! read 2 is an index):
//!
//! | first | second | mates? |
//! |---|---|---|
//! | `r` | `r` | yes, with any descriptions |
//! | `r` | `s` | no ([`MateName`]) |
//! | `r/1` | `r/2` | yes: equal but for the last digit, and numbers that ascend |
//! | `r/2` | `r/1` | no, the files are swapped ([`MateNumber`]) |
//! | `r/1` | `r/1` | no, the file was given twice ([`MateNumber`]) |
//! | `r/1` | `r` | no ([`MateName`]) |
//! | `r.1`, `SRR1.7.1` | `r.2`, `SRR1.7.2` | yes, as `/` |
//! | `r.1`, `SRR1.1` | `r.1`, `SRR1.1` | yes: the number may be that of a spot, so equal names are just equal |
//! | `SRR1.1` | `SRR1.2` | no: two spots of a run ([`MateName`]); the same of `ERR` and `DRR` |
//! | `r 1:N:0:A` | `r 2:N:0:A` | yes: Casava's field, in both and with numbers that ascend |
//! | `r 2:N:0:A` | `r 1:N:0:A` | no ([`MateNumber`]); the same of equal numbers |
//! | `r 1:N:0:A` | `r` | yes: only one has the field |
//!
//! Rules of other tools:
//!
//! | tool | mates |
//! |---|---|
//! | BBTools (`testPairNames`) | `/1` and `/2`, or ` 1:` and ` 2:`, in this order; equal names on request |
//! | dnaio, and so Cutadapt | equal names, or equal but for a last `1`, `2` or `3`, in any order and after any byte |
//! | `seqkit pair` | equal names; forms with numbers by a pattern that one gives (`--id-regexp`) |
//! | fastp | records with equal numbers: names are not compared |
//!
//! The check costs little, and can be left out ([`Pairs::check_names`]).
//!
//! [`MateName`]: crate::ErrorKind::MateName
//! [`MateNumber`]: crate::ErrorKind::MateNumber

mod batch;
mod input;
mod lockstep;
mod marks;
mod mate;
mod names;
mod pair;
mod parallel;
mod scout;
mod serial;

pub use batch::Batch;
pub(crate) use mate::{Mate, header};
pub(crate) use names::{CLASSES, Mismatch, key, mismatch};
pub use pair::{MateFormat, Pair};
pub use serial::Iter;

use input::Input;
use lockstep::{Lane, Lockstep};

use super::{Fastq, Record};
use crate::error::{PairFile, Result};
use crate::record::CheckedBytes;

/// Default length of the parts in bytes, which limit the batches: long enough that the cost of a task does not matter, short enough
/// that the parts of a window stay in the cache between counting and reading.
const BATCH_LEN: usize = 1 << 20;

/// Paired reads in memory, and the options for reading them.
///
/// ```
/// use pagecut::fastq::{Fastq, Pairs};
///
/// let first = b"@r1/1\nACGT\n+\nIIII\n@r2/1\nA\n+\nI\n";
/// let second = b"@r1/2\nGG\n+\nII\n@r2/2\nTTT\n+\nIII\n";
/// let mut letters = 0;
/// for pair in Pairs::new(first, second, Fastq::new()) {
///     let pair = pair?;
///     letters += pair.first.sequence().len() + pair.second.sequence().len();
/// }
/// assert_eq!(letters, 10);
///
/// // The same file twice.
/// let error = Pairs::new(first, first, Fastq::new()).iter().find_map(Result::err).unwrap();
/// assert_eq!(
///     error.to_string(),
///     "fastq: first file, record 0, line 1, byte 0: read numbers 1 and 1 are not those of a first and a second \
///      mate; the other record is \"@r1/1\" (second file, record 0, byte 0): \"@r1/1\""
/// );
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Pairs<'data> {
    first: Input<'data>,
    /// The second mates; `None` if the mates alternate in the first input.
    second: Option<Input<'data>>,
    format: Fastq,
    check_names: bool,
    batch_len: usize,
}

impl<'data> Pairs<'data> {
    /// Pairs of the first mates in one input and the second mates in another. If a mapping that is passed itself was truncated or changed,
    /// that is the error.
    #[must_use]
    pub fn new(
        first: impl Into<CheckedBytes<'data>>,
        second: impl Into<CheckedBytes<'data>>,
        format: Fastq,
    ) -> Self {
        let first = Input::new(first, Some(PairFile::First));
        Self::of(first, Some(Input::new(second, Some(PairFile::Second))), format)
    }

    /// Pairs of one input, in which each second mate follows its first one.
    #[must_use]
    pub fn interleaved(data: impl Into<CheckedBytes<'data>>, format: Fastq) -> Self {
        Self::of(Input::new(data, None), None, format)
    }

    fn of(first: Input<'data>, second: Option<Input<'data>>, format: Fastq) -> Self {
        Self { first, second, format, check_names: true, batch_len: BATCH_LEN }
    }

    /// Sets whether names are compared. The default is true.
    #[must_use]
    pub fn check_names(self, check: bool) -> Self {
        Self { check_names: check, ..self }
    }

    /// Sets the length of a batch of [`for_each_batch`](Pairs::for_each_batch) in bytes of either input. A batch is longer only if a record
    /// is. The default is 1 MiB; 0 counts as 1.
    #[must_use]
    pub fn with_batch_len(self, len: usize) -> Self {
        Self { batch_len: len.max(1), ..self }
    }

    /// Returns an iterator over the pairs.
    #[must_use]
    pub fn iter(&self) -> Iter<'data> {
        Iter::new(*self)
    }

    /// Reads all pairs.
    fn lockstep(&self) -> Lockstep<'data> {
        let lane = |input| Lane::all(input, self.format);
        Lockstep::new(lane(self.first), self.second.map(lane), self.check_names)
    }

    /// Checks that the bytes of both inputs have not changed.
    fn check(&self) -> Result<()> {
        self.first.check()?;
        self.second.map_or(Ok(()), |second| second.check())
    }
}

impl<'data> IntoIterator for Pairs<'data> {
    type Item = Result<Pair<Record<'data>>>;
    type IntoIter = Iter<'data>;

    fn into_iter(self) -> Iter<'data> {
        Iter::new(self)
    }
}

impl<'data> IntoIterator for &Pairs<'data> {
    type Item = Result<Pair<Record<'data>>>;
    type IntoIter = Iter<'data>;

    fn into_iter(self) -> Iter<'data> {
        self.iter()
    }
}

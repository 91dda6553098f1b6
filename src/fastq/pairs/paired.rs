//! Paired reads in memory.

use super::input::Input;
use super::lockstep::{Lane, Lockstep};
use crate::error::{PairFile, Result};
use crate::fastq::Fastq;
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
    pub(super) first: Input<'data>,
    /// The second mates; `None` if the mates alternate in the first input.
    pub(super) second: Option<Input<'data>>,
    pub(super) format: Fastq,
    pub(super) check_names: bool,
    pub(super) batch_len: usize,
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

    /// Reads all pairs.
    pub(super) fn lockstep(&self) -> Lockstep<'data> {
        let lane = |input| Lane::all(input, self.format);
        Lockstep::new(lane(self.first), self.second.map(lane), self.check_names)
    }

    /// Checks that the bytes of both inputs have not changed.
    pub(super) fn check(&self) -> Result<()> {
        self.first.check()?;
        self.second.map_or(Ok(()), |second| second.check())
    }
}

//! Recovery of damaged inputs of pairs: the pairs that are left, the records without mates, and the gaps.

mod block;
mod lane;
mod matching;
mod piece;

use std::hash::RandomState;
use std::sync::mpsc;
use std::thread::{self, Scope, ScopedJoinHandle};

pub use piece::PairPiece;

use self::lane::Lane;
use self::matching::{Counts, match_interleaved, match_two};
use super::paired_source::PairedSource;
use super::variant::VariantOfMates;
use crate::error::{PairFile, Result};
use crate::fastq::{Fastq, Variant};
use crate::source::open::Source;
use crate::source::schedule::{Account, own_pool};
use crate::source::threads::not_started;

/// Blocks of an input that may wait for the comparison.
const WAITING: usize = 2;

/// Memory of the records of each input that may wait for their mates.
const MOST_WAITING: u64 = 32 << 20;

/// The counts of damaged pairs, and the accounts of their inputs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PairAccount {
    /// Pairs.
    pub pairs: u64,
    /// Records of the first input without a mate, or of the only one.
    pub first_orphans: u64,
    /// Records of the second input without a mate.
    pub second_orphans: u64,
    /// The account of the first input, or of the only one.
    pub first: Account,
    /// The account of the second input.
    pub second: Option<Account>,
}

impl PairedSource {
    /// Reads damaged inputs, and calls `take` with the pairs that are left, with the records without a mate, and with the gaps, in order.
    /// Every record that [`Source::recover_fastq`] gives of an input is in one pair, or is an orphan.
    ///
    /// Names tell which records are mates ([rules](crate::fastq::pairs)). If two records are not mates, both inputs are read until a
    /// record has a mate among those that were read; the records before these two are orphans. Names that occur more than once are mates in
    /// the order of the input. After the end of one input, the rest of the other one are orphans.
    ///
    /// Records wait for their mates, up to 32 MiB of each input. A gap may be longer: if no more records may wait after a gap, the next
    /// orphan is the first record of the input of which less was read, measured by the lengths of its records and gaps. Without a gap,
    /// 32 MiB without mates in both inputs are an error, and so are two inputs that have records, but no pair. In one input in which
    /// mates alternate, a record that its mate does not follow is an orphan, and 32 MiB of orphans without a gap are the same error.
    ///
    /// Each input is read on its own threads. As for streams of FASTQ in [`Source::recover_fastq`]: if the error of
    /// an account is [`WrappedStream`](crate::ErrorKind::WrappedStream), the caller has to discard the records after the first gap of this input.
    ///
    /// ```
    /// use pagecut::{PairedSource, Source, SourceOptions, fastq::Fastq, source::PairPiece};
    ///
    /// let open = |reads: &'static [u8]| Source::from_reader(reads, SourceOptions::new());
    /// let first = open(b"@r1/1\nAC\n+\nII\n@r2/1\nGGG\n+\nI\n@r3/1\nT\n+\nI\n");
    /// let second = open(b"@r1/2\nA\n+\nI\n@r2/2\nG\n+\nI\n@r3/2\nC\n+\nI\n");
    /// let mut orphans = Vec::new();
    /// let account = PairedSource::new(first, second).recover(&Fastq::new(), u64::MAX, |piece| {
    ///     if let PairPiece::Orphan { record, .. } = piece {
    ///         orphans.extend_from_slice(record);
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!((account.pairs, account.second_orphans), (2, 1));
    /// assert_eq!(account.first.tally.gaps, 1);
    /// assert_eq!(orphans, b"@r2/2\nG\n+\nI\n");
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`](crate::ErrorKind::UnknownFormat) for an input that is not FASTQ;
    /// [`MateName`](crate::ErrorKind::MateName) and [`MateNumber`](crate::ErrorKind::MateNumber) of two records, for inputs that have no
    /// mates; those of `take`, and of threads that cannot be started. The errors of the inputs are in their accounts.
    pub fn recover(
        &self,
        fastq: &Fastq,
        max_gaps: u64,
        take: impl FnMut(PairPiece<'_>) -> Result<()>,
    ) -> Result<PairAccount> {
        let hashes = RandomState::new();
        let Some(second) = &self.second else {
            let only = Input::new(&self.first, None)?;
            return thread::scope(|scope| {
                let (lane, thread) = only.start(scope, fastq, max_gaps, hashes)?;
                let counts = match_interleaved(lane, take)?;
                Ok(PairAccount::new(counts, joined(thread), None))
            });
        };
        let first = Input::new(&self.first, Some(PairFile::First))?;
        let second = Input::new(second, Some(PairFile::Second))?;
        thread::scope(|scope| {
            let (first, first_thread) = first.start(scope, fastq, max_gaps, hashes.clone())?;
            let (second, second_thread) = second.start(scope, fastq, max_gaps, hashes)?;
            let counts = match_two(first, second, take)?;
            Ok(PairAccount::new(counts, joined(first_thread), Some(joined(second_thread))))
        })
    }
}

impl PairAccount {
    fn new(counts: Counts, first: Account, second: Option<Account>) -> Self {
        let Counts { pairs, orphans: [first_orphans, second_orphans] } = counts;
        Self { pairs, first_orphans, second_orphans, first, second }
    }
}

/// A damaged input.
struct Input<'run> {
    source: &'run Source,
    file: Option<PairFile>,
    guess: Variant,
}

impl<'run> Input<'run> {
    /// # Errors
    ///
    /// That it is not FASTQ, or cannot be read.
    fn new(source: &'run Source, file: Option<PairFile>) -> Result<Self> {
        let guess = source.detect_after_damage().and_then(|kind| kind.visit(VariantOfMates));
        Ok(Self { source, file, guess: guess.map_err(|error| error.in_file(file))? })
    }

    /// Starts a thread that reads the input.
    fn start<'scope>(
        self,
        scope: &'scope Scope<'scope, 'run>,
        fastq: &'run Fastq,
        max_gaps: u64,
        hashes: RandomState,
    ) -> Result<(Lane, ScopedJoinHandle<'scope, Account>)> {
        let Self { source, file, guess } = self;
        let (sender, blocks) = mpsc::sync_channel(WAITING);
        // A worker that waits for the comparison must not keep a thread from the other input.
        let pool = own_pool(source.options.threads)?;
        let send = move || block::send(source, fastq, guess, max_gaps, sender);
        let work = move || match pool {
            Some(pool) => pool.install(send),
            None => send(),
        };
        let thread = thread::Builder::new().name("pagecut-mates".into()).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| not_started(&error))?;
        Ok((Lane::new(file, blocks, hashes, MOST_WAITING), thread))
    }
}

/// The account of an input that was read to its end.
fn joined(thread: ScopedJoinHandle<'_, Account>) -> Account {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

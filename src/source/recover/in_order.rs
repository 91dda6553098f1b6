//! Recovery of damaged inputs in order: readable records and gaps.

use crate::error::{ErrorKind, Result};
use crate::record::{Gap, Piece, Pieces, Resync, Tally};
use crate::source::open::Source;
use crate::source::reserve::reserve;
use crate::source::schedule::Account;

/// A range of a damaged input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Recovered<'data> {
    /// Whole records and the blank lines between them, as in the input.
    Records(&'data [u8]),
    /// Bytes in which no record was found. The error states the numbers of its record and line.
    Gap(Gap),
}

/// The good bytes and gaps of a part.
pub(in crate::source) struct PartGaps {
    /// The bytes of the part without its gaps.
    pub(in crate::source) good: Vec<u8>,
    pub(in crate::source) gaps: Vec<GapInPart>,
    pub(in crate::source) tally: Tally,
}

/// A gap of a part.
pub(in crate::source) struct GapInPart {
    /// Number of good bytes before the gap.
    pub(in crate::source) at: usize,
    pub(in crate::source) gap: Gap,
    /// The account of the part up to the start of the gap.
    pub(in crate::source) before: Tally,
}

impl Source {
    /// Calls `take` with the readable ranges and the gaps of the input, in order; together they cover the input. Reading ends early if
    /// there are more than `max_gaps` gaps.
    ///
    /// ```
    /// use pagecut::{fastq::Fastq, source::Recovered, Source, SourceOptions};
    ///
    /// let damaged = b"@r1\nAC\n+\nII\n@r2\nGG\n+\nI\n@r3\nT\n+\nI\n";
    /// let source = Source::from_reader(&damaged[..], SourceOptions::new());
    /// let mut good = Vec::new();
    /// let account = source.recover(&Fastq::new(), u64::MAX, |recovered| {
    ///     match recovered {
    ///         Recovered::Records(bytes) => good.extend_from_slice(bytes),
    ///         Recovered::Gap(gap) => assert_eq!(gap.range, 12..23),
    ///         _ => {}
    ///     }
    ///     Ok(())
    /// });
    /// assert_eq!(good, b"@r1\nAC\n+\nII\n@r3\nT\n+\nI\n");
    /// assert_eq!((account.tally.records, account.tally.gaps), (2, 1));
    /// ```
    ///
    /// For BGZF, damaged blocks are skipped up to the next intact block; the gap states which compressed bytes are [lost](Gap::lost). The
    /// decompressed bytes are read as if the input were plain, with two exceptions. A record may not start with the first byte after a
    /// loss, since its line may have started before it. A record before a loss is not returned if its end depends on what followed it: the
    /// last record of FASTA, and a FASTQ record whose quality scores start with `@`, unless a line and one more byte follow it. Other
    /// compressed input ends at its first fault: bytes that look like the start of the next member or frame may be anything, and the
    /// checksum that would prove it may come after more bytes than fit into memory.
    ///
    /// FASTQ is read in the variant of `format`. If wrapped FASTQ is read as four-line FASTQ, quality scores that look like a record are
    /// returned as one; [`recover_fastq`](Source::recover_fastq) determines the variant.
    ///
    /// A part with too many gaps is not passed on. The error of the account is that of the first gap, unless reading ended early: then it
    /// is that of `take`, of the system or of the compressed bytes, or [`ErrorKind::TooManyGaps`], and the account is not complete.
    pub fn recover<F: Resync>(
        &self,
        format: &F,
        max_gaps: u64,
        mut take: impl FnMut(Recovered<'_>) -> Result<()> + Send,
    ) -> Account {
        self.find_gaps(format, true, max_gaps, |good, gap| hand_out(good, gap, &mut take))
    }

    /// Calls `take` with the gaps of a damaged input in order; their errors state the numbers of record and line. Reading ends early if
    /// there are more than `max_gaps` gaps. Returns an account as [`recover`](Source::recover) does.
    pub fn for_each_gap<F: Resync>(
        &self,
        format: &F,
        max_gaps: u64,
        mut take: impl FnMut(Gap) -> Result<()> + Send,
    ) -> Account {
        self.find_gaps(format, false, max_gaps, |_, gap| gap.map_or(Ok(()), &mut take))
    }

    /// Calls `take` with each gap and the good bytes before it, if they are wanted, and finally with the good bytes after the last gap.
    pub(in crate::source) fn find_gaps<F: Resync>(
        &self,
        format: &F,
        wants_good: bool,
        max_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut before = Tally::default();
        self.parts(format).recover().map_in_order(
            |pieces| find(pieces, wants_good),
            |found: Result<PartGaps>| {
                let PartGaps { good, gaps, tally } =
                    found.map_err(|error| error.count_before(before.records, before.lines))?;
                // Checked before `take` gets bytes of the part, so that the account covers exactly the bytes that it got.
                if before.gaps + gaps.len() as u64 > max_gaps {
                    return Err(ErrorKind::TooManyGaps { most: max_gaps }.into());
                }
                let mut from = 0;
                for GapInPart { at, gap, .. } in gaps {
                    let error = gap.error.count_before(before.records, before.lines);
                    take(&good[from..at], Some(Gap { error, ..gap }))?;
                    from = at;
                }
                before += tally;
                take(&good[from..], None)
            },
        )
    }
}

/// Passes on good bytes, if there are any, and the gap after them.
pub(in crate::source) fn hand_out(
    good: &[u8],
    gap: Option<Gap>,
    take: &mut impl FnMut(Recovered<'_>) -> Result<()>,
) -> Result<()> {
    if !good.is_empty() {
        take(Recovered::Records(good))?;
    }
    gap.map_or(Ok(()), |gap| take(Recovered::Gap(gap)))
}

/// Collects the good bytes and gaps of a part.
///
/// # Errors
///
/// [`ErrorKind::Io`] if memory for a copy of the part is exhausted.
pub(in crate::source) fn find<F: Resync>(pieces: &mut Pieces<'_, F>, wants_good: bool) -> Result<PartGaps> {
    let part = pieces.part();
    let mut good = reserve(F::NAME, part, if wants_good { part.len() } else { 0 })?;
    let mut gaps = Vec::new();
    // Positions in a part fit into `usize`.
    let position = |offset: u64| usize::try_from(offset - part.offset()).unwrap_or(usize::MAX);
    let mut from = 0;
    while let Some(piece) = pieces.next() {
        if let Piece::Gap(gap) = piece {
            let (start, end) = (position(gap.range.start), position(gap.range.end));
            if wants_good {
                good.extend_from_slice(&part.as_bytes()[from..start]);
            }
            from = end;
            let before = before_gap::<F>(pieces.tally(), &part.as_bytes()[start..end]);
            gaps.push(GapInPart { at: good.len(), gap, before });
        }
    }
    if wants_good {
        good.extend_from_slice(&part.as_bytes()[from..]);
    }
    Ok(PartGaps { good, gaps, tally: pieces.tally() })
}

/// Returns the account up to the start of a gap, from the account up to its end.
fn before_gap<F: Resync>(mut tally: Tally, gap: &[u8]) -> Tally {
    let lines = if F::IS_TEXT { memchr::memchr_iter(b'\n', gap).count() as u64 } else { 0 };
    tally.gaps -= 1;
    tally.gap_bytes -= gap.len() as u64;
    tally.lines -= lines;
    tally
}

//! What can be read of a damaged input, in order.

use crate::error::{ErrorKind, Result};
use crate::record::{Gap, Piece, Pieces, Resync, Tally};
use crate::source::open::Source;
use crate::source::room::room;
use crate::source::schedule::Account;

/// A stretch of a damaged input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Salvaged<'data> {
    /// Whole records, and the blank lines between them, as they stand in the input.
    Records(&'data [u8]),
    /// Bytes in which no record was found. The error has the numbers of its record and line.
    Gap(Gap),
}

/// What became of a part.
pub(in crate::source) struct Found {
    /// The bytes of the part without its gaps.
    pub(in crate::source) good: Vec<u8>,
    pub(in crate::source) gaps: Vec<FoundGap>,
    pub(in crate::source) tally: Tally,
}

/// A gap of a part.
pub(in crate::source) struct FoundGap {
    /// How many of the good bytes lie before it.
    pub(in crate::source) at: usize,
    pub(in crate::source) gap: Gap,
    /// The account of the part up to the start of the gap.
    pub(in crate::source) before: Tally,
}

impl Source {
    /// Hands out in the order of the input what can be read of it, and where nothing can: the good bytes and the gaps add up to
    /// the input. Reading ends early if there are more than `most_gaps`.
    ///
    /// ```
    /// use pagecut::{Salvaged, Source, SourceOptions, fastq::Fastq};
    ///
    /// let damaged = b"@r1\nAC\n+\nII\n@r2\nGG\n+\nI\n@r3\nT\n+\nI\n";
    /// let source = Source::from_reader(&damaged[..], SourceOptions::new());
    /// let mut good = Vec::new();
    /// let account = source.salvage(&Fastq::new(), u64::MAX, |salvaged| {
    ///     match salvaged {
    ///         Salvaged::Records(bytes) => good.extend_from_slice(bytes),
    ///         Salvaged::Gap(gap) => assert_eq!(gap.range, 12..23),
    ///         _ => {}
    ///     }
    ///     Ok(())
    /// });
    /// assert_eq!(good, b"@r1\nAC\n+\nII\n@r3\nT\n+\nI\n");
    /// assert_eq!((account.tally.records, account.tally.gaps), (2, 1));
    /// ```
    ///
    /// Of BGZF, damaged blocks are passed over too, up to the next one that is whole; the gap says which compressed bytes are
    /// [lost](Gap::lost). What is decompressed is read as if it were plain, with two exceptions: a record may not begin with the first byte
    /// behind what is lost, since that line may begin before it; and a record whose end is in doubt as long as nobody knows what follows
    /// is not given (of FASTA the last one; of FASTQ one whose quality scores begin with `@`, and which is not followed by a line and a
    /// byte). Other compressed input ends at its first fault: what looks like the start of the next member or frame may be anything, and
    /// the check sum that would prove it stands behind more bytes than there may be memory for.
    ///
    /// FASTQ is read in the variant that is named. Of wrapped FASTQ read as four lines a record, quality scores that look like a record
    /// are one; [`salvage_fastq`](Source::salvage_fastq) decides which variant the input is.
    ///
    /// Nothing is handed out of a part in which there are too many gaps. The account's error is that of the first gap, unless reading
    /// ended early: then it is that of `take`, of the system or of the compressed bytes, or [`ErrorKind::TooManyGaps`], and the account
    /// is not complete.
    pub fn salvage<F: Resync>(
        &self,
        format: &F,
        most_gaps: u64,
        mut take: impl FnMut(Salvaged<'_>) -> Result<()> + Send,
    ) -> Account {
        self.find_gaps(format, true, most_gaps, |good, gap| hand_out(good, gap, &mut take))
    }

    /// Hands out the gaps of a damaged input in their order, with the numbers of record and line in their errors. Reading ends
    /// early if there are more than `most_gaps`. Returns an account as [`salvage`](Source::salvage) does.
    pub fn for_each_gap<F: Resync>(
        &self,
        format: &F,
        most_gaps: u64,
        mut take: impl FnMut(Gap) -> Result<()> + Send,
    ) -> Account {
        self.find_gaps(format, false, most_gaps, |_, gap| gap.map_or(Ok(()), &mut take))
    }

    /// Hands out the gaps, each with the good bytes before it if they are wanted, and in the end those behind the last one.
    pub(in crate::source) fn find_gaps<F: Resync>(
        &self,
        format: &F,
        wants_good: bool,
        most_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut before = Tally::default();
        self.parts(format).recover().map_in_order(
            |pieces| find(pieces, wants_good),
            |found: Result<Found>| {
                let Found { good, gaps, tally } =
                    found.map_err(|error| error.count_before(before.records, before.lines))?;
                // Before anything of the part is taken, so that the account tells of what was.
                if before.gaps + gaps.len() as u64 > most_gaps {
                    return Err(ErrorKind::TooManyGaps { most: most_gaps }.into());
                }
                let mut from = 0;
                for FoundGap { at, gap, .. } in gaps {
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

/// Hands out good bytes, if there are any, and the gap after them.
pub(in crate::source) fn hand_out(
    good: &[u8],
    gap: Option<Gap>,
    take: &mut impl FnMut(Salvaged<'_>) -> Result<()>,
) -> Result<()> {
    if !good.is_empty() {
        take(Salvaged::Records(good))?;
    }
    gap.map_or(Ok(()), |gap| take(Salvaged::Gap(gap)))
}

/// Goes through the pieces of a part.
///
/// # Errors
///
/// [`ErrorKind::Io`] if there is no memory for a copy of the part.
pub(in crate::source) fn find<F: Resync>(pieces: &mut Pieces<'_, F>, wants_good: bool) -> Result<Found> {
    let part = pieces.part();
    let mut good = room(F::NAME, part, if wants_good { part.len() } else { 0 })?;
    let mut gaps = Vec::new();
    // What lies in the part can be counted in `usize`.
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
            gaps.push(FoundGap { at: good.len(), gap, before });
        }
    }
    if wants_good {
        good.extend_from_slice(&part.as_bytes()[from..]);
    }
    Ok(Found { good, gaps, tally: pieces.tally() })
}

/// The account up to the start of a gap, of that up to its end.
fn before_gap<F: Resync>(tally: Tally, gap: &[u8]) -> Tally {
    let lines = if F::IS_TEXT { memchr::memchr_iter(b'\n', gap).count() as u64 } else { 0 };
    Tally {
        gaps: tally.gaps - 1,
        gap_bytes: tally.gap_bytes - gap.len() as u64,
        lines: tally.lines - lines,
        ..tally
    }
}

//! Recovery of damaged FASTQ in the variant of its records.

use std::ops::Range;

use super::in_order::{Recovered, hand_out};
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::{Fastq, Variant};
use crate::record::{Format, Gap, LostBlock, Part, Tally};
use crate::source::open::Source;
use crate::source::reserve::reserve;
use crate::source::schedule::{Account, Division, InOrderWork, Outcome};

impl Source {
    /// Recovers FASTQ as [`recover`](Source::recover) does, in the variant of its records.
    ///
    /// An input without faults is read once. After the first fault, the input is read to its end to determine the variant
    /// ([`variant_after`](Source::variant_after)), and then read again. In wrapped FASTQ no boundary after a fault is certain: all records
    /// before the first fault are returned, and the rest of the input is one gap.
    ///
    /// A stream cannot be read again: its variant is `guess`, which [`detect_after_damage`](Source::detect_after_damage) returns. If that
    /// is [`FourLines`](Variant::FourLines), and the bytes from the first fault on show that it is wrong, reading ends with
    /// [`ErrorKind::WrappedStream`] before those bytes are passed on. Bytes passed on after the first gap are then void, since the quality
    /// scores of a damaged wrapped record can look like a record; the account covers only the bytes before that gap. If a single record of
    /// five lines is the only sign, the stream is read to its end first, since an extra line end looks the same.
    ///
    /// ```
    /// use pagecut::{fastq::{Fastq, Variant}, source::Recovered, Source};
    ///
    /// let source = Source::open("testdata/wrapped.fastq")?;
    /// let mut good = Vec::new();
    /// let account = source.recover_fastq(&Fastq::new(), Variant::FourLines, u64::MAX, |recovered| {
    ///     if let Recovered::Records(bytes) = recovered {
    ///         good.extend_from_slice(bytes);
    ///     }
    ///     Ok(())
    /// });
    /// assert_eq!(account.tally.gaps, 0);
    /// assert_eq!(good, std::fs::read("testdata/wrapped.fastq")?);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn recover_fastq(
        &self,
        fastq: &Fastq,
        guess: Variant,
        max_gaps: u64,
        mut take: impl FnMut(Recovered<'_>) -> Result<()> + Send,
    ) -> Account {
        self.recover_fastq_variant(fastq, guess, max_gaps, |_, recovered| take(recovered))
    }

    /// Recovers FASTQ as [`recover_fastq`](Source::recover_fastq) does, and calls `take` also with the variant of the records.
    pub(in crate::source) fn recover_fastq_variant(
        &self,
        fastq: &Fastq,
        guess: Variant,
        max_gaps: u64,
        mut take: impl FnMut(Variant, Recovered<'_>) -> Result<()> + Send,
    ) -> Account {
        self.find_fastq_gaps(fastq, guess, true, max_gaps, |variant, good, gap| {
            hand_out(good, gap, &mut |recovered: Recovered<'_>| take(variant, recovered))
        })
    }

    /// Calls `take` with the gaps of damaged FASTQ, as [`for_each_gap`](Source::for_each_gap) does, in the variant of its records. The gaps
    /// are those of [`recover_fastq`](Source::recover_fastq).
    pub fn for_each_fastq_gap(
        &self,
        fastq: &Fastq,
        guess: Variant,
        max_gaps: u64,
        mut take: impl FnMut(Gap) -> Result<()> + Send,
    ) -> Account {
        self.find_fastq_gaps(fastq, guess, false, max_gaps, |_, _, gap| gap.map_or(Ok(()), &mut take))
    }

    /// Calls `take` with each gap and the good bytes before it, if they are wanted, and finally with the good bytes after the last gap, each
    /// time with the variant of the records.
    fn find_fastq_gaps(
        &self,
        fastq: &Fastq,
        guess: Variant,
        wants_good: bool,
        max_gaps: u64,
        mut take: impl FnMut(Variant, &[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        // Recovery keeps a good record whatever follows it.
        let fastq = fastq.check_quality_end(false);
        if self.reader().is_none() {
            let take = |good: &[u8], gap: Option<Gap>| take(guess, good, gap);
            return match guess {
                Variant::FourLines => self.find_stream_gaps(&fastq, max_gaps, take),
                Variant::Wrapped => self.find_end(&fastq.wrapped(), wants_good, max_gaps, take),
            };
        }
        // `take` gets no bytes of the part with the first gap, so the bytes so far are the same in both variants.
        let mut taken = 0;
        let account = self.find_gaps(&fastq, wants_good, 0, |good, gap| {
            take(Variant::FourLines, good, gap)?;
            taken += good.len() as u64;
            Ok(())
        });
        let has_gap = |error: &Error| matches!(error.kind(), ErrorKind::TooManyGaps { most: 0 });
        if !account.error.as_ref().is_some_and(has_gap) {
            return account;
        }
        let mut left = taken;
        let mut take = |variant, good: &[u8], gap: Option<Gap>| {
            // A value that does not fit into `usize` is larger than any slice.
            let known = usize::try_from(left).unwrap_or(usize::MAX).min(good.len());
            left -= known as u64;
            take(variant, &good[known..], gap)
        };
        match self.variant_by_all_records() {
            Ok(variant @ Variant::FourLines) => {
                self.find_gaps(&fastq, wants_good, max_gaps, |good, gap| take(variant, good, gap))
            }
            Ok(variant @ Variant::Wrapped) => {
                let take = |good: &[u8], gap: Option<Gap>| take(variant, good, gap);
                self.find_end(&fastq.wrapped(), wants_good, max_gaps, take)
            }
            Err(error) => Account { error: Some(error), complete: false, ..account },
        }
    }

    /// Passes on the good bytes before the first fault, if they are wanted, and then the rest of the input as one gap.
    fn find_end<F: Format>(
        &self,
        format: &F,
        wants_good: bool,
        max_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut tally = Tally::default();
        let mut end: Option<Gap> = None;
        let work = InOrderWork {
            in_order: self.in_order(|found: Result<PartUpToFault>| {
                let found = found.map_err(|error| error.count_before(tally.records, tally.lines))?;
                match (&mut end, found.fault) {
                    (Some(gap), _) => gap.range.end = found.part.end,
                    (None, Some(_)) if max_gaps == 0 => {
                        return Err(ErrorKind::TooManyGaps { most: 0 }.into());
                    }
                    (None, fault) => {
                        take(&found.good, None)?;
                        end = fault.map(|(start, error, lost)| {
                            let error = error.count_before(tally.records, tally.lines);
                            Gap { range: start..found.part.end, error, lost: lost.map(Box::new) }
                        });
                        tally += found.tally;
                    }
                }
                Ok(())
            }),
            map: |part: Part<'_>| {
                let found = up_to_fault(format, part, wants_good);
                (Some(found), Outcome::read(Tally::default()))
            },
        };
        let account = self.run(format, Division::Recovering, || None, &work).1;
        drop(work);
        let Some(gap) = end else { return Account { tally, ..account } };
        let error = gap.error.clone();
        let refused = take(&[], Some(gap.clone())).err();
        tally.gaps = 1;
        tally.gap_bytes = gap.range.end - gap.range.start;
        let complete = account.complete && refused.is_none();
        Account { tally, error: refused.or(account.error).or(Some(error)), complete, ..account }
    }
}

/// The result of reading a part up to its first fault.
struct PartUpToFault {
    part: Range<u64>,
    /// The bytes before the first fault, if they are wanted.
    good: Vec<u8>,
    /// The account of the bytes before the first fault.
    tally: Tally,
    /// The first fault: the offset of its record, the error, and the loss if there is one.
    fault: Option<(u64, Error, Option<LostBlock>)>,
}

/// Reads a part up to its first fault, which may be lost bytes.
///
/// # Errors
///
/// [`ErrorKind::Io`] if memory for a copy of the good bytes is exhausted.
fn up_to_fault<F: Format>(format: &F, part: Part<'_>, wants_good: bool) -> Result<PartUpToFault> {
    let loss = part.losses().first().filter(|loss| loss.position <= part.len());
    let readable = match loss {
        Some(loss) => Part::from_view(&part.view()[..loss.position], loss.position, part.offset(), false),
        None => part,
    };
    let mut records = format.records_of(readable);
    records.by_ref().for_each(drop);
    let tally = records.tally();
    // Positions in a part fit into `usize`.
    let end = usize::try_from(tally.bytes()).unwrap_or(usize::MAX);
    let start = part.offset() + end as u64;
    let error = records.error().filter(|error| {
        // An incomplete record before a loss is due to the loss.
        loss.is_none() || !matches!(error.kind(), ErrorKind::Incomplete { .. })
    });
    let fault = match (error, loss) {
        (Some(error), _) => Some((start, error.clone(), None)),
        (None, Some(loss)) => Some((start, loss.error.clone(), Some(loss.lost()))),
        (None, None) => None,
    };
    let good = &part.as_bytes()[..if wants_good { end } else { 0 }];
    let mut copy = reserve(F::NAME, part, good.len())?;
    copy.extend_from_slice(good);
    Ok(PartUpToFault { part: part.range(), good: copy, tally, fault })
}

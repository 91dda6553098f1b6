//! What can be read of damaged FASTQ, in the variant that its records have.

use std::ops::Range;

use super::salvage::{Salvaged, hand_out};
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::{Fastq, Variant};
use crate::record::{Format, Gap, LostBlock, Part, Tally};
use crate::source::open::Source;
use crate::source::room::room;
use crate::source::schedule::{Account, Division, InOrderWork, Outcome};

impl Source {
    /// Hands out what can be read of FASTQ, as [`salvage`](Source::salvage) does, in the variant that its records have.
    ///
    /// An input without faults is read once. At the first fault the input is read to its end, to see which variant it is
    /// ([`variant_after`](Source::variant_after)), and then once more. In wrapped FASTQ no boundary after a fault is certain: all records
    /// before the first fault are handed out, and the rest of the input is one gap.
    ///
    /// A stream cannot be read again: its variant is `guess`, which [`detect_after_damage`](Source::detect_after_damage) gives. Where that is
    /// [`FourLines`](Variant::FourLines), and the bytes from the first fault on show that it is wrong, reading ends with
    /// [`ErrorKind::WrappedStream`] before those bytes are handed out. What was handed out after the first gap is then void, since quality
    /// scores of a damaged wrapped record can look like a record; the account has the bytes before that gap only. A stream in which
    /// nothing but one record of five lines shows it is read to its end first, since a line end too many looks so too.
    ///
    /// ```
    /// use pagecut::{Salvaged, Source, fastq::{Fastq, Variant}};
    ///
    /// let source = Source::open("testdata/wrapped.fastq")?;
    /// let mut good = Vec::new();
    /// let account = source.salvage_fastq(&Fastq::new(), Variant::FourLines, u64::MAX, |salvaged| {
    ///     if let Salvaged::Records(bytes) = salvaged {
    ///         good.extend_from_slice(bytes);
    ///     }
    ///     Ok(())
    /// });
    /// assert_eq!(account.tally.gaps, 0);
    /// assert_eq!(good, std::fs::read("testdata/wrapped.fastq")?);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn salvage_fastq(
        &self,
        fastq: &Fastq,
        guess: Variant,
        most_gaps: u64,
        mut take: impl FnMut(Salvaged<'_>) -> Result<()> + Send,
    ) -> Account {
        self.find_fastq_gaps(fastq, guess, true, most_gaps, |good, gap| hand_out(good, gap, &mut take))
    }

    /// Hands out the gaps of damaged FASTQ, as [`for_each_gap`](Source::for_each_gap) does, in the variant that its records have: the
    /// gaps of [`salvage_fastq`](Source::salvage_fastq).
    pub fn for_each_fastq_gap(
        &self,
        fastq: &Fastq,
        guess: Variant,
        most_gaps: u64,
        mut take: impl FnMut(Gap) -> Result<()> + Send,
    ) -> Account {
        self.find_fastq_gaps(fastq, guess, false, most_gaps, |_, gap| gap.map_or(Ok(()), &mut take))
    }

    /// Hands out the gaps, each with the good bytes before it if they are wanted, and in the end those after the last one.
    fn find_fastq_gaps(
        &self,
        fastq: &Fastq,
        guess: Variant,
        wants_good: bool,
        most_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        // What follows a good record makes it no bad one where reading goes on.
        let fastq = fastq.check_quality_end(false);
        if self.reader().is_none() {
            return match guess {
                Variant::FourLines => self.find_stream_gaps(&fastq, most_gaps, take),
                Variant::Wrapped => self.find_end(&fastq.wrapped(), wants_good, most_gaps, take),
            };
        }
        // Nothing is taken of the part with the first gap, so what was taken is the same in both variants.
        let mut taken = 0;
        let account = self.find_gaps(&fastq, wants_good, 0, |good, gap| {
            take(good, gap)?;
            taken += good.len() as u64;
            Ok(())
        });
        let has_gap = |error: &Error| matches!(error.kind(), ErrorKind::TooManyGaps { most: 0 });
        if !account.error.as_ref().is_some_and(has_gap) {
            return account;
        }
        let mut left = taken;
        let take = |good: &[u8], gap: Option<Gap>| {
            // What is left fits into `usize` where it is less than the length of a slice.
            let known = usize::try_from(left).unwrap_or(usize::MAX).min(good.len());
            left -= known as u64;
            take(&good[known..], gap)
        };
        match self.variant_by_all_records() {
            Ok(Variant::FourLines) => self.find_gaps(&fastq, wants_good, most_gaps, take),
            Ok(Variant::Wrapped) => self.find_end(&fastq.wrapped(), wants_good, most_gaps, take),
            Err(error) => Account { error: Some(error), complete: false, ..account },
        }
    }

    /// Hands out the good bytes before the first fault, if they are wanted, and then the rest of the input as one gap.
    fn find_end<F: Format>(
        &self,
        format: &F,
        wants_good: bool,
        most_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut tally = Tally::default();
        let mut end: Option<Gap> = None;
        let work = InOrderWork {
            in_order: self.in_order(|found: Result<Found>| {
                let found = found.map_err(|error| error.count_before(tally.records, tally.lines))?;
                match (&mut end, found.fault) {
                    (Some(gap), _) => gap.range.end = found.part.end,
                    (None, Some(_)) if most_gaps == 0 => {
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

/// What became of a part.
struct Found {
    part: Range<u64>,
    /// The bytes before the first fault, if they are wanted.
    good: Vec<u8>,
    /// The account of the bytes before the first fault.
    tally: Tally,
    /// The first fault: where its record begins, and what is lost there.
    fault: Option<(u64, Error, Option<LostBlock>)>,
}

/// Reads a part up to its first fault, which may be a loss.
///
/// # Errors
///
/// [`ErrorKind::Io`] if there is no memory for a copy of the good bytes.
fn up_to_fault<F: Format>(format: &F, part: Part<'_>, wants_good: bool) -> Result<Found> {
    let loss = part.losses().first().filter(|loss| loss.position <= part.len());
    let readable = match loss {
        Some(loss) => Part::from_view(&part.view()[..loss.position], loss.position, part.offset(), false),
        None => part,
    };
    let mut records = format.records_of(readable);
    records.by_ref().for_each(drop);
    let tally = records.tally();
    // What lies in the part can be counted in `usize`.
    let end = usize::try_from(tally.bytes()).unwrap_or(usize::MAX);
    let start = part.offset() + end as u64;
    let error = records.error().filter(|error| {
        // What ends inside of a record ends where bytes are lost.
        loss.is_none() || !matches!(error.kind(), ErrorKind::Incomplete { .. })
    });
    let fault = match (error, loss) {
        (Some(error), _) => Some((start, error.clone(), None)),
        (None, Some(loss)) => Some((start, loss.error.clone(), Some(loss.lost()))),
        (None, None) => None,
    };
    let good = &part.as_bytes()[..if wants_good { end } else { 0 }];
    let mut copy = room(F::NAME, part, good.len())?;
    copy.extend_from_slice(good);
    Ok(Found { part: part.range(), good: copy, tally, fault })
}

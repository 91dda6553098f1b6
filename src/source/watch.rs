//! Damaged FASTQ from a stream, which cannot be read again to see which variant it is.

use std::collections::VecDeque;

use super::Source;
use super::account::Account;
use super::salvage::{Found, FoundGap, find, no_room, room};
use super::unread::Unread;
use crate::error::{Error, ErrorKind, Result, Site};
use crate::fastq::{Census, Evidence, Fastq, Variant};
use crate::record::{Format, Gap, Part, Tally};

impl Source {
    /// Hands out the gaps of a stream that is read as four lines a record, each with the good bytes before it, and in the end those after
    /// the last one. After the first gap, bytes are handed out only when they show no evidence of wrapped FASTQ; where they do, reading
    /// ends with an error, and what was handed out after the first gap is void. The account is that of all other bytes handed out.
    ///
    /// One line end too many makes a gap, be it damage or the only record that is wrapped. If all of the stream shows nothing else,
    /// it is wrapped, and the account has that error.
    pub(super) fn find_stream_gaps(
        &self,
        fastq: &Fastq,
        most_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut before = Tally::default();
        let mut evidence = Evidence::default();
        let mut watch: Option<Watch> = None;
        let mut refused = false;
        let mut account = self.map_pieces_in_order(
            fastq,
            |pieces| {
                let part = pieces.part();
                let mut evidence = Evidence::default();
                if part.offset() == 0
                    && let Some(Ok((offset, first))) = Census.records_of(part).next()
                {
                    evidence.add(offset, first);
                }
                let found = find(pieces, true)?;
                // Without gaps, all bytes are good.
                let all = if found.gaps.is_empty() { &[] } else { part.as_bytes() };
                let mut bytes = room(Fastq::NAME, part, all.len())?;
                bytes.extend_from_slice(all);
                Ok((found, bytes, evidence))
            },
            |looked_at: Result<(Found, Vec<u8>, Evidence)>| {
                let take_all = || {
                    let (found, bytes, first) =
                        looked_at.map_err(|error| error.count_before(before.records, before.lines))?;
                    if before.gaps + found.gaps.len() as u64 > most_gaps {
                        return Err(ErrorKind::TooManyGaps { most: most_gaps }.into());
                    }
                    evidence = evidence.merge(first);
                    let tally = found.tally;
                    match (&mut watch, found.gaps.first()) {
                        (None, None) => take(&found.good, None)?,
                        (Some(watch), _) => {
                            watch.add(found, &bytes, before, Tally::default())?;
                            watch.hand_out(false, &mut take)?;
                        }
                        (None, Some(first)) => {
                            // What lies before the first gap is good in both variants.
                            let good = first.tally_before();
                            take(&found.good[..first.at], None)?;
                            // The gap lies in the part, so it can be counted in `usize`.
                            let gap_len =
                                usize::try_from(first.gap.range.end - first.gap.range.start).unwrap_or(0);
                            let lines =
                                memchr::memchr_iter(b'\n', &bytes[first.at..][..gap_len]).count() as u64;
                            let handed_out = before + good.since(Tally { lines, ..Tally::default() });
                            let watch = watch.insert(Watch::from(handed_out, evidence));
                            watch.add(found, &bytes, before, good)?;
                            watch.hand_out(false, &mut take)?;
                        }
                    }
                    before += tally;
                    Ok(())
                };
                take_all().inspect_err(|_| refused = true)
            },
        );
        let Some(mut watch) = watch else { return account };
        // Where reading ended with an error, all that follows is not there.
        let ended = if refused { Ok(()) } else { watch.end(account.complete, &mut take) };
        account.tally = watch.handed_out;
        let at_first_gap = watch.at_first_gap;
        if let Err(error) = ended {
            (account.error, account.complete) = (Some(error), false);
        } else if account.complete
            && watch.unread.evidence.variant() == Variant::Wrapped
            && let Some(first) = account.error.take()
        {
            // Nothing but that gap shows it.
            (account.error, account.complete) = (Some(first.of_wrapped_stream()), false);
        }
        if account.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::WrappedStream)) {
            // Quality scores of a wrapped record that is damaged can look like a record.
            account.tally = at_first_gap;
        }
        account
    }
}

/// Bytes from the first gap on, which are looked at before they are handed out.
struct Watch {
    unread: Unread,
    /// Good bytes and gaps that are not handed out, with the offset at which they end, and their account.
    waiting: VecDeque<(u64, Waiting, Tally)>,
    /// Where the bytes end that wait.
    end: u64,
    /// The account of what was handed out.
    handed_out: Tally,
    /// The account of what was handed out before the first gap.
    at_first_gap: Tally,
    /// Lines before the bytes of which the census was taken.
    lines: u64,
}

enum Waiting {
    Good(Vec<u8>),
    Gap(Gap),
}

impl Watch {
    /// Begins after bytes that were handed out, with evidence of them.
    fn from(before: Tally, evidence: Evidence) -> Self {
        Self {
            unread: Unread::from(before.bytes(), evidence),
            waiting: VecDeque::new(),
            end: before.bytes(),
            handed_out: before,
            at_first_gap: before,
            lines: before.lines,
        }
    }

    /// Adds a part without those of its good bytes that were handed out, of which there is an account. `bytes` are all bytes of the
    /// part, if it has a gap.
    fn add(&mut self, found: Found, bytes: &[u8], before: Tally, handed_out: Tally) -> Result<()> {
        let Found { good, gaps, tally } = found;
        if gaps.is_empty() && handed_out == Tally::default() {
            self.unread.add(&good)?;
            self.end += good.len() as u64;
            self.waiting.push_back((self.end, Waiting::Good(good), tally));
            return Ok(());
        }
        // They lie in memory, so they can be counted in `usize`.
        let mut from = usize::try_from(handed_out.bytes()).unwrap_or(good.len());
        self.unread.add(&(if gaps.is_empty() { &good } else { bytes })[from..])?;
        let mut counted = handed_out;
        for gap in gaps {
            let good_tally = gap.tally_before();
            self.add_good(&good[from..gap.at], good_tally.since(counted))?;
            let FoundGap { at, gap, tally } = gap;
            let of_gap = tally.since(good_tally);
            (from, counted) = (at, tally);
            self.end = gap.range.end;
            let error = gap.error.count_before(before.records, before.lines);
            self.waiting.push_back((self.end, Waiting::Gap(Gap { error, ..gap }), of_gap));
        }
        self.add_good(&good[from..], tally.since(counted))
    }

    fn add_good(&mut self, good: &[u8], tally: Tally) -> Result<()> {
        if !good.is_empty() {
            let mut copy = Vec::new();
            copy.try_reserve_exact(good.len()).map_err(|_| no_room(Fastq::NAME, self.end))?;
            copy.extend_from_slice(good);
            self.end += good.len() as u64;
            self.waiting.push_back((self.end, Waiting::Good(copy), tally));
        }
        Ok(())
    }

    /// Hands out everything that lies before the first bytes which more of the input has to be in view for.
    ///
    /// # Errors
    ///
    /// That the input turns out to be wrapped; those of `take`.
    fn hand_out(
        &mut self,
        complete: bool,
        take: &mut impl FnMut(&[u8], Option<Gap>) -> Result<()>,
    ) -> Result<()> {
        match self.unread.look(complete, Evidence::is_wrapped_so_far) {
            None => self.hand_out_to(self.unread.offset(), take),
            Some(wrapped_at) => {
                self.hand_out_to(wrapped_at, take)?;
                self.hand_out_rest_to(wrapped_at, take)?;
                Err(self.is_wrapped(wrapped_at))
            }
        }
    }

    /// Hands out the rest, of an input that was read to its end if it is `complete`.
    fn end(&mut self, complete: bool, take: &mut impl FnMut(&[u8], Option<Gap>) -> Result<()>) -> Result<()> {
        self.hand_out(complete, take)?;
        self.hand_out_to(u64::MAX, take)
    }

    /// Hands out what ends before an offset.
    fn hand_out_to(
        &mut self,
        offset: u64,
        take: &mut impl FnMut(&[u8], Option<Gap>) -> Result<()>,
    ) -> Result<()> {
        while self.waiting.front().is_some_and(|(end, ..)| *end <= offset)
            && let Some((_, waiting, tally)) = self.waiting.pop_front()
        {
            match waiting {
                Waiting::Gap(gap) => take(&[], Some(gap))?,
                Waiting::Good(good) => take(&good, None)?,
            }
            self.handed_out += tally;
        }
        Ok(())
    }

    /// Hands out what lies before an offset of that which ends after it.
    #[cold]
    fn hand_out_rest_to(
        &mut self,
        offset: u64,
        take: &mut impl FnMut(&[u8], Option<Gap>) -> Result<()>,
    ) -> Result<()> {
        let start = self.handed_out.bytes();
        let Some((_, waiting, _)) = self.waiting.pop_front().filter(|_| start < offset) else {
            return Ok(());
        };
        match waiting {
            Waiting::Gap(gap) => {
                take(&[], Some(Gap { range: gap.range.start..offset, ..gap }))?;
                self.handed_out += Tally { gaps: 1, gap_bytes: offset - start, ..Tally::default() };
            }
            Waiting::Good(good) => {
                // The offset lies in it, so it can be counted in `usize`.
                let len = usize::try_from(offset - start).unwrap_or(good.len());
                let mut records = Fastq::new().records_of(Part::read(&good[..len], len, start, true));
                records.by_ref().for_each(drop);
                let whole = usize::try_from(records.tally().bytes()).unwrap_or(len);
                take(&good[..whole], None)?;
                self.handed_out += records.tally();
            }
        }
        Ok(())
    }

    /// The error that the stream is wrapped, which shows at this offset.
    fn is_wrapped(&self, offset: u64) -> Error {
        let site = Site {
            format: Fastq::NAME,
            offset,
            record_offset: offset,
            counted_from: 0,
            record: self.handed_out.records,
            line: Some(self.lines + self.unread.lines()),
        };
        Error::at(ErrorKind::WrappedStream, site, &[])
    }
}

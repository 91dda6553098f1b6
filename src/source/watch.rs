//! Damaged FASTQ from a stream, which cannot be read again to see which variant it is.

use std::collections::VecDeque;
use std::io;

use super::Source;
use super::account::Account;
use super::salvage::{Found, find, room};
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::{Census, Evidence, Fastq};
use crate::record::{Cursor as _, Format, Gap, Part, Tally};

impl Source {
    /// Hands out the gaps of a stream that is read as four lines a record, each with the good bytes before it, and in the end those after
    /// the last one. After the first gap, bytes are handed out only when they show no evidence of wrapped FASTQ; where they do, reading
    /// ends with an error.
    pub(super) fn find_stream_gaps(
        &self,
        fastq: &Fastq,
        most_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut before = Tally::default();
        let mut evidence = Evidence::default();
        let mut watch: Option<Watch> = None;
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
                let (mut found, bytes, first) =
                    looked_at.map_err(|error| error.count_before(before.records, before.lines))?;
                if before.gaps + found.gaps.len() as u64 > most_gaps {
                    return Err(ErrorKind::TooManyGaps { most: most_gaps }.into());
                }
                evidence = evidence.merge(first);
                let tally = found.tally;
                match (&mut watch, found.gaps.first_mut()) {
                    (None, None) => take(&found.good, None)?,
                    (Some(watch), _) => {
                        watch.add(found, &bytes, before);
                        watch.hand_out(false, &mut take)?;
                    }
                    (None, Some((at, gap))) => {
                        // What lies before the first gap is good in both variants.
                        let (at, start) = (std::mem::take(at), gap.range.start);
                        take(&found.good[..at], None)?;
                        found.good.drain(..at);
                        found.gaps.iter_mut().skip(1).for_each(|(later, _)| *later -= at);
                        let mut first = Watch::from(start, evidence);
                        first.add(found, &bytes[at..], before);
                        first.hand_out(false, &mut take)?;
                        watch = Some(first);
                    }
                }
                before += tally;
                Ok(())
            },
        );
        if let Some(watch) = watch.as_mut().filter(|_| account.complete)
            && let Err(error) = watch.hand_out(true, &mut take)
        {
            (account.error, account.complete) = (Some(error), false);
        }
        account
    }
}

/// Bytes from the first gap on, which are looked at before they are handed out.
struct Watch {
    /// Bytes of which the census is not done.
    ahead: Vec<u8>,
    /// Offset of the first of them.
    offset: u64,
    /// Nothing is looked at before there are as many bytes ahead.
    look_from: usize,
    evidence: Evidence,
    /// Good bytes and gaps that are not handed out, with the offset at which they end.
    waiting: VecDeque<(u64, Waiting)>,
    /// Where the bytes end that wait.
    end: u64,
}

enum Waiting {
    Good(Vec<u8>),
    Gap(Gap),
}

impl Watch {
    /// Begins at an offset, with evidence of what lies before.
    fn from(offset: u64, evidence: Evidence) -> Self {
        Self { ahead: Vec::new(), offset, look_from: 0, evidence, waiting: VecDeque::new(), end: offset }
    }

    /// Adds a part, or the rest of one. `bytes` are all of its bytes, if it has a gap.
    fn add(&mut self, found: Found, bytes: &[u8], before: Tally) {
        let Found { good, gaps, .. } = found;
        self.ahead.extend_from_slice(if gaps.is_empty() { &good } else { bytes });
        let mut from = 0;
        for (at, gap) in gaps {
            self.add_good(&good[from..at]);
            from = at;
            self.end = gap.range.end;
            let error = gap.error.count_before(before.records, before.lines);
            self.waiting.push_back((self.end, Waiting::Gap(Gap { error, ..gap })));
        }
        self.add_good(&good[from..]);
    }

    fn add_good(&mut self, good: &[u8]) {
        if !good.is_empty() {
            self.end += good.len() as u64;
            self.waiting.push_back((self.end, Waiting::Good(good.to_vec())));
        }
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
        if self.ahead.len() < self.look_from && !complete {
            return Ok(());
        }
        let mut cursor = Census.cursor(Part::read(&self.ahead, self.ahead.len(), self.offset, complete));
        let mut done = 0;
        let mut wrapped_at = None;
        while let Some(Ok((offset, stretch))) = cursor.next() {
            self.evidence.add(offset, stretch);
            if self.evidence.is_wrapped_so_far() {
                wrapped_at = Some(offset);
                break;
            }
            done = cursor.position();
        }
        let reached = if complete { self.end } else { self.offset + done as u64 };
        self.hand_out_to(wrapped_at.unwrap_or(reached), take)?;
        if let Some(offset) = wrapped_at {
            return Err(is_wrapped(offset));
        }
        // Of a record that is longer, nothing is looked at before there is twice as much.
        self.look_from = if done == 0 { self.ahead.len().saturating_mul(2) } else { 0 };
        self.ahead.drain(..done);
        self.offset += done as u64;
        Ok(())
    }

    /// Hands out what ends before an offset, or the part of it that does.
    fn hand_out_to(
        &mut self,
        offset: u64,
        take: &mut impl FnMut(&[u8], Option<Gap>) -> Result<()>,
    ) -> Result<()> {
        while let Some((end, waiting)) = self.waiting.pop_front() {
            match waiting {
                Waiting::Gap(gap) if end <= offset => take(&[], Some(gap))?,
                Waiting::Good(good) if end <= offset => take(&good, None)?,
                Waiting::Good(good) if end - (good.len() as u64) < offset => {
                    // It ends after the offset, which lies in it, so it can be counted in `usize`.
                    let left = usize::try_from(end - offset).unwrap_or(good.len());
                    let (now, later) = good.split_at(good.len() - left);
                    take(now, None)?;
                    self.waiting.push_front((end, Waiting::Good(later.to_vec())));
                    break;
                }
                waiting => {
                    self.waiting.push_front((end, waiting));
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The error that a stream is wrapped, which shows at this offset.
fn is_wrapped(offset: u64) -> Error {
    let what = format!(
        "the input is wrapped FASTQ, which shows at byte {offset} only; a stream cannot be read again as that, a file can"
    );
    io::Error::new(io::ErrorKind::Unsupported, what).into()
}

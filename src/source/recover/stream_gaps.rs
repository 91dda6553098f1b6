//! Recovery of damaged FASTQ from a stream, which cannot be read again to determine its variant.

use super::in_order::{GapInPart, PartGaps, find};
use crate::error::{Error, ErrorKind, Result, Site};
use crate::fastq::{Census, Evidence, Fastq, Variant};
use crate::record::{Format, Gap, Tally};
use crate::source::open::Source;
use crate::source::reserve::reserve;
use crate::source::schedule::Account;
use crate::source::variant::PendingCensus;

impl Source {
    /// Calls `take` with the gaps of a stream that is read as four lines per record, each with the good bytes before it, and finally with
    /// the good bytes after the last gap. From the first gap on, it also takes the census of the bytes. If they prove to be wrapped,
    /// reading ends with [`ErrorKind::WrappedStream`]: the caller has to discard all records after the first gap, and the account ends
    /// before that gap.
    ///
    /// An extra line end causes a gap, and so does a single wrapped record. If the rest of the stream shows nothing else, the stream counts
    /// as wrapped, and the account has that error.
    pub(in crate::source) fn find_stream_gaps(
        &self,
        fastq: &Fastq,
        max_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut before = Tally::default();
        let mut evidence = Evidence::default();
        let mut check: Option<WrappedCheck> = None;
        let mut account = self.parts(fastq).recover().map_in_order(
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
                let mut bytes = reserve(Fastq::NAME, part, all.len())?;
                bytes.extend_from_slice(all);
                Ok((found, bytes, evidence))
            },
            |looked_at: Result<(PartGaps, Vec<u8>, Evidence)>| {
                let (PartGaps { good, gaps, tally }, bytes, first) =
                    looked_at.map_err(|error| error.count_before(before.records, before.lines))?;
                if before.gaps + gaps.len() as u64 > max_gaps {
                    return Err(ErrorKind::TooManyGaps { most: max_gaps }.into());
                }
                evidence = evidence.merge(first);
                let from = match (&check, gaps.first()) {
                    (None, Some(first)) => {
                        check = Some(WrappedCheck::from(before + first.before, evidence));
                        first.at
                    }
                    _ => 0,
                };
                let has_gaps = !gaps.is_empty();
                let mut start = 0;
                for GapInPart { at, gap, .. } in gaps {
                    let error = gap.error.count_before(before.records, before.lines);
                    take(&good[start..at], Some(Gap { error, ..gap }))?;
                    start = at;
                }
                take(&good[start..], None)?;
                before += tally;
                match &mut check {
                    Some(check) => check.look(&(if has_gaps { &bytes } else { &good })[from..]),
                    None => Ok(()),
                }
            },
        );
        if let Some(check) = check {
            check.conclude(&mut account);
        }
        account
    }
}

/// The census of a stream from its first gap on.
struct WrappedCheck {
    census: PendingCensus,
    /// The account of the bytes before the gap.
    before: Tally,
}

impl WrappedCheck {
    /// Starts after bytes with this account and evidence.
    fn from(before: Tally, evidence: Evidence) -> Self {
        Self { census: PendingCensus::from(before.bytes(), evidence), before }
    }

    /// Takes the census of the following bytes, as far as possible without later bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrappedStream`] at the record that proves the stream to be wrapped; [`ErrorKind::Io`] if memory for the bytes is
    /// exhausted.
    fn look(&mut self, bytes: &[u8]) -> Result<()> {
        self.census.add(bytes)?;
        match self.census.look(false, Evidence::is_wrapped_so_far) {
            None => Ok(()),
            Some(offset) => Err(self.wrapped_at(offset)),
        }
    }

    /// Decides the variant at the end of the stream, and removes invalid counts from the account.
    fn conclude(mut self, account: &mut Account) {
        if account.complete {
            let error = match self.census.look(true, Evidence::is_wrapped_so_far) {
                Some(offset) => Some(self.wrapped_at(offset)),
                // Only the first gap shows it.
                None if self.census.evidence.variant() == Variant::Wrapped => {
                    account.error.take().map(Error::of_wrapped_stream)
                }
                None => None,
            };
            if error.is_some() {
                (account.error, account.complete) = (error, false);
            }
        }
        if account.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::WrappedStream)) {
            // Quality scores of a damaged wrapped record can look like a record.
            account.tally = self.before;
        }
    }

    /// Returns the error that the stream is wrapped, at the offset of the record that shows it.
    fn wrapped_at(&self, offset: u64) -> Error {
        let site = Site {
            format: Fastq::NAME,
            offset,
            record_offset: offset,
            counted_from: 0,
            record: self.before.records + self.census.records(),
            line: Some(self.before.lines + self.census.lines()),
        };
        Error::at(ErrorKind::WrappedStream, site, &[])
    }
}

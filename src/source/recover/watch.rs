//! Damaged FASTQ from a stream, which cannot be read again to see which variant it is.

use super::salvage::{Found, FoundGap, find};
use crate::error::{Error, ErrorKind, Result, Site};
use crate::fastq::{Census, Evidence, Fastq, Variant};
use crate::record::{Format, Gap, Tally};
use crate::source::open::Source;
use crate::source::room::room;
use crate::source::schedule::Account;
use crate::source::variant::Unread;

impl Source {
    /// Hands out the gaps of a stream that is read as four lines a record, each with the good bytes before it, and in the end those after
    /// the last one. From the first gap on it also takes the census of the bytes. Where they prove to be wrapped, reading ends with
    /// [`ErrorKind::WrappedStream`]: what was handed out from the first gap on is void, and the account ends before that gap.
    ///
    /// One line end too many makes a gap, be it damage or the only record that is wrapped. If all of the stream shows nothing else,
    /// it is wrapped, and the account has that error.
    pub(in crate::source) fn find_stream_gaps(
        &self,
        fastq: &Fastq,
        most_gaps: u64,
        mut take: impl FnMut(&[u8], Option<Gap>) -> Result<()> + Send,
    ) -> Account {
        let mut before = Tally::default();
        let mut evidence = Evidence::default();
        let mut watch: Option<Watch> = None;
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
                let mut bytes = room(Fastq::NAME, part, all.len())?;
                bytes.extend_from_slice(all);
                Ok((found, bytes, evidence))
            },
            |looked_at: Result<(Found, Vec<u8>, Evidence)>| {
                let (Found { good, gaps, tally }, bytes, first) =
                    looked_at.map_err(|error| error.count_before(before.records, before.lines))?;
                if before.gaps + gaps.len() as u64 > most_gaps {
                    return Err(ErrorKind::TooManyGaps { most: most_gaps }.into());
                }
                evidence = evidence.merge(first);
                let from = match (&watch, gaps.first()) {
                    (None, Some(first)) => {
                        watch = Some(Watch::from(before + first.before, evidence));
                        first.at
                    }
                    _ => 0,
                };
                let has_gaps = !gaps.is_empty();
                let mut start = 0;
                for FoundGap { at, gap, .. } in gaps {
                    let error = gap.error.count_before(before.records, before.lines);
                    take(&good[start..at], Some(Gap { error, ..gap }))?;
                    start = at;
                }
                take(&good[start..], None)?;
                before += tally;
                match &mut watch {
                    Some(watch) => watch.look(&(if has_gaps { &bytes } else { &good })[from..]),
                    None => Ok(()),
                }
            },
        );
        if let Some(watch) = watch {
            watch.conclude(&mut account);
        }
        account
    }
}

/// The census of a stream from its first gap on.
struct Watch {
    unread: Unread,
    /// The account of the bytes before the gap.
    before: Tally,
}

impl Watch {
    /// Begins after bytes of which there are an account and evidence.
    fn from(before: Tally, evidence: Evidence) -> Self {
        Self { unread: Unread::from(before.bytes(), evidence), before }
    }

    /// Takes the census of the bytes that follow, as far as it can be taken without more of them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrappedStream`] at the stretch that proves the stream to be wrapped; [`ErrorKind::Io`] if there is no memory for
    /// the bytes.
    fn look(&mut self, bytes: &[u8]) -> Result<()> {
        self.unread.add(bytes)?;
        match self.unread.look(false, Evidence::is_wrapped_so_far) {
            None => Ok(()),
            Some(offset) => Err(self.wrapped_at(offset)),
        }
    }

    /// Decides the variant when the stream was read to its end, and leaves in the account what is valid.
    fn conclude(mut self, account: &mut Account) {
        if account.complete {
            let error = match self.unread.look(true, Evidence::is_wrapped_so_far) {
                Some(offset) => Some(self.wrapped_at(offset)),
                // Nothing but the first gap shows it.
                None if self.unread.evidence.variant() == Variant::Wrapped => {
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

    /// The error that the stream is wrapped, as the stretch at this offset shows.
    fn wrapped_at(&self, offset: u64) -> Error {
        let site = Site {
            format: Fastq::NAME,
            offset,
            record_offset: offset,
            counted_from: 0,
            record: self.before.records + self.unread.records(),
            line: Some(self.before.lines + self.unread.lines()),
        };
        Error::at(ErrorKind::WrappedStream, site, &[])
    }
}

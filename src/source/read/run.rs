//! Dispatch of a task to the parts of an input.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use crate::error::Result;
use crate::record::{Boundaries, Format, Part, Pieces, Records, Resync};
use crate::source::open::{FileInput, Input, Source, lock};
use crate::source::schedule::{Account, Division, FileParts, Outcome, Work, drive};
use crate::source::stream::{StreamInput, StreamParts};
use crate::source::variant::StreamWork;

impl Source {
    /// Hands out all parts and lets `work` fold each into the value of its worker.
    pub(in crate::source) fn run<F: Format, T: Send>(
        &self,
        format: &F,
        division: Division,
        identity: impl Fn() -> T + Sync,
        work: &impl Work<T>,
    ) -> (Vec<T>, Account) {
        self.done.store(0, Ordering::Relaxed);
        let (options, done) = (self.options, &self.done);
        match &self.input {
            Input::File(file) if self.has_file_parts(file, format) => {
                let parts = FileParts::new(format, division, &file.reader, options.part_len, done);
                drive(&parts, options.threads, identity, work)
            }
            Input::File(file) => {
                let mut input = StreamInput::from_reader(&file.reader);
                self.run_from_the_left(&mut input, format, division, identity, work)
            }
            Input::Stream { input, .. } => match lock(input) {
                Ok(mut input)
                    if format.boundaries().is_some_and(Boundaries::needs_proof)
                        && self.variant_request.take() =>
                {
                    let work = StreamWork::new(work, self.max_waiting());
                    let (values, account) =
                        self.run_from_the_left(&mut input, format, division, identity, &work);
                    let (account, variant) = work.conclude(account);
                    self.variant_request.answer(variant);
                    (values, account)
                }
                Ok(mut input) => self.run_from_the_left(&mut input, format, division, identity, work),
                Err(error) => (Vec::new(), Account::refused(error)),
            },
        }
    }

    /// Returns whether workers can find the parts of a file independently. An input whose format needs all preceding bytes to find a
    /// boundary is read from its start.
    pub(in crate::source) fn has_file_parts<F: Format>(&self, file: &FileInput, format: &F) -> bool {
        file.compression.is_none()
            && format.boundaries().is_some_and(|boundaries| boundaries.look_behind() < usize::MAX)
            && self.options.allows(file.reader.len())
    }

    fn run_from_the_left<F: Format, T: Send>(
        &self,
        input: &mut StreamInput<'_>,
        format: &F,
        division: Division,
        identity: impl Fn() -> T + Sync,
        work: &impl Work<T>,
    ) -> (Vec<T>, Account) {
        let recover = division == Division::Recovering;
        let parts = StreamParts::new(format, recover, input, self.options, &self.done);
        let (values, account) = drive(&parts, self.options.threads, identity, work);
        *self.compression_stats.lock().unwrap_or_else(PoisonError::into_inner) = account.compression;
        (values, account)
    }
}

/// Passes the records of a part to `work`, and reads those that it leaves.
pub(in crate::source) fn read_records<F: Format>(
    format: &F,
    part: Part<'_>,
    work: impl FnOnce(&mut Records<'_, F>) -> Result<()>,
) -> Outcome {
    let mut records = format.records_of(part);
    let refused = work(&mut records).err();
    // The rest of the part is read even if `work` ignored an error.
    records.by_ref().for_each(drop);
    let error = refused.or_else(|| records.error().cloned());
    Outcome::read_up_to(error, records.tally())
}

/// Passes the records of a part to `work`, and reads those that it leaves. Its value is that of the records before an error.
pub(super) fn read_to_error<F: Format, T>(
    format: &F,
    part: Part<'_>,
    work: impl FnOnce(&mut Records<'_, F>) -> T,
) -> (Option<T>, Outcome) {
    let mut records = format.records_of(part);
    let value = work(&mut records);
    records.by_ref().for_each(drop);
    (Some(value), Outcome::valued_up_to(records.error().cloned(), records.tally()))
}

/// Passes the records and gaps of a part to `work`, and reads those that it leaves.
pub(in crate::source) fn read_pieces<F: Resync>(
    format: &F,
    part: Part<'_>,
    work: impl FnOnce(&mut Pieces<'_, F>),
) -> Outcome {
    let mut pieces: Pieces<'_, F> = format.pieces_of(part);
    work(&mut pieces);
    pieces.by_ref().for_each(drop);
    Outcome { error: pieces.error().cloned(), ..Outcome::read(pieces.tally()) }
}

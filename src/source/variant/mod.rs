//! Detection of the variant of FASTQ from the records.

mod pending_census;
mod request;
mod stream_work;

pub(super) use pending_census::PendingCensus;
pub(super) use request::VariantRequest;
pub(super) use stream_work::StreamWork;

use crate::detect::KindVisitor;
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::{Census, Evidence, Fastq, Variant};
use crate::record::{Format, Part, Records};
use crate::source::open::Source;
use crate::source::schedule::{Account, Division, Outcome, Then};

/// A task that is the same for every format with contiguous records.
pub trait FormatTask {
    /// The result of the work.
    type Output;

    /// Runs the task on a source in one format. It is called again, with [`Wrapped`](crate::fastq::Wrapped), if the FASTQ proves to be
    /// wrapped.
    ///
    /// # Errors
    ///
    /// Those of the task.
    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Self::Output>;
}

/// A task and its source.
struct InFormat<'run, T> {
    source: &'run Source,
    task: &'run T,
}

impl<T: FormatTask> KindVisitor for InFormat<'_, T> {
    type Output = Result<T::Output>;

    fn format<F: Format>(self, format: &F) -> Self::Output {
        self.task.run(self.source, format)
    }

    fn fastq(self, guess: Variant) -> Self::Output {
        let Self { source, task } = self;
        let fastq = Fastq::new();
        source.in_variant(guess, || task.run(source, &fastq), || task.run(source, &fastq.wrapped()))
    }

    fn scattered(self, why: &'static str) -> Self::Output {
        Err(ErrorKind::UnknownFormat(why).into())
    }
}

impl Source {
    /// Runs a task in the format of the input, and in the variant of its records. An empty input is read as FASTQ.
    ///
    /// ```
    /// use pagecut::{source::FormatTask, Format, Result, Source};
    ///
    /// /// Counts records.
    /// struct Count;
    ///
    /// impl FormatTask for Count {
    ///     type Output = u64;
    ///
    ///     fn run<F: Format>(&self, source: &Source, format: &F) -> Result<u64> {
    ///         source.for_each(format, |_| {}).map(|tally| tally.records)
    ///     }
    /// }
    ///
    /// assert_eq!(Source::open("testdata/illumina.fastq")?.in_format(&Count)?, 250);
    /// assert!(Source::open("testdata/wrapped.fastq")?.in_format(&Count)? > 0);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`detect`](Source::detect) and of the task; [`ErrorKind::UnknownFormat`] for MP4, whose samples are not contiguous.
    pub fn in_format<T: FormatTask>(&self, task: &T) -> Result<T::Output> {
        self.detect()?.visit(InFormat { source: self, task })
    }

    /// Runs a task on FASTQ in the variant of its records: in `guess`, and in the other variant if that fails and
    /// [`variant_after`](Source::variant_after) returns the other one. An input without faults is read once, unless the guess is wrong.
    ///
    /// A stream cannot be read again. If four-line reading of it fails, the following bytes decide its variant; if it is wrapped, the
    /// error is [`ErrorKind::WrappedStream`].
    ///
    /// ```
    /// use pagecut::{Source, fastq::{Fastq, Variant}};
    ///
    /// let source = Source::open("testdata/wrapped.fastq")?;
    /// let fastq = Fastq::new();
    /// let bases = source.in_variant(
    ///     Variant::FourLines,
    ///     || source.fold(&fastq, || 0, |bases, record| bases + record.sequence().len(), |a, b| a + b),
    ///     || source.fold(&fastq.wrapped(), || 0, |bases, record| bases + record.sequence_len(), |a, b| a + b),
    /// )?;
    /// assert!(bases > 0);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the task in the variant of the input.
    pub fn in_variant<T>(
        &self,
        guess: Variant,
        four_lines: impl FnOnce() -> Result<T>,
        wrapped: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        match guess {
            Variant::FourLines => {
                self.variant_request.make();
                let done = four_lines();
                match self.turns_out_to_be(guess, done.as_ref().err())? {
                    Variant::FourLines => done,
                    Variant::Wrapped => wrapped(),
                }
            }
            Variant::Wrapped => {
                let done = wrapped();
                match self.turns_out_to_be(guess, done.as_ref().err())? {
                    Variant::FourLines => four_lines(),
                    Variant::Wrapped => done,
                }
            }
        }
    }

    /// Reads FASTQ in the variant of its records, and accounts for every byte up to the first error, as [`account`](Source::account) does.
    /// For a stream that proves to be wrapped, the error is [`ErrorKind::WrappedStream`].
    #[must_use]
    pub fn account_fastq(&self, fastq: &Fastq, guess: Variant) -> Account {
        let read = |variant| match variant {
            Variant::FourLines => self.account(fastq),
            Variant::Wrapped => self.account(&fastq.wrapped()),
        };
        if guess == Variant::FourLines {
            self.variant_request.make();
        }
        let account = read(guess);
        match self.turns_out_to_be(guess, account.error.as_ref()) {
            Ok(variant) if variant == guess => account,
            Ok(variant) => read(variant),
            Err(error) => Account { error: Some(error), ..account },
        }
    }

    /// Returns the variant of the input, after reading it as `guess` gave this error, if any.
    pub(in crate::source) fn turns_out_to_be(
        &self,
        guess: Variant,
        error: Option<&Error>,
    ) -> Result<Variant> {
        let Some(error) = error else { return Ok(guess) };
        if self.reader().is_some() {
            return self.variant_after(guess, error);
        }
        match self.variant_request.take_answer() {
            Some(Variant::Wrapped) if guess == Variant::FourLines && is_in_doubt(error) => {
                Err(error.clone().of_wrapped_stream())
            }
            _ => Ok(guess),
        }
    }

    /// Returns the variant of FASTQ of the input, after reading it as `guess` failed with this error.
    ///
    /// Four-line reading stops at the first record that does not have four lines. If the wrapped grammar reads a whole record there, and no
    /// fault follows, the input is wrapped. If a fault follows, a record of six lines or more proves that the input is wrapped; a record of
    /// five lines does not, since an extra line end turns four lines into five. If both grammars fail at the same record, the input is
    /// damaged there, and has four lines per record.
    ///
    /// The variant is the guess if the error is not one of FASTQ, or the input is a stream, which cannot be read again.
    ///
    /// # Errors
    ///
    /// Those of reading the input again.
    pub fn variant_after(&self, guess: Variant, error: &Error) -> Result<Variant> {
        let is_in_doubt = match guess {
            Variant::FourLines => is_in_doubt(error),
            Variant::Wrapped => error.location().is_some_and(|location| location.format == Fastq::NAME),
        };
        if !is_in_doubt || self.reader().is_none() {
            return Ok(guess);
        }
        let variant = self.take_census(true)?.variant_before_gap();
        variant.map_or_else(|| self.variant_by_all_records(), Ok)
    }

    /// Returns the variant that all records of a damaged input show, including those after its faults.
    pub(in crate::source) fn variant_by_all_records(&self) -> Result<Variant> {
        self.take_census(false).map(|evidence| evidence.variant())
    }

    /// Takes the census of the input from its start, until the variant is certain, or up to the first gap if `stops_at_gap`.
    fn take_census(&self, stops_at_gap: bool) -> Result<Evidence> {
        let work = |evidence: &mut Evidence, part: Part<'_>| {
            let mut stretches: Records<'_, Census> = Census.records_of(part);
            let mut found = Evidence::default();
            let has_enough =
                |found: &Evidence| found.is_certain() || (stops_at_gap && found.first_gap().is_some());
            for (offset, stretch) in stretches.by_ref().map_while(Result::ok) {
                found.add(offset, stretch);
                if has_enough(&found) {
                    break;
                }
            }
            *evidence = evidence.merge(found);
            let then = if has_enough(&found) { Then::Stop } else { Then::Continue };
            Outcome { then, ..Outcome::read(stretches.tally()) }
        };
        let division = if stops_at_gap { Division::Parts } else { Division::Recovering };
        let (found, account) = self.run(&Census, division, Evidence::default, &work);
        let evidence = found.into_iter().fold(Evidence::default(), Evidence::merge);
        match account.error {
            Some(error) if !ends_input(&error) => Err(error),
            _ => Ok(evidence),
        }
    }
}

/// Returns whether an error ends the input, so that everything readable was read.
fn ends_input(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Compressed { .. } | ErrorKind::InputTooLong { .. } | ErrorKind::TooLong { .. }
    )
}

/// Returns whether this error of four-line reading leaves the variant in doubt.
pub(in crate::source) fn is_in_doubt(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PlusLine { .. }
            | ErrorKind::LengthMismatch { .. }
            | ErrorKind::SequenceStart { .. }
            | ErrorKind::QualityLine
    )
}

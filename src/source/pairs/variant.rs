//! Reads paired reads in the variant of FASTQ that they have.

use super::paired_source::PairedSource;
use crate::detect::KindVisitor;
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::Variant;
use crate::record::Format;

impl PairedSource {
    /// Runs work on the pairs in the variant of their records: wrapped if those of an input are, and otherwise four lines per record. If
    /// the guess from the first bytes is wrong, files are read again, as in [`Source::in_variant`](crate::Source::in_variant). A stream
    /// cannot be read again: if it proves to be wrapped, the error is [`ErrorKind::WrappedStream`].
    ///
    /// ```
    /// use pagecut::{PairedSource, fastq::Fastq};
    ///
    /// let source = PairedSource::open("testdata/wrapped.fastq", "testdata/wrapped.fastq")?.check_names(false);
    /// let fastq = Fastq::new();
    /// let tally = source.in_variant(
    ///     || source.for_each(&fastq, |_| {}),
    ///     || source.for_each(&fastq.wrapped(), |_| {}),
    /// )?;
    /// assert!(tally.pairs > 0);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the work in that variant; [`ErrorKind::UnknownFormat`] for an input that is not FASTQ.
    pub fn in_variant<T>(
        &self,
        four_lines: impl FnOnce() -> Result<T>,
        wrapped: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        match self.guess()? {
            guess @ Variant::FourLines => {
                self.inputs().for_each(|(source, _)| source.variant_request.make());
                let done = four_lines();
                match self.variant_after(guess, done.as_ref().err())? {
                    Variant::FourLines => done,
                    Variant::Wrapped => wrapped(),
                }
            }
            guess @ Variant::Wrapped => {
                let done = wrapped();
                match self.variant_after(guess, done.as_ref().err())? {
                    Variant::FourLines => four_lines(),
                    Variant::Wrapped => done,
                }
            }
        }
    }

    /// Guesses the variant from the first bytes of the inputs.
    fn guess(&self) -> Result<Variant> {
        let mut guess = Variant::FourLines;
        for (source, file) in self.inputs() {
            let kind = source.detect().map_err(|error| error.in_file(file))?;
            match kind.visit(VariantOfMates).map_err(|error| error.in_file(file))? {
                Variant::Wrapped => guess = Variant::Wrapped,
                Variant::FourLines => {}
            }
        }
        Ok(guess)
    }

    /// Returns the variant of the input with this error, which was read as `guess`.
    fn variant_after(&self, guess: Variant, error: Option<&Error>) -> Result<Variant> {
        let Some(error) = error else { return Ok(guess) };
        let file = error.location().and_then(|location| location.file);
        let Some((source, _)) = self.inputs().find(|(_, of)| *of == file) else { return Ok(guess) };
        match source.turns_out_to_be(guess, Some(error))? {
            // A stream cannot be read again, and neither can the other input then.
            variant if variant != guess && self.inputs().any(|(source, _)| source.reader().is_none()) => {
                match variant {
                    Variant::Wrapped => Err(error.clone().of_wrapped_stream()),
                    Variant::FourLines => Ok(guess),
                }
            }
            variant => Ok(variant),
        }
    }
}

/// The variant of FASTQ in which mates are read. An empty input has any.
pub(super) struct VariantOfMates;

impl KindVisitor for VariantOfMates {
    type Output = Result<Variant>;

    fn format<F: Format>(self, _: &F) -> Result<Variant> {
        Err(ErrorKind::UnknownFormat("only FASTQ has mates that can be compared").into())
    }

    fn fastq(self, guess: Variant) -> Result<Variant> {
        Ok(guess)
    }

    fn scattered(self, why: &'static str) -> Result<Variant> {
        Err(ErrorKind::UnknownFormat(why).into())
    }
}

//! FASTQ, and an empty input.

use pagecut::fastq::{Fastq, Variant};
use pagecut::index::Fai;
use pagecut::{Account, ErrorKind, Format as _, Result, Source, source::Recovered};

use super::format::{Format, Recovery};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::output::Out;
use crate::sanitize::{Held, write_recovered};
use crate::stats::{Outcome, ReadCounts};
use crate::verify::{Checked, Reading, Verify};

/// FASTQ, with the variant that its first bytes suggest.
pub(super) struct Reads(Variant);

impl Reads {
    pub(super) const FOUR_LINES: Self = Self(Variant::FourLines);
    pub(super) const WRAPPED: Self = Self(Variant::Wrapped);
}

/// Returns the format with the requested checks.
fn format(is_strict: bool) -> Fastq {
    if is_strict { Fastq::strict() } else { Fastq::new() }
}

impl Format for Reads {
    fn name(&self) -> &'static str {
        match self.0 {
            Variant::FourLines => "FASTQ",
            Variant::Wrapped => "FASTQ, wrapped",
        }
    }

    fn has_quality_scores(&self) -> bool {
        true
    }

    fn stats(&self, input: NamedSource<'_>, all: bool) -> Result<Outcome> {
        let counts = input.work(|| ReadCounts::of_fastq(input.source, input.name, "FASTQ", self.0, all))?;
        Ok(Outcome::Reads(Box::new(counts)))
    }

    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading> {
        let format = format(args.strict);
        Ok(Reading::of_parts(input, Some(Fastq::NAME), || {
            if args.recover {
                self.list_gaps(input.source, &format, args)
            } else {
                Checked::new(input.source.account_fastq(&format, self.0))
            }
        }))
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Ok(self)
    }

    fn names(&self, source: &Source) -> Result<Fai> {
        source.in_variant(self.0, || Fai::from_fastq(source), || Fai::from_wrapped_fastq(source))
    }
}

impl Recovery for Reads {
    fn recover(&self, input: NamedSource<'_>, strict: bool, max_gaps: u64, out: &mut Out) -> Account {
        let is_stream = input.source.reader().is_none();
        let mut held = Held::new();
        let format = format(strict);
        let account = input.source.recover_fastq(&format, self.0, max_gaps, |recovered| match recovered {
            Recovered::Records(bytes) if held.is_holding() => held.write(bytes),
            recovered => {
                if is_stream && matches!(recovered, Recovered::Gap(_)) {
                    held.hold();
                }
                write_recovered(recovered, input, out)
            }
        });
        held.end(account, out)
    }
}

impl Reads {
    /// Reads an input, continues after every fault, and lists the gaps.
    fn list_gaps(&self, source: &Source, format: &Fastq, args: &Verify) -> Checked {
        let mut gaps = Vec::new();
        let account = source.for_each_fastq_gap(format, self.0, args.max_gaps, |gap| {
            gaps.push(gap);
            Ok(())
        });
        if account.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::WrappedStream)) {
            // The gaps of four-line reading mean nothing in wrapped FASTQ.
            gaps.clear();
        }
        Checked { gaps: Some(gaps), ..Checked::new(account) }
    }
}

/// An input without bytes, or of blank lines only, which is valid in every text format.
pub(super) struct Empty;

impl Format for Empty {
    fn name(&self) -> &'static str {
        "empty"
    }

    fn stats(&self, input: NamedSource<'_>, all: bool) -> Result<Outcome> {
        let counts =
            input.work(|| ReadCounts::of_fastq(input.source, input.name, "", Variant::FourLines, all))?;
        Ok(Outcome::Reads(Box::new(counts)))
    }

    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading> {
        Ok(Reading::of_parts(input, None, || Checked {
            gaps: args.recover.then(Vec::new),
            ..Checked::new(input.source.account(&format(args.strict)))
        }))
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Ok(self)
    }

    fn names(&self, _: &Source) -> Result<Fai> {
        Err(unsupported("it is empty and has no names"))
    }
}

impl Recovery for Empty {
    fn recover(&self, input: NamedSource<'_>, strict: bool, max_gaps: u64, out: &mut Out) -> Account {
        Reads::FOUR_LINES.recover(input, strict, max_gaps, out)
    }
}

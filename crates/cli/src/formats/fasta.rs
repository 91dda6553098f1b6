//! FASTA.

use pagecut::fasta::Fasta;
use pagecut::index::Fai;
use pagecut::{Account, Format as _, Result, Source};

use super::format::{Format, Recovery};
use crate::named_source::NamedSource;
use crate::output::Out;
use crate::sanitize::write_good;
use crate::stats::{Outcome, ReadCounts};
use crate::verify::{Checked, Reading, Verify, list_gaps};

/// FASTA.
pub(super) struct Sequences;

/// Returns the format with the requested checks.
fn format(is_strict: bool) -> Fasta {
    if is_strict { Fasta::strict() } else { Fasta::new() }
}

impl Format for Sequences {
    fn name(&self) -> &'static str {
        "FASTA"
    }

    fn stats(&self, input: NamedSource<'_>, all: bool) -> Result<Outcome> {
        let counts = input.work(|| ReadCounts::of_fasta(input.source, input.name, all))?;
        Ok(Outcome::Reads(Box::new(counts)))
    }

    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading> {
        let format = format(args.strict);
        Ok(Reading::of_parts(input, Some(Fasta::NAME), || {
            if args.recover {
                list_gaps(input.source, &format, args)
            } else {
                Checked::new(input.source.account(&format))
            }
        }))
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Ok(self)
    }

    fn is_indexed_by_name(&self) -> bool {
        true
    }

    fn names(&self, source: &Source) -> Result<Fai> {
        Fai::from_fasta(source)
    }
}

impl Recovery for Sequences {
    fn recover(&self, input: NamedSource<'_>, strict: bool, max_gaps: u64, out: &mut Out) -> Account {
        write_good(input, &format(strict), max_gaps, out)
    }
}

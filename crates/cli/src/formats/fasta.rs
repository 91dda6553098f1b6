//! FASTA.

use pagecut::fasta::Fasta;
use pagecut::index::Fai;
use pagecut::{Account, Format as _, Result, Source};

use super::{Format, NamedSource, Recovery};
use crate::output::Out;
use crate::sanitize::Sanitize;
use crate::stats::Stats;
use crate::stats::{Outcome, ReadCounts};
use crate::verify::Verify;
use crate::{sanitize, verify};

/// FASTA.
pub(super) struct Sequences;

/// The format with the checks that were asked for.
fn format(is_strict: bool) -> Fasta {
    if is_strict { Fasta::strict() } else { Fasta::new() }
}

impl Format for Sequences {
    fn name(&self) -> &'static str {
        "FASTA"
    }

    fn stats(&self, input: NamedSource<'_>, args: &Stats) -> Result<Outcome> {
        let counts = input.work(|| ReadCounts::of_fasta(input.source, input.name, args.all))?;
        Ok(Outcome::Reads(Box::new(counts)))
    }

    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<verify::Reading> {
        let format = format(args.strict);
        Ok(verify::Reading::of_parts(input, Some(Fasta::NAME), || {
            if args.recover {
                verify::list_gaps(input.source, &format, args)
            } else {
                verify::Checked::new(input.source.account(&format))
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
    fn salvage(&self, input: NamedSource<'_>, args: &Sanitize, out: &mut Out) -> Account {
        sanitize::write_good(input, &format(args.strict), args, out)
    }
}

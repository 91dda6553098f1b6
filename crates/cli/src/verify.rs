//! `pagecut verify`: checks every record, accounts for every byte, and names the first error.

mod args;
mod damage;
mod file;
mod places;
mod reading;
mod verdict;

use std::io::{self, Write};

use crate::args::Common;
use crate::pairs::{self, Input};
use crate::progress;
pub(crate) use args::Verify;
pub(crate) use file::verdict_of;
pub(crate) use reading::{Checked, Found, Reading, first, list_gaps};
pub(crate) use verdict::{Fault, Verdict, Verdicts};

/// Verifies every input. Sets `all_good` to `false` if one is damaged.
pub(crate) fn run(
    args: &Verify,
    common: &Common,
    out: &mut dyn Write,
    all_good: &mut bool,
) -> io::Result<()> {
    let mut verdicts = Verdicts::default();
    let inputs = progress::numbered(args.mates.group(&args.files, all_good));
    let printed = print_all(inputs, args, common, out, &mut verdicts);
    // This counts even if nobody reads the output.
    *all_good &= verdicts.bad == 0;
    printed?;
    if args.json { Ok(()) } else { verdicts.write(common.quiet, out) }
}

/// Verifies inputs, and prints and counts the verdicts.
fn print_all(
    inputs: impl Iterator<Item = Input>,
    args: &Verify,
    common: &Common,
    out: &mut dyn Write,
    verdicts: &mut Verdicts,
) -> io::Result<()> {
    for input in inputs {
        let (Input::Alone(path) | Input::WithoutMate(path, _)) = &input else {
            pairs::verify::run(&input, args, common, out, verdicts)?;
            continue;
        };
        let verdict = verdict_of(path, path.display().to_string(), args, common);
        verdicts.add(verdict.is_good());
        verdict.print(args, common, out)?;
        if let Input::WithoutMate(path, mate) = &input {
            pairs::verify::without_mate(path, mate, args, common, out, verdicts)?;
        }
    }
    Ok(())
}

//! `compressed`: decoders do most of the work.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::comparison::{CSV_HEADINGS, Comparison};
use crate::format::Format;
use crate::legend::Legend;
use crate::lineup;
use crate::row::Result;
use crate::table::Csv;
use crate::{decoders, machine, measure, packing};

/// The note for a build without AVX2: the peers choose their instructions at run time.
const WITHOUT_AVX2: &str = "\
Not built for AVX2: helicase picks its SIMD when it is compiled and falls back to SSE or, where that is not asked for
either, to scalar code. Build with RUSTFLAGS=\"-C target-cpu=native\" for what it can do.";

/// Compares parsers of FASTQ together with their decompressors
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A FASTQ file: uncompressed (it is compressed like gzip -6, bgzip and zstd -3 do), or compressed in one of these formats
    ///
    /// Every speed is in decompressed bytes.
    file: PathBuf,

    /// Keep the compressed files beside FILE
    #[arg(long)]
    keep: bool,

    #[command(flatten)]
    run: crate::RunArgs,
}

pub(crate) fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let mut csv = Csv::create(args.run.csv.as_deref(), &[&["file"][..], &CSV_HEADINGS].concat())?;
    match Format::detect(&args.file)? {
        Format::Fastq => compare_packed(args, out, &mut csv)?,
        format if Format::COMPRESSED.contains(&format) => compare(&args.file, args, out, &mut csv)?,
        format => return Err(format!("{}: is {format}, not FASTQ", args.file.display()).into()),
    }
    if !cfg!(target_feature = "avx2") {
        writeln!(out, "{WITHOUT_AVX2}")?;
    }
    Ok(csv.flush()?)
}

fn compare_packed(args: &Args, out: &mut impl Write, csv: &mut Csv) -> Result<()> {
    let temporary;
    let folder = if args.keep {
        args.file.parent().unwrap_or(Path::new(""))
    } else {
        temporary = tempfile::tempdir()?;
        temporary.path()
    };
    for (nth, packed) in packing::pack(&args.file, folder)?.iter().enumerate() {
        if nth > 0 {
            writeln!(out)?;
        }
        compare(packed, args, out, csv)?;
    }
    Ok(())
}

fn compare(file: &Path, args: &Args, out: &mut impl Write, csv: &mut Csv) -> Result<()> {
    let format = Format::detect(file)?;
    // From here on the file is in the page cache, if it fits.
    let len = io::copy(&mut decoders::open(file, format)?, &mut io::sink())?;
    let rows = lineup::rows_of(format, None);
    let comparison = Comparison::new(len, measure::measure(file, &rows, args.run.rounds, || Ok(()))?);
    let legend = Legend::of(rows.iter());
    writeln!(
        out,
        "{}: {format}, {} bytes for {len}, which the speeds are of; {}, all agree; read once beforehand so that it is in the \
         page cache; median of {} rounds in turn\n{}\n",
        file.display(),
        fs::metadata(file)?.len(),
        comparison.count(),
        args.run.rounds,
        machine::describe(file),
    )?;
    comparison.table(&legend).write(out)?;
    writeln!(out, "\n{legend}")?;
    Ok(comparison.add_to(csv, &[file.display().to_string()])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_other_than_fastq_is_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sequences.fasta");
        fs::write(&file, ">s\nAC\n").unwrap();
        let args = Args { file, keep: false, run: crate::RunArgs { rounds: 1, csv: None } };
        let error = run(&args, &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("sequences.fasta") && error.contains("FASTA"), "{error}");
    }
}

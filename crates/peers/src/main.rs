//! pagecut against other FASTQ parsers, in one run: all of them count the records and bases of one file, in turn, and have
//! to agree.

mod decoders;
mod format;
mod machine;
mod measure;
mod ours;
mod packing;
mod peers;
mod roofline;
mod row;
mod table;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use format::Format;
use row::Result;
use table::Table;

/// Compares pagecut with other FASTQ parsers, and with what memory allows
#[derive(Parser)]
struct Args {
    /// A FASTQ file: plain, or compressed with gzip, BGZF or zstd, which is told by its content
    ///
    /// Of a compressed file, every speed is in decompressed bytes.
    file: PathBuf,

    /// Compress FILE, which is plain, as gzip -6, bgzip and zstd -3 do, and compare on each of the three
    #[arg(long)]
    compressed: bool,

    /// Leave the compressed files beside FILE
    #[arg(long, requires = "compressed")]
    keep: bool,

    /// How often to run every row; the median counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Print comma-separated values
    #[arg(long)]
    csv: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pagecut-peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout().lock();
    if args.compressed {
        compare_compressed(args, &mut out)?;
    } else {
        compare(&args.file, args, &mut out)?;
    }
    if !args.csv && !machine::AVX2 {
        writeln!(out, "\n{}", machine::WITHOUT_AVX2)?;
    }
    Ok(())
}

fn compare_compressed(args: &Args, out: &mut impl Write) -> Result<()> {
    let format = Format::of(&args.file)?;
    if format != Format::Plain {
        return Err(format!("{}: is compressed already: {format}", args.file.display()).into());
    }
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
        compare(packed, args, out)?;
    }
    Ok(())
}

fn compare(file: &Path, args: &Args, out: &mut impl Write) -> Result<()> {
    let format = Format::of(file)?;
    // From here on the file is in the page cache, if it fits.
    let len = io::copy(&mut decoders::open(file, format)?, &mut io::sink())?;
    let head = format!(
        "{}: {}, read once beforehand so that it is in the page cache; median of {} rounds\n{}",
        file.display(),
        describe(format, fs::metadata(file)?.len(), len),
        args.rounds,
        machine::describe(),
    );
    let table = Table::new(len, measure::measure(file, format, args.rounds)?);
    if args.csv {
        table.write_csv(out, &head)?
    } else {
        table.write_text(out, &head)?
    }
    Ok(())
}

/// How long the file is, and how long what it holds.
fn describe(format: Format, stored: u64, len: u64) -> String {
    match format {
        Format::Plain => format!("{len} bytes"),
        _ => format!("{format}, {stored} bytes for {len}, which the speeds are of"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_is_not_compressed_again() {
        let folder = tempfile::tempdir().unwrap();
        for (head, format) in [(&[0x1f, 0x8b, 8, 0][..], "gzip"), (&[0x28, 0xb5, 0x2f, 0xfd], "zstd")] {
            let file = folder.path().join("reads.fastq");
            fs::write(&file, head).unwrap();
            let args =
                Args::try_parse_from([Path::new("pagecut-peers"), &file, Path::new("--compressed")]).unwrap();
            let error = compare_compressed(&args, &mut Vec::new()).unwrap_err().to_string();
            assert!(error.contains("reads.fastq") && error.ends_with(format), "{error}");
        }
    }
}

//! `media`: lists all samples or packets of containers in the page cache.

mod input;
mod matroska;
mod mp4;
mod mpegts;
mod peers;
mod verdict;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::comparison::{Comparison, of};
use crate::format::Format;
use crate::legend::Legend;
use crate::row::{Access, Here, Kind, Result, Row, Run};
use crate::table::{Csv, Table, ratio};
use crate::{folder, machine, measure};
use input::{Container, Input};
use verdict::Verdict;

/// Compares readers of MP4, Matroska and MPEG-TS, all of which list samples or packets
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Approximate length of each input in mebibytes
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..))]
    mib: u64,

    /// The user's own file in place of those that ffmpeg makes. May be repeated
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,

    /// Make only this input. May be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    only: Vec<Container>,

    /// Folder for the inputs [default: beside this program]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    #[command(flatten)]
    run: crate::RunArgs,
}

const HEADINGS: [&str; 9] =
    ["parser", "access", "threads", "ms", "of fastest peer", "records", "faults", "% of pages", "work"];

const CSV_HEADINGS: [&str; 11] = [
    "input",
    "parser",
    "access",
    "threads",
    "records",
    "bytes",
    "seconds",
    "of fastest peer",
    "faults",
    "% of pages",
    "work",
];

pub(crate) fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let folder = folder::beside(args.folder.as_deref())?;
    writeln!(out, "{}", machine::describe(folder.path()))?;
    let mut csv = Csv::create(args.run.csv.as_deref(), &CSV_HEADINGS)?;
    let mut verdict = Verdict::default();
    if args.input.is_empty() {
        let made = input::make(&args.only, args.mib << 20, folder.path())?;
        made.iter().try_for_each(|input| compare(input, args.run.rounds, out, &mut csv, &mut verdict))?;
    } else {
        for file in &args.input {
            compare(&Input::from_file(file)?, args.run.rounds, out, &mut csv, &mut verdict)?;
        }
    }
    csv.flush()?;
    Ok(verdict.write(out)?)
}

/// Returns the rows that can read the format, those with fewer threads first.
fn rows_of(format: Format) -> Vec<Row> {
    let mut rows = [&mp4::ROWS[..], &matroska::ROWS, &mpegts::ROWS].concat();
    rows.extend(peers::rows());
    rows.retain(|row| row.formats.contains(&format));
    rows.sort_by_key(|row| row.threads);
    rows
}

fn compare(
    input: &Input,
    rounds: u32,
    out: &mut impl Write,
    csv: &mut Csv,
    verdict: &mut Verdict,
) -> Result<()> {
    // From here on the file is in the page cache, if it fits.
    let len = io::copy(&mut std::fs::File::open(&input.path)?, &mut io::sink())?;
    let rows = rows_of(input.format);
    let comparison = Comparison::new(len, measure::measure(&input.path, &rows, rounds, || Ok(()))?);
    let legend = Legend::of(rows.iter());
    writeln!(
        out,
        "\n{}: {len} bytes of {}; {}; {}, all agree that tell; read once beforehand so that it is in the page cache; median \
         of {rounds} rounds in turn\n",
        input.name,
        input.format,
        input.description,
        comparison.count(),
    )?;
    let mut table = Table::new(&HEADINGS, 2);
    for measured in comparison.rows() {
        let row = &measured.row;
        let counted = |number: fn(crate::row::Count) -> u64| {
            measured.count.map_or_else(String::new, |count| number(count).to_string())
        };
        let records = counted(|count| count.records);
        let of_peer = ratio(of(measured, comparison.fastest_peer(row.threads)));
        let faults = measured.faults.to_string();
        let pages = format!("{:.2}", faulted(measured.faults, len));
        let (seconds, threads) = (measured.time.as_secs_f64(), row.threads.to_string());
        table.add(vec![
            row.name.into(),
            row.access.to_string(),
            threads.clone(),
            format!("{:.2}", seconds * 1e3),
            of_peer.clone(),
            records.clone(),
            faults.clone(),
            pages.clone(),
            legend.mark(row.work),
        ]);
        csv.add(&[
            input.name.clone(),
            row.name.into(),
            row.access.to_string(),
            threads,
            records,
            counted(|count| count.len),
            format!("{seconds:.6}"),
            of_peer,
            faults,
            pages,
            row.work.into(),
        ])?;
    }
    table.write(out)?;
    writeln!(out, "\n{legend}")?;
    verdict.add(input, &comparison);
    Ok(())
}

/// Whether a program of FFmpeg is installed.
fn is_installed(program: &str) -> bool {
    let version = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Returns the share of the pages of a file that faulted, in percent.
fn faulted(faults: u64, len: u64) -> f64 {
    100.0 * faults as f64 / len.div_ceil(4096) as f64
}

const fn row(
    kind: Kind,
    name: &'static str,
    formats: &'static [Format],
    access: Access,
    threads: usize,
    work: &'static str,
    run: Here,
) -> Row {
    Row { kind, name, formats, access, threads, work, run: Run::Here(run) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn a_run_has_every_container_and_a_verdict() {
        if !is_installed("ffmpeg") {
            assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no ffmpeg, which is required");
            return eprintln!("skipped: no ffmpeg");
        }
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("rows.csv");
        let args = ["media", "--mib", "9", "--rounds", "1", "--csv", csv.to_str().unwrap()];
        let mut out = Vec::new();
        run(&Arguments::parse_from(args).args, &mut out).unwrap();
        let (out, rows) = (String::from_utf8(out).unwrap(), std::fs::read_to_string(csv).unwrap());
        for container in Container::ALL {
            let of = |peer: &str| {
                let prefix = format!("{},{peer}", container.name());
                rows.lines().filter(|line| line.starts_with(&prefix)).count()
            };
            assert!(of("pagecut") > 1 && of("") > of("pagecut"), "{}", container.name());
            assert!(out.contains(&format!("{}, threads: 1", container.name())), "{out}");
        }
    }

    #[test]
    fn faults_are_counted_against_pages() {
        assert_eq!((faulted(1, 409_600), faulted(1, 4097)), (1.0, 50.0));
    }
}

//! Reports on the terminal: a line for each module, with a small histogram.

use std::io::{self, Write};
use std::path::PathBuf;

use pagecut::qc::pairs::PairedReport;
use pagecut::qc::report::{Encoding, Positions, Report, Status};

use super::long::long_reads;
use crate::pairs::Input;
use crate::report::counted;
use crate::table::with_commas;

/// Heights of a column.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Maximum number of columns of a histogram.
const WIDTH: usize = 40;

/// The verdict on an input.
pub(super) struct Verdict {
    pub(super) is_good: bool,
    /// The file with the report, if it was written.
    pub(super) written: Option<PathBuf>,
}

/// Writes the verdict on pairs and their insert sizes, then those of the mates.
pub(super) fn write_pairs(
    input: &Input,
    report: &PairedReport,
    verdicts: &[Verdict; 2],
    out: &mut dyn Write,
) -> io::Result<()> {
    let pairs = &report.pairs;
    let verdict = word(verdicts.iter().all(|verdict| verdict.is_good));
    let before = if report.error().is_some() { " before the error" } else { "" };
    write!(out, "{}: {verdict}, {}{before}", input.name(), grouped(pairs.pairs, "pair"))?;
    let shares = pairs.overlapping_percent().zip(pairs.read_through_percent());
    if let Some((overlapping, read_through)) = shares {
        write!(out, ", {overlapping:.1}% overlap, {read_through:.1}% with adapters")?;
    }
    writeln!(out)?;
    if let Some(median) = pairs.median_insert_size() {
        let sizes = &pairs.insert_sizes;
        let first = sizes.iter().position(|&count| count > 0).unwrap_or(0);
        let counts: Vec<_> = sizes[first..].iter().map(|&count| count as f64).collect();
        let range = Positions { first: first as u64, last: sizes.len() as u64 - 1 };
        let columns = histogram(&counts);
        writeln!(out, "        {:<28}  {columns:<WIDTH$}  median {median}, {range}", "Insert size")?;
    }
    let names = match input {
        Input::Two(first, second) => [first, second].map(|path| path.display().to_string()),
        Input::Alone(path) | Input::WithoutMate(path, _) | Input::Interleaved(path) => {
            ["first", "second"].map(|mate| format!("{}, {mate} mates", path.display()))
        }
    };
    let mates = names.iter().zip(report.mates()).zip(verdicts);
    mates.into_iter().try_for_each(|((name, report), verdict)| write(name, report, verdict, out))
}

/// Writes the verdict on an input and the results of each module, unless they are in a file.
pub(super) fn write(file: &str, report: &Report, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let basic = &report.basic;
    let encoding = match basic.encoding {
        Encoding::Sanger => "Phred+33",
        Encoding::Illumina13 | Encoding::Illumina15 => "Phred+64",
    };
    let before = if report.error.is_some() { " before the error" } else { "" };
    let lengths = Positions { first: basic.min_len, last: basic.max_len };
    let verdict_word = word(verdict.is_good);
    write!(
        out,
        "{file}: {verdict_word}, {}, {}",
        grouped(basic.reads, "read"),
        grouped(basic.bases, "base")
    )?;
    writeln!(out, "{before}, lengths {lengths}, {}% GC, {encoding}", basic.gc_percent)?;
    if let Some(path) = &verdict.written {
        let verdicts = report.verdicts();
        let number = |wanted: Status| verdicts.iter().filter(|(_, status)| *status == wanted).count();
        let (passes, warnings, failures) = (number(Status::Pass), number(Status::Warn), number(Status::Fail));
        return writeln!(out, "  {passes} pass, {warnings} warn, {failures} fail: {}", path.display());
    }
    for (name, status) in report.verdicts() {
        let (text, numbers) = describe(name, report);
        write_line(&status.to_string(), name, &numbers, &text, out)?;
    }
    for (name, text, numbers) in more(report) {
        write_line("", name, &numbers, &text, out)?;
    }
    Ok(())
}

/// Returns the word for a verdict.
fn word(is_good: bool) -> &'static str {
    if is_good { "OK" } else { "FAILED" }
}

/// Formats a number with commas, and a noun.
fn grouped(number: u64, noun: &str) -> String {
    counted(number, noun).replacen(&number.to_string(), &with_commas(&number.to_string()), 1)
}

fn write_line(verdict: &str, name: &str, numbers: &[f64], text: &str, out: &mut dyn Write) -> io::Result<()> {
    let line = format!("  {verdict:<4}  {name:<28}  {:<WIDTH$}  {text}", histogram(numbers));
    writeln!(out, "{}", line.trim_end())
}

/// Returns the first row with the largest number.
fn largest<L>(rows: impl Iterator<Item = (L, f64)>) -> Option<(L, f64)> {
    rows.filter(|(_, number)| !number.is_nan()).reduce(|most, row| if row.1 > most.1 { row } else { most })
}

/// Describes the results of a module in a few words, and returns the numbers of its histogram.
fn describe(module: &str, report: &Report) -> (String, Vec<f64>) {
    describe_known(module, report).unwrap_or_default()
}

fn describe_known(module: &str, report: &Report) -> Option<(String, Vec<f64>)> {
    Some(match module {
        "Per base sequence quality" => {
            let rows = &report.base_quality.as_ref()?.results;
            let lowest = rows.iter().min_by(|one, other| one.mean.total_cmp(&other.mean))?;
            let text = format!("lowest mean {:.1} at {}", lowest.mean, lowest.positions);
            (text, rows.iter().map(|row| row.mean).collect())
        }
        "Per tile sequence quality" => {
            let rows = &report.tile_quality.as_ref()?.results;
            let deviations = rows.iter().map(|row| ((row.tile, row.positions), row.deviation.abs()));
            let ((tile, positions), deviation) = largest(deviations)?;
            (format!("largest deviation {deviation:.1}, tile {tile} at {positions}"), Vec::new())
        }
        "Per sequence quality scores" => {
            let rows = &report.read_quality.as_ref()?.results;
            let counts: Vec<_> = rows.iter().map(|(_, count)| *count as f64).collect();
            let (first, last) = (rows.first()?.0, rows.last()?.0);
            (format!("means {first} to {last}"), counts)
        }
        "Per base sequence content" => {
            let rows = &report.base_content.as_ref()?.results;
            let difference =
                |row: &pagecut::qc::report::BaseContent| (row.g - row.c).abs().max((row.a - row.t).abs());
            let (positions, most) = largest(rows.iter().map(|row| (row.positions, difference(row))))?;
            (format!("largest difference {most:.1}% at {positions}"), rows.iter().map(difference).collect())
        }
        "Per sequence GC content" => {
            let content = &report.gc_content.as_ref()?.results;
            let (mode, _) = largest(content.counts.iter().copied().enumerate())?;
            (format!("most reads {mode}% GC"), content.counts.clone())
        }
        "Per base N content" => {
            let rows = &report.n_content.as_ref()?.results;
            let (positions, most) = largest(rows.iter().copied())?;
            (
                if most > 0.0 { format!("at most {most:.2}%, at {positions}") } else { "none".into() },
                rows.iter().map(|(_, share)| *share).collect(),
            )
        }
        "Sequence Length Distribution" => {
            let rows = &report.lengths.as_ref()?.results;
            let (lengths, _) = largest(rows.iter().map(|(lengths, count)| (*lengths, *count as f64)))?;
            (format!("most reads {lengths} bases"), rows.iter().map(|(_, count)| *count as f64).collect())
        }
        "Sequence Duplication Levels" => {
            let duplication = &report.duplication.as_ref()?.results;
            let text = format!(
                "{:.1}% left after deduplication, by the first 100,000 sequences",
                duplication.deduplicated
            );
            (text, duplication.levels.iter().map(|(_, _, all)| *all).collect())
        }
        "Overrepresented sequences" => {
            let rows = &report.overrepresented.as_ref()?.results;
            let Some(first) = rows.first() else { return Some(("none".into(), Vec::new())) };
            let source = first.source.as_ref().map_or("no known source", |source| &source.name);
            let number = counted(rows.len() as u64, "sequence");
            (format!("{number}, the first {:.2}%, {source}", first.percentage), Vec::new())
        }
        "Adapter Content" => {
            let content = &report.adapters.as_ref()?.results;
            let last = content.rows.last().map_or(&[][..], |(_, shares)| shares);
            let most = largest(content.names.iter().zip(last.iter().copied()));
            let text = match most {
                Some((name, most)) if most > 0.0 => format!("at most {most:.2}%, {name}"),
                Some(_) => "none".into(),
                None => "reads are shorter than the adapters".into(),
            };
            let total = |shares: &[f64]| shares.iter().copied().fold(0.0, f64::max);
            (text, content.rows.iter().map(|(_, shares)| total(shares)).collect())
        }
        "Kmer Content" => {
            let rows = &report.kmers.as_ref()?.results;
            let Some(first) = rows.first() else { return Some(("none".into(), Vec::new())) };
            let number = counted(rows.len() as u64, "k-mer");
            let sequence = String::from_utf8_lossy(&first.sequence);
            (
                format!(
                    "{number}, {sequence} {:.1} times the expected number at {}",
                    first.max_ratio, first.max_positions
                ),
                Vec::new(),
            )
        }
        _ => return None,
    })
}

/// Describes the results that FastQC does not have, as name, text and numbers of a histogram. They have no verdict.
fn more(report: &Report) -> Vec<(&'static str, String, Vec<f64>)> {
    let mut lines = Vec::new();
    if let Some(estimate) = &report.duplication_estimate {
        let error = match estimate.standard_error {
            0.0 => String::new(),
            error => format!(" ± {error:.2}"),
        };
        let text = format!("{:.1}%{error} left after deduplication, by all reads", estimate.deduplicated);
        let shares = estimate.levels.iter().map(|(_, _, all)| *all).collect();
        lines.push(("Duplication of all reads", text, shares));
    }
    if let (Some(first), Some(last)) =
        (report.read_quality_by_error.first(), report.read_quality_by_error.last())
    {
        let rows = &report.read_quality_by_error;
        let text = format!("means {} to {}, median {}", first.0, last.0, median(rows));
        lines.push(("Quality by error probability", text, rows.iter().map(|row| row.1 as f64).collect()));
    }
    if let Some(reads) = long_reads(report) {
        let grouped = |number: u64| with_commas(&number.to_string());
        let text = format!(
            "N50 {}, N90 {}, median {} bases",
            grouped(reads.n50),
            grouped(reads.n90),
            grouped(reads.median_len)
        );
        let bases = reads.classes.iter().map(|class| class.bases as f64).collect();
        lines.push(("Bases by length of reads", text, bases));
        let qualities: Vec<_> = reads.positions.iter().map(|row| row.quality.mean_by_error).collect();
        let ends = reads.ends.as_ref().map(|ends| {
            format!(
                "first {0} bases {1:.1}, last {0} bases {2:.1}, by error probability",
                ends.bases, ends.start.mean_by_error, ends.end.mean_by_error
            )
        });
        lines.push(("Quality by position, log", ends.unwrap_or_default(), qualities));
    }
    lines
}

/// Returns the score that half of the reads do not exceed.
fn median(rows: &[(u8, u64)]) -> u8 {
    let reads: u64 = rows.iter().map(|row| row.1).sum();
    let mut seen = 0;
    let reaches_half = |row: &&(u8, u64)| {
        seen += row.1;
        seen >= reads.div_ceil(2)
    };
    rows.iter().find(reaches_half).map_or(0, |row| row.0)
}

/// Draws numbers as columns from zero to the largest number. Several numbers share a column as their mean.
fn histogram(numbers: &[f64]) -> String {
    let columns = numbers.len().min(WIDTH);
    let means: Vec<f64> = (0..columns)
        .map(|column| {
            let part = &numbers[column * numbers.len() / columns..(column + 1) * numbers.len() / columns];
            part.iter().filter(|number| !number.is_nan()).sum::<f64>() / part.len() as f64
        })
        .collect();
    let most = means.iter().copied().fold(0.0, f64::max);
    let level = |mean: &f64| {
        let share = if most > 0.0 { mean.max(0.0) / most } else { 0.0 };
        let steps = LEVELS.iter().enumerate().skip(1).take_while(|(step, _)| *step as f64 / 8.0 <= share);
        steps.last().map_or(LEVELS[0], |(_, letter)| *letter)
    };
    means.iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_rows_is_the_largest() {
        let rows = [("a", 1.0), ("b", f64::NAN), ("c", 3.0), ("d", 3.0)];
        assert_eq!(largest(rows.into_iter()), Some(("c", 3.0)));
        assert_eq!(largest([("b", f64::NAN)].into_iter()), None);
    }

    #[test]
    fn histograms_have_columns_of_means() {
        assert_eq!(histogram(&[]), "");
        assert_eq!(histogram(&[0.0, 0.0]), "▁▁");
        assert_eq!(histogram(&[0.0, 1.0, 4.0, 8.0]), "▁▂▅█");
        assert_eq!(histogram(&[f64::NAN, 8.0]), "▁█");
        let long = histogram(&[1.0; 101]);
        assert_eq!(long, "█".repeat(WIDTH));
    }
}

//! `fastqc_data.txt`: the results of each module as a table.

use std::fmt::Display;
use std::io::{self, Write};

use super::java::{Double, Float};
use super::one_line;
use crate::qc::report::{
    AdapterContent, BaseContent, BaseQuality, BasicStatistics, Duplication, GcContent, Kmer, Overrepresented,
    Positions, Report, TileQuality,
};

/// Writes `fastqc_data.txt`, with every number as FastQC 0.11.9 prints it.
///
/// The basic statistics of an incomplete report have a row `Error` with the error that ended reading, and the verdict `fail`; FastQC
/// writes no report then.
///
/// # Errors
///
/// Those of `out`.
pub fn write_data(report: &Report, mut out: impl Write) -> io::Result<()> {
    // Some programs compare the version.
    out.write_all(b"##FastQC\t0.11.9\n")?;
    for (name, status) in report.verdicts() {
        writeln!(out, ">>{name}\t{status}")?;
        write_results(name, report, &mut out)?;
        writeln!(out, ">>END_MODULE")?;
    }
    Ok(())
}

fn write_results(module: &str, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    /// Writes the results of a module that is in the report.
    macro_rules! write_module {
        ($module:ident, $write:expr) => {
            report.$module.as_ref().map_or(Ok(()), |module| $write(&module.results, out))
        };
    }
    match module {
        "Basic Statistics" => basic(report, out),
        "Per base sequence quality" => write_module!(base_quality, base_quality),
        "Per tile sequence quality" => write_module!(tile_quality, tile_quality),
        "Per sequence quality scores" => write_module!(read_quality, read_quality),
        "Per base sequence content" => write_module!(base_content, base_content),
        "Per sequence GC content" => write_module!(gc_content, gc_content),
        "Per base N content" => write_module!(n_content, n_content),
        "Sequence Length Distribution" => write_module!(lengths, lengths),
        "Sequence Duplication Levels" => write_module!(duplication, duplication),
        "Overrepresented sequences" => write_module!(overrepresented, overrepresented),
        "Adapter Content" => write_module!(adapters, adapters),
        _ => write_module!(kmers, kmers),
    }
}

/// Writes the rows of a module after a header.
fn table<C: Display>(
    header: &str,
    rows: impl IntoIterator<Item = (C, Vec<f64>)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "#{header}")?;
    for (label, numbers) in rows {
        write!(out, "{label}")?;
        for number in numbers {
            write!(out, "\t{}", Double(number))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn basic(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let BasicStatistics { encoding, reads, filtered, min_len, max_len, gc_percent, .. } = report.basic;
    let file_type = if reads == 0 { "null" } else { "Conventional base calls" };
    writeln!(out, "#Measure\tValue")?;
    writeln!(out, "Filename\t{}", one_line(&report.name.replacen("stdin:", "", 1)))?;
    writeln!(out, "File type\t{file_type}\nEncoding\t{encoding}")?;
    writeln!(out, "Total Sequences\t{reads}\nSequences flagged as poor quality\t{filtered}")?;
    writeln!(out, "Sequence length\t{}", Positions { first: min_len, last: max_len })?;
    writeln!(out, "%GC\t{gc_percent}")?;
    report.error.as_ref().map_or(Ok(()), |error| writeln!(out, "Error\t{}", one_line(&error.to_string())))
}

fn base_quality(rows: &[BaseQuality], out: &mut dyn Write) -> io::Result<()> {
    let numbers = |row: &BaseQuality| {
        vec![
            row.mean,
            row.median,
            row.lower_quartile,
            row.upper_quartile,
            row.percentile_10,
            row.percentile_90,
        ]
    };
    let header = "Base\tMean\tMedian\tLower Quartile\tUpper Quartile\t10th Percentile\t90th Percentile";
    table(header, rows.iter().map(|row| (row.positions, numbers(row))), out)
}

fn tile_quality(rows: &[TileQuality], out: &mut dyn Write) -> io::Result<()> {
    let label = |row: &TileQuality| format!("{}\t{}", row.tile, row.positions);
    table("Tile\tBase\tMean", rows.iter().map(|row| (label(row), vec![row.deviation])), out)
}

fn read_quality(rows: &[(i64, u64)], out: &mut dyn Write) -> io::Result<()> {
    table("Quality\tCount", rows.iter().map(|(quality, count)| (quality, vec![*count as f64])), out)
}

fn base_content(rows: &[BaseContent], out: &mut dyn Write) -> io::Result<()> {
    table("Base\tG\tA\tT\tC", rows.iter().map(|row| (row.positions, vec![row.g, row.a, row.t, row.c])), out)
}

fn gc_content(content: &GcContent, out: &mut dyn Write) -> io::Result<()> {
    table(
        "GC Content\tCount",
        content.counts.iter().enumerate().map(|(percent, count)| (percent, vec![*count])),
        out,
    )
}

fn n_content(rows: &[(Positions, f64)], out: &mut dyn Write) -> io::Result<()> {
    table("Base\tN-Count", rows.iter().map(|(positions, share)| (positions, vec![*share])), out)
}

fn lengths(rows: &[(Positions, u64)], out: &mut dyn Write) -> io::Result<()> {
    table("Length\tCount", rows.iter().map(|(lengths, count)| (lengths, vec![*count as f64])), out)
}

fn duplication(duplication: &Duplication, out: &mut dyn Write) -> io::Result<()> {
    // FastQC prints this as a header.
    writeln!(out, "#Total Deduplicated Percentage\t{}", Double(duplication.deduplicated))?;
    let rows =
        duplication.levels.iter().map(|(level, deduplicated, total)| (level, vec![*deduplicated, *total]));
    table("Duplication Level\tPercentage of deduplicated\tPercentage of total", rows, out)
}

fn overrepresented(rows: &[Overrepresented], out: &mut dyn Write) -> io::Result<()> {
    if !rows.is_empty() {
        writeln!(out, "#Sequence\tCount\tPercentage\tPossible Source")?;
    }
    for Overrepresented { sequence, count, percentage, source } in rows {
        out.write_all(sequence)?;
        write!(out, "\t{count}\t{}\t", Double(*percentage))?;
        match source {
            Some(source) => {
                writeln!(out, "{} ({}% over {}bp)", one_line(&source.name), source.identity, source.len)?
            }
            None => writeln!(out, "No Hit")?,
        }
    }
    Ok(())
}

fn adapters(content: &AdapterContent, out: &mut dyn Write) -> io::Result<()> {
    if content.rows.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = content.names.iter().map(|name| one_line(name)).collect();
    let rows = content.rows.iter().map(|(positions, shares)| (positions, shares.clone()));
    table(&format!("Position\t{}", names.join("\t")), rows, out)
}

fn kmers(rows: &[Kmer], out: &mut dyn Write) -> io::Result<()> {
    if !rows.is_empty() {
        writeln!(out, "#Sequence\tCount\tPValue\tObs/Exp Max\tMax Obs/Exp Position")?;
    }
    for Kmer { sequence, count, p_value, max_ratio, max_positions } in rows {
        out.write_all(sequence)?;
        writeln!(out, "\t{count}\t{}\t{}\t{max_positions}", Float(*p_value), Float(*max_ratio))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::qc::report::{Encoding, Module, Source, Status};

    fn positions(first: u64, last: u64) -> Positions {
        Positions { first, last }
    }

    fn with<R>(status: Status, results: R) -> Option<Module<R>> {
        Some(Module { status, results })
    }

    /// A report of no reads, without modules.
    fn empty() -> Report {
        Report {
            name: "stdin:a\tb.fastq".into(),
            error: None,
            basic: BasicStatistics {
                encoding: Encoding::Illumina15,
                characters: None,
                reads: 0,
                filtered: 3,
                bases: 0,
                min_len: 0,
                max_len: 0,
                gc_percent: 0,
            },
            base_quality: None,
            tile_quality: None,
            read_quality: None,
            read_quality_by_error: Vec::new(),
            base_content: None,
            gc_content: None,
            n_content: None,
            lengths: None,
            duplication: None,
            duplication_estimate: None,
            overrepresented: None,
            adapters: None,
            kmers: None,
            long_reads: None,
        }
    }

    fn text(report: &Report) -> String {
        let mut out = Vec::new();
        write_data(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn modules_that_are_left_out_are_not_written() {
        let expected = "##FastQC\t0.11.9\n>>Basic Statistics\tpass\n#Measure\tValue\nFilename\ta b.fastq\nFile type\tnull\n\
                        Encoding\tIllumina 1.5\nTotal Sequences\t0\nSequences flagged as poor quality\t3\nSequence length\t0\n%GC\t0\n\
                        >>END_MODULE\n";
        assert_eq!(text(&empty()), expected);
    }

    #[test]
    fn an_incomplete_report_fails_and_has_its_error() {
        let error = Some(ErrorKind::Invalid("two\nlines".into()).into());
        let text = text(&Report { error, ..empty() });
        assert!(text.contains(">>Basic Statistics\tfail\n"), "{text}");
        assert!(text.ends_with("%GC\t0\nError\ttwo lines\n>>END_MODULE\n"), "{text}");
    }

    #[test]
    fn every_module_has_its_table() {
        let mut report = empty();
        report.basic =
            BasicStatistics { encoding: Encoding::Sanger, reads: 2, min_len: 1, max_len: 9, ..report.basic };
        let nan = f64::NAN;
        let quality = BaseQuality {
            positions: positions(1, 1),
            mean: 0.1,
            mean_by_error: 99.0,
            median: 2.0,
            lower_quartile: 3.0,
            upper_quartile: 4.0,
            percentile_10: 5.0,
            percentile_90: nan,
        };
        report.base_quality = with(Status::Warn, vec![quality]);
        report.tile_quality =
            with(Status::Fail, vec![TileQuality { tile: -7, positions: positions(10, 19), deviation: -1.5 }]);
        report.read_quality = with(Status::Pass, vec![(-1, 2), (0, 0)]);
        report.base_content = with(
            Status::Pass,
            vec![BaseContent { positions: positions(2, 3), g: 1.0, a: 2.0, t: 3.0, c: 1e-5 }],
        );
        report.gc_content =
            with(Status::Pass, GcContent { counts: vec![0.5, 1.0], theoretical: vec![9.0, 9.0] });
        report.n_content = with(Status::Pass, vec![(positions(1, 1), 0.0)]);
        report.lengths = with(Status::Warn, vec![(positions(4, 7), 12_345_678)]);
        let levels = vec![("1", 100.0, 50.0), (">10", nan, 0.0)];
        report.duplication = with(Status::Pass, Duplication { deduplicated: 80.0, levels });
        let source = Some(Source { name: "A\tB".into(), identity: 96, len: 33 });
        let row = |sequence: &[u8], source| Overrepresented {
            sequence: sequence.into(),
            count: 5,
            percentage: 2.5,
            source,
        };
        report.overrepresented = with(Status::Fail, vec![row(b"ACGT", source), row(b"", None)]);
        let adapters = AdapterContent {
            names: vec!["X".into(), "Y".into()],
            rows: vec![(positions(1, 2), vec![0.0, 12.5])],
        };
        report.adapters = with(Status::Fail, adapters);
        let kmer = Kmer {
            sequence: b"ACGTACG".into(),
            count: 85,
            p_value: 4.254_785_4e-6,
            max_ratio: 65.00001,
            max_positions: positions(7, 7),
        };
        report.kmers = with(Status::Fail, vec![kmer]);
        let expected = "\
>>Per base sequence quality\twarn
#Base\tMean\tMedian\tLower Quartile\tUpper Quartile\t10th Percentile\t90th Percentile
1\t0.1\t2.0\t3.0\t4.0\t5.0\tNaN
>>END_MODULE
>>Per tile sequence quality\tfail
#Tile\tBase\tMean
-7\t10-19\t-1.5
>>END_MODULE
>>Per sequence quality scores\tpass
#Quality\tCount
-1\t2.0
0\t0.0
>>END_MODULE
>>Per base sequence content\tpass
#Base\tG\tA\tT\tC
2-3\t1.0\t2.0\t3.0\t1.0E-5
>>END_MODULE
>>Per sequence GC content\tpass
#GC Content\tCount
0\t0.5
1\t1.0
>>END_MODULE
>>Per base N content\tpass
#Base\tN-Count
1\t0.0
>>END_MODULE
>>Sequence Length Distribution\twarn
#Length\tCount
4-7\t1.2345678E7
>>END_MODULE
>>Sequence Duplication Levels\tpass
#Total Deduplicated Percentage\t80.0
#Duplication Level\tPercentage of deduplicated\tPercentage of total
1\t100.0\t50.0
>10\tNaN\t0.0
>>END_MODULE
>>Overrepresented sequences\tfail
#Sequence\tCount\tPercentage\tPossible Source
ACGT\t5\t2.5\tA B (96% over 33bp)
\t5\t2.5\tNo Hit
>>END_MODULE
>>Adapter Content\tfail
#Position\tX\tY
1-2\t0.0\t12.5
>>END_MODULE
>>Kmer Content\tfail
#Sequence\tCount\tPValue\tObs/Exp Max\tMax Obs/Exp Position
ACGTACG\t85\t4.2547854E-6\t65.00001\t7
>>END_MODULE
";
        let text = text(&report);
        let (basic, others) = text.split_once(">>END_MODULE\n").unwrap();
        assert!(
            basic.contains("\nFile type\tConventional base calls\nEncoding\tSanger / Illumina 1.9\n"),
            "{basic}"
        );
        assert!(basic.contains("\nSequence length\t1-9\n"), "{basic}");
        assert_eq!(others, expected);
        let mut summary = Vec::new();
        crate::qc::fastqc::write_summary(&report, &mut summary).unwrap();
        let summary = String::from_utf8(summary).unwrap();
        assert_eq!(summary.lines().count(), 12);
        assert!(summary.starts_with("PASS\tBasic Statistics\tstdin:a b.fastq\nWARN\tPer base"), "{summary}");
        assert!(summary.ends_with("FAIL\tKmer Content\tstdin:a b.fastq\n"), "{summary}");
    }

    #[test]
    fn tables_without_rows_have_no_header() {
        let mut report = empty();
        report.overrepresented = with(Status::Pass, Vec::new());
        report.adapters = with(Status::Warn, AdapterContent { names: vec!["X".into()], rows: Vec::new() });
        report.kmers = with(Status::Pass, Vec::new());
        let expected = "\
>>Overrepresented sequences\tpass
>>END_MODULE
>>Adapter Content\twarn
>>END_MODULE
>>Kmer Content\tpass
>>END_MODULE
";
        assert!(text(&report).ends_with(expected));
    }
}

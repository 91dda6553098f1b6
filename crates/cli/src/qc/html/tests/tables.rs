//! The numbers of the tables against those of the report.

use pagecut::qc::Report;
use pagecut::qc::report::{LengthClass, PositionQuality, Positions};

use super::markup::{self, Element};
use super::{examined, examined_all, examined_pairs, page, page_of};
use crate::qc::html::Examined;
use crate::qc::long::long_reads;

/// A row as the report has it: the texts that it starts with, and the numbers after them.
type Row = (String, Vec<f64>);

/// Returns the number of a text, and the most that rounding changes it by. `–` is not a number.
fn number(text: &str) -> (f64, f64) {
    if text == "–" {
        return (f64::NAN, 0.0);
    }
    let plain = text.replace('−', "-").replace(',', "");
    let value = plain.parse().unwrap_or_else(|_| panic!("the number {text}"));
    let (digits, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let exponent: i32 = exponent.parse().unwrap();
    (value, 0.5 * 10_f64.powi(exponent - i32::try_from(decimals).unwrap()) * (1.0 + 1e-9))
}

fn assert_number(text: &str, expected: f64, place: &str) {
    let (value, tolerance) = number(text);
    let is_equal = (value - expected).abs() <= tolerance || value.is_nan() && expected.is_nan();
    assert!(is_equal, "{place}: {text} in place of {expected}");
}

fn positions(positions: Positions) -> String {
    let text = |position: u64| crate::table::with_commas(&position.to_string());
    let (first, last) = (text(positions.first), text(positions.last));
    if first == last { first } else { format!("{first}–{last}") }
}

/// Compares the table of a figure with rows of the report.
fn assert_table(page: &Element, id: &str, expected: &[Row]) {
    let rows = page.with_id(id).rows();
    assert_eq!(rows.len(), expected.len() + 1, "{id}");
    for (row, (label, numbers)) in rows[1..].iter().zip(expected) {
        assert_eq!(&row[0], label, "{id}");
        let texts: Vec<_> = row[1..].iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(texts.len(), numbers.len(), "{id}, {label}");
        for (text, value) in texts.into_iter().zip(numbers) {
            assert_number(text, *value, &format!("{id}, {label}"));
        }
    }
}

/// Returns the rows of each table of plots of one sample.
fn expected(report: &Report) -> Vec<(&'static str, Vec<Row>)> {
    let mut all: Vec<(&str, Vec<Row>)> = Vec::new();
    if let Some(module) = &report.base_quality {
        let row = |row: &pagecut::qc::report::BaseQuality| {
            let (quartiles, percentiles) =
                ([row.lower_quartile, row.upper_quartile], [row.percentile_10, row.percentile_90]);
            let numbers =
                [vec![row.mean, row.mean_by_error, row.median], quartiles.into(), percentiles.into()];
            (positions(row.positions), numbers.concat())
        };
        all.push(("base-quality-1", module.results.iter().map(row).collect()));
    }
    if let Some(module) = &report.tile_quality {
        let mut rows: Vec<Row> = Vec::new();
        // The report has one tile after the other, all with the same groups.
        for found in &module.results {
            let label = positions(found.positions);
            match rows.iter_mut().find(|(other, _)| *other == label) {
                Some((_, numbers)) => numbers.push(found.deviation),
                None => rows.push((label, vec![found.deviation])),
            }
        }
        all.push(("tile-quality-1", rows));
    }
    if let Some(module) = &report.read_quality {
        let row = |(score, reads): &(i64, u64)| (score.to_string(), vec![*reads as f64]);
        all.push(("read-quality-plot", module.results.iter().map(row).collect()));
    }
    if let Some(module) = &report.base_content {
        let row = |row: &pagecut::qc::report::BaseContent| {
            (positions(row.positions), vec![row.g, row.a, row.t, row.c])
        };
        all.push(("base-content-1", module.results.iter().map(row).collect()));
    }
    if let Some(module) = &report.gc_content {
        let numbers = module.results.counts.iter().zip(&module.results.theoretical).enumerate();
        let rows = numbers.map(|(percent, (count, model))| (percent.to_string(), vec![*count, *model]));
        all.push(("gc-content-plot", rows.collect()));
    }
    if let Some(module) = &report.n_content {
        let row = |(at, share): &(Positions, f64)| (positions(*at), vec![*share]);
        all.push(("n-content-plot", module.results.iter().map(row).collect()));
    }
    if let Some(module) = &report.lengths {
        let row = |(lengths, reads): &(Positions, u64)| (positions(*lengths), vec![*reads as f64]);
        all.push(("lengths-plot", module.results.iter().map(row).collect()));
    }
    if let Some(module) = &report.duplication {
        let row =
            |(level, deduplicated, all): &(&str, f64, f64)| ((*level).to_owned(), vec![*all, *deduplicated]);
        all.push(("duplication-plot", module.results.levels.iter().map(row).collect()));
    }
    if let Some(module) = &report.adapters {
        let is_found = |adapter: &usize| module.results.rows.iter().any(|(_, shares)| shares[*adapter] > 0.0);
        let found: Vec<_> = (0..module.results.names.len()).filter(is_found).collect();
        if !found.is_empty() {
            let row = |(at, shares): &(Positions, Vec<f64>)| {
                (positions(*at), found.iter().map(|adapter| shares[*adapter]).collect())
            };
            all.push(("adapters-1", module.results.rows.iter().map(row).collect()));
        }
    }
    all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

/// Returns the rows of the tables of plots that are no modules of FastQC.
fn expected_beyond_fastqc(report: &Report) -> Vec<(&'static str, Vec<Row>)> {
    let row = |(score, reads): &(u8, u64)| (score.to_string(), vec![*reads as f64]);
    let mut all =
        vec![("read-quality-by-error-plot", report.read_quality_by_error.iter().map(row).collect())];
    if let Some(reads) = long_reads(report) {
        let row = |class: &LengthClass| (positions(class.lengths), vec![class.bases as f64]);
        all.push(("yield-plot", reads.classes.iter().map(row).collect()));
        let row = |row: &PositionQuality| {
            (positions(row.positions), vec![row.quality.mean_by_error, row.quality.mean])
        };
        all.push(("quality-along-reads-plot", reads.positions.iter().map(row).collect()));
    }
    all.into_iter().filter(|(_, rows): &(_, Vec<Row>)| !rows.is_empty()).collect()
}

#[test]
fn numbers_of_tables_are_those_of_the_report() {
    let mut compared = 0;
    for report in examined_all() {
        let page = markup::read(&page(&[Examined::Alone(&report)]));
        for (id, rows) in [expected(&report), expected_beyond_fastqc(&report)].concat() {
            assert_table(&page, id, &rows);
            compared += rows.len();
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn samples_side_by_side_have_their_own_numbers() {
    let reports = [examined("illumina.fastq", "a"), examined("nanopore.fastq", "b")];
    let page = markup::read(&page_of(&reports));
    let rows = page.with_id("read-quality-plot").rows();
    assert_eq!(rows[0], ["Mean quality score", "a", "b"]);
    for (column, report) in reports.iter().enumerate() {
        let results = &report.read_quality.as_ref().unwrap().results;
        let total: u64 = results.iter().map(|(_, reads)| reads).sum();
        let shown: Vec<_> = rows[1..].iter().filter(|row| !row[column + 1].is_empty()).collect();
        assert_eq!(shown.len(), results.len());
        for (row, (score, reads)) in shown.into_iter().zip(results) {
            assert_eq!(row[0], score.to_string());
            let (count, share) = row[column + 1].split_once(' ').unwrap();
            assert_number(count, *reads as f64, "reads");
            let share = share.trim_start_matches('(').trim_end_matches("%)");
            assert_number(share, *reads as f64 * 100.0 / total as f64, "share");
        }
    }
    for (number, report) in reports.iter().enumerate() {
        let rows = page.with_id(&format!("base-content-{}", number + 1)).rows();
        let results = &report.base_content.as_ref().unwrap().results;
        assert_eq!(rows.len(), results.len() + 1);
        rows[1..].iter().zip(results).for_each(|(row, content)| assert_number(&row[1], content.g, "G"));
    }
}

#[test]
fn frequent_sequences_keep_the_order_of_the_report() {
    for file in ["illumina.fastq", "nanopore.fastq", "qc/tiles_5.fastq.gz", "qc/lower_case.fastq.gz"] {
        let report = examined(file, "reads");
        let page = markup::read(&page(&[Examined::Alone(&report)]));
        let sequences = &report.overrepresented.as_ref().unwrap().results;
        if !sequences.is_empty() {
            let rows = page.with_id("overrepresented-table").rows();
            assert_eq!(rows.len(), sequences.len() + 1);
            for (row, found) in rows[1..].iter().zip(sequences) {
                assert_eq!(row[0].as_bytes(), found.sequence);
                assert_number(&row[1], found.count as f64, "reads");
                assert_number(&row[2], found.percentage, "share");
                let source = found.source.as_ref().map_or("unknown", |source| &source.name);
                assert!(row[3].starts_with(source), "{} in place of {source}", row[3]);
            }
        }
        let kmers = &report.kmers.as_ref().unwrap().results;
        if !kmers.is_empty() {
            let rows = page.with_id("kmers-1").rows();
            assert_eq!(rows.len(), kmers.len() + 1);
            for (row, kmer) in rows[1..].iter().zip(kmers) {
                assert_eq!(row[0].as_bytes(), kmer.sequence);
                assert_number(&row[1], kmer.count as f64, "count");
                assert_number(&row[2], kmer.p_value.into(), "p-value");
                assert_number(&row[3], kmer.max_ratio.into(), "ratio");
                assert_eq!(row[4], positions(kmer.max_positions));
            }
        }
    }
}

#[test]
fn basic_statistics_are_those_of_the_report() {
    for report in examined_all() {
        let page = markup::read(&page(&[Examined::Alone(&report)]));
        let rows = page.with_id("summary").rows();
        let cell = |name: &str| &rows.iter().find(|row| row[0] == name).unwrap()[1];
        let basic = &report.basic;
        for (name, value) in [
            ("Reads", basic.reads as f64),
            ("Reads filtered out", basic.filtered as f64),
            ("Bases", basic.bases as f64),
            ("Mean length", basic.bases as f64 / basic.reads as f64),
            ("GC (%)", basic.gc_percent as f64),
        ] {
            assert_number(cell(name), value, name);
        }
        let (shortest, longest) =
            cell("Lengths").split_once(" to ").unwrap_or((cell("Lengths"), cell("Lengths")));
        assert_number(shortest, basic.min_len as f64, "shortest");
        assert_number(longest, basic.max_len as f64, "longest");
        assert_eq!(cell("Encoding, as FastQC guesses it"), &basic.encoding.to_string());
    }
}

#[test]
fn totals_of_long_reads_are_those_of_the_report() {
    let report = examined("nanopore.fastq", "nanopore.fastq");
    let page = markup::read(&page(&[Examined::Alone(&report)]));
    let reads = long_reads(&report).unwrap();
    let counts = [reads.n50, reads.l50, reads.n90, reads.l90, reads.median_len].map(|count| count as f64);
    let ends = reads.ends.as_ref().unwrap();
    let means = [ends.start.mean_by_error, ends.end.mean_by_error, ends.start.mean, ends.end.mean];
    let expected = [
        ("yield", [&counts[..], &[reads.mean_len]].concat()),
        ("quality-along-reads", [&[ends.reads as f64, ends.bases as f64][..], &means].concat()),
    ];
    for (section, numbers) in expected {
        let totals = &page.with_id(section).named("table")[0].rows()[1];
        assert_eq!((&totals[0][..], totals.len()), ("nanopore.fastq", numbers.len() + 1));
        totals[1..].iter().zip(numbers).for_each(|(text, value)| assert_number(text, value, section));
    }
}

#[test]
fn insert_sizes_are_those_of_the_report() {
    let paired = examined_pairs();
    let pairs = &paired.pairs;
    assert!(pairs.overlapping() > 40 && pairs.read_through > 10, "{pairs:?}");
    let page = markup::read(&page(&[Examined::Pairs(&paired)]));
    let row = |(size, count): (usize, &u64)| (size.to_string(), vec![*count as f64]);
    let rows: Vec<_> = pairs.insert_sizes.iter().enumerate().skip(30).map(row).collect();
    assert_table(&page, "insert-sizes-plot", &rows);
    let totals = &page.with_id("insert-sizes").named("table")[0].rows()[1];
    assert_eq!(totals[0], "p_R1.fastq, p_R2.fastq");
    let expected = [
        pairs.pairs as f64,
        pairs.filtered as f64,
        pairs.overlapping() as f64,
        pairs.overlapping_percent().unwrap(),
        pairs.read_through as f64,
        pairs.read_through_percent().unwrap(),
        pairs.median_insert_size().unwrap() as f64,
    ];
    totals[1..].iter().zip(expected).for_each(|(text, value)| assert_number(text, value, "pairs"));
    let summary = page.with_id("summary");
    assert!(summary.named("a").iter().any(|link| link.attribute("href") == Some("#insert-sizes")));
}

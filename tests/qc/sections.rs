//! A report as the sections of FastQC's file, with numbers as they are.

use std::collections::BTreeMap;

use pagecut::qc::Report;
use pagecut::qc::report::{Encoding, Module};

/// A field of a row.
#[derive(Debug, Clone)]
pub(crate) enum Field {
    Text(String),
    Number(f64),
}

impl Field {
    /// Reads a field of FastQC's file. Its texts of numbers are exact.
    pub(crate) fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.into()), Self::Number)
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b || (a.is_nan() && b.is_nan()),
            _ => false,
        }
    }
}

/// Status and rows of a section.
pub(crate) type Section = (String, Vec<Vec<Field>>);

pub(crate) type Sections = BTreeMap<&'static str, Section>;

pub(crate) const NAMES: [&str; 12] = [
    "Basic Statistics",
    "Per base sequence quality",
    "Per tile sequence quality",
    "Per sequence quality scores",
    "Per base sequence content",
    "Per sequence GC content",
    "Per base N content",
    "Sequence Length Distribution",
    "Sequence Duplication Levels",
    "Overrepresented sequences",
    "Adapter Content",
    "Kmer Content",
];

fn text(value: impl ToString) -> Field {
    // Labels of single positions look like numbers.
    Field::parse(&value.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "counts of tests are small")]
fn count(value: u64) -> Field {
    Field::Number(value as f64)
}

fn number(value: f64) -> Field {
    Field::Number(value)
}

fn section<R>(
    sections: &mut Sections,
    index: usize,
    module: &Option<Module<R>>,
    rows: impl FnOnce(&R) -> Vec<Vec<Field>>,
) {
    if let Some(module) = module {
        sections.insert(NAMES[index], (module.status.to_string(), rows(&module.results)));
    }
}

/// Returns the sections of a report.
pub(crate) fn of_report(report: &Report) -> Sections {
    let mut sections = Sections::new();
    let basic = &report.basic;
    let encoding = match basic.encoding {
        Encoding::Sanger => "Sanger / Illumina 1.9",
        Encoding::Illumina13 => "Illumina 1.3",
        Encoding::Illumina15 => "Illumina 1.5",
    };
    let len = if basic.min_len == basic.max_len {
        count(basic.min_len)
    } else {
        text(format!("{}-{}", basic.min_len, basic.max_len))
    };
    let rows = [
        ("Encoding", text(encoding)),
        ("Total Sequences", count(basic.reads)),
        ("Sequences flagged as poor quality", count(basic.filtered)),
        ("Sequence length", len),
        ("%GC", count(basic.gc_percent)),
    ];
    let rows = rows.map(|(name, value)| vec![text(name), value]).into();
    sections.insert(NAMES[0], ("pass".into(), rows));
    section(&mut sections, 1, &report.base_quality, |rows| {
        let row = |row: &pagecut::qc::report::BaseQuality| {
            let numbers = [
                row.mean,
                row.median,
                row.lower_quartile,
                row.upper_quartile,
                row.percentile_10,
                row.percentile_90,
            ];
            [text(row.positions)].into_iter().chain(numbers.map(number)).collect()
        };
        rows.iter().map(row).collect()
    });
    section(&mut sections, 2, &report.tile_quality, |rows| {
        rows.iter().map(|row| vec![text(row.tile), text(row.positions), number(row.deviation)]).collect()
    });
    section(&mut sections, 3, &report.read_quality, |rows| {
        rows.iter().map(|(score, reads)| vec![text(score), count(*reads)]).collect()
    });
    section(&mut sections, 4, &report.base_content, |rows| {
        let row = |row: &pagecut::qc::report::BaseContent| {
            [text(row.positions)].into_iter().chain([row.g, row.a, row.t, row.c].map(number)).collect()
        };
        rows.iter().map(row).collect()
    });
    section(&mut sections, 5, &report.gc_content, |gc| {
        (0..).zip(&gc.counts).map(|(percent, reads)| vec![count(percent), number(*reads)]).collect()
    });
    section(&mut sections, 6, &report.n_content, |rows| {
        rows.iter().map(|(positions, share)| vec![text(positions), number(*share)]).collect()
    });
    section(&mut sections, 7, &report.lengths, |rows| {
        let label = |first: u64, last: u64, is_single: bool| {
            if is_single { count(first) } else { text(format!("{first}-{last}")) }
        };
        // A range that is cut off to one length is still written as a range.
        let is_single = rows.iter().all(|(lengths, _)| lengths.first == lengths.last);
        rows.iter()
            .map(|(lengths, reads)| vec![label(lengths.first, lengths.last, is_single), count(*reads)])
            .collect()
    });
    section(&mut sections, 8, &report.duplication, |duplication| {
        let total = vec![text("#Total Deduplicated Percentage"), number(duplication.deduplicated)];
        let levels = duplication.levels.iter();
        let levels =
            levels.map(|(level, sequences, reads)| vec![text(level), number(*sequences), number(*reads)]);
        [total].into_iter().chain(levels).collect()
    });
    section(&mut sections, 9, &report.overrepresented, |rows| {
        let row = |row: &pagecut::qc::report::Overrepresented| {
            let source = row.source.as_ref().map_or("No Hit".into(), |source| {
                format!("{} ({}% over {}bp)", source.name, source.identity, source.len)
            });
            vec![
                text(String::from_utf8_lossy(&row.sequence)),
                count(row.count),
                number(row.percentage),
                text(source),
            ]
        };
        rows.iter().map(row).collect()
    });
    section(&mut sections, 10, &report.adapters, |adapters| {
        let row = |(positions, shares): &(_, Vec<f64>)| {
            [text(positions)].into_iter().chain(shares.iter().map(|&share| number(share))).collect()
        };
        adapters.rows.iter().map(row).collect()
    });
    section(&mut sections, 11, &report.kmers, |rows| {
        let row = |row: &pagecut::qc::report::Kmer| {
            vec![
                text(String::from_utf8_lossy(&row.sequence)),
                count(row.count),
                text(row.p_value),
                text(row.max_ratio),
                text(row.max_positions),
            ]
        };
        rows.iter().map(row).collect()
    });
    sections
}

/// Reads FastQC's file.
pub(crate) fn of_file(file: &str) -> Sections {
    let mut sections = Sections::new();
    for part in file.split(">>END_MODULE\n") {
        let Some(start) = part.find(">>") else { continue };
        let mut lines = part[start + 2..].lines();
        let (name, status) = lines.next().unwrap().split_once('\t').unwrap();
        let name = NAMES.iter().find(|known| **known == name).unwrap();
        let is_row = |line: &&str| {
            let is_header = line.starts_with('#') && !line.starts_with("#Total Deduplicated");
            !is_header && !line.starts_with("Filename\t") && !line.starts_with("File type\t")
        };
        let rows = lines.filter(is_row).map(|line| line.split('\t').map(Field::parse).collect()).collect();
        sections.insert(name, (status.to_owned(), rows));
    }
    sections
}

/// Checks that two reports are equal.
pub(crate) fn assert_equal(found: &Sections, expected: &Sections, what: &str) {
    for name in NAMES {
        match (found.get(name), expected.get(name)) {
            (Some(found), Some(expected)) => {
                for (row, (found, expected)) in found.1.iter().zip(&expected.1).enumerate() {
                    assert_eq!(found, expected, "{what}: {name}, row {row}");
                }
                assert_eq!((found.1.len(), &found.0), (expected.1.len(), &expected.0), "{what}: {name}");
            }
            (found, expected) => assert_eq!(found.is_some(), expected.is_some(), "{what}: {name} is shown"),
        }
    }
}

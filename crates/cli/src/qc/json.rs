//! Reports in JSON. Numbers are exact: each text reads back as the number of the report. NaN is null.

mod long_reads;
mod value;

use std::io::{self, Write};

use pagecut::Error;
use pagecut::qc::pairs::{PairedReport, Pairs};
use pagecut::qc::report::{DuplicationEstimate, Module, Report};

use crate::pairs::Input;
use crate::verify::Fault;
use value::{Value, list, qualities, with_positions};

/// Writes a report as one line.
pub(super) fn write_report(file: &str, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_line(&Value::Object(fields(file, report)), out)
}

/// Writes the line of an input that has no report.
pub(super) fn write_failure(file: &str, error: &Error, out: &mut dyn Write) -> io::Result<()> {
    let error = Value::Fault(Fault::of_error(error));
    write_line(&Value::Object(vec![("file", Value::Text(file.into())), ("error", error)]), out)
}

/// Writes a report of pairs as one line.
pub(super) fn write_pairs(input: &Input, report: &PairedReport, out: &mut dyn Write) -> io::Result<()> {
    let paths = input.paths();
    let files = paths.iter().chain(paths.last()).map(|path| path.display().to_string());
    let mates = files.zip(report.mates()).map(|(file, report)| Value::Object(fields(&file, report)));
    let error = report.mates().into_iter().find_map(|report| report.error.as_ref());
    let file = error.and_then(|error| input.file_of(error));
    let fields = vec![
        ("files", files_of(input)),
        ("error", error.map_or(Value::Null, |error| Value::Fault(Fault::of_error(error)))),
        ("file_of_error", file.map_or(Value::Null, |file| Value::Text(file.display().to_string()))),
        ("pairs", pairs(&report.pairs)),
        ("mates", Value::List(mates.collect())),
    ];
    write_line(&Value::Object(fields), out)
}

/// Writes the line of pairs that have no report, because of an error in a file.
pub(super) fn write_failure_of_pairs(
    input: &Input,
    file: &str,
    error: &Error,
    out: &mut dyn Write,
) -> io::Result<()> {
    let fields = vec![
        ("files", files_of(input)),
        ("error", Value::Fault(Fault::of_error(error))),
        ("file_of_error", Value::Text(file.into())),
    ];
    write_line(&Value::Object(fields), out)
}

/// Returns the files of pairs.
fn files_of(input: &Input) -> Value {
    list(&input.paths(), |path| Value::Text(path.display().to_string()))
}

fn pairs(pairs: &Pairs) -> Value {
    let number = |number: Option<f64>| number.map_or(Value::Null, Value::Number);
    let sizes: Vec<_> = (0..).zip(&pairs.insert_sizes).filter(|(_, count)| **count > 0).collect();
    Value::Object(vec![
        ("count", Value::Count(pairs.pairs)),
        ("filtered", Value::Count(pairs.filtered)),
        ("overlapping", Value::Count(pairs.overlapping())),
        ("overlapping_percent", number(pairs.overlapping_percent())),
        ("read_through", Value::Count(pairs.read_through)),
        ("read_through_percent", number(pairs.read_through_percent())),
        ("median_insert_size", pairs.median_insert_size().map_or(Value::Null, Value::Count)),
        (
            "insert_sizes",
            list(&sizes, |(size, count)| {
                Value::Object(vec![("size", Value::Count(*size)), ("pairs", Value::Count(**count))])
            }),
        ),
    ])
}

fn write_line(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

fn fields(file: &str, report: &Report) -> Vec<(&'static str, Value)> {
    let basic = &report.basic;
    let (lowest, highest) = basic.characters.map_or((Value::Null, Value::Null), |(lowest, highest)| {
        (Value::Count(lowest.into()), Value::Count(highest.into()))
    });
    let statistics = Value::Object(vec![
        ("encoding", Value::Text(basic.encoding.to_string())),
        ("lowest_quality_character", lowest),
        ("highest_quality_character", highest),
        ("reads", Value::Count(basic.reads)),
        ("filtered", Value::Count(basic.filtered)),
        ("bases", Value::Count(basic.bases)),
        ("min_len", Value::Count(basic.min_len)),
        ("max_len", Value::Count(basic.max_len)),
        ("gc_percent", Value::Count(basic.gc_percent)),
    ]);
    vec![
        ("file", Value::Text(file.into())),
        ("name", Value::Text(report.name.clone())),
        ("error", report.error.as_ref().map_or(Value::Null, |error| Value::Fault(Fault::of_error(error)))),
        ("basic_statistics", statistics),
        (
            "base_quality",
            rows(&report.base_quality, |rows| {
                list(rows, |row| {
                    with_positions(
                        row.positions,
                        vec![
                            ("mean", Value::Number(row.mean)),
                            ("mean_by_error", Value::Number(row.mean_by_error)),
                            ("median", Value::Number(row.median)),
                            ("lower_quartile", Value::Number(row.lower_quartile)),
                            ("upper_quartile", Value::Number(row.upper_quartile)),
                            ("percentile_10", Value::Number(row.percentile_10)),
                            ("percentile_90", Value::Number(row.percentile_90)),
                        ],
                    )
                })
            }),
        ),
        (
            "tile_quality",
            rows(&report.tile_quality, |rows| {
                list(rows, |row| {
                    let tile = ("tile", Value::Integer(row.tile.into()));
                    with_positions(row.positions, vec![tile, ("deviation", Value::Number(row.deviation))])
                })
            }),
        ),
        (
            "read_quality",
            rows(&report.read_quality, |rows| {
                list(rows, |(quality, count)| {
                    Value::Object(vec![
                        ("quality", Value::Integer(*quality)),
                        ("reads", Value::Count(*count)),
                    ])
                })
            }),
        ),
        ("read_quality_by_error", qualities(&report.read_quality_by_error)),
        (
            "base_content",
            rows(&report.base_content, |rows| {
                list(rows, |row| {
                    let shares = [("g", row.g), ("a", row.a), ("t", row.t), ("c", row.c)];
                    let shares = shares.map(|(base, share)| (base, Value::Number(share)));
                    with_positions(row.positions, shares.into())
                })
            }),
        ),
        (
            "gc_content",
            rows(&report.gc_content, |content| {
                let numbers = |numbers: &[f64]| list(numbers, |number| Value::Number(*number));
                Value::Object(vec![
                    ("counts", numbers(&content.counts)),
                    ("theoretical", numbers(&content.theoretical)),
                ])
            }),
        ),
        (
            "n_content",
            rows(&report.n_content, |rows| {
                list(rows, |(positions, share)| {
                    with_positions(*positions, vec![("n", Value::Number(*share))])
                })
            }),
        ),
        (
            "lengths",
            rows(&report.lengths, |rows| {
                list(rows, |(lengths, count)| with_positions(*lengths, vec![("reads", Value::Count(*count))]))
            }),
        ),
        (
            "duplication",
            rows(&report.duplication, |duplication| {
                Value::Object(vec![
                    ("deduplicated", Value::Number(duplication.deduplicated)),
                    ("levels", levels(&duplication.levels)),
                ])
            }),
        ),
        ("duplication_estimate", report.duplication_estimate.as_ref().map_or(Value::Null, estimate)),
        (
            "overrepresented",
            rows(&report.overrepresented, |rows| {
                list(rows, |row| {
                    let source = row.source.as_ref().map_or(Value::Null, |source| {
                        Value::Object(vec![
                            ("name", Value::Text(source.name.clone())),
                            ("identity", Value::Count(source.identity)),
                            ("len", Value::Count(source.len)),
                        ])
                    });
                    Value::Object(vec![
                        ("sequence", text(&row.sequence)),
                        ("reads", Value::Count(row.count)),
                        ("percentage", Value::Number(row.percentage)),
                        ("source", source),
                    ])
                })
            }),
        ),
        (
            "adapters",
            rows(&report.adapters, |content| {
                let names = list(&content.names, |name| Value::Text(name.clone()));
                let rows = list(&content.rows, |(positions, shares)| {
                    with_positions(
                        *positions,
                        vec![("percentages", list(shares, |share| Value::Number(*share)))],
                    )
                });
                Value::Object(vec![("names", names), ("rows", rows)])
            }),
        ),
        (
            "kmers",
            rows(&report.kmers, |rows| {
                list(rows, |row| {
                    Value::Object(vec![
                        ("sequence", text(&row.sequence)),
                        ("count", Value::Count(row.count)),
                        ("p_value", Value::Single(row.p_value)),
                        ("max_ratio", Value::Single(row.max_ratio)),
                        ("max_first", Value::Count(row.max_positions.first)),
                        ("max_last", Value::Count(row.max_positions.last)),
                    ])
                })
            }),
        ),
        ("long_reads", report.long_reads.as_ref().map_or(Value::Null, long_reads::value)),
    ]
}

fn estimate(estimate: &DuplicationEstimate) -> Value {
    Value::Object(vec![
        ("deduplicated", Value::Number(estimate.deduplicated)),
        ("standard_error", Value::Number(estimate.standard_error)),
        ("distinct", Value::Number(estimate.distinct)),
        ("counted", Value::Count(estimate.counted)),
        ("levels", levels(&estimate.levels)),
    ])
}

fn levels(levels: &[(&str, f64, f64)]) -> Value {
    list(levels, |(level, deduplicated, all)| {
        Value::Object(vec![
            ("level", Value::Text((*level).into())),
            ("of_deduplicated", Value::Number(*deduplicated)),
            ("of_all", Value::Number(*all)),
        ])
    })
}

/// Returns a module with its verdict; null if it is not in the report.
fn rows<R>(module: &Option<Module<R>>, results: impl FnOnce(&R) -> Value) -> Value {
    module.as_ref().map_or(Value::Null, |module| {
        let status = Value::Text(module.status.to_string());
        Value::Object(vec![("status", status), ("results", results(&module.results))])
    })
}

fn text(bytes: &[u8]) -> Value {
    Value::Text(String::from_utf8_lossy(bytes).into_owned())
}

//! Lengths of reads, and quality by length and position.

use pagecut::qc::report::{EndQuality, LengthClass, LongReads, MeanQuality, PositionQuality};

use super::value::{Value, list, qualities, with_positions};

/// Returns the fields of the section.
pub(super) fn value(reads: &LongReads) -> Value {
    Value::Object(vec![
        ("n50", Value::Count(reads.n50)),
        ("l50", Value::Count(reads.l50)),
        ("n90", Value::Count(reads.n90)),
        ("l90", Value::Count(reads.l90)),
        ("median_len", Value::Count(reads.median_len)),
        ("mean_len", Value::Number(reads.mean_len)),
        ("classes", list(&reads.classes, class)),
        ("positions", list(&reads.positions, positions)),
        ("ends", reads.ends.as_ref().map_or(Value::Null, ends)),
    ])
}

fn class(class: &LengthClass) -> Value {
    with_positions(
        class.lengths,
        vec![
            ("reads", Value::Count(class.reads)),
            ("bases", Value::Count(class.bases)),
            ("reads_at_least", Value::Count(class.reads_at_least)),
            ("bases_at_least", Value::Count(class.bases_at_least)),
            ("qualities", qualities(&class.qualities)),
        ],
    )
}

fn positions(row: &PositionQuality) -> Value {
    let bases = ("bases", Value::Count(row.bases));
    with_positions(row.positions, [bases].into_iter().chain(means(row.quality)).collect())
}

fn ends(ends: &EndQuality) -> Value {
    Value::Object(vec![
        ("bases", Value::Count(ends.bases)),
        ("reads", Value::Count(ends.reads)),
        ("start", Value::Object(means(ends.start).into())),
        ("end", Value::Object(means(ends.end).into())),
    ])
}

fn means(quality: MeanQuality) -> [(&'static str, Value); 2] {
    [("mean", Value::Number(quality.mean)), ("mean_by_error", Value::Number(quality.mean_by_error))]
}

//! Number of pairs by insert size.

use std::io::{self, Write};

use pagecut::qc::pairs::{MIN_OVERLAP, Pairs};

use crate::qc::html::axis::XAxis;
use crate::qc::html::distribution::{Counts, Distribution};
use crate::qc::html::numbers::{count, decimal, share};
use crate::qc::html::sample::{Sample, pairs};
use crate::qc::html::section::{Section, write_nothing};
use crate::qc::html::series::{Point, Shape};
use crate::qc::html::statistics::Statistics;

pub(super) const SECTION: Section = Section {
    id: "insert-sizes",
    title: "Insert sizes",
    short: "Insert sizes",
    text: "Number of pairs with each insert size, of the pairs whose mates overlap. A pair without an overlap has a longer insert, a very \
           short one, or too many errors. An insert that is shorter than a read is read through, into the adapter.",
    is_by_sample: false,
    has: |sample| sample.pairs.is_some(),
    status: |_| None,
    write,
};

const PLOT: Distribution = Distribution {
    id: "insert-sizes-plot",
    title: "Pairs by insert size",
    counted: "Pairs",
    head: "Insert size",
    model: "",
    shape: Shape::Line,
    text: |from, _| decimal(from + 0.5, 0),
};

const TOTALS: Statistics<'_> = Statistics {
    caption: "Pairs",
    of: "Mates",
    heads: &[
        "Pairs",
        "Pairs filtered out",
        "Overlapping",
        "Overlapping (%)",
        "Read through",
        "Read through (%)",
        "Median insert size",
    ],
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let pairs = pairs(samples);
    write_table(&pairs, out)?;
    // Shorter inserts have no overlap.
    let sizes = |pairs: &Pairs| pairs.insert_sizes.len();
    let longest = pairs.iter().map(|(_, pairs)| sizes(pairs)).max().unwrap_or(0);
    if longest == 0 {
        return write_nothing(PLOT.id, "No mates overlap.", out);
    }
    let counts = pairs.iter().map(|(sample, pairs)| {
        let numbered = (0_u32..).map(f64::from).zip(&pairs.insert_sizes).skip(MIN_OVERLAP);
        let point =
            |(size, count): (f64, &u64)| Point { from: size - 0.5, to: size + 0.5, value: *count as f64 };
        Counts { sample, status: None, points: numbered.map(point).collect(), model: Vec::new() }
    });
    let (from, to) = (MIN_OVERLAP, longest - 1);
    let integer = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
    let x = XAxis::integers("Insert size (bases)", integer(from), integer(to.max(from)));
    PLOT.write(&counts.collect::<Vec<_>>(), x, out)
}

/// Writes the totals of pairs.
fn write_table(pairs: &[(Sample<'_>, &Pairs)], out: &mut dyn Write) -> io::Result<()> {
    let percent = |percent: Option<f64>| percent.map_or_else(|| "–".to_owned(), share);
    let cells = |pairs: &Pairs| {
        vec![
            count(pairs.pairs),
            count(pairs.filtered),
            count(pairs.overlapping()),
            percent(pairs.overlapping_percent()),
            count(pairs.read_through),
            percent(pairs.read_through_percent()),
            pairs.median_insert_size().map_or_else(|| "–".to_owned(), count),
        ]
    };
    let rows: Vec<_> = pairs.iter().map(|(sample, pairs)| (sample, cells(pairs))).collect();
    TOTALS.write(&rows, out)
}

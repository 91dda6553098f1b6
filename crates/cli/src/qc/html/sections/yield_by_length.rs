//! Bases by the length of reads.

use std::io::{self, Write};

use pagecut::qc::report::LongReads;

use crate::qc::html::distribution::{Counts, Distribution};
use crate::qc::html::long::{having_long, lengths};
use crate::qc::html::numbers::{count, decimal};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::Sample;
use crate::qc::html::section::Section;
use crate::qc::html::series::Shape;
use crate::qc::html::statistics::Statistics;
use crate::qc::long::long_reads;

pub(super) const SECTION: Section = Section {
    id: "yield",
    title: "Yield by length",
    short: "Yield",
    text: "Number of bases in the reads of each range of lengths. Reads of at least N50 bases have half of all bases, and L50 is their number; \
           N90 and L90 are the same for 90 %. Not a module of FastQC.",
    is_by_sample: false,
    has: |sample| long_reads(sample.report).is_some(),
    status: |_| None,
    write,
};

const PLOT: Distribution = Distribution {
    id: "yield-plot",
    title: "Bases by the length of reads",
    counted: "Bases",
    head: "Length",
    model: "",
    shape: Shape::Steps,
    text,
};

const TOTALS: Statistics<'_> = Statistics {
    caption: "Lengths of reads",
    of: "Sample",
    heads: &["N50", "L50", "N90", "L90", "Median length", "Mean length"],
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having_long(samples);
    let cells = |reads: &LongReads| {
        let LongReads { n50, l50, n90, l90, median_len, mean_len, .. } = *reads;
        vec![count(n50), count(l50), count(n90), count(l90), count(median_len), decimal(mean_len, 1)]
    };
    let rows: Vec<_> = samples.iter().map(|(sample, reads)| (*sample, cells(reads))).collect();
    TOTALS.write(&rows, out)?;
    let counts = samples.iter().map(|(sample, reads)| Counts {
        sample,
        status: None,
        points: reads.classes.iter().map(|class| point(class.lengths, class.bases as f64)).collect(),
        model: Vec::new(),
    });
    PLOT.write(&counts.collect::<Vec<_>>(), lengths(&samples), out)
}

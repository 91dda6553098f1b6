//! Frequent sequences.

use std::collections::HashMap;
use std::io::{self, Write};

use pagecut::qc::report::{Overrepresented, Source};

use crate::qc::html::markup::{Escaped, Name};
use crate::qc::html::numbers::{count, share};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};

pub(super) const SECTION: Section = Section {
    id: "overrepresented",
    title: "Overrepresented sequences",
    short: "Over\u{ad}represented",
    text: "Sequences that many reads have, and the known sequence that each resembles most. Of reads of more than 75 bases, the first 50 are \
           compared.",
    is_by_sample: false,
    has: |sample| sample.report.overrepresented.is_some(),
    status: |report| status(&report.overrepresented),
    write,
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.overrepresented);
    // A row for each sequence, with the sequence of each sample that has it.
    let mut rows: Vec<(&[u8], Vec<Option<&Overrepresented>>)> = Vec::new();
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    for (column, (_, module)) in samples.iter().enumerate() {
        for found in &module.results {
            let row = *places.entry(&found.sequence).or_insert(rows.len());
            if row == rows.len() {
                rows.push((&found.sequence, vec![None; samples.len()]));
            }
            rows[row].1[column] = Some(found);
        }
    }
    if rows.is_empty() {
        return write_nothing("overrepresented-table", "There is no such sequence.", out);
    }
    let largest = |cells: &[Option<&Overrepresented>]| {
        cells.iter().flatten().map(|found| found.percentage).fold(0.0, f64::max)
    };
    // Equal ones keep their order.
    rows.sort_by(|(_, one), (_, other)| largest(other).total_cmp(&largest(one)));

    writeln!(
        out,
        r#"<div class="scroll long" tabindex="0"><table class="sequences" id="overrepresented-table">"#
    )?;
    writeln!(
        out,
        "<caption>Overrepresented sequences</caption>\n<thead><tr><th scope=\"col\">Sequence</th>"
    )?;
    for (sample, _) in &samples {
        if sample.is_only {
            write!(out, r#"<th scope="col">Reads</th><th scope="col">Share (%)</th>"#)?;
        } else {
            write!(out, r#"<th scope="col">{}</th>"#, Name(&sample.label))?;
        }
    }
    writeln!(out, "<th scope=\"col\">Possible source</th></tr></thead>\n<tbody>")?;
    for (sequence, cells) in rows {
        let sequence = String::from_utf8_lossy(sequence);
        write!(out, r#"<tr><th scope="row"><code>{}</code></th>"#, Escaped(&sequence))?;
        for (cell, (sample, _)) in cells.iter().zip(&samples) {
            match cell {
                Some(found) if sample.is_only => {
                    write!(out, "<td>{}</td><td>{}</td>", count(found.count), share(found.percentage))?;
                }
                Some(found) => write!(out, "<td>{} ({}%)</td>", count(found.count), share(found.percentage))?,
                None => write!(out, "<td>–</td>")?,
            }
        }
        let source = cells.iter().flatten().find_map(|found| found.source.as_ref());
        writeln!(out, r#"<td class="text">{}</td></tr>"#, source.map_or_else(|| "unknown".into(), text))?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn text(source: &Source) -> String {
    let Source { name, identity, len } = source;
    format!("{} ({identity}% over {})", Name(name), crate::report::counted(*len, "base"))
}

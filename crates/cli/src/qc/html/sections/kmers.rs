//! K-mers that are frequent at some positions.

use std::io::{self, Write};

use crate::qc::html::markup::{Badge, Escaped, Name};
use crate::qc::html::numbers::{count, decimal, range, share};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};

pub(super) const SECTION: Section = Section {
    id: "kmers",
    title: "Kmer Content",
    short: "K-mers",
    text: "Sequences of a fixed length that are more frequent at some positions than elsewhere, from every fiftieth read. Counts are those \
           of the sample, multiplied by 5.",
    is_by_sample: true,
    has: |sample| sample.report.kmers.is_some(),
    status: |report| status(&report.kmers),
    write,
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    for (sample, module) in having(samples, |report| &report.kmers) {
        let id = sample.id(SECTION.id);
        if module.results.is_empty() {
            write_nothing(&id, &sample.named("There is no such k-mer."), out)?;
            continue;
        }
        write!(out, r#"<div class="scroll" tabindex="0"><table class="sequences" id="{id}"><caption"#)?;
        if sample.is_only {
            writeln!(out, ">Frequent k-mers</caption>")?;
        } else {
            writeln!(out, r#" class="shown">{} {}</caption>"#, Name(&sample.label), Badge(module.status))?;
        }
        writeln!(out, "<thead><tr>")?;
        for head in ["Sequence", "Count", "P-value", "Largest observed/expected", "Position of the largest"] {
            write!(out, r#"<th scope="col">{head}</th>"#)?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for kmer in &module.results {
            let sequence = String::from_utf8_lossy(&kmer.sequence);
            write!(out, r#"<tr><th scope="row"><code>{}</code></th>"#, Escaped(&sequence))?;
            let (positions, ratio) = (kmer.max_positions, decimal(kmer.max_ratio.into(), 2));
            for cell in
                [count(kmer.count), share(kmer.p_value.into()), ratio, range(positions.first, positions.last)]
            {
                write!(out, "<td>{cell}</td>")?;
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody></table></div>")?;
    }
    Ok(())
}

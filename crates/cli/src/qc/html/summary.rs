//! The head of the page: inputs without a complete report, basic statistics, and verdicts.

use std::io::{self, Write};

use pagecut::qc::report::{BasicStatistics, Report};

use super::markup::{Badge, Escaped, Name, Symbol};
use super::numbers::{count, decimal};
use super::sample::{Examined, Sample};
use super::section::Section;
use super::sections::SECTIONS;

/// Names of the basic statistics, whether they are numbers, and their texts.
type Statistic = (&'static str, bool, fn(&BasicStatistics) -> String);

const STATISTICS: [Statistic; 8] = [
    ("Reads", true, |basic| count(basic.reads)),
    ("Reads filtered out", true, |basic| count(basic.filtered)),
    ("Bases", true, |basic| count(basic.bases)),
    ("Lengths", true, lengths),
    ("Mean length", true, |basic| decimal(basic.bases as f64 / basic.reads as f64, 1)),
    ("GC (%)", true, |basic| basic.gc_percent.to_string()),
    ("Encoding, as FastQC guesses it", false, |basic| basic.encoding.to_string()),
    ("Encoding by all characters", false, |basic| {
        basic.guess().map_or_else(|| "–".to_owned(), |guess| guess.to_string())
    }),
];

/// Writes the head of the page.
pub(super) fn write(samples: &[Sample<'_>], inputs: &[Examined<'_>], out: &mut dyn Write) -> io::Result<()> {
    write!(out, r#"<header><p class="kind">Quality control of sequencing reads</p><h1>"#)?;
    match samples {
        [sample] => write!(out, "{}", Name(&sample.label))?,
        _ => write!(out, "{} samples", samples.len())?,
    }
    writeln!(out, "</h1>")?;
    writeln!(out, r#"<button type="button" id="theme" hidden="">Light or dark</button></header>"#)?;
    write_errors(samples, inputs, out)?;
    writeln!(out, r#"<section id="summary"><h2>Summary</h2>"#)?;
    if let [sample] = samples {
        writeln!(out, r#"<div class="pair">"#)?;
        write_statistics_of_one(sample, out)?;
        write_verdicts_of_one(sample, out)?;
        writeln!(out, "</div>")?;
    } else {
        write_verdicts(samples, out)?;
        write_statistics(samples, out)?;
    }
    write!(
        out,
        r#"<p class="help" hidden="">Point at a plot to read its values, or press ← and →. Drag to zoom in, or press +; "#
    )?;
    write!(
        out,
        "double-click, or press Escape, to zoom out. Click a name in a legend to hide it and to show it."
    )?;
    writeln!(out, "</p>\n</section>")
}

/// Writes which inputs have an incomplete report, or none.
fn write_errors(samples: &[Sample<'_>], inputs: &[Examined<'_>], out: &mut dyn Write) -> io::Result<()> {
    for sample in samples {
        let Some(error) = &sample.report.error else { continue };
        let reads = count(sample.report.basic.reads);
        let noun = if sample.report.basic.reads == 1 { "read" } else { "reads" };
        write!(
            out,
            r#"<p class="incomplete" role="alert"><strong>✗ Incomplete report of {}.</strong> "#,
            Name(&sample.label)
        )?;
        writeln!(out, "Reading ended with an error: <q>{}</q>. ", Escaped(&error.to_string()))?;
        writeln!(out, "The report is of the {reads} {noun} before it.</p>")?;
    }
    for input in inputs {
        let Examined::Failed { name, error } = input else { continue };
        write!(
            out,
            r#"<p class="incomplete" role="alert"><strong>✗ No report of {}.</strong> "#,
            Name(name)
        )?;
        writeln!(out, "It could not be read: <q>{}</q>.</p>", Escaped(error))?;
    }
    Ok(())
}

/// Writes the verdicts on a report as a list.
fn write_verdicts_of_one(sample: &Sample<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"<nav aria-label="Verdicts"><ul class="contents">"#)?;
    for section in &SECTIONS {
        if !(section.has)(sample) {
            continue;
        }
        write!(out, "<li>")?;
        match (section.status)(sample.report) {
            Some(status) => write!(out, "{}", Badge(status))?,
            None => write!(out, r#"<span class="badge none">none</span>"#)?,
        }
        writeln!(out, r##" <a href="#{}">{}</a></li>"##, section.id, section.title)?;
    }
    writeln!(out, "</ul></nav>")
}

/// Writes the table of verdicts: a row for each sample, a column for each module that a report has.
fn write_verdicts(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let is_judged =
        |section: &Section| samples.iter().any(|sample| (section.status)(sample.report).is_some());
    let sections = SECTIONS.iter().filter(|section| section.is_in(samples));
    let (sections, others): (Vec<_>, Vec<_>) = sections.partition(|section| is_judged(section));
    writeln!(out, r#"<div class="scroll" tabindex="0"><table class="verdicts"><caption>Verdicts</caption>"#)?;
    write!(out, r#"<thead><tr><th scope="col">Sample</th>"#)?;
    for section in &sections {
        write!(out, r##"<th scope="col"><a href="#{}">{}</a></th>"##, section.id, section.short)?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for sample in samples {
        write!(out, r#"<tr><th scope="row">{}{}</th>"#, Name(&sample.label), incomplete(sample.report))?;
        for section in &sections {
            let Some(status) = (section.status)(sample.report) else {
                write!(out, r#"<td class="none">none</td>"#)?;
                continue;
            };
            let id = if section.is_by_sample { sample.id(section.id) } else { section.id.into() };
            write!(out, r##"<td class="{status}"><a href="#{id}">{} {status}</a></td>"##, Symbol(status))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if others.is_empty() {
        return Ok(());
    }
    let links = others.iter().map(|section| format!(r##"<a href="#{}">{}</a>"##, section.id, section.title));
    writeln!(out, r#"<p class="absent">Without a verdict: {}</p>"#, links.collect::<Vec<_>>().join(", "))
}

/// Writes the basic statistics of a sample as two columns.
fn write_statistics_of_one(sample: &Sample<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        r#"<div class="scroll" tabindex="0"><table class="statistics of-one"><caption>Basic Statistics</caption>"#
    )?;
    writeln!(out, "<tbody>")?;
    if sample.report.error.is_some() {
        writeln!(
            out,
            r#"<tr><th scope="row">Report</th><td class="text">{}</td></tr>"#,
            incomplete(sample.report)
        )?;
    }
    for (name, is_number, text) in STATISTICS {
        let class = if is_number { "" } else { r#" class="text""# };
        let text = text(&sample.report.basic);
        writeln!(out, r#"<tr><th scope="row">{name}</th><td{class}>{}</td></tr>"#, Escaped(&text))?;
    }
    writeln!(out, "</tbody></table></div>")
}

/// Writes the basic statistics of several samples: a row for each.
fn write_statistics(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        r#"<div class="scroll" tabindex="0"><table class="statistics"><caption>Basic Statistics</caption>"#
    )?;
    write!(out, r#"<thead><tr><th scope="col">Sample</th>"#)?;
    for (name, is_number, _) in STATISTICS {
        let class = if is_number { "" } else { r#" class="text""# };
        write!(out, r#"<th scope="col"{class}>{name}</th>"#)?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for sample in samples {
        write!(out, r#"<tr><th scope="row">{}{}</th>"#, Name(&sample.label), incomplete(sample.report))?;
        for (_, is_number, text) in STATISTICS {
            let class = if is_number { "" } else { r#" class="text""# };
            write!(out, "<td{class}>{}</td>", Escaped(&text(&sample.report.basic)))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn lengths(basic: &BasicStatistics) -> String {
    match (basic.min_len, basic.max_len) {
        (min, max) if min == max => count(min),
        (min, max) => format!("{} to {}", count(min), count(max)),
    }
}

/// Returns the mark of an incomplete report.
fn incomplete(report: &Report) -> &'static str {
    if report.error.is_some() { r#" <strong class="fail">✗ incomplete</strong>"# } else { "" }
}

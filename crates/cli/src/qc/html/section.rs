//! Parts of the page.

use std::io::{self, Write};

use pagecut::qc::report::{Module, Report, Status};

use super::markup::{Badge, Escaped};
use super::sample::Sample;

/// The part of the page for a module of FastQC, or for other results.
pub(super) struct Section {
    /// The id of the element.
    pub(super) id: &'static str,
    /// The heading: the name of the module in FastQC.
    pub(super) title: &'static str,
    /// The name in the table of verdicts.
    pub(super) short: &'static str,
    /// The meaning of the plot.
    pub(super) text: &'static str,
    /// Whether each sample has an element of its own.
    pub(super) is_by_sample: bool,
    /// Whether a sample has the results.
    pub(super) has: fn(&Sample<'_>) -> bool,
    /// Returns the verdict, if there is one.
    pub(super) status: fn(&Report) -> Option<Status>,
    /// Writes the plots or the table of the samples that have the results.
    pub(super) write: fn(&[Sample<'_>], &mut dyn Write) -> io::Result<()>,
}

impl Section {
    /// Returns whether a sample has the results.
    pub(super) fn is_in(&self, samples: &[Sample<'_>]) -> bool {
        samples.iter().any(self.has)
    }

    /// Writes the section, if a sample has the results.
    pub(super) fn write(&self, samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
        if !self.is_in(samples) {
            return Ok(());
        }
        let Self { id, title, text, .. } = self;
        write!(out, r#"<section id="{id}"><h2>{title}"#)?;
        if let [sample] = samples
            && let Some(status) = (self.status)(sample.report)
        {
            write!(out, " {}", Badge(status))?;
        }
        writeln!(out, "</h2>\n<p class=\"about\">{text}</p>")?;
        (self.write)(samples, out)?;
        writeln!(out, "</section>")
    }
}

/// Returns the verdict on a module.
pub(super) fn status<R>(module: &Option<Module<R>>) -> Option<Status> {
    module.as_ref().map(|module| module.status)
}

/// Writes that a sample has nothing to draw.
pub(super) fn write_nothing(id: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"<p class="nothing" id="{id}">{}</p>"#, Escaped(text))
}

//! Tables of numbers of samples, without a plot.

use std::io::{self, Write};

use super::markup::{Escaped, Name};
use super::sample::Sample;

/// A table with a row for each sample, or for each pair of them.
pub(super) struct Statistics<'t> {
    /// The title.
    pub(super) caption: &'t str,
    /// The header of the names.
    pub(super) of: &'t str,
    /// The headers of the numbers.
    pub(super) heads: &'t [&'t str],
}

impl Statistics<'_> {
    /// Writes the table.
    pub(super) fn write(&self, rows: &[(&Sample<'_>, Vec<String>)], out: &mut dyn Write) -> io::Result<()> {
        let Self { caption, of, heads } = self;
        writeln!(out, r#"<div class="scroll" tabindex="0"><table class="statistics">"#)?;
        write!(out, r#"<caption>{}</caption><thead><tr>"#, Escaped(caption))?;
        for head in std::iter::once(of).chain(*heads) {
            write!(out, r#"<th scope="col">{}</th>"#, Escaped(head))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for (sample, cells) in rows {
            write!(out, r#"<tr><th scope="row">{}</th>"#, Name(&sample.label))?;
            for cell in cells {
                write!(out, "<td>{}</td>", Escaped(cell))?;
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody></table></div>")
    }
}

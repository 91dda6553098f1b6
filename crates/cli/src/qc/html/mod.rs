//! Reports as one HTML page that works offline and prints: plots in SVG, each with a table of its data.
//!
//! The page has its styles and its script inside, makes no request, and says so in a Content-Security-Policy. Without the script, only
//! the read-out of values, zooming, hiding samples and the button for colours are missing.

mod axis;
mod distribution;
mod heat;
mod long;
mod markup;
mod numbers;
mod plot;
mod positions;
mod sample;
mod scale;
mod section;
mod sections;
mod series;
mod statistics;
mod summary;
mod table;

use std::io::{self, Write};

use markup::Escaped;
pub(crate) use sample::Examined;
use sections::SECTIONS;

const STYLE: &str = include_str!("style.css");

/// Colours for dark surroundings, over those of [`STYLE`].
const DARK: &str = include_str!("dark.css");

const SCRIPT: &str = include_str!("page.js");

/// Forbids every request. Styles and script are in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes a page with the reports of inputs, side by side.
pub(crate) fn write(inputs: &[Examined<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = sample::samples(inputs);
    let title = match &samples[..] {
        [sample] => format!("Quality control of {}", sample.label),
        _ => format!("Quality control of {} samples", samples.len()),
    };
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>")?;
    writeln!(out, r#"<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>"#)?;
    writeln!(out, r#"<meta name="viewport" content="width=device-width, initial-scale=1"/>"#)?;
    writeln!(out, "<title>{}</title>\n<style>\n{STYLE}</style>", Escaped(&title))?;
    // The button for colours changes the attribute.
    writeln!(out, r#"<style id="dark" media="screen and (prefers-color-scheme: dark)">"#)?;
    writeln!(out, "{DARK}</style>\n</head>\n<body>")?;
    summary::write(&samples, inputs, out)?;
    writeln!(out, "<main>")?;
    SECTIONS.iter().try_for_each(|section| section.write(&samples, out))?;
    let version = env!("CARGO_PKG_VERSION");
    writeln!(out, "</main>\n<footer>pagecut {version}. Modules and verdicts as in FastQC 0.11.9.</footer>")?;
    writeln!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>")
}

#[cfg(test)]
mod tests;

//! `pagecut inspect`: the share of files in the page cache, and the cost of each backend.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::fastq::{EncodingGuess, Fastq};
use pagecut::mmap::Certainty;
use pagecut::{
    Format, Result,
    record::Part,
    source::{Cost, Inspection},
};
use serde::Serialize;

use crate::args::{Common, Limit};
use crate::media::unsupported;
use crate::table::{Cell, Table};
use crate::{descriptors, formats, input, report};

/// Arguments of `pagecut inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON object per file, one per line
    #[arg(long)]
    json: bool,
}

/// The results for a file.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    /// `None` if the format is not supported.
    format: Option<&'static str>,
    /// Encoding of the quality scores of the first reads, as far as they show it.
    quality_encoding: Option<String>,
    bytes: u64,
    /// Bytes in the page cache before anything was read, and how this was measured.
    cached_bytes: u64,
    cached_by: &'static str,
    bytes_per_fault: Option<u64>,
    backends: Vec<Row>,
    auto: &'static str,
    reason: String,
}

/// The cost of a backend.
#[derive(Debug, Serialize)]
struct Row {
    backend: &'static str,
    gigabytes_per_second: f64,
    sampled_bytes: u64,
    minor_faults: u64,
    major_faults: u64,
    refused: Option<String>,
}

/// Inspects every file. Sets `all_good` to `false` if one failed.
pub(crate) fn run(
    args: &Inspect,
    common: &Common,
    out: &mut dyn Write,
    all_good: &mut bool,
) -> io::Result<()> {
    for path in &args.files {
        let name = path.display().to_string();
        match inspect(path, common) {
            Err(error) => {
                report::error(&name, &error);
                *all_good = false;
            }
            Ok(inspection) => {
                let report = Report::of(name, &inspection, Content::of(path, common));
                if args.json {
                    serde_json::to_writer(&mut *out, &report)?;
                    writeln!(out)?;
                } else {
                    report.write(out)?;
                }
            }
        }
        // The reader of a pipe gets this result before the next file is inspected.
        out.flush()?;
    }
    Ok(())
}

fn inspect(path: &Path, common: &Common) -> Result<Inspection> {
    if path.as_os_str() == input::STDIN {
        return Err(unsupported("only files can be inspected, not standard input"));
    }
    descriptors::check_path(path)?;
    pagecut::source::inspect(path, &input::config(common))
}

impl Report {
    fn of(file: String, inspection: &Inspection, content: Content) -> Self {
        let cached_by = match inspection.residency.certainty {
            Certainty::Counted => "counted",
            _ => "sampled",
        };
        Self {
            file,
            format: content.format,
            quality_encoding: content.encoding.map(|guess| guess.to_string()),
            bytes: inspection.len,
            cached_bytes: inspection.residency.cached,
            cached_by,
            bytes_per_fault: inspection.bytes_per_fault,
            backends: inspection.costs.iter().map(Row::of).collect(),
            auto: inspection.backend.name(),
            reason: inspection.reason.clone(),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let share = (self.cached_bytes * 100).checked_div(self.bytes).unwrap_or(100);
        let format = self.format.unwrap_or("unsupported format");
        write!(out, "{}: {format}", self.file)?;
        if let Some(encoding) = &self.quality_encoding {
            write!(out, ", quality scores {encoding}")?;
        }
        writeln!(out)?;
        write!(out, "{} bytes, {share} % in the page cache ({})", self.bytes, self.cached_by)?;
        match self.bytes_per_fault {
            Some(bytes) => writeln!(out, ", a fault maps {} KiB", bytes.div_ceil(1024))?,
            None => writeln!(out)?,
        }
        let mut table =
            Table::new(vec!["backend", "GB/s", "sampled", "minor_faults", "major_faults", "refused"]);
        for row in &self.backends {
            table.push(vec![
                row.backend.into(),
                Cell::Decimal(row.gigabytes_per_second, 2),
                row.sampled_bytes.into(),
                row.minor_faults.into(),
                row.major_faults.into(),
                row.refused.as_deref().unwrap_or("-").into(),
            ]);
        }
        table.write_aligned(out)?;
        writeln!(out, "auto chooses {}: {}", self.auto, self.reason)
    }
}

/// Detects the format of a file from its first bytes.
#[derive(Default)]
struct Content {
    format: Option<&'static str>,
    encoding: Option<EncodingGuess>,
}

/// Number of bytes read to detect the encoding of quality scores.
const SAMPLE_LEN: u64 = 1 << 20;

impl Content {
    fn of(path: &Path, common: &Common) -> Self {
        let Ok(source) = input::open(path, &Limit::default(), common) else { return Self::default() };
        let Ok(format) = source.detect().and_then(formats::of) else { return Self::default() };
        let head = source
            .reader()
            .filter(|_| format.has_quality_scores())
            .and_then(|reader| reader.bytes_at(0..reader.len().min(SAMPLE_LEN)).ok());
        let encoding = head.and_then(|head| {
            let part = Part::from_view(&head, head.len(), 0, false);
            let records = Fastq::new().wrapped().records_of(part).map_while(Result::ok);
            EncodingGuess::from_quality_lines(records.flat_map(|record| record.quality_lines()))
        });
        Self { format: Some(format.name()), encoding }
    }
}

impl Row {
    fn of(cost: &Cost) -> Self {
        Self {
            backend: cost.backend.name(),
            gigabytes_per_second: cost.gigabytes_per_second(),
            sampled_bytes: cost.bytes,
            minor_faults: cost.minor_faults,
            major_faults: cost.major_faults,
            refused: cost.refused.clone(),
        }
    }
}

//! The results for an input, as lines of text or JSON.

use std::io::{self, Write};

use pagecut::{Error, Gap, record::Tally};
use serde::Serialize;

use super::args::Verify;
use super::places::{Blocks, LostBytes, Place};
use super::reading::Reading;
use crate::args::Common;
use crate::report::counted;
use crate::table::with_commas;

/// The results for an input.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    file: String,
    format: Option<&'static str>,
    #[serde(skip)]
    is_media: bool,
    records: u64,
    /// Length of the input, as far as it was read.
    bytes: u64,
    record_bytes: u64,
    blank_bytes: u64,
    gap_bytes: u64,
    complete: bool,
    /// For a compressed input only.
    #[serde(skip_serializing_if = "Option::is_none")]
    compressed: Option<Compressed>,
    error: Option<Fault>,
    /// Present with `--recover` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    gaps: Option<Vec<Hole>>,
    /// Faults inside records, of media and with `--recover` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<Fault>>,
}

/// Results of the decompression.
#[derive(Debug, Serialize)]
struct Compressed {
    format: &'static str,
    /// Name of a unit: `member`, `block`, `frame`, `stream`.
    #[serde(skip)]
    unit: &'static str,
    /// Number of units.
    members: u64,
    /// Length of the compressed input, as far as it was read.
    bytes: u64,
    padding_bytes: u64,
    /// Decompressed bytes that checksums have verified.
    verified_bytes: u64,
    /// Present with `--recover` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_bytes: Option<u64>,
    closed: bool,
    /// The first fault of the compressed bytes, if `error` is an error of the decompressed bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<Fault>,
}

/// Bytes in which no record was found.
#[derive(Debug, Serialize)]
struct Hole {
    start: u64,
    end: u64,
    /// Compressed bytes lost in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<LostBytes>,
    error: Fault,
}

/// An error.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    kind: &'static str,
    offset: Option<u64>,
    /// For a BGZF file without damaged blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_offset: Option<u64>,
    record: Option<u64>,
    line: Option<u64>,
    /// Offset in the compressed input, if the input is compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    compressed: Option<Place>,
    message: String,
}

impl Verdict {
    pub(crate) fn of(file: String, read: &Reading) -> Self {
        let Tally { records, record_bytes, blank_bytes, gap_bytes, .. } = read.tally;
        let compressed = read.compression.map(|stats| Compressed {
            format: stats.compression.name(),
            unit: stats.compression.unit(),
            members: stats.members,
            bytes: stats.compressed_bytes,
            padding_bytes: stats.padding_bytes,
            lost_bytes: read.gaps.is_some().then_some(stats.lost_bytes),
            closed: stats.closed,
            verified_bytes: stats.verified_bytes,
            damage: read.damage.as_ref().map(|fault| Fault::of(fault, &read.blocks)),
        });
        Self {
            file,
            format: read.format,
            is_media: read.is_media,
            records,
            bytes: read.bytes,
            record_bytes,
            blank_bytes,
            gap_bytes,
            complete: read.complete && read.complaint().is_none(),
            compressed,
            error: match &read.error {
                Some(error) => Some(Fault::of(error, &read.blocks)),
                None => read.complaint().map(|(kind, complaint)| Fault::of_input(kind, complaint)),
            },
            gaps: read.gaps.as_ref().map(|gaps| gaps.iter().map(|gap| Hole::of(gap, &read.blocks)).collect()),
            faults: read
                .faults
                .as_ref()
                .map(|faults| faults.iter().map(|fault| Fault::of(fault, &read.blocks)).collect()),
        }
    }

    /// The results for an input that could not be read at all.
    pub(crate) fn unread(file: String, error: &Error) -> Self {
        Self {
            file,
            format: None,
            is_media: false,
            records: 0,
            bytes: 0,
            record_bytes: 0,
            blank_bytes: 0,
            gap_bytes: 0,
            complete: false,
            compressed: None,
            error: Some(Fault::of(error, &Blocks::default())),
            gaps: None,
            faults: None,
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.complete && self.error.is_none()
    }

    /// Prints the verdict, unless it is good and success is hidden.
    pub(crate) fn print(&self, args: &Verify, common: &Common, out: &mut dyn Write) -> io::Result<()> {
        if args.json {
            serde_json::to_writer(&mut *out, self)?;
            writeln!(out)?;
        } else if !(common.quiet && self.is_good()) {
            self.write(args.verbose, out)?;
        }
        // The reader need not wait for the next file.
        out.flush()
    }

    /// Writes one line, with the account of all bytes if `verbose`.
    fn write(&self, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
        let verdict = if self.is_good() { "OK" } else { "FAILED" };
        write!(out, "{verdict} {}: ", self.file)?;
        if !self.complete && self.format.is_none() {
            return writeln!(out, "cannot be read");
        }
        let number = |number: u64| match verbose {
            true => number.to_string(),
            false => with_commas(&number.to_string()),
        };
        let plural = if self.records == 1 { "" } else { "s" };
        write!(out, "{}, {} record{plural}", self.describe_format(verbose), number(self.records))?;
        let Self { bytes, record_bytes, blank_bytes, gap_bytes, .. } = self;
        match (self.complete, verbose) {
            (true, true) => write!(
                out,
                ", {bytes} bytes = {record_bytes} in records + {blank_bytes} blank + {gap_bytes} in gaps"
            )?,
            (true, false) => {
                write!(out, ", {} bytes", number(*bytes))?;
                if *gap_bytes > 0 {
                    write!(out, ", {} of them in gaps", number(*gap_bytes))?;
                }
            }
            (false, true) => {
                write!(out, ", {record_bytes} bytes in records + {blank_bytes} blank before the error")?;
            }
            (false, false) => write!(out, ", {} bytes before the error", number(record_bytes + blank_bytes))?,
        }
        // Coded media are not decoded.
        writeln!(out, "{}", if self.complete && self.is_media { ", payload not checked" } else { "" })
    }

    /// The format, and the compression if there is one.
    fn describe_format(&self, verbose: bool) -> String {
        let format = self.format.unwrap_or("empty");
        let Some(packed) = &self.compressed else { return format.to_owned() };
        let Compressed { format: compression, bytes, padding_bytes, .. } = packed;
        if !verbose {
            return format!("{format} in {compression}");
        }
        let pieces = counted(packed.members, packed.unit);
        let lost = packed.lost_bytes.filter(|&lost| lost > 0);
        let lost = lost.map_or_else(String::new, |lost| format!(", {lost} lost"));
        format!("{format} in {compression} ({pieces}, {bytes} bytes, {padding_bytes} of them padding{lost})")
    }
}

impl Hole {
    fn of(gap: &Gap, blocks: &Blocks) -> Self {
        let lost = gap.lost.as_deref().map(LostBytes::of);
        Self { start: gap.range.start, end: gap.range.end, lost, error: Fault::of(&gap.error, blocks) }
    }
}

impl Fault {
    /// A fault of the input as a whole.
    pub(crate) fn of_input(kind: &'static str, message: String) -> Self {
        Self { kind, offset: None, virtual_offset: None, record: None, line: None, compressed: None, message }
    }

    /// An error whose place in a compressed input is not looked up.
    pub(crate) fn of_error(error: &Error) -> Self {
        Self::of(error, &Blocks::default())
    }

    fn of(error: &Error, blocks: &Blocks) -> Self {
        let place = error.location();
        let virtual_offset = blocks.virtual_offset_of(error);
        Self {
            virtual_offset,
            kind: error.kind().name(),
            offset: error.offset(),
            record: place.and_then(|place| place.record),
            line: place.and_then(|place| place.line),
            compressed: error.compressed_place().map(Place::of),
            message: error.message(),
        }
    }
}

/// The numbers of good and bad inputs.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    good: u64,
    pub(super) bad: u64,
}

impl Verdicts {
    pub(crate) fn add(&mut self, is_good: bool) {
        *(if is_good { &mut self.good } else { &mut self.bad }) += 1;
    }

    /// Writes the numbers, if there are several inputs and success is not hidden.
    pub(super) fn write(&self, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
        let Self { good, bad } = self;
        if good + bad < 2 || (quiet && *bad == 0) {
            return Ok(());
        }
        writeln!(out, "{good} OK, {bad} FAILED")
    }
}

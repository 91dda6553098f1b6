//! Transport packets by PID.

use pagecut::media::mpegts::{Packets, PidSummary, Summary};
use pagecut::{Account, Error, Piece, Source, record::Tally};
use serde::Serialize;

use super::fault::Fault;
use crate::table::Cell;
use crate::verify::first;

/// The format's name in output.
const FORMAT: &str = "MPEG-TS";

/// The results for a transport stream.
pub(crate) struct PacketCounts {
    file: String,
    packet_len: usize,
    tally: Tally,
    summary: Summary,
    pub(super) error: Option<Error>,
}

pub(super) const COLUMNS: [&str; 8] = [
    "file",
    "format",
    "pid",
    "num_packets",
    "packets(%)",
    "continuity_errors",
    "transport_errors",
    "scrambled",
];

impl PacketCounts {
    /// Counts the packets of a source, including those after gaps.
    pub(crate) fn count(source: &Source, format: &Packets, file: &str) -> Self {
        let mut summary = Summary::new();
        let Account { tally, error, .. } = source.parts(format).recover().map_in_order(
            |pieces| {
                let mut part = Summary::new();
                pieces.filter_map(Piece::record).for_each(|packet| part.add(packet));
                part
            },
            |part| {
                summary.append(&part);
                Ok(())
            },
        );
        let error = first(error, summary.first_continuity_error());
        let error = first(error, summary.first_transport_error());
        Self { file: file.to_owned(), packet_len: format.packet_len(), tally, summary, error }
    }

    /// Returns a row for each PID.
    pub(super) fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |(pid, summary): (&u16, &PidSummary)| {
            vec![
                self.file.as_str().into(),
                FORMAT.into(),
                format!("0x{pid:04x}").as_str().into(),
                summary.packets.into(),
                Cell::Decimal(100.0 * summary.packets as f64 / self.tally.records as f64, 2),
                summary.continuity_errors.into(),
                summary.transport_errors.into(),
                summary.scrambled.into(),
            ]
        };
        self.summary.pids().iter().map(row).collect()
    }

    pub(super) fn json(&self, is_closed: bool) -> impl Serialize {
        let error = self.error.as_ref().map(Fault::new);
        let total = self.summary.total();
        Object {
            file: &self.file,
            format: FORMAT,
            packet_len: self.packet_len,
            num_packets: self.tally.records,
            gaps: self.tally.gaps,
            gap_bytes: self.tally.gap_bytes,
            errors: Errors::of(&total),
            pids: self.summary.pids().iter().map(|(&pid, summary)| Pid::of(pid, summary)).collect(),
            error: error.or_else(|| (!is_closed).then(Fault::of_unclosed)),
        }
    }
}

/// A row as JSON.
#[derive(Serialize)]
struct Object<'row> {
    file: &'row str,
    format: &'static str,
    packet_len: usize,
    num_packets: u64,
    gaps: u64,
    gap_bytes: u64,
    #[serde(flatten)]
    errors: Errors,
    pids: Vec<Pid>,
    error: Option<Fault>,
}

#[derive(Serialize)]
struct Pid {
    pid: u16,
    num_packets: u64,
    #[serde(flatten)]
    errors: Errors,
}

/// The damage in the stream.
#[derive(Serialize)]
struct Errors {
    continuity_errors: u64,
    duplicates: u64,
    transport_errors: u64,
    scrambled: u64,
}

impl Pid {
    fn of(pid: u16, summary: &PidSummary) -> Self {
        Self { pid, num_packets: summary.packets, errors: Errors::of(summary) }
    }
}

impl Errors {
    fn of(summary: &PidSummary) -> Self {
        let PidSummary { continuity_errors, duplicates, transport_errors, scrambled, .. } = *summary;
        Self { continuity_errors, duplicates, transport_errors, scrambled }
    }
}

//! Transport packets by PID.

use std::collections::BTreeMap;

use pagecut::media::mpegts::{Packets, Summary};
use pagecut::{Account, Error, Piece, Source, Tally};
use serde::Serialize;

use crate::table::{Cell, Table};

/// The format's name in output.
const FORMAT: &str = "MPEG-TS";

/// What a transport stream came to.
pub(super) struct Row {
    file: String,
    tally: Tally,
    pids: BTreeMap<u16, u64>,
    pub(super) error: Option<Error>,
}

pub(super) fn table() -> Table {
    Table::new(vec!["file", "format", "pid", "num_packets", "packets(%)"])
}

/// Counts the packets of a source, those behind gaps too.
pub(super) fn count(source: &Source, file: &str) -> Row {
    let (summary, Account { tally, error, .. }) = source.fold_pieces(
        &Packets,
        Summary::new,
        |summary, piece| {
            if let Piece::Record(packet) = piece {
                summary.add(packet);
            }
        },
        Summary::merge,
    );
    Row { file: file.to_owned(), tally, pids: summary.pids(), error }
}

impl Row {
    pub(super) fn push_to(&self, table: &mut Table) {
        for (&pid, &packets) in &self.pids {
            table.push(vec![
                self.file.as_str().into(),
                FORMAT.into(),
                format!("0x{pid:04x}").as_str().into(),
                packets.into(),
                Cell::Decimal(100.0 * packets as f64 / self.tally.records as f64, 2),
            ]);
        }
    }

    pub(super) fn json(&self) -> impl Serialize {
        Object {
            file: &self.file,
            format: FORMAT,
            num_packets: self.tally.records,
            gaps: self.tally.gaps,
            gap_bytes: self.tally.gap_bytes,
            pids: self.pids.iter().map(|(&pid, &num_packets)| Pid { pid, num_packets }).collect(),
        }
    }
}

/// A row as JSON.
#[derive(Serialize)]
struct Object<'row> {
    file: &'row str,
    format: &'static str,
    num_packets: u64,
    gaps: u64,
    gap_bytes: u64,
    pids: Vec<Pid>,
}

#[derive(Serialize)]
struct Pid {
    pid: u16,
    num_packets: u64,
}

//! Transport packets as a flat tree.

use std::io::{self, Write};

use pagecut::media::mpegts::{PACKET_LEN, Packets, TsPacket};
use pagecut::{Gap, Piece, Result, Source};
use serde::Serialize;

use crate::report;
use crate::tree::{Printer, write_json, write_place};

/// A transport packet.
#[derive(Serialize)]
struct Line {
    depth: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    offset: u64,
    header_len: u64,
    /// Length including an extra header or parity.
    len: u64,
    pid: u16,
    unit_start: bool,
    continuity_counter: u8,
    adaptation_len: u64,
    payload_len: u64,
}

/// Prints all packets, on all cores, and reports gaps. Returns whether there are none.
pub(super) fn print(source: &Source, format: &Packets, printer: &mut Printer<'_>) -> Result<bool> {
    let (json, name) = (printer.json, printer.name);
    let mut all_good = true;
    // Number of packets in the earlier parts.
    let mut before = 0;
    let account = source.parts(format).recover().map_in_order(
        |pieces| {
            let (mut text, mut gaps) = (Vec::new(), Vec::<Gap>::new());
            for piece in pieces.by_ref() {
                match piece {
                    Piece::Record(packet) => Line::of(&packet).write(json, name, &mut text)?,
                    Piece::Gap(gap) => gaps.push(gap),
                }
            }
            Ok::<_, io::Error>((text, gaps, pieces.tally().records))
        },
        |written| {
            let (text, gaps, records) = written?;
            all_good &= gaps.is_empty();
            for gap in gaps {
                report::gap(name, &Gap { error: gap.error.count_before(before, 0), ..gap });
            }
            before += records;
            Ok(printer.out.write_all(&text)?)
        },
    );
    match account.error {
        Some(error) if !account.complete => Err(error),
        _ => Ok(all_good),
    }
}

impl Line {
    fn of(packet: &TsPacket<'_>) -> Self {
        const HEADER_LEN: u64 = 4;
        let range = packet.range();
        let payload_len = packet.payload().map_or(0, |payload| payload.len() as u64);
        let before_payload = PACKET_LEN as u64 - HEADER_LEN - payload_len;
        Self {
            depth: 0,
            kind: "packet",
            offset: range.start,
            header_len: HEADER_LEN,
            len: range.end - range.start,
            pid: packet.pid(),
            unit_start: packet.payload_unit_start(),
            continuity_counter: packet.continuity_counter(),
            adaptation_len: if packet.has_adaptation_field() { before_payload } else { 0 },
            payload_len,
        }
    }

    fn write(&self, json: bool, file: &str, out: &mut dyn Write) -> io::Result<()> {
        if json {
            return write_json(file, self, out);
        }
        write_place(self.depth, &self.kind, self.offset, out)?;
        write!(out, "{}+{}+{}", self.header_len, self.adaptation_len, self.payload_len)?;
        if self.len != PACKET_LEN as u64 {
            write!(out, " of {}", self.len)?;
        }
        let start = if self.unit_start { ", unit start" } else { "" };
        writeln!(out, " bytes: PID 0x{:04x}, counter {}{start}", self.pid, self.continuity_counter)
    }
}

//! The other parsers, each used as its own documentation says, for nothing but records and bases.
//!
//! Buffers and batches are as large as each parser makes them by itself. What a name says after `over` is what decompresses.

mod helicase;
mod needletail;
mod noodles;
mod paraseq;
mod seq_io;

use crate::format::Format;
use crate::row::{Here, Kind, Row, Run, Way};

pub(crate) use helicase::native_rows;

pub(crate) fn rows() -> Vec<Row> {
    [&helicase::ROWS[..], &needletail::ROWS, &noodles::ROWS, &paraseq::ROWS, &seq_io::ROWS].concat()
}

const fn row(
    name: &'static str,
    formats: &'static [Format],
    way: Way,
    threads: usize,
    work: &'static str,
    run: Here,
) -> Row {
    Row { kind: Kind::Peer, name, formats, way, threads, work, run: Run::Here(run) }
}

//! The other parsers, each used as its own documentation recommends, to count records and bases only.
//!
//! Buffers and batches have the default size of each parser. A name after `over` is the decompressor.

mod helicase;
mod needletail;
mod noodles;
mod paraseq;
mod seq_io;

use crate::format::Format;
use crate::row::{Access, Here, Kind, Row, Run};

pub(crate) use helicase::native_rows;

pub(crate) fn rows() -> Vec<Row> {
    [&helicase::ROWS[..], &needletail::ROWS, &noodles::ROWS, &paraseq::ROWS, &seq_io::ROWS].concat()
}

const fn row(
    name: &'static str,
    formats: &'static [Format],
    access: Access,
    threads: usize,
    work: &'static str,
    run: Here,
) -> Row {
    Row { kind: Kind::Peer, name, formats, access, threads, work, run: Run::Here(run) }
}

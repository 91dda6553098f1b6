//! The other readers of media, each used as its own documentation recommends.

mod libavformat;
mod matroska_demuxer;
mod mp4;
mod mpeg2ts_reader;
mod re_mp4;
mod symphonia;

use super::row;
use crate::format::Format;
use crate::row::{Access, Here, Kind, Row};

/// Returns the rows of all peers; programs that are not installed are left out.
pub(super) fn rows() -> Vec<Row> {
    let mut rows =
        [&re_mp4::ROWS[..], &mp4::ROWS, &symphonia::ROWS, &matroska_demuxer::ROWS, &mpeg2ts_reader::ROWS]
            .concat();
    rows.extend(libavformat::rows());
    rows
}

const fn peer(
    name: &'static str,
    formats: &'static [Format],
    access: Access,
    work: &'static str,
    run: Here,
) -> Row {
    row(Kind::Peer, name, formats, access, 1, work, run)
}

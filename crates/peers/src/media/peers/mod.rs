//! The other readers of media, each used as its own documentation says.

mod libavformat;
mod matroska_demuxer;
mod mp4;
mod mpeg2ts_reader;
mod re_mp4;
mod symphonia;

use super::row;
use crate::format::Format;
use crate::row::{Here, Kind, Row, Way};

/// Those of programs that are not installed are left out.
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
    way: Way,
    work: &'static str,
    run: Here,
) -> Row {
    row(Kind::Peer, name, formats, way, 1, work, run)
}

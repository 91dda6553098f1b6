//! All rows that read a format.

use crate::format::Format;
use crate::native::Worker;
use crate::row::Row;
use crate::{ours, peers, roofline};

/// Returns the rows that can read the format, those with fewer threads first. `native` is the helicase built for this processor.
pub(crate) fn rows_of(format: Format, native: Option<&'static Worker>) -> Vec<Row> {
    let mut rows = [ours::rows(), peers::rows(), roofline::ROWS.to_vec()].concat();
    rows.extend(native.into_iter().flat_map(peers::native_rows));
    rows.retain(|row| row.formats.contains(&format));
    rows.sort_by_key(|row| row.threads);
    rows
}

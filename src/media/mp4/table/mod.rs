//! The sample table: positions and times of samples (ISO/IEC 14496-12 §8.5 to §8.7).

mod cursor;
mod extents;
mod marks;
mod runs;
mod sample_table;
mod sizes;

pub(super) use cursor::TableCursor;
pub(super) use extents::TableExtents;
pub(super) use marks::TableMarks;
pub(super) use runs::{Runs, Sum, TimeRuns, composition_offset};
pub(super) use sample_table::SampleTable;

//! Reading of records: one after the other, or on all cores.

mod fold;
mod parts;
mod record_reader;
mod run;
mod transport;
mod whole;

pub use parts::{Parts, RecoveredParts};
pub use record_reader::RecordReader;

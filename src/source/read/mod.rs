//! Reading of records: one after the other, or on all cores.

mod record_reader;
mod run;
mod transport;
mod whole;
mod work;

pub use record_reader::RecordReader;

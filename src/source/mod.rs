//! Inputs, and the reading of records from them.
//!
//! A [`Source`] gives the same records, counts and errors with every backend and every number of threads. Workers find the parts of a file
//! independently, at any position. A stream is read from the start, under a lock, into a buffer that the worker keeps.
//!
//! | module | purpose |
//! |---|---|
//! | `open` | opens an input, detects its compression and format |
//! | `access` | reads bytes of a file at any position, with the fastest backend |
//! | `stream` | reads an input from its start, and decompresses it |
//! | `schedule` | divides an input into parts, and gives them to workers |
//! | `read` | reads the records: one after the other, or on all cores |
//! | `pairs` | reads the pairs of two inputs, or of one in which mates alternate |
//! | `variant` | decides whether FASTQ is wrapped |
//! | `recover` | reads damaged inputs |
//! | `threads` | starts pools of threads, and names the error if that fails |

mod access;
mod open;
mod options;
mod pairs;
mod read;
mod recover;
mod reserve;
mod schedule;
mod stream;
mod threads;
mod variant;

#[cfg(feature = "gzip")]
pub use access::BgzfReader;
pub use access::{Cost, Inspection, ReadAt, Reader, ReaderFactory, SourceBytes, inspect, open_reader};
pub use open::Source;
pub use options::SourceOptions;
pub use pairs::{PairAccount, PairBatch, PairPiece, PairReader, PairTally, PairedSource};
pub use read::{Parts, RecordReader, RecoveredParts};
pub use recover::Recovered;
pub use schedule::Account;
pub use variant::FormatTask;

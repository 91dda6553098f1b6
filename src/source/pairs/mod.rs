//! Mates from two inputs of any kind, or from one in which they alternate.

mod batch;
mod block;
mod lanes;
mod opening;
mod paired_source;
mod read;
mod reader;
mod recover;
mod variant;
mod work;

pub use batch::PairBatch;
pub use paired_source::{PairTally, PairedSource};
pub use reader::PairReader;
pub use recover::{PairAccount, PairPiece};

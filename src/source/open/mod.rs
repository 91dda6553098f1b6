//! Opening of inputs, and what is known of them before they are read.

mod facts;
mod file;
mod source;

pub(super) use file::FileInput;
pub use source::Source;
pub(super) use source::{Input, lock};

//! Opening of inputs, and their properties.

mod error;
mod facts;
mod file;
mod source;

pub(super) use file::FileInput;
pub use source::Source;
pub(super) use source::{Input, lock};

//! The records of a file.

use super::{Frame, Header};

/// A record of IVF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'data> {
    /// The first record of every input.
    Header(Header),
    /// Every other record.
    Frame(Frame<'data>),
}

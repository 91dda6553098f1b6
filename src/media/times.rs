//! The kind of packet times.

/// The kind of packet times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Times {
    /// Presentation times as in libavformat: edits are applied as far as a single shift can do it, and no packet is decoded
    /// after it is shown. The shift moves the first presented frame, or the audio at the start of the edit, to 0 or to the
    /// end of the empty edits.
    #[default]
    Presentation,
    /// Media times, from the tables and fragments.
    Media,
}

//! The result of the work on a part.

use crate::error::Error;
use crate::record::Tally;

/// The result of the work on a part.
pub(in crate::source) struct Outcome {
    pub(in crate::source) tally: Tally,
    /// The first error in the part, or the one that ends the input after it.
    pub(in crate::source) error: Option<Error>,
    pub(in crate::source) then: Then,
}

/// What follows the work on a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Then {
    /// The next part.
    Continue,
    /// The work ends inside of the part: nothing after `tally` counts.
    Stop,
    /// The part counts up to its error, or to its end, and the work ends after it.
    StopAfter,
}

impl Outcome {
    /// The outcome of a part that was read to its end without an error.
    pub(in crate::source) fn read(tally: Tally) -> Self {
        Self { tally, error: None, then: Then::Continue }
    }

    /// The outcome of a part that was read up to an error, if there is one.
    pub(in crate::source) fn read_up_to(error: Option<Error>, tally: Tally) -> Self {
        Self { tally, then: if error.is_some() { Then::Stop } else { Then::Continue }, error }
    }

    /// The outcome of a part whose value counts, with the error that ends the input after it, if there is one.
    pub(in crate::source) fn valued_up_to(error: Option<Error>, tally: Tally) -> Self {
        Self { tally, then: if error.is_some() { Then::StopAfter } else { Then::Continue }, error }
    }

    /// The outcome of a part that is not counted.
    pub(in crate::source) fn stopped_by(error: Error) -> Self {
        Self { tally: Tally::default(), error: Some(error), then: Then::Stop }
    }

    /// Whether the work ends with the part.
    pub(in crate::source) fn stops(&self) -> bool {
        self.then != Then::Continue
    }
}

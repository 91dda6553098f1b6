//! Detection of IVF.

use super::header::SIGNATURE;
use crate::head::{Certainty, Head};

/// Detects IVF by its signature and version 0, the only one.
pub(crate) fn detect(head: &Head<'_>) -> Option<Certainty> {
    let version = head.bytes.strip_prefix(&SIGNATURE)?;
    version.starts_with(&[0, 0]).then_some(Certainty::Signature)
}

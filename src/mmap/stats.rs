//! How a mapping stands.

/// How a mapping stands at the moment it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MmapStats {
    /// Length of the mapping in bytes.
    pub len: usize,
    /// Length of a page in bytes.
    pub page_size: usize,
    /// Bytes whose pages are mapped, so that touching them costs no fault; `None` where the system does not tell.
    pub resident: Option<u64>,
    /// Bytes that are mapped by huge pages; `None` where the system does not tell.
    pub huge: Option<u64>,
    /// Advice that the system took, options included.
    pub advice_granted: u64,
    /// Advice that the system refused, options included.
    pub advice_refused: u64,
}

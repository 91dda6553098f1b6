//! What the kernel is told.

/// What the kernel is told about how pages of a mapping will be used: `madvise(2)`.
///
/// Each is sound for a mapping that is only read, which all of pagecut's are: none changes what the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Nothing special (`MADV_NORMAL`): read-around of the place of a fault.
    Normal,
    /// Pages will be used in order (`MADV_SEQUENTIAL`): read ahead at once, and drop early what was used.
    Sequential,
    /// Pages will be used in no order (`MADV_RANDOM`): do not read ahead.
    Random,
    /// Pages will be used soon (`MADV_WILLNEED`): begin to read them. The kernel cuts one request to the read-ahead window of
    /// the device.
    WillNeed,
    /// Pages will not be used soon (`MADV_DONTNEED`): take them out of this mapping. They stay in the page cache, and are
    /// mapped again when they are touched.
    DontNeed,
    /// Map the pages now, reading them if need be (`MADV_POPULATE_READ`, Linux 5.14).
    PopulateRead,
    /// Pages may be reclaimed before others (`MADV_COLD`, Linux 5.4).
    Cold,
    /// Reclaim the pages now (`MADV_PAGEOUT`, Linux 5.4); for a file that one may write to.
    PageOut,
    /// Prefer huge pages (`MADV_HUGEPAGE`).
    HugePage,
    /// Do not use huge pages (`MADV_NOHUGEPAGE`).
    NoHugePage,
    /// Leave the pages out of a core dump (`MADV_DONTDUMP`).
    DontDump,
}

impl Advice {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Normal,
        Self::Sequential,
        Self::Random,
        Self::WillNeed,
        Self::DontNeed,
        Self::PopulateRead,
        Self::Cold,
        Self::PageOut,
        Self::HugePage,
        Self::NoHugePage,
        Self::DontDump,
    ];
}

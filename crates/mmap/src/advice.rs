//! Advice to the kernel about page use.

/// Advice to the kernel about how the pages of a mapping will be used (`madvise(2)`).
///
/// All variants are sound for read-only mappings, and all mappings of pagecut that accept advice are read-only: no
/// variant changes the contents of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// No special treatment (`MADV_NORMAL`): the kernel reads around the address of a page fault.
    Normal,
    /// Sequential access (`MADV_SEQUENTIAL`): read ahead aggressively and free used pages early.
    Sequential,
    /// Random access (`MADV_RANDOM`): no read-ahead.
    Random,
    /// The pages will be used soon (`MADV_WILLNEED`): start reading them. The kernel limits one request to the
    /// read-ahead window of the device.
    WillNeed,
    /// The pages will not be used soon (`MADV_DONTNEED`): unmap them. They stay in the page cache; the next access maps
    /// them again.
    DontNeed,
    /// Map the pages now and read the missing ones (`MADV_POPULATE_READ`, Linux 5.14).
    PopulateRead,
    /// Reclaim the pages before others (`MADV_COLD`, Linux 5.4).
    Cold,
    /// Reclaim the pages now (`MADV_PAGEOUT`, Linux 5.4). Requires ownership of the file or write permission.
    PageOut,
    /// Prefer huge pages (`MADV_HUGEPAGE`).
    HugePage,
    /// Use no huge pages (`MADV_NOHUGEPAGE`).
    NoHugePage,
    /// Exclude the pages from core dumps (`MADV_DONTDUMP`).
    DontDump,
}

impl Advice {
    /// All variants.
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

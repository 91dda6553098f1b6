//! Read-ahead of the kernel.

/// Read-ahead of the kernel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ReadAhead {
    /// The setting of the device.
    #[default]
    Normal,
    /// Twice the setting of the device (`POSIX_FADV_SEQUENTIAL` of `posix_fadvise(2)`).
    Sequential,
    /// No read-ahead (`POSIX_FADV_RANDOM`), for random access.
    None,
}

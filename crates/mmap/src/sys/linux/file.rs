//! Properties of a file: its file system, read-ahead window, page size and immutability.

use std::fs::{self, File};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::page_size::page_size;

/// `f_type` of hugetlbfs (`statfs(2)`).
const HUGETLBFS_MAGIC: i64 = 0x9584_58f6;

/// `f_type` of read-only file systems: squashfs, erofs, iso9660, cramfs, romfs (`statfs(2)` and `linux/magic.h`).
const READ_ONLY_FILE_SYSTEMS: [i64; 5] = [0x7371_7368, 0xe0f5_e1e2, 0x9660, 0x28cd_3d45, 0x7275];

/// Returns type and block size of the file system of a file: `fstatfs(2)`.
#[expect(unsafe_code, reason = "a system call that fills a structure")]
fn file_system(file: &File) -> io::Result<(i64, usize)> {
    let mut found = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: writes to the given structure, which has the right type.
    let done = unsafe { libc::fstatfs(file.as_raw_fd(), found.as_mut_ptr()) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so it initialized the structure.
    let found = unsafe { found.assume_init() };
    Ok((found.f_type, usize::try_from(found.f_bsize).unwrap_or(0)))
}

/// Returns the page size of a file on hugetlbfs, or `None` for a file on another file system.
pub(crate) fn hugetlbfs_page(file: &File) -> Option<usize> {
    file_system(file)
        .ok()
        .filter(|(kind, page)| *kind == HUGETLBFS_MAGIC && page.is_power_of_two())
        .map(|found| found.1)
}

/// Returns the size of the pages in which a file is mapped.
pub(crate) fn page_size_of(file: &File) -> usize {
    hugetlbfs_page(file).unwrap_or_else(page_size)
}

/// Returns whether a file can never change: it is on a read-only file system, or in memory and sealed against writing
/// and shrinking (`memfd_create(2)`, `F_GET_SEALS` of `fcntl(2)`).
#[expect(unsafe_code, reason = "a system call")]
pub(crate) fn is_immutable(file: &File) -> bool {
    // SAFETY: returns a number.
    let seals = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) };
    let needed = libc::F_SEAL_SHRINK | libc::F_SEAL_WRITE;
    let sealed = seals >= 0 && seals & needed == needed;
    sealed || file_system(file).is_ok_and(|(kind, _)| READ_ONLY_FILE_SYSTEMS.contains(&kind))
}

/// Returns the read-ahead window of the file's device in bytes. The kernel truncates longer hints to it.
pub(crate) fn read_ahead_len(file: &File) -> Option<usize> {
    let device = file.metadata().ok()?.dev();
    let (major, minor) = (libc::major(device), libc::minor(device));
    let text = fs::read_to_string(format!("/sys/class/bdi/{major}:{minor}/read_ahead_kb"));
    // A partition has the settings of its disk.
    let of_disk = || fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/../queue/read_ahead_kb"));
    let kib: usize = text.or_else(|_| of_disk()).ok()?.trim().parse().ok()?;
    Some(kib * 1024).filter(|&len| len > 0)
}

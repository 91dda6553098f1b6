//! What the system says of a file: where it lies, how it is read ahead, whether it can change.

use std::fs::{self, File};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::pages::page_size;

/// `f_type` of hugetlbfs (`statfs(2)`).
const HUGETLBFS_MAGIC: i64 = 0x9584_58f6;

/// `f_type` of file systems that are made once and never written to: squashfs, erofs, iso9660, cramfs, romfs (`statfs(2)`,
/// and `linux/magic.h`).
const READ_ONLY_FILE_SYSTEMS: [i64; 5] = [0x7371_7368, 0xe0f5_e1e2, 0x9660, 0x28cd_3d45, 0x7275];

/// Type and block size of the file system that a file lies on: `fstatfs(2)`.
#[expect(unsafe_code, reason = "a system call that fills a structure")]
fn file_system(file: &File) -> io::Result<(i64, usize)> {
    let mut found = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: writes to the structure that is handed over, which is of the right type.
    let done = unsafe { libc::fstatfs(file.as_raw_fd(), found.as_mut_ptr()) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so it filled the structure.
    let found = unsafe { found.assume_init() };
    Ok((found.f_type, usize::try_from(found.f_bsize).unwrap_or(0)))
}

/// The size of the pages of a file on hugetlbfs; `None` for a file on any other file system.
pub(in crate::mmap) fn hugetlbfs_page(file: &File) -> Option<usize> {
    file_system(file)
        .ok()
        .filter(|(kind, page)| *kind == HUGETLBFS_MAGIC && page.is_power_of_two())
        .map(|found| found.1)
}

/// The size of the pages in which a file is mapped.
pub(in crate::mmap) fn page_size_of(file: &File) -> usize {
    hugetlbfs_page(file).unwrap_or_else(page_size)
}

/// Whether a file can never change: on a file system that is never written to, or in memory and sealed against writing and
/// being cut (`memfd_create(2)`, `F_GET_SEALS` of `fcntl(2)`).
#[expect(unsafe_code, reason = "a system call")]
pub(in crate::mmap) fn is_immutable(file: &File) -> bool {
    // SAFETY: asks for a number.
    let seals = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) };
    let needed = libc::F_SEAL_SHRINK | libc::F_SEAL_WRITE;
    let sealed = seals >= 0 && seals & needed == needed;
    sealed || file_system(file).is_ok_and(|(kind, _)| READ_ONLY_FILE_SYSTEMS.contains(&kind))
}

/// How many bytes the kernel reads ahead of one request for the device that a file lies on; a longer hint is cut to it.
pub(in crate::mmap) fn read_ahead_len(file: &File) -> Option<usize> {
    let device = file.metadata().ok()?.dev();
    let (major, minor) = (libc::major(device), libc::minor(device));
    let text = fs::read_to_string(format!("/sys/class/bdi/{major}:{minor}/read_ahead_kb"));
    // A partition has the settings of its disk.
    let of_disk = || fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/../queue/read_ahead_kb"));
    let kib: usize = text.or_else(|_| of_disk()).ok()?.trim().parse().ok()?;
    Some(kib * 1024).filter(|&len| len > 0)
}

/// The size of a transparent huge page.
pub(in crate::mmap) fn huge_page_size() -> usize {
    let text = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").ok();
    let size = text.and_then(|text| text.trim().parse::<usize>().ok());
    size.filter(|size| size.is_power_of_two()).unwrap_or(2 << 20)
}

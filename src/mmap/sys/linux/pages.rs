//! The pages of a mapping: advice, locks, and how many are in memory.

use std::fs;
use std::io;
use std::ops::Range;
use std::sync::OnceLock;

use super::Map;

use crate::mmap::Advice;

/// How much of a mapping is in memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::mmap) struct Usage {
    /// Bytes of the mapping whose pages are mapped.
    pub(in crate::mmap) resident: u64,
    /// Bytes of the mapping that are mapped by huge pages.
    pub(in crate::mmap) huge: u64,
}

/// Length of a page in bytes: `sysconf(_SC_PAGESIZE)`.
#[expect(unsafe_code, reason = "a call of the C library")]
pub(in crate::mmap) fn page_size() -> usize {
    static PAGE_SIZE: OnceLock<usize> = OnceLock::new();
    *PAGE_SIZE.get_or_init(|| {
        // SAFETY: `sysconf` takes any name and touches no memory of ours.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
    })
}

/// Gives advice on the pages that a range of a mapping touches: `madvise(2)`.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::mmap) fn advise(map: &Map, range: Range<usize>, advice: Advice) -> io::Result<()> {
    let advice = match advice {
        Advice::Normal => libc::MADV_NORMAL,
        Advice::Sequential => libc::MADV_SEQUENTIAL,
        Advice::Random => libc::MADV_RANDOM,
        Advice::WillNeed => libc::MADV_WILLNEED,
        Advice::DontNeed => libc::MADV_DONTNEED,
        Advice::PopulateRead => libc::MADV_POPULATE_READ,
        Advice::Cold => libc::MADV_COLD,
        Advice::PageOut => libc::MADV_PAGEOUT,
        Advice::HugePage => libc::MADV_HUGEPAGE,
        Advice::NoHugePage => libc::MADV_NOHUGEPAGE,
        Advice::DontDump => libc::MADV_DONTDUMP,
    };
    let (pages, len) = pages(map, range);
    // SAFETY: `pages` and `len` span pages that belong to `map`, which is borrowed and so stays mapped. It is a shared
    // mapping of a file that is never written to through it, so none of these changes what its bytes are: pages that
    // `MADV_DONTNEED` or `MADV_PAGEOUT` take away come back from the file.
    let done = unsafe { libc::madvise(pages, len, advice) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Keeps the pages that a range of a mapping touches in memory: `mlock(2)`. They are let go when the mapping is.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::mmap) fn lock(map: &Map, range: Range<usize>) -> io::Result<()> {
    let (pages, len) = pages(map, range);
    // SAFETY: `pages` and `len` span pages that belong to `map`, which is borrowed and so stays mapped; `mlock` only
    // reads them in.
    let done = unsafe { libc::mlock(pages, len) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Lets pages go that were locked: `munlock(2)`.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::mmap) fn unlock(map: &Map, range: Range<usize>) -> io::Result<()> {
    let (pages, len) = pages(map, range);
    // SAFETY: `pages` and `len` span pages that belong to `map`, which is borrowed and so stays mapped.
    let done = unsafe { libc::munlock(pages, len) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The address and length of the pages that a range of a mapping touches, from the start of the first page.
fn pages(map: &Map, range: Range<usize>) -> (*mut libc::c_void, usize) {
    let bytes = &map[range];
    let address = bytes.as_ptr();
    // A mapping begins at a page (or `memmap2` mapped from the start of the page), so this stays inside of it.
    let before = address.addr() % page_size();
    (address.wrapping_sub(before).cast_mut().cast(), bytes.len() + before)
}

/// How much of a mapping is in memory, from `/proc/self/smaps` (`proc_pid_smaps(5)`).
pub(in crate::mmap) fn usage(map: &Map) -> io::Result<Usage> {
    let smaps = fs::read_to_string("/proc/self/smaps")?;
    let start = map.as_ptr().addr() / page_size() * page_size();
    let end = start + map.len();
    let mut usage = Usage { resident: 0, huge: 0 };
    let mut inside = false;
    for line in smaps.lines() {
        if let Some(range) = address_range(line) {
            inside = range.start < end && range.end > start;
        } else if inside && let Some((key, value)) = line.split_once(':') {
            let bytes = || value.trim().trim_end_matches(" kB").parse::<u64>().map_or(0, |kib| kib * 1024);
            match key {
                "Rss" => usage.resident += bytes(),
                "FilePmdMapped" | "ShmemPmdMapped" | "AnonHugePages" => usage.huge += bytes(),
                // These are not in `Rss`.
                "Shared_Hugetlb" | "Private_Hugetlb" => {
                    usage.resident += bytes();
                    usage.huge += bytes();
                }
                _ => {}
            }
        }
    }
    // A neighbour of the same file can be in one entry with the mapping.
    let most = map.len().next_multiple_of(page_size()) as u64;
    Ok(Usage { resident: usage.resident.min(most), huge: usage.huge.min(most) })
}

/// The addresses of a mapping, if `line` is the first of its entry: `7f0e6c000000-7f0e6c021000 r--s ...`.
fn address_range(line: &str) -> Option<Range<usize>> {
    let (start, end) = line.split_once(' ')?.0.split_once('-')?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

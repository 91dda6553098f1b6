//! Pages of a mapping: advice, locks and residency.

use std::fs;
use std::io;
use std::ops::Range;

use super::map::Map;
use super::page_size::page_size;
use crate::Advice;

/// Memory use of a mapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Bytes on mapped pages.
    pub(crate) resident: u64,
    /// Bytes mapped with huge pages.
    pub(crate) huge: u64,
}

/// Advises the kernel about the pages of a range: `madvise(2)`.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn advise(map: &Map, range: Range<usize>, advice: Advice) -> io::Result<()> {
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
    // SAFETY: `pages` and `len` span pages of `map`, which is borrowed and so stays mapped. It is a shared file mapping
    // that is never written to, so no advice changes its bytes: pages that `MADV_DONTNEED` or `MADV_PAGEOUT` remove are
    // read from the file again.
    let done = unsafe { libc::madvise(pages, len, advice) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Locks the pages of a range in memory: `mlock(2)`. Unmapping unlocks them.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn lock(map: &Map, range: Range<usize>) -> io::Result<()> {
    let (pages, len) = pages(map, range);
    // SAFETY: `pages` and `len` span pages of `map`, which is borrowed and so stays mapped; `mlock` only reads them in.
    let done = unsafe { libc::mlock(pages, len) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Unlocks the pages of a range: `munlock(2)`.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn unlock(map: &Map, range: Range<usize>) -> io::Result<()> {
    let (pages, len) = pages(map, range);
    // SAFETY: `pages` and `len` span pages of `map`, which is borrowed and so stays mapped.
    let done = unsafe { libc::munlock(pages, len) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns address and length of a range, extended to the start of its first page.
fn pages(map: &Map, range: Range<usize>) -> (*mut libc::c_void, usize) {
    let bytes = &map[range];
    let address = bytes.as_ptr();
    // A mapping starts at a page boundary (or `memmap2` mapped from the page boundary before it), so the page is
    // mapped.
    let before = address.addr() % page_size();
    (address.wrapping_sub(before).cast_mut().cast(), bytes.len() + before)
}

/// Returns the memory use of a mapping from `/proc/self/smaps` (`proc_pid_smaps(5)`).
pub(crate) fn usage(map: &Map) -> io::Result<Usage> {
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
                // `Rss` does not include these.
                "Shared_Hugetlb" | "Private_Hugetlb" => {
                    usage.resident += bytes();
                    usage.huge += bytes();
                }
                _ => {}
            }
        }
    }
    // The entry may include an adjacent mapping of the same file.
    let most = map.len().next_multiple_of(page_size()) as u64;
    Ok(Usage { resident: usage.resident.min(most), huge: usage.huge.min(most) })
}

/// Returns the addresses of a mapping if `line` starts an entry: `7f0e6c000000-7f0e6c021000 r--s ...`.
fn address_range(line: &str) -> Option<Range<usize>> {
    let (start, end) = line.split_once(' ')?.0.split_once('-')?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

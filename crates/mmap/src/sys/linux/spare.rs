//! Spare mappings, which are unmapped when the kernel refuses new ones (`vm.max_map_count`), so that the signal handler
//! can create others.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::page_size::page_size;

/// Number of spare mappings, of one unused page each.
const COUNT: usize = 32;

/// Address of the first spare mapping.
static START: AtomicUsize = AtomicUsize::new(0);

/// Number of remaining spare mappings.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// Reserves the spare mappings, once. If the kernel refuses, there are none.
#[expect(unsafe_code, reason = "system calls that take addresses")]
pub(super) fn reserve() {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let len = COUNT * page_size();
    // SAFETY: maps new memory at an address that the kernel chooses.
    let start = unsafe { libc::mmap(ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return;
    }
    // The kernel does not merge neighbours with different protection.
    for number in (0..COUNT).step_by(2) {
        let page = start.wrapping_byte_add(number * page_size());
        // SAFETY: one page of the memory above, which nothing accesses.
        unsafe { libc::mprotect(page, page_size(), libc::PROT_READ) };
    }
    START.store(start.expose_provenance(), Ordering::Relaxed);
    LEFT.store(COUNT, Ordering::Release);
}

/// Unmaps the last spare mapping. Returns whether there was one. Async-signal-safe.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(super) fn release() -> bool {
    let taken = LEFT.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
    let Ok(left) = taken else { return false };
    let page = START.load(Ordering::Relaxed) + (left - 1) * page_size();
    // SAFETY: one page of those that `reserve` mapped; nothing accesses it, and only this call unmaps it.
    unsafe { libc::munmap(ptr::with_exposed_provenance_mut(page), page_size()) == 0 }
}

//! Mappings that are given up when the system refuses more of them (`vm.max_map_count`), so that a handler of a signal can make others.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pages::page_size;

/// How many there are: of one page each, which nobody touches.
const COUNT: usize = 32;

/// The address of the first one.
static START: AtomicUsize = AtomicUsize::new(0);

/// How many are left.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// Makes them, once. Where the system refuses, there are none.
#[expect(unsafe_code, reason = "system calls that take addresses")]
pub(super) fn reserve() {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let len = COUNT * page_size();
    // SAFETY: makes new memory, at no address that was asked for.
    let start = unsafe { libc::mmap(ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return;
    }
    // Neighbours of different protection stay mappings of their own.
    for number in (0..COUNT).step_by(2) {
        let page = start.wrapping_byte_add(number * page_size());
        // SAFETY: one page of those above, which nobody touches.
        unsafe { libc::mprotect(page, page_size(), libc::PROT_READ) };
    }
    START.store(start.expose_provenance(), Ordering::Relaxed);
    LEFT.store(COUNT, Ordering::Release);
}

/// Gives one up, the last first. Returns whether there was one. Safe in a signal.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(super) fn release() -> bool {
    let taken = LEFT.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
    let Ok(left) = taken else { return false };
    let page = START.load(Ordering::Relaxed) + (left - 1) * page_size();
    // SAFETY: one page of those of `reserve`, which nobody touches, and which is given up by this call alone.
    unsafe { libc::munmap(ptr::with_exposed_provenance_mut(page), page_size()) == 0 }
}

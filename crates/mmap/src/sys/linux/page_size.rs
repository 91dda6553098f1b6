//! Page sizes of the system.

use std::fs;
use std::sync::OnceLock;

/// Returns the page size in bytes: `sysconf(_SC_PAGESIZE)`.
#[expect(unsafe_code, reason = "a call of the C library")]
pub(crate) fn page_size() -> usize {
    static PAGE_SIZE: OnceLock<usize> = OnceLock::new();
    *PAGE_SIZE.get_or_init(|| {
        // SAFETY: `sysconf` takes any name and accesses no memory of this process.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
    })
}

/// Returns the size of a transparent huge page in bytes.
pub(crate) fn huge_page_size() -> usize {
    let text = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").ok();
    let size = text.and_then(|text| text.trim().parse::<usize>().ok());
    size.filter(|size| size.is_power_of_two()).unwrap_or(2 << 20)
}

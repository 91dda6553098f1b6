//! Handling of `SIGBUS` for vanished pages (`sigaction(2)`, `mmap(2)`).
//!
//! After a file is truncated, access to a mapped page after its new end raises `SIGBUS`. One handler per process looks
//! up the address in a table of guarded mappings. If it finds the mapping, it replaces everything from that page to the
//! end of the mapping with zero pages and records the loss in the table; the thread continues, and its reader checks
//! the table and reports the loss. Every other fault is passed on to the previous handler.
//!
//! The handler calls only async-signal-safe functions: atomic loads, `mmap`, `munlock`, `write`, and, to pass a signal
//! on, `sigaction` and `raise`.
//!
//! # If the kernel refuses
//!
//! Replacing the end of a mapping needs one more mapping in the process and, if the process locks all its memory
//! (`mlockall(2)` with `MCL_FUTURE`), room below `RLIMIT_MEMLOCK`. If the kernel refuses, the handler tries in this
//! order:
//!
//! 1. Unlock the end of the mapping first, so that the number of locked bytes does not grow.
//! 2. Unmap spare mappings that were reserved for this purpose ([`spare`]).
//! 3. Replace the mapping from its start, which needs no additional mapping. The loss is then the whole mapping, and
//!    `Truncated` has its offset.
//!
//! If all fail, the handler writes a message and the signal kills the process: the number of mappings is at its limit,
//! and earlier losses have used up the spare mappings.
//!
//! # Other handlers
//!
//! A handler that the program installs later replaces this one. Whether it passes on foreign faults cannot be
//! determined, so every new mapping queries the current handler and is unguarded if that is a different one. If the
//! program set the default action or ignored the signal, this handler is installed again.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicUsize, Ordering, fence};

use super::file::page_size_of;
use super::spare;

/// Guards a mapping until it is dropped, which must happen before the mapping is unmapped.
#[derive(Debug)]
pub(crate) struct Guard {
    slot: &'static Slot,
    start: usize,
}

impl Guard {
    /// Guards `len` bytes at the address `start`, mapped in pages of `page` bytes.
    ///
    /// Only the owner of the mapping may unmap it, and only after the guard is dropped: the handler may replace the
    /// pages with zero pages.
    pub(super) fn new(start: usize, len: usize, page: usize, protection: i32) -> io::Result<Self> {
        static INSTALLED: OnceLock<Result<(), i32>> = OnceLock::new();
        let installed =
            INSTALLED.get_or_init(|| install().map_err(|error| error.raw_os_error().unwrap_or(0)));
        installed.map_err(io::Error::from_raw_os_error)?;
        ensure_installed()?;
        let slot = FIRST.claim();
        slot.write(start..start + len, page, protection);
        Ok(Self { slot, start })
    }

    /// Guards a writable mapping of a whole file. Returns `None` if it is empty or the handler cannot be installed.
    pub(crate) fn of_writable(file: &File, start: *mut u8, len: usize) -> Option<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        Self::new(start.expose_provenance(), len, page_size_of(file), protection).ok().filter(|_| len > 0)
    }

    /// Returns the position of the first byte of the mapping that was replaced with zeros.
    #[inline]
    pub(crate) fn lost_from(&self) -> Option<usize> {
        let lost = self.slot.lost_from.load(Ordering::Acquire);
        (lost != NO_LOSS).then(|| lost.saturating_sub(self.start))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.slot.write(0..0, 0, libc::PROT_NONE);
        self.slot.taken.store(0, Ordering::Release);
    }
}

/// Value of `Slot::lost_from` without a loss.
const NO_LOSS: usize = usize::MAX;

/// An entry of the table: a guarded mapping, or free.
#[derive(Debug)]
struct Slot {
    /// Whether the slot is in use: 0 or 1.
    taken: AtomicUsize,
    /// A sequence lock: odd while the range is being written. A reader that sees the same even number before and after
    /// has read a range that was guarded in between.
    version: AtomicUsize,
    start: AtomicUsize,
    end: AtomicUsize,
    page: AtomicUsize,
    /// Protection of the pages and of their replacements.
    protection: AtomicI32,
    /// The lowest address that was replaced with zeros.
    lost_from: AtomicUsize,
}

impl Slot {
    const fn new() -> Self {
        Self {
            taken: AtomicUsize::new(0),
            version: AtomicUsize::new(0),
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            page: AtomicUsize::new(0),
            protection: AtomicI32::new(libc::PROT_NONE),
            lost_from: AtomicUsize::new(NO_LOSS),
        }
    }

    /// Sets the range. Only the owner of the slot calls this.
    fn write(&self, range: Range<usize>, page: usize, protection: i32) {
        self.version.fetch_add(1, Ordering::AcqRel);
        fence(Ordering::Release);
        self.start.store(range.start, Ordering::Relaxed);
        self.end.store(range.end, Ordering::Relaxed);
        self.page.store(page, Ordering::Relaxed);
        self.protection.store(protection, Ordering::Relaxed);
        self.lost_from.store(NO_LOSS, Ordering::Relaxed);
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Returns the pages to replace if the page of `address` has vanished; `None` if the address is outside of the
    /// range.
    fn find(&self, address: usize) -> Option<Vanished> {
        let before = self.version.load(Ordering::Acquire);
        let start = self.start.load(Ordering::Relaxed);
        let end = self.end.load(Ordering::Relaxed);
        let page = self.page.load(Ordering::Relaxed);
        let protection = self.protection.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let same = before.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == before;
        // The page size is nonzero in a slot with a range.
        (same && (start..end).contains(&address)).then(|| Vanished {
            mapping: start..end,
            from: address / page * page,
            protection,
        })
    }
}

/// The vanished end of a mapping.
struct Vanished {
    /// Addresses of the whole mapping.
    mapping: Range<usize>,
    /// Address of the page that was accessed.
    from: usize,
    /// Protection of the pages and of their replacements.
    protection: i32,
}

impl Vanished {
    /// Replaces the end of the mapping with zero pages, or the whole mapping if the kernel refuses that. Returns
    /// whether it succeeded.
    fn replace(&self, slot: &Slot) -> bool {
        let all = self.mapping.clone();
        let end = self.from..all.end;
        let replace = |range: &Range<usize>| {
            // The loss is recorded first: no thread may see zeros before it.
            slot.lost_from.fetch_min(range.start, Ordering::AcqRel);
            self.replace_range(range, false) || self.replace_range(range, true)
        };
        // One spare mapping makes room for the new mapping. More are needed because the kernel lets the count exceed
        // the limit, but splits a mapping only below it.
        replace(&end) || (0..SPARE).any(|_| spare::release() && replace(&end)) || replace(&all)
    }

    #[expect(unsafe_code, reason = "a signal handler")]
    fn replace_range(&self, range: &Range<usize>, unlock: bool) -> bool {
        let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let target = ptr::with_exposed_provenance_mut(range.start);
        if unlock {
            // SAFETY: changes no byte and no protection. If it fails, so does the next step.
            unsafe { libc::munlock(target, range.len()) };
        }
        // SAFETY: `range` lies in a mapping that was guarded when the slot was read, and contains the address that this
        // thread is accessing. The thread's access borrows that mapping, so it is not unmapped meanwhile, and no other
        // mapping can be at that address: it is the mapping of the slot, which this module may replace.
        let zeros = unsafe { libc::mmap(target, range.len(), self.protection, flags, -1, 0) };
        zeros != libc::MAP_FAILED
    }
}

/// Number of spare mappings that one loss may use.
const SPARE: usize = 4;

/// Slots per block.
const SLOTS: usize = 64;

/// A block of slots in a linked list. Blocks are never freed, so the handler can traverse the list at any time.
#[derive(Debug)]
struct Block {
    slots: [Slot; SLOTS],
    next: AtomicPtr<Block>,
}

static FIRST: Block = Block::new();

impl Block {
    const fn new() -> Self {
        Self { slots: [const { Slot::new() }; SLOTS], next: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Returns the next block.
    #[expect(unsafe_code, reason = "a list that a signal handler can walk is one of raw pointers")]
    fn next(&self) -> Option<&'static Self> {
        // SAFETY: the pointer is null or comes from `Box::into_raw` in `next_or_new`, whose allocation is never freed;
        // it was stored with `Release` after the block was initialized.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }

    /// Returns the next block, and appends one if there is none.
    #[expect(unsafe_code, reason = "a list that a signal handler can walk is one of raw pointers")]
    fn next_or_new(&self) -> &'static Self {
        if let Some(next) = self.next() {
            return next;
        }
        let new = Box::into_raw(Box::new(Self::new()));
        let set = self.next.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire);
        if set.is_err() {
            // Another thread was faster, and its block is used. SAFETY: this block was allocated above and not shared.
            drop(unsafe { Box::from_raw(new) });
        }
        self.next().unwrap_or(&FIRST)
    }

    /// Claims a free slot for the caller.
    fn claim(&'static self) -> &'static Slot {
        let mut block = self;
        loop {
            let free = block
                .slots
                .iter()
                .find(|slot| slot.taken.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok());
            match free {
                Some(slot) => return slot,
                None => block = block.next_or_new(),
            }
        }
    }
}

/// The previous handler of the signal.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Whether the previous handler has reset the signal to the default action.
static PREVIOUS_RESET: AtomicBool = AtomicBool::new(false);

/// Returns the current handler of the signal.
#[expect(unsafe_code, reason = "signal handlers are set up by the C library")]
fn current_action() -> io::Result<libc::sigaction> {
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask, `SIG_DFL`.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: without a new action, this writes the current one to `action` and changes nothing.
    let asked = unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), &raw mut action) };
    if asked == 0 { Ok(action) } else { Err(io::Error::last_os_error()) }
}

/// Returns whether a handler is the one of this module.
fn is_ours(action: &libc::sigaction) -> bool {
    action.sa_sigaction == on_sigbus as *const () as usize
}

/// Checks that the handler is still installed, and installs it again if the signal has no handler.
///
/// # Errors
///
/// If the program has installed another handler; those of `sigaction(2)`.
fn ensure_installed() -> io::Result<()> {
    let mut action = current_action()?;
    match action.sa_sigaction {
        _ if is_ours(&action) => Ok(()),
        libc::SIG_DFL | libc::SIG_IGN => {
            // The handler before ours is gone as well.
            PREVIOUS_RESET.store(true, Ordering::Release);
            set_handler(&mut action)
        }
        _ => Err(io::Error::other("the handler of SIGBUS was replaced")),
    }
}

/// Installs the handler.
fn install() -> io::Result<()> {
    let mut action = current_action()?;
    // Stored before our handler is installed, so that the handler always finds it.
    let _ = PREVIOUS.set(action);
    spare::reserve();
    set_handler(&mut action)
}

/// Installs our handler with the mask of `action`.
#[expect(unsafe_code, reason = "signal handlers are set up by the C library")]
fn set_handler(action: &mut libc::sigaction) -> io::Result<()> {
    action.sa_sigaction = on_sigbus as *const () as usize;
    // On the alternative stack, because the fault may be a stack overflow that has to be passed on. The signal is not
    // blocked in the handler, so that raising it again works.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    let action: *const libc::sigaction = action;
    // SAFETY: `on_sigbus` has the signature that `SA_SIGINFO` requires and is async-signal-safe.
    let set = unsafe { libc::sigaction(libc::SIGBUS, action, ptr::null_mut()) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Installs our handler again if the previous handler has reset the signal to the default action, as Rust's own does,
/// and has returned: the signal was sent by a process, and the next fault may be one of ours. From now on, other faults
/// get the default action.
fn reinstall() {
    if let Ok(mut action) = current_action()
        && action.sa_sigaction == libc::SIG_DFL
    {
        PREVIOUS_RESET.store(true, Ordering::Release);
        // If the kernel refuses, mappings are no longer guarded, as they would be without this call.
        let _ = set_handler(&mut action);
    }
}

#[expect(unsafe_code, reason = "a signal handler")]
extern "C" fn on_sigbus(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the address of this thread's `errno` is always valid.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let saved = unsafe { *errno };
    if !replace(info) {
        chain(signal, info, context);
    }
    // SAFETY: as above. The interrupted code must not see a changed `errno`.
    unsafe { *errno = saved };
}

/// Replaces the vanished pages if they belong to a guarded mapping.
#[expect(unsafe_code, reason = "a signal handler")]
fn replace(info: *mut libc::siginfo_t) -> bool {
    // SAFETY: the kernel passes a valid `siginfo_t` to a handler with `SA_SIGINFO`.
    let info = unsafe { &*info };
    if info.si_code != libc::BUS_ADRERR {
        return false;
    }
    // SAFETY: for a `SIGBUS` from the kernel, as the code indicates, the address is set.
    let address = unsafe { info.si_addr() }.addr();
    let mut block = Some(&FIRST);
    while let Some(here) = block {
        for slot in &here.slots {
            let Some(vanished) = slot.find(address) else { continue };
            let is_replaced = vanished.replace(slot);
            if !is_replaced {
                write_message(b"pagecut: a mapped file was truncated, and the system refused pages to replace the lost ones\n");
            }
            return is_replaced;
        }
        block = here.next();
    }
    false
}

/// Writes a message to standard error.
#[expect(unsafe_code, reason = "a system call that is safe in a signal")]
fn write_message(message: &[u8]) {
    // SAFETY: reads the bytes of a slice.
    unsafe { libc::write(libc::STDERR_FILENO, message.as_ptr().cast(), message.len()) };
}

/// Passes the signal on as if this handler did not exist.
#[expect(unsafe_code, reason = "a signal handler")]
fn chain(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    type Plain = extern "C" fn(i32);
    type WithInfo = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
    // SAFETY: as in `replace`.
    let sent = unsafe { (*info).si_code } <= 0; // from a process, not from the kernel for a fault
    let previous = PREVIOUS.get().filter(|_| !PREVIOUS_RESET.load(Ordering::Acquire));
    match previous.map_or(libc::SIG_DFL, |action| action.sa_sigaction) {
        libc::SIG_IGN if sent => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            // The kernel repeats the faulting instruction, and the default action kills the process; a sent signal is
            // not repeated. SAFETY: sets the default action of a signal.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
            if sent {
                // SAFETY: sends a signal to this thread.
                unsafe { libc::raise(signal) };
            }
        }
        handler if previous.is_some_and(|action| action.sa_flags & libc::SA_SIGINFO != 0) => {
            // SAFETY: the program installed this as a handler with `SA_SIGINFO`, so it has this signature.
            let handler = unsafe { std::mem::transmute::<usize, WithInfo>(handler) };
            handler(signal, info, context);
            if sent {
                reinstall();
            }
        }
        handler => {
            // SAFETY: the program installed this as a handler without `SA_SIGINFO`, so it has this signature.
            let handler = unsafe { std::mem::transmute::<usize, Plain>(handler) };
            handler(signal);
        }
    }
}

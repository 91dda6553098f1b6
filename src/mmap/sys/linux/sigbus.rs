//! Faults on pages that vanished: `SIGBUS`, caught (`sigaction(2)`, `mmap(2)`).
//!
//! When a file is cut short, touching a page of a mapping behind its new end raises `SIGBUS`. One handler for the process
//! looks for the address in a table of guarded mappings. If it is there, everything from that page to the end of the mapping
//! is replaced with pages of zeros, the loss is noted in the table, and the thread goes on; its reader asks the table and
//! reports the loss. Any other fault is passed on to whoever handled the signal before.
//!
//! All that the handler does is safe in a signal: atomic loads, `mmap`, `munlock`, `write`, and, to pass on, `sigaction` and `raise`.
//!
//! # Where the system refuses
//!
//! New zeros for the end of a mapping need one more mapping of the process, and where it locks all its memory (`mlockall(2)` with
//! `MCL_FUTURE`), room below `RLIMIT_MEMLOCK`. Where they are refused, these come next, and none needs what the one before did:
//!
//! 1. The end of the mapping is unlocked before it is replaced, so that the number of locked bytes stays what it is.
//! 2. Mappings that were made before for that are given up ([`spare`]).
//! 3. The mapping is replaced from its start, which takes no further mapping. The loss is the whole mapping then, and `Truncated` has
//!    its offset.
//!
//! If all of them are refused, a message says so and the signal ends the process: the number of mappings is at its limit, and the spare
//! ones were given up for other losses.
//!
//! # Other handlers
//!
//! A handler that is set later takes the place of this one. Whether it passes on what is not its own cannot be found out, so each new
//! mapping asks for the present handler and is not guarded if that is another one. Where somebody has set the default action, or had
//! the signal ignored, this handler is set again.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicUsize, Ordering, fence};

use super::file::page_size_of;
use super::spare;

/// Guards a mapping until it is dropped, which has to be before the mapping is.
#[derive(Debug)]
pub(in crate::mmap) struct Guard {
    slot: &'static Slot,
    start: usize,
}

impl Guard {
    /// Guards `len` bytes from the address `start` on, which are mapped in pages of `page` bytes.
    ///
    /// They have to be a mapping that only its owner unmaps, and not before the guard is dropped: the handler may replace
    /// them with zeros.
    pub(super) fn new(start: usize, len: usize, page: usize, protection: i32) -> io::Result<Self> {
        static INSTALLED: OnceLock<Result<(), i32>> = OnceLock::new();
        let installed =
            INSTALLED.get_or_init(|| install().map_err(|error| error.raw_os_error().unwrap_or(0)));
        installed.map_err(io::Error::from_raw_os_error)?;
        keep_handler()?;
        let slot = FIRST.claim();
        slot.write(start..start + len, page, protection);
        Ok(Self { slot, start })
    }

    /// Guards a mapping of a whole file that is written to. `None` if it is empty, or if no handler can be set up.
    pub(in crate::mmap) fn of_writable(file: &File, start: *mut u8, len: usize) -> Option<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        Self::new(start.expose_provenance(), len, page_size_of(file), protection).ok().filter(|_| len > 0)
    }

    /// The first byte of the mapping that was replaced with zeros.
    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
        let lost = self.slot.lost_from.load(Ordering::Acquire);
        (lost != NOTHING).then(|| lost.saturating_sub(self.start))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.slot.write(0..0, 0, libc::PROT_NONE);
        self.slot.taken.store(0, Ordering::Release);
    }
}

/// In `Slot::lost_from`: nothing was lost.
const NOTHING: usize = usize::MAX;

/// A guarded mapping, or room for one.
#[derive(Debug)]
struct Slot {
    /// Whether somebody uses the slot: 0 or 1.
    taken: AtomicUsize,
    /// Odd while the range is being written. A reader that saw the same even number before and after has a range that was
    /// guarded in between.
    version: AtomicUsize,
    start: AtomicUsize,
    end: AtomicUsize,
    page: AtomicUsize,
    /// What may be done with the pages, and with those that replace them.
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
            lost_from: AtomicUsize::new(NOTHING),
        }
    }

    /// Sets the range. Only the one who took the slot does.
    fn write(&self, range: Range<usize>, page: usize, protection: i32) {
        self.version.fetch_add(1, Ordering::AcqRel);
        fence(Ordering::Release);
        self.start.store(range.start, Ordering::Relaxed);
        self.end.store(range.end, Ordering::Relaxed);
        self.page.store(page, Ordering::Relaxed);
        self.protection.store(protection, Ordering::Relaxed);
        self.lost_from.store(NOTHING, Ordering::Relaxed);
        self.version.fetch_add(1, Ordering::Release);
    }

    /// What there is to replace if the page of `address` has vanished; `None` if the address does not lie in the range.
    fn find(&self, address: usize) -> Option<Vanished> {
        let before = self.version.load(Ordering::Acquire);
        let start = self.start.load(Ordering::Relaxed);
        let end = self.end.load(Ordering::Relaxed);
        let page = self.page.load(Ordering::Relaxed);
        let protection = self.protection.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let same = before.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == before;
        // Of a range that is there, the page is not 0.
        (same && (start..end).contains(&address)).then(|| Vanished {
            mapping: start..end,
            from: address / page * page,
            protection,
        })
    }
}

/// The end of a mapping, of which the pages have vanished.
struct Vanished {
    /// The addresses of the whole mapping.
    mapping: Range<usize>,
    /// The first address of the page that was touched.
    from: usize,
    /// What may be done with the pages, and with those that replace them.
    protection: i32,
}

impl Vanished {
    /// Replaces the end of the mapping with zeros, or all of it if the system refuses that. Returns whether it could be done.
    fn replace(&self, slot: &Slot) -> bool {
        let all = self.mapping.clone();
        let end = self.from..all.end;
        let replace = |range: &Range<usize>| {
            // Noted first: nobody may see zeros before the loss.
            slot.lost_from.fetch_min(range.start, Ordering::AcqRel);
            self.replace_range(range, false) || self.replace_range(range, true)
        };
        // One for the new mapping, and some since the kernel lets the number go beyond the limit and wants it below to divide one.
        replace(&end) || (0..SPARE).any(|_| spare::release() && replace(&end)) || replace(&all)
    }

    #[expect(unsafe_code, reason = "a signal handler")]
    fn replace_range(&self, range: &Range<usize>, unlock: bool) -> bool {
        let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let target = ptr::with_exposed_provenance_mut(range.start);
        if unlock {
            // SAFETY: changes no byte and no protection. If it fails, so does what follows.
            unsafe { libc::munlock(target, range.len()) };
        }
        // SAFETY: `range` lies in a mapping that was guarded when the slot was read, and contains the address at which this thread
        // is at work. What it works on is borrowed, so its mapping is not unmapped meanwhile, and no other mapping can be at that
        // address: it is the one of the slot, and it is ours to replace.
        let zeros = unsafe { libc::mmap(target, range.len(), self.protection, flags, -1, 0) };
        zeros != libc::MAP_FAILED
    }
}

/// How many spare mappings are given up for one loss.
const SPARE: usize = 4;

/// How many slots are made at a time.
const SLOTS: usize = 64;

/// Slots, and more of them. They are never given back, so that the handler can walk them at any time.
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

    /// The next block, if there is one.
    #[expect(unsafe_code, reason = "a list that a signal handler can walk is one of raw pointers")]
    fn next(&self) -> Option<&'static Self> {
        // SAFETY: the pointer is null or comes from `Box::into_raw` in `next_or_new`, and what it points to is never freed; it
        // was stored with `Release` after that was made.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }

    /// The next block, made if there is none.
    #[expect(unsafe_code, reason = "a list that a signal handler can walk is one of raw pointers")]
    fn next_or_new(&self) -> &'static Self {
        if let Some(next) = self.next() {
            return next;
        }
        let new = Box::into_raw(Box::new(Self::new()));
        let set = self.next.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire);
        if set.is_err() {
            // Somebody else was faster, and theirs is used.
            // SAFETY: it was made above and given to nobody.
            drop(unsafe { Box::from_raw(new) });
        }
        self.next().unwrap_or(&FIRST)
    }

    /// A slot for the caller alone.
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

/// Who handled the signal before.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Whether whoever handled the signal before has given way to the default action.
static GAVE_WAY: AtomicBool = AtomicBool::new(false);

/// The present handler of the signal.
#[expect(unsafe_code, reason = "signal handlers are set up by the C library")]
fn present() -> io::Result<libc::sigaction> {
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask, `SIG_DFL`.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: with no new action, this writes the present one to `action` and changes nothing.
    let asked = unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), &raw mut action) };
    if asked == 0 { Ok(action) } else { Err(io::Error::last_os_error()) }
}

/// Whether a handler is the one of this module.
fn is_ours(action: &libc::sigaction) -> bool {
    action.sa_sigaction == on_sigbus as *const () as usize
}

/// Checks that the handler is still in place, and sets it again if there is none.
///
/// # Errors
///
/// If somebody else has set a handler; those of `sigaction(2)`.
fn keep_handler() -> io::Result<()> {
    let mut action = present()?;
    match action.sa_sigaction {
        _ if is_ours(&action) => Ok(()),
        libc::SIG_DFL | libc::SIG_IGN => {
            // Whoever was there before ours is gone as well.
            GAVE_WAY.store(true, Ordering::Release);
            set_handler(&mut action)
        }
        _ => Err(io::Error::other("the handler of SIGBUS was replaced")),
    }
}

/// Sets up the handler.
fn install() -> io::Result<()> {
    let mut action = present()?;
    // It is noted before ours is set, so that the handler finds it in any case.
    let _ = PREVIOUS.set(action);
    spare::reserve();
    set_handler(&mut action)
}

/// Makes ours the handler, which keeps the mask of `action`.
#[expect(unsafe_code, reason = "signal handlers are set up by the C library")]
fn set_handler(action: &mut libc::sigaction) -> io::Result<()> {
    action.sa_sigaction = on_sigbus as *const () as usize;
    // On the alternative stack, since the fault may be one of a stack that ran over, and be passed on. Not blocked
    // meanwhile, so that passing on by raising it again works.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    let action: *const libc::sigaction = action;
    // SAFETY: `on_sigbus` has the signature that `SA_SIGINFO` asks for and does only what is safe in a signal.
    let set = unsafe { libc::sigaction(libc::SIGBUS, action, ptr::null_mut()) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes the signal back from a handler that has given way to the default action, as Rust's own does, and lived: what it got
/// was sent by somebody, and the next fault may be one of ours. From now on it is the default action that is passed on to.
fn take_back() {
    if let Ok(mut action) = present()
        && action.sa_sigaction == libc::SIG_DFL
    {
        GAVE_WAY.store(true, Ordering::Release);
        // If it is refused, mappings are not guarded any more, as they would not be without this.
        let _ = set_handler(&mut action);
    }
}

#[expect(unsafe_code, reason = "a signal handler")]
extern "C" fn on_sigbus(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the place of this thread's `errno`, always valid.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let saved = unsafe { *errno };
    if !replace(info) {
        pass_on(signal, info, context);
    }
    // SAFETY: as above. Whoever was interrupted must not see what happened here.
    unsafe { *errno = saved };
}

/// Replaces what was lost with zeros, if it is a guarded mapping's.
#[expect(unsafe_code, reason = "a signal handler")]
fn replace(info: *mut libc::siginfo_t) -> bool {
    // SAFETY: the system hands a valid `siginfo_t` to a handler with `SA_SIGINFO`.
    let info = unsafe { &*info };
    if info.si_code != libc::BUS_ADRERR {
        return false;
    }
    // SAFETY: for a `SIGBUS` of the kernel, as the code says it is, the address is set.
    let address = unsafe { info.si_addr() }.addr();
    let mut block = Some(&FIRST);
    while let Some(here) = block {
        for slot in &here.slots {
            let Some(vanished) = slot.find(address) else { continue };
            let is_replaced = vanished.replace(slot);
            if !is_replaced {
                say(b"pagecut: a mapped file was cut short, and the system refuses pages to replace the lost ones\n");
            }
            return is_replaced;
        }
        block = here.next();
    }
    false
}

/// Writes a message to standard error.
#[expect(unsafe_code, reason = "a system call that is safe in a signal")]
fn say(message: &[u8]) {
    // SAFETY: reads the bytes of a slice.
    unsafe { libc::write(libc::STDERR_FILENO, message.as_ptr().cast(), message.len()) };
}

/// Does what would have been done without us.
#[expect(unsafe_code, reason = "a signal handler")]
fn pass_on(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    type Plain = extern "C" fn(i32);
    type WithInfo = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
    // SAFETY: as in `replace`.
    let sent = unsafe { (*info).si_code } <= 0; // by a process, and not by the kernel for a fault
    let previous = PREVIOUS.get().filter(|_| !GAVE_WAY.load(Ordering::Acquire));
    match previous.map_or(libc::SIG_DFL, |action| action.sa_sigaction) {
        libc::SIG_IGN if sent => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            // The instruction is tried again, and this time the fault ends the process; a signal that was sent does not
            // come again by itself.
            // SAFETY: sets the default action of a signal.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
            if sent {
                // SAFETY: sends a signal to this thread.
                unsafe { libc::raise(signal) };
            }
        }
        handler if previous.is_some_and(|action| action.sa_flags & libc::SA_SIGINFO != 0) => {
            // SAFETY: somebody set this up as the handler of the signal, with `SA_SIGINFO`, so it is such a function.
            let handler = unsafe { std::mem::transmute::<usize, WithInfo>(handler) };
            handler(signal, info, context);
            if sent {
                take_back();
            }
        }
        handler => {
            // SAFETY: somebody set this up as the handler of the signal, without `SA_SIGINFO`, so it is such a function.
            let handler = unsafe { std::mem::transmute::<usize, Plain>(handler) };
            handler(signal);
        }
    }
}

//! The choice of the instruction set.

use std::env;
use std::ffi::OsString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::InstructionSet;

/// The environment variable that names the initial instruction set.
const VARIABLE: &str = "PAGECUT_SIMD";

/// Returns the instruction sets of this machine, the fastest first. The portable one is always among them.
pub(crate) fn available() -> &'static [InstructionSet] {
    static AVAILABLE: OnceLock<Vec<InstructionSet>> = OnceLock::new();
    AVAILABLE.get_or_init(InstructionSet::detect)
}

/// Returns the index of the chosen instruction set among the available ones.
fn index() -> &'static AtomicUsize {
    static INDEX: OnceLock<AtomicUsize> = OnceLock::new();
    INDEX.get_or_init(|| {
        let requested = requested().and_then(|name| index_of(name.to_str()?));
        AtomicUsize::new(requested.unwrap_or(0))
    })
}

/// Returns the value of the environment variable, if it is set.
pub(crate) fn requested() -> Option<OsString> {
    env::var_os(VARIABLE).filter(|name| !name.is_empty())
}

/// Returns the chosen instruction set: the one of the last call of [`choose`], else that of the environment variable, else the
/// fastest.
#[inline]
pub(crate) fn chosen() -> InstructionSet {
    // Relaxed ordering suffices: no other memory depends on the index.
    available()[index().load(Ordering::Relaxed)]
}

/// Chooses the instruction set of this name for all later work. Returns whether the machine has it.
pub(crate) fn choose(name: &str) -> bool {
    let found = index_of(name);
    if let Some(found) = found {
        index().store(found, Ordering::Relaxed);
    }
    found.is_some()
}

fn index_of(name: &str) -> Option<usize> {
    available().iter().position(|set| set.name() == name)
}

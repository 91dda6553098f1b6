//! Which instruction set is used.

use std::env;
use std::ffi::OsString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::InstructionSet;

/// The environment variable that names the instruction set to begin with.
const VARIABLE: &str = "PAGECUT_SIMD";

/// The instruction sets of this machine, the fastest first. There is at least the portable one.
pub(crate) fn available() -> &'static [InstructionSet] {
    static AVAILABLE: OnceLock<Vec<InstructionSet>> = OnceLock::new();
    AVAILABLE.get_or_init(InstructionSet::detect)
}

/// The place of the one that is used among those that are available.
fn place() -> &'static AtomicUsize {
    static PLACE: OnceLock<AtomicUsize> = OnceLock::new();
    PLACE.get_or_init(|| {
        let wished = wish().and_then(|name| place_of(name.to_str()?));
        AtomicUsize::new(wished.unwrap_or(0))
    })
}

/// What the environment variable asks for.
pub(crate) fn wish() -> Option<OsString> {
    env::var_os(VARIABLE).filter(|name| !name.is_empty())
}

/// The instruction set that is used: the one that was chosen last, else the one that the environment asks for, else the fastest.
#[inline]
pub(crate) fn chosen() -> InstructionSet {
    // The number stands for itself: nothing else has to be seen along with it.
    available()[place().load(Ordering::Relaxed)]
}

/// From now on, uses the instruction set of this name. Returns whether the machine has it.
pub(crate) fn choose(name: &str) -> bool {
    let found = place_of(name);
    if let Some(found) = found {
        place().store(found, Ordering::Relaxed);
    }
    found.is_some()
}

fn place_of(name: &str) -> Option<usize> {
    available().iter().position(|set| set.name() == name)
}

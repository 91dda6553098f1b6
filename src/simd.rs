//! Instruction sets of the inner loops.
//!
//! The inner loops, which find line ends, validate bytes and count them, are compiled for several instruction sets:
//!
//! | name | processors |
//! |---|---|
//! | `avx512` | x86-64 with AVX-512 F and BW |
//! | `avx2` | x86-64 with AVX2 (and BMI1 and POPCNT) |
//! | `ssse3` | x86-64 with SSSE3 (and POPCNT) |
//! | `sse2` | every x86-64 |
//! | `neon` | every little-endian AArch64 |
//! | `portable` | every processor |
//!
//! The fastest available one is used. All give the same results. For tests and measurements another one can be
//! selected: by [`force`] for the process, or by the environment variable `PAGECUT_SIMD`, which is read once, at the
//! first use of an instruction set. Every program and test can thus run with each of them:
//!
//! ```sh
//! PAGECUT_SIMD=sse2 cargo test
//! ```
//!
//! If the variable names an instruction set that is not available, the library uses the fastest one, because no call
//! could report the error. [`check_environment`] is for programs that report it, as `pagecut` does.

use std::io;

use crate::error::{Error, Result};
use crate::scan;

/// Returns the names of the available instruction sets, the fastest first.
///
/// ```
/// assert_eq!(pagecut::simd::available().last(), Some("portable"));
/// ```
pub fn available() -> impl Iterator<Item = &'static str> {
    scan::available().iter().map(|set| set.name())
}

/// Returns the name of the instruction set in use.
#[must_use]
pub fn in_use() -> &'static str {
    scan::chosen().name()
}

/// Selects an instruction set for the whole process. Reads in progress keep theirs.
///
/// ```
/// use pagecut::simd;
///
/// for name in simd::available() {
///     simd::force(name)?;
///     assert_eq!(simd::in_use(), name);
/// }
/// let error = simd::force("mmx").unwrap_err();
/// assert!(error.to_string().starts_with("there is no instruction set \"mmx\" on this machine"));
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// # Errors
///
/// If the instruction set is not available. The selection does not change then.
pub fn force(name: &str) -> Result<()> {
    if scan::choose(name) { Ok(()) } else { Err(none_of_name(name)) }
}

/// Checks that `PAGECUT_SIMD`, if set, names an available instruction set.
///
/// # Errors
///
/// If it does not, with the available names.
pub fn check_environment() -> Result<()> {
    match scan::requested() {
        Some(name) if !available().any(|other| name == other) => Err(none_of_name(&name.to_string_lossy())),
        _ => Ok(()),
    }
}

fn none_of_name(name: &str) -> Error {
    let names = available().collect::<Vec<_>>().join(", ");
    let message = format!("there is no instruction set {name:?} on this machine, only {names}");
    io::Error::new(io::ErrorKind::Unsupported, message).into()
}

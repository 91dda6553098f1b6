//! Which instruction set the inner loops use.
//!
//! The inner loops, which find the ends of lines, check bytes and count them, are compiled for several instruction sets:
//!
//! | name | machines |
//! |---|---|
//! | `avx512` | x86-64 with AVX-512 F and BW |
//! | `avx2` | x86-64 with AVX2 (and BMI1 and POPCNT) |
//! | `ssse3` | x86-64 with SSSE3 (and POPCNT) |
//! | `sse2` | every x86-64 |
//! | `neon` | every AArch64 that is little-endian |
//! | `portable` | every machine |
//!
//! The fastest one that the machine has is used. All give the same results; another one can be forced to see that they do, and
//! how fast each is: by [`force`] for the process, or by the environment variable `PAGECUT_SIMD`, which is read once, when an
//! instruction set is used for the first time. So every test and every program can be run with each of them:
//!
//! ```sh
//! PAGECUT_SIMD=sse2 cargo test
//! ```
//!
//! A library cannot fail where nothing is asked of it: if the variable has a name that the machine does not have, the fastest
//! instruction set is used. [`check_environment`] is for programs that want to say so, as `pagecut` does.

use std::io;

use crate::error::{Error, Result};
use crate::scan;

/// The names of the instruction sets that this machine has, the fastest first.
///
/// ```
/// assert_eq!(pagecut::simd::available().last(), Some("portable"));
/// ```
pub fn available() -> impl Iterator<Item = &'static str> {
    scan::available().iter().map(|set| set.name())
}

/// The name of the instruction set that is used from now on.
#[must_use]
pub fn in_use() -> &'static str {
    scan::chosen().name()
}

/// Uses the instruction set of this name from now on, in the whole process. What is being read keeps the one it began with.
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
/// If this machine has no instruction set of this name. Nothing is changed then.
pub fn force(name: &str) -> Result<()> {
    if scan::choose(name) { Ok(()) } else { Err(none_of_name(name)) }
}

/// Whether `PAGECUT_SIMD`, if it is set, has the name of an instruction set that this machine has.
///
/// # Errors
///
/// That it has not, and which names it could have.
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

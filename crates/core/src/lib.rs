//! Errors, and the protocol of formats: the parts that the crates of pagecut share.
//!
//! Programs depend on `pagecut`, which re-exports the modules [`error`] and [`record`]. This crate is for libraries that implement
//! a format ([`Format`](record::Format)) or return pagecut's errors, without its parsers.
//!
//! ```
//! use pagecut_core::record::{Format, Part, Step, Stop};
//!
//! /// Lines of text.
//! #[derive(Clone)]
//! struct Lines;
//!
//! impl Format for Lines {
//!     const NAME: &'static str = "lines";
//!     const IS_TEXT: bool = true;
//!     type Record<'data> = &'data [u8];
//!     type Layout = ();
//!     type Lookahead = ();
//!
//!     fn step(&self, _: &mut (), part: &Part<'_>, position: usize) -> Result<Step<()>, Stop> {
//!         let line = &part.view()[position..];
//!         match line.iter().position(|&byte| byte == b'\n') {
//!             Some(end) => Ok(Step::Record { layout: (), len: end + 1, blank: 0, lines: 1 }),
//!             None => Err(Stop::needs_more("in a line")),
//!         }
//!     }
//!
//!     fn record<'data>(&self, bytes: &'data [u8], _: u64, (): ()) -> &'data [u8] {
//!         bytes.trim_ascii_end()
//!     }
//! }
//!
//! let mut lines = Lines.records(b"one\ntwo\nthr");
//! assert_eq!(lines.next().unwrap()?, b"one");
//! assert_eq!(lines.next().unwrap()?, b"two");
//! let error = lines.next().unwrap().unwrap_err();
//! assert_eq!(error.to_string(), "lines: record 2, line 3, byte 11: the input ends in a line");
//! # Ok::<(), pagecut_core::error::Error>(())
//! ```

#![warn(clippy::unwrap_used)]

#[doc(hidden)]
pub mod allocation;
pub mod error;
#[doc(hidden)]
pub mod identity;
#[doc(hidden)]
pub mod range;
pub mod record;

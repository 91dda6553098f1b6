//! BGZF that is written: it is read again, here and by other people's programs, and ends where writing failed.

#![cfg(feature = "gzip")]

#[path = "../common/mod.rs"]
mod common;

mod failing;
mod make;
mod programs;
mod read_again;

//! The BGZF writer: its output is read by this library and by other programs, and ends where writing failed.

#![cfg(feature = "gzip")]

#[path = "../common/mod.rs"]
mod common;

mod failing;
mod make;
mod programs;
mod read_again;

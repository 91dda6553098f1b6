//! Promise: compressed input reads as its text, wherever its members, blocks and frames end; damage is reported, and
//! the records before it are counted.

#![cfg(all(feature = "gzip", feature = "zstd"))]

#[path = "../common/mod.rs"]
mod common;

mod bgzf;
mod check;
mod damage;
mod foreign;
mod formats;
mod gzip;
mod limits;
mod make;
mod pace;
mod places;
mod programs;
mod random;
mod trailing;
mod zstandard;

//! Promise: what is compressed is read as what it was, wherever its members, blocks and frames end; and where it is damaged, that is
//! told, and what lies before is counted.

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

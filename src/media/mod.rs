//! Media containers.

pub mod matroska;
pub mod mpegts;

//! Media containers.

pub mod matroska;
pub mod mp4;
pub mod mpegts;

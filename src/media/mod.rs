//! Media containers.

pub mod mp4;
pub mod mpegts;

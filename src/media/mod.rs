//! Media containers.

pub mod mpegts;

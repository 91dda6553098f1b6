//! Media containers.

pub mod codec;
pub mod matroska;
pub mod mp4;
mod mpeg4_audio;
pub mod mpegts;

pub use mpeg4_audio::AudioSpecificConfig;

//! Media containers.

pub mod codec;
mod kind;
pub mod matroska;
pub mod mp4;
mod mpeg4_audio;
pub mod mpegts;

pub use kind::MediaKind;
pub use mpeg4_audio::AudioSpecificConfig;

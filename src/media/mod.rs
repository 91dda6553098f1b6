//! Media containers.
//!
//! A [`Container`] reads the tracks and packets of any of them. The modules of the containers have types with more details.

pub mod codec;
mod codec_name;
mod container;
mod demux;
mod frame_encoding;
pub mod ivf;
mod kind;
pub mod matroska;
pub mod mp4;
mod mpeg4_audio;
pub mod mpegts;
mod packet;
mod time_base;
mod times;
mod track;

pub use container::{Container, ContainerKind, Packets};
pub use frame_encoding::FrameEncoding;
pub use kind::MediaKind;
pub use mpeg4_audio::AudioSpecificConfig;
pub use packet::{Packet, Slices};
pub use time_base::TimeBase;
pub use times::Times;
pub use track::Track;

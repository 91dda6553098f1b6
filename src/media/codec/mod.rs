//! Headers of codings: parameter sets, sequence headers, decoder configurations and frame headers.
//!
//! Each parser takes bytes from a container and reads the fields that describe the stream; nothing is decoded. Parsers
//! return `None` for bytes that end too early or hold a value that the standard excludes. They allocate nothing, and take
//! time linear in the length of the bytes.
//!
//! | coding | type | from |
//! |---|---|---|
//! | H.264 | [`h264::SequenceParameterSet`] | `avcC`, samples, byte streams |
//! | H.265 | [`h265::SequenceParameterSet`] | `hvcC`, samples, byte streams |
//! | MPEG-1 and MPEG-2 Video | [`MpegVideoSequence`] | byte streams |
//! | MPEG-4 Visual | [`Mpeg4Visual`] | `DecoderSpecificInfo`, byte streams |
//! | AV1 | [`Av1Sequence`] | `av1C`, temporal units |
//! | VP8, VP9 | [`Vp8Header`], [`Vp9Header`] | key frames |
//! | JPEG, ProRes | [`JpegHeader`], [`ProResHeader`] | frames |
//! | FFV1 | [`Ffv1Parameters`] | `CodecPrivate`, `glbl`, key frames |
//! | AAC | [`AudioSpecificConfig`](super::AudioSpecificConfig), [`AdtsHeader`], [`audio_config_of_loas`] | `esds`, ADTS, LOAS |
//! | MPEG Audio | [`MpegAudioHeader`] | frames |
//! | AC-3, Enhanced AC-3 | [`Ac3Header`] | `dac3`, `dec3`, frames |
//! | DTS | [`DtsHeader`], [`DtsExpressHeader`], [`DtsExtension`] | frames |
//! | Opus, Vorbis | [`OpusHead`], [`VorbisHeader`] | `OpusHead`, `dOps`, `CodecPrivate` |
//! | FLAC, ALAC | [`FlacStreamInfo`], [`AlacConfig`] | `dfLa`, `alac`, `CodecPrivate` |

mod ac3;
mod adts;
mod audio_headers;
mod av1;
mod bits;
mod color;
mod crop;
mod dts;
mod ffv1;
pub mod h264;
pub mod h265;
mod jpeg;
mod mpeg4_visual;
mod mpeg_audio;
mod mpeg_video;
mod nal;
mod prores;
mod vp;
mod vui;

pub(super) use bits::Bits;

pub use ac3::Ac3Header;
pub use adts::{AdtsHeader, audio_config_of_loas};
pub use audio_headers::{AlacConfig, FlacStreamInfo, OpusHead, VorbisHeader};
pub use av1::Av1Sequence;
pub use color::Color;
pub use dts::{DtsCoding, DtsExpressHeader, DtsExtension, DtsHeader};
pub use ffv1::Ffv1Parameters;
pub use jpeg::JpegHeader;
pub use mpeg_audio::MpegAudioHeader;
pub use mpeg_video::{MpegVideoExtension, MpegVideoSequence};
pub use mpeg4_visual::Mpeg4Visual;
pub use nal::units_of_byte_stream;
pub use prores::ProResHeader;
pub use vp::{Vp8Header, Vp9Header};
pub use vui::VideoUsability;

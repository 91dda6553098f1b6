//! Fields of video streams.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::ratio::Ratio;

/// The fields of a video stream.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) width: u64,
    pub(crate) height: u64,
    /// Width and height before cropping, if ffprobe shows a different size.
    pub(crate) coded: Option<(u64, u64)>,
    pub(crate) has_b_frames: u64,
    /// Sample aspect ratio of the container, and that of the coding.
    pub(crate) container_aspect_ratio: Option<Ratio>,
    pub(crate) coded_aspect_ratio: Option<Ratio>,
    pub(crate) pix_fmt: Option<&'static str>,
    pub(crate) level: i32,
    pub(crate) color_range: Option<&'static str>,
    pub(crate) color_space: Option<&'static str>,
    pub(crate) color_transfer: Option<&'static str>,
    pub(crate) color_primaries: Option<&'static str>,
    pub(crate) chroma_location: Option<&'static str>,
    pub(crate) field_order: Option<&'static str>,
    /// AV1.
    pub(crate) has_film_grain: bool,
    /// H.264.
    pub(crate) is_avc: Option<&'static str>,
    /// H.264.
    pub(crate) nal_length_size: Option<String>,
    /// MPEG-4 Visual.
    pub(crate) quarter_sample: Option<&'static str>,
    /// MPEG-4 Visual.
    pub(crate) divx_packed: Option<&'static str>,
    /// FFmpeg has a decoder, some of whose fields ffprobe shows.
    has_decoder: bool,
}

/// ffprobe's value for a missing level.
const NO_LEVEL: i32 = -99;

impl Default for Picture {
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            coded: None,
            has_b_frames: 0,
            container_aspect_ratio: None,
            coded_aspect_ratio: None,
            pix_fmt: None,
            level: NO_LEVEL,
            color_range: None,
            color_space: None,
            color_transfer: None,
            color_primaries: None,
            chroma_location: None,
            field_order: None,
            has_film_grain: false,
            is_avc: None,
            nal_length_size: None,
            quarter_sample: None,
            divx_packed: None,
            has_decoder: false,
        }
    }
}

impl Picture {
    /// Of this size.
    pub(crate) fn of_size(width: u64, height: u64) -> Self {
        Self { width, height, ..Self::default() }
    }

    /// Notes whether ffmpeg 5.1 decodes the coding.
    pub(crate) fn complete(&mut self, codec_name: &str) {
        self.has_decoder = !matches!(codec_name, "vvc" | "evc" | "avs2" | "avs3" | "jpegxs");
    }
}

impl Serialize for Picture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("width", &self.width)?;
        map.serialize_entry("height", &self.height)?;
        if self.has_decoder {
            let (width, height) = self.coded.unwrap_or((self.width, self.height));
            map.serialize_entry("coded_width", &width)?;
            map.serialize_entry("coded_height", &height)?;
            map.serialize_entry("closed_captions", &0)?;
            map.serialize_entry("film_grain", &u8::from(self.has_film_grain))?;
        }
        map.serialize_entry("has_b_frames", &self.has_b_frames)?;
        if let Some(ratio) = self.container_aspect_ratio.or(self.coded_aspect_ratio) {
            let text = |ratio: Ratio| {
                let (width, height) = ratio.parts();
                format!("{width}:{height}")
            };
            map.serialize_entry("sample_aspect_ratio", &text(ratio))?;
            if let Some(display) = ratio.times(self.width, self.height) {
                map.serialize_entry("display_aspect_ratio", &text(display))?;
            }
        }
        let texts = |map: &mut S::SerializeMap, fields: &[(&str, Option<&str>)]| {
            let mut known = fields.iter().filter_map(|&(name, value)| Some((name, value?)));
            known.try_for_each(|(name, value)| map.serialize_entry(name, value))
        };
        texts(&mut map, &[("pix_fmt", self.pix_fmt)])?;
        map.serialize_entry("level", &self.level)?;
        texts(
            &mut map,
            &[
                ("color_range", self.color_range),
                ("color_space", self.color_space),
                ("color_transfer", self.color_transfer),
                ("color_primaries", self.color_primaries),
                ("chroma_location", self.chroma_location),
                ("field_order", self.field_order),
            ],
        )?;
        if self.has_decoder {
            map.serialize_entry("refs", &1)?;
        }
        texts(
            &mut map,
            &[
                ("is_avc", self.is_avc),
                ("nal_length_size", self.nal_length_size.as_deref()),
                ("quarter_sample", self.quarter_sample),
                ("divx_packed", self.divx_packed),
            ],
        )?;
        map.end()
    }
}

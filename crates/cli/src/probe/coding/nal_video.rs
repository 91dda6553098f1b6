//! H.264 and H.265.

use pagecut::media::codec::h264::FieldOrder;
use pagecut::media::codec::{VideoUsability, h264, h265, units_of_byte_stream};

use super::color;
use super::color::chroma_location;
use super::headers::Headers;
use super::pixel_format::{Samples, planar};
use crate::probe::picture::Picture;
use crate::probe::profile;
use crate::probe::ratio::Ratio;
use crate::probe::report::Stream;

/// Returns the length of the size before NAL units, if the configuration is a record and not a byte stream.
fn length_size(headers: &Headers<'_>, at: usize) -> Option<u8> {
    let is_record = headers.configuration.first() == Some(&1) && !headers.is_byte_stream;
    Some(headers.configuration.get(at).filter(|_| is_record)? & 3).map(|size| size + 1)
}

fn set_vui(picture: &mut Picture, vui: &VideoUsability) {
    let ratio = vui.sample_aspect_ratio;
    picture.coded_aspect_ratio = ratio.and_then(|(width, height)| Ratio::new(width.into(), height.into()));
    // Without a colour description, the values of the container apply.
    if let Some(is_full) = vui.color.is_full_range {
        picture.color_range = Some(color::range(is_full));
    }
    color::set_described(picture, vui.color);
}

fn h264_parameters(headers: &Headers<'_>) -> Option<h264::SequenceParameterSet> {
    use h264::SequenceParameterSet as Sps;
    match length_size(headers, 4) {
        Some(size) => {
            Sps::from_configuration(headers.configuration).or_else(|| Sps::from_sample(headers.packet, size))
        }
        None => {
            Sps::from_byte_stream(headers.configuration).or_else(|| Sps::from_byte_stream(headers.packet))
        }
    }
}

fn hevc_parameters(headers: &Headers<'_>) -> Option<h265::SequenceParameterSet> {
    use h265::SequenceParameterSet as Sps;
    match length_size(headers, 21) {
        Some(size) => {
            Sps::from_configuration(headers.configuration).or_else(|| Sps::from_sample(headers.packet, size))
        }
        None => {
            Sps::from_byte_stream(headers.configuration).or_else(|| Sps::from_byte_stream(headers.packet))
        }
    }
}

/// Returns the frame rate in the headers of H.264.
pub(super) fn h264_rate(headers: &Headers<'_>) -> Option<Ratio> {
    let (units, scale) = h264_parameters(headers)?.vui?.timing?;
    // A field has one tick, a frame two.
    Ratio::new(scale.into(), 2 * u64::from(units))
}

/// Returns the number of packets of H.264 that ffprobe decodes before it knows the decoding order, if the container does not
/// state it: until then ffprobe assigns no times.
pub(super) fn packets_before_delay(headers: &Headers<'_>) -> usize {
    let stated = h264_parameters(headers).and_then(|sps| sps.vui?.max_reorder_frames).map(u64::from);
    match headers.times.delay() {
        delay if delay > 0 && stated == Some(delay) => 0,
        0..3 => 7,
        3 => 18,
        _ => 20,
    }
}

/// Returns the frame rate in the headers of H.265.
pub(super) fn hevc_rate(headers: &Headers<'_>) -> Option<Ratio> {
    let of_packet = h265::timing_of_byte_stream(headers.packet);
    let (units, scale) = of_packet.or_else(|| hevc_parameters(headers)?.vui?.timing)?;
    Ratio::new(scale.into(), units.into())
}

pub(super) fn h264(stream: &mut Stream, headers: &Headers<'_>) {
    let length_size = length_size(headers, 4);
    let sps = h264_parameters(headers);
    let picture = stream.picture.get_or_insert_default();
    picture.is_avc = Some(if length_size.is_some() { "true" } else { "false" });
    picture.nal_length_size = Some(length_size.unwrap_or(0).to_string());
    let Some(sps) = sps else { return };
    stream.profile = profile::avc(sps.profile_idc, sps.constraint_flags);
    stream.bits_per_raw_sample = Some(sps.bit_depth_luma.into());
    picture.level = sps.level_idc.into();
    picture.has_b_frames = headers.times.delay();
    let (width, height) = (u64::from(sps.width), u64::from(sps.height));
    // The cropping of the container applies, to the nearest macroblock.
    let is_cropped_outside = picture.width <= width
        && picture.height <= height
        && picture.width.next_multiple_of(16) == width.next_multiple_of(16)
        && picture.height.next_multiple_of(16) == height.next_multiple_of(16);
    if !is_cropped_outside || picture.width == 0 || picture.height == 0 {
        (picture.width, picture.height) = (width, height);
    }
    if let Some(vui) = &sps.vui {
        picture.chroma_location = Some("left");
        set_vui(picture, vui);
        picture.has_b_frames = vui.max_reorder_frames.map_or(picture.has_b_frames, u64::from);
        let location = vui.chroma_location.and_then(|code| chroma_location(code.into()));
        picture.chroma_location = location.or(picture.chroma_location);
    }
    let is_full = picture.color_range == Some("pc");
    picture.pix_fmt = planar(Samples {
        // FFmpeg decodes pictures without chroma to a format with chroma.
        chroma: if sps.chroma_format_idc == 0 && sps.bit_depth_luma == 8 { 1 } else { sps.chroma_format_idc },
        depth: sps.bit_depth_luma,
        is_rgb: picture.color_space == Some("gbr"),
        is_jpeg: is_full,
    });
    if picture.field_order.is_none() {
        let order = match length_size {
            Some(_) => sps.field_order_of_sample(headers.configuration, headers.packet),
            None => sps.field_order_of_byte_stream(headers.packet),
        };
        picture.field_order = order.map(field_order_name);
    }
    if headers.configuration.is_empty() {
        // `nal_unit_type` of sequence and picture parameter sets.
        stream.extradata_size = parameter_sets_len(headers.packet, |unit| matches!(unit[0] & 0x1f, 7 | 8));
    }
}

/// Returns the field order of a byte stream that begins with parameter sets.
pub(crate) fn h264_field_order(bytes: &[u8]) -> Option<&'static str> {
    let sps = h264::SequenceParameterSet::from_byte_stream(bytes)?;
    sps.field_order_of_byte_stream(bytes).map(field_order_name)
}

/// Returns whether the parameter sets of a byte stream give the reordering delay of a decoder.
pub(crate) fn h264_tells_delay(bytes: &[u8]) -> bool {
    let sps = h264::SequenceParameterSet::from_byte_stream(bytes);
    sps.and_then(|sps| sps.vui?.max_reorder_frames).is_some()
}

fn field_order_name(order: FieldOrder) -> &'static str {
    match order {
        FieldOrder::Progressive => "progressive",
        FieldOrder::TopFirst => "tt",
        FieldOrder::BottomFirst => "bb",
    }
}

pub(super) fn hevc(stream: &mut Stream, headers: &Headers<'_>) {
    let sps = hevc_parameters(headers);
    let picture = stream.picture.get_or_insert_default();
    let Some(sps) = sps else { return };
    stream.profile = profile::hevc(sps.profile_idc);
    picture.level = sps.level_idc.into();
    (picture.width, picture.height) = (sps.width.into(), sps.height.into());
    picture.coded = Some((sps.coded_width.into(), sps.coded_height.into()));
    picture.has_b_frames = sps.max_reorder_pictures.into();
    picture.color_range = Some("tv");
    (picture.color_primaries, picture.color_transfer, picture.color_space) = (None, None, None);
    if let Some(vui) = &sps.vui {
        set_vui(picture, vui);
    }
    if sps.chroma_format_idc == 1 {
        let location = sps.vui.and_then(|vui| chroma_location(vui.chroma_location?.into()));
        picture.chroma_location = location.or(Some("left"));
    }
    picture.pix_fmt = planar(Samples {
        chroma: sps.chroma_format_idc,
        depth: sps.bit_depth_luma,
        is_rgb: picture.color_space == Some("gbr"),
        // FFmpeg's decoder includes the range in the format for 4:2:0 only.
        is_jpeg: picture.color_range == Some("pc") && sps.chroma_format_idc == 1,
    });
    if headers.configuration.is_empty() {
        // Video, sequence and picture parameter sets.
        stream.extradata_size =
            parameter_sets_len(headers.packet, |unit| matches!(unit[0] >> 1 & 0x3f, 32..=34));
    }
}

/// Returns the length of the parameter sets in a packet, each with a start code of three bytes; `None` if there are none.
fn parameter_sets_len(packet: &[u8], is_parameter_set: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let units = units_of_byte_stream(packet).filter(|unit| !unit.is_empty() && is_parameter_set(unit));
    Some(units.map(|unit| unit.len() + 3).sum()).filter(|&len| len > 0)
}

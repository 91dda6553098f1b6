//! MPEG-1, MPEG-2 and MPEG-4 video.

use pagecut::media::codec::{Mpeg4Visual, MpegVideoExtension, MpegVideoSequence};

use super::color;
use super::headers::Headers;
use crate::probe::picture::Picture;
use crate::probe::profile;
use crate::probe::ratio::Ratio;
use crate::probe::report::Stream;
use crate::probe::side_data::SideData;

/// Display aspect ratios of MPEG-2 by `aspect_ratio_information` from 2.
const DISPLAY_ASPECT_RATIOS: [(u64, u64); 3] = [(4, 3), (16, 9), (221, 100)];

/// Sample heights of MPEG-1 in 10,000ths of the width, by `aspect_ratio_information` (ISO/IEC 11172-2, 2.4.3.2).
const SAMPLE_HEIGHTS: [u64; 15] =
    [0, 10_000, 6735, 7031, 7615, 8055, 8437, 8935, 9157, 9815, 10_255, 10_695, 10_950, 11_575, 12_015];

/// Returns the sequence header, with its extensions if there are any.
fn sequence(headers: &Headers<'_>) -> Option<MpegVideoSequence> {
    let of_packet = MpegVideoSequence::read(headers.packet);
    let is_extended = of_packet.is_some_and(|sequence| sequence.extension.is_some());
    let of_configuration = || MpegVideoSequence::read(headers.configuration);
    if is_extended { of_packet } else { of_configuration().or(of_packet) }
}

/// Returns the frame rate in the headers of MPEG-1 and MPEG-2.
pub(super) fn mpeg_1_or_2_rate(headers: &Headers<'_>) -> Option<Ratio> {
    let (frames, seconds) = sequence(headers)?.frame_rate?;
    Ratio::new(frames.into(), seconds.into())
}

/// Returns the frame rate in the headers of MPEG-4 Visual.
pub(super) fn mpeg_4_rate(headers: &Headers<'_>) -> Option<Ratio> {
    let layer = Mpeg4Visual::read(headers.configuration).or_else(|| Mpeg4Visual::read(headers.packet))?;
    Ratio::new(layer.time_resolution.into(), layer.fixed_time_increment.unwrap_or(1).into())
}

pub(super) fn mpeg_1_or_2(stream: &mut Stream, headers: &Headers<'_>) {
    let picture = stream.picture.get_or_insert_default();
    // Neither standard uses the full range.
    picture.color_range = Some("tv");
    let Some(sequence) = sequence(headers) else { return };
    (picture.width, picture.height) = (sequence.width.into(), sequence.height.into());
    picture.coded = Some((0, 0));
    stream.extradata_size = stream.extradata_size.or(Some(sequence.header_length));
    match &sequence.extension {
        Some(extension) => {
            stream.codec_name = Some("mpeg2video");
            stream.profile = profile::mpeg2(extension.profile);
            mpeg_2(picture, &sequence, extension);
            if has_constant_rate(headers.packet) {
                stream.bit_rate = stream.bit_rate.or(Some(max_bit_rate(&sequence)));
            }
            stream
                .side_data_list
                .push(SideData::Buffer { max_bit_rate: max_bit_rate(&sequence), bits: buffer(&sequence) });
        }
        None => {
            stream.codec_name = Some("mpeg1video");
            picture.pix_fmt = Some("yuv420p");
            picture.chroma_location = Some("center");
            picture.has_b_frames = 1;
            picture.coded_aspect_ratio = SAMPLE_HEIGHTS
                .get(usize::from(sequence.aspect_ratio))
                .and_then(|&height| Ratio::nearest(10_000, height, 255));
            stream.bit_rate = stream.bit_rate.or(Some(u64::from(sequence.bit_rate) * 400));
        }
    }
}

/// Returns whether `vbv_delay` of the first picture signals a constant bit rate (ISO/IEC 13818-2, 6.3.9).
fn has_constant_rate(packet: &[u8]) -> bool {
    const VARIABLE: u32 = 0xffff;
    let at = packet.windows(4).position(|code| code == [0, 0, 1, 0]);
    // `temporal_reference` of 10 bits, `picture_coding_type` of 3, `vbv_delay` of 16.
    let header = at.and_then(|at| packet.get(at + 4..)?.first_chunk::<4>());
    header.is_some_and(|header| u32::from_be_bytes(*header) >> 3 & 0xffff != VARIABLE)
}

/// Returns the bit rate in bits per second; 0 if all bits of MPEG-1's field are set, which means a variable rate.
fn max_bit_rate(sequence: &MpegVideoSequence) -> u64 {
    if sequence.bit_rate == 0x3ffff { 0 } else { u64::from(sequence.bit_rate) * 400 }
}

fn buffer(sequence: &MpegVideoSequence) -> u64 {
    u64::from(sequence.buffer_size) * 1024 * 16
}

fn mpeg_2(picture: &mut Picture, sequence: &MpegVideoSequence, extension: &MpegVideoExtension) {
    picture.level = extension.level.into();
    picture.has_b_frames = u64::from(!extension.has_low_delay);
    color::set_described(picture, extension.color);
    picture.color_range = Some("tv");
    (picture.pix_fmt, picture.chroma_location) = match extension.chroma_format {
        1 => (Some("yuv420p"), Some("left")),
        2 => (Some("yuv422p"), Some("topleft")),
        _ => (Some("yuv444p"), Some("topleft")),
    };
    picture.coded_aspect_ratio = sample_aspect_ratio(sequence, extension);
    if picture.field_order.is_none() {
        picture.field_order = extension.first_picture.map(|picture| match picture {
            (true, false) if !extension.is_progressive => "tt",
            (false, false) if !extension.is_progressive => "bb",
            _ => "progressive",
        });
    }
}

fn sample_aspect_ratio(sequence: &MpegVideoSequence, extension: &MpegVideoExtension) -> Option<Ratio> {
    let index = usize::from(sequence.aspect_ratio);
    if index == 1 {
        return Ratio::new(1, 1);
    }
    let &(wide, high) = DISPLAY_ASPECT_RATIOS.get(index.checked_sub(2)?)?;
    let of = |(width, height): (u32, u32)| Ratio::new(wide * u64::from(height), high * u64::from(width));
    let whole = (sequence.width, sequence.height);
    // As in FFmpeg, use the display size only if it gives a common ratio.
    let by_display = extension.display_size.and_then(of).filter(|ratio| {
        let shown = ratio.times(sequence.width.into(), sequence.height.into());
        [Ratio::new(4, 3), Ratio::new(16, 9)].contains(&shown)
    });
    by_display.or_else(|| of(whole))
}

pub(super) fn mpeg_4(stream: &mut Stream, headers: &Headers<'_>) {
    let picture = stream.picture.get_or_insert_default();
    picture.quarter_sample = Some("false");
    picture.divx_packed = Some("false");
    picture.chroma_location = Some("left");
    picture.pix_fmt = Some("yuv420p");
    let layer = Mpeg4Visual::read(headers.configuration).or_else(|| Mpeg4Visual::read(headers.packet));
    let Some(layer) = layer else { return };
    if let Some(indication) = layer.profile_and_level {
        let (code, level) = (indication >> 4, indication & 15);
        stream.profile = profile::mpeg4_visual(code);
        picture.level = if (code, level) == (0, 8) { 0 } else { level.into() };
    }
    (picture.width, picture.height) = (layer.width.into(), layer.height.into());
    picture.has_b_frames = u64::from(layer.has_low_delay == Some(false));
    picture.quarter_sample = Some(if layer.has_quarter_samples { "true" } else { "false" });
    if let Some(color) = layer.color {
        color::set(picture, color);
    }
    let ratio = layer.sample_aspect_ratio;
    picture.coded_aspect_ratio = ratio.and_then(|(width, height)| Ratio::new(width.into(), height.into()));
}

/// Returns the number of bytes before the first video object plane or group of them in a byte stream of MPEG-4.
pub(super) fn mpeg_4_header_len(packet: &[u8]) -> Option<usize> {
    let is_picture =
        |bytes: &[u8]| bytes.starts_with(&[0, 0, 1, 0xb6]) || bytes.starts_with(&[0, 0, 1, 0xb3]);
    packet.windows(4).position(is_picture).filter(|&len| len > 0)
}

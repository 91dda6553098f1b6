//! Fields of video streams.

use std::borrow::Cow;

use pagecut::media::codec::{Av1Sequence, Ffv1Parameters, JpegHeader, ProResHeader, Vp8Header, Vp9Header};

use super::headers::Headers;
use super::pixel_format::{self, Samples, chroma_of, planar};
use super::rates;
use super::{color, image, mpeg_video, nal_video};
use crate::probe::profile;
use crate::probe::ratio::Ratio;
use crate::probe::report::Stream;

pub(super) fn describe(stream: &mut Stream, name: &str, headers: &Headers<'_>) {
    match name {
        "h264" => nal_video::h264(stream, headers),
        "hevc" => nal_video::hevc(stream, headers),
        "mpeg1video" | "mpeg2video" => mpeg_video::mpeg_1_or_2(stream, headers),
        "mpeg4" => {
            mpeg_video::mpeg_4(stream, headers);
            if headers.configuration.is_empty() {
                stream.extradata_size = mpeg_video::mpeg_4_header_len(headers.packet);
            }
        }
        "av1" => av1(stream, headers),
        "vp8" => vp8(stream, headers),
        "vp9" => vp9(stream, headers),
        "mjpeg" => jpeg(stream, headers),
        "prores" => prores(stream, headers),
        "ffv1" => ffv1(stream, headers),
        "png" => image::png(stream, headers),
        "gif" => image::gif(stream, headers),
        "rawvideo" => {
            let picture = stream.picture.get_or_insert_default();
            picture.pix_fmt = pixel_format::of_four_cc(&stream.codec_tag_string);
        }
        _ => {
            let picture = stream.picture.get_or_insert_default();
            picture.pix_fmt = pixel_format::of_coding(name);
            if name == "h263" {
                picture.chroma_location = Some("center");
            }
        }
    }
}

/// Sets the rates that the container does not state.
pub(super) fn complete_rates(stream: &mut Stream, headers: &Headers<'_>) {
    /// Rates that ffprobe accepts without a comparison with packet times.
    const TRUSTED: std::ops::RangeInclusive<f64> = 5.0..=101.0;
    if stream.r_frame_rate.is_some() && stream.avg_frame_rate.is_some() {
        return;
    }
    let coded = match stream.codec_name {
        Some("h264") => nal_video::h264_rate(headers),
        Some("hevc") => nal_video::hevc_rate(headers),
        Some("mpeg1video" | "mpeg2video") => mpeg_video::mpeg_1_or_2_rate(headers),
        Some("mpeg4") => mpeg_video::mpeg_4_rate(headers),
        _ => None,
    };
    let is_trusted = !matches!(stream.codec_name, Some("h264" | "mpeg2video"))
        && coded.is_some_and(|rate| TRUSTED.contains(&rate.as_f64()));
    let (real, average) = (&mut stream.r_frame_rate, &mut stream.avg_frame_rate);
    let mut times = Cow::Borrowed(headers.times);
    if stream.codec_name == Some("h264") && times.durations.is_some() {
        let decode = &mut times.to_mut().decode;
        decode.drain(..nal_video::packets_before_delay(headers).min(decode.len()));
    }
    rates::complete(real, average, coded, &times, stream.time_base, is_trusted);
}

fn av1(stream: &mut Stream, headers: &Headers<'_>) {
    let of_configuration = Av1Sequence::from_configuration(headers.configuration);
    let Some(sequence) = of_configuration.or_else(|| Av1Sequence::from_obus(headers.packet)) else { return };
    if headers.configuration.is_empty() {
        stream.extradata_size = Av1Sequence::configuration_len(headers.packet);
    }
    let picture = stream.picture.get_or_insert_default();
    if of_configuration.is_none() {
        // If the configuration has no sequence header, ffprobe decodes the first frame.
        let ratio = sequence.sample_aspect_ratio(headers.packet);
        picture.coded_aspect_ratio = ratio.and_then(|(width, height)| Ratio::new(width, height));
    }
    stream.profile = profile::av1(sequence.profile);
    picture.level = sequence.level.into();
    (picture.width, picture.height) = (sequence.width.into(), sequence.height.into());
    color::set(picture, sequence.color);
    picture.has_film_grain = sequence.has_film_grain;
    picture.chroma_location = match sequence.chroma_position {
        1 => Some("left"),
        2 => Some("topleft"),
        _ => picture.chroma_location,
    };
    let chroma = if sequence.is_monochrome { Some(0) } else { chroma_of(sequence.subsampling) };
    picture.pix_fmt = chroma.and_then(|chroma| {
        let is_rgb = chroma == 3 && sequence.color.matrix == 0;
        planar(Samples { chroma, depth: sequence.bit_depth, is_rgb, is_jpeg: false })
    });
}

fn vp8(stream: &mut Stream, headers: &Headers<'_>) {
    let picture = stream.picture.get_or_insert_default();
    picture.pix_fmt = Some("yuv420p");
    picture.field_order = picture.field_order.or(Some("progressive"));
    stream.profile = Some("0".to_owned());
    let Some(header) = Vp8Header::read(headers.packet) else { return };
    stream.profile = Some(header.version.to_string());
    (picture.width, picture.height) = (header.width.into(), header.height.into());
}

fn vp9(stream: &mut Stream, headers: &Headers<'_>) {
    let Some(header) = Vp9Header::read(headers.packet) else { return };
    let picture = stream.picture.get_or_insert_default();
    stream.profile = Some(format!("Profile {}", header.profile));
    (picture.width, picture.height) = (header.width.into(), header.height.into());
    picture.color_range = Some(color::range(header.is_full_range));
    picture.color_space = match header.color_space {
        1 => Some("bt470bg"),
        2 => Some("bt709"),
        3 => Some("smpte170m"),
        4 => Some("smpte240m"),
        5 => Some("bt2020nc"),
        7 => Some("gbr"),
        _ => None,
    };
    picture.pix_fmt = match header.subsampling {
        (false, true) => Some("yuv440p"),
        subsampling => chroma_of(subsampling).and_then(|chroma| {
            let is_rgb = picture.color_space == Some("gbr");
            planar(Samples { chroma, depth: header.bit_depth, is_rgb, is_jpeg: false })
        }),
    };
}

fn jpeg(stream: &mut Stream, headers: &Headers<'_>) {
    let picture = stream.picture.get_or_insert_default();
    // The colour space of JFIF, independent of the frame.
    picture.color_space = Some("bt470bg");
    picture.chroma_location = Some("center");
    let Some(header) = JpegHeader::read(headers.packet) else { return };
    stream.profile = profile::jpeg(header.process);
    stream.bits_per_raw_sample = Some(header.precision.into());
    (picture.width, picture.height) = (header.width.into(), header.height.into());
    if let Some((width, height)) = header.sample_aspect_ratio {
        picture.coded_aspect_ratio = Ratio::new(width.into(), height.into());
    }
    let is_rgb =
        header.components == 3 && (header.adobe_transform == Some(0) || header.identifiers[..3] == *b"RGB");
    let [(width, height), second, third, _] = header.sampling;
    let chroma = match (header.components, second == third, second) {
        (1, ..) => Some(0),
        (3, true, (w, h)) if w > 0 && h > 0 && width % w == 0 && height % h == 0 => {
            match (width / w, height / h) {
                (2, 2) => Some(1),
                (2, 1) => Some(2),
                (1, 1) => Some(3),
                _ => None,
            }
        }
        _ => None,
    };
    let pix_fmt =
        chroma.and_then(|chroma| planar(Samples { chroma, depth: header.precision, is_rgb, is_jpeg: true }));
    picture.pix_fmt = pix_fmt;
    picture.color_range = Some("pc");
    if pix_fmt.is_some_and(|name| !name.starts_with("yuv")) {
        picture.color_space = None;
    }
}

fn prores(stream: &mut Stream, headers: &Headers<'_>) {
    let header = ProResHeader::from_frame(headers.packet).or_else(|| ProResHeader::read(headers.packet));
    let Some(header) = header else { return };
    stream.profile = profile::prores(&stream.codec_tag_string);
    let picture = stream.picture.get_or_insert_default();
    (picture.width, picture.height) = (header.width.into(), header.height.into());
    color::set(picture, header.color);
    picture.color_range = Some("tv");
    // FFmpeg decodes the 4444 profiles with 12 bits.
    let has_12_bits = stream.codec_tag_string.starts_with("ap4");
    stream.bits_per_raw_sample = Some(if has_12_bits { 12 } else { 10 });
    picture.pix_fmt = Some(match (header.chroma_format, header.alpha, has_12_bits) {
        (3, 0, false) => "yuv444p10le",
        (3, 0, true) => "yuv444p12le",
        (3, _, false) => "yuva444p10le",
        (3, _, true) => "yuva444p12le",
        (_, _, false) => "yuv422p10le",
        (_, _, true) => "yuv422p12le",
    });
}

fn ffv1(stream: &mut Stream, headers: &Headers<'_>) {
    let parameters = match headers.configuration {
        [] => Ffv1Parameters::from_frame(headers.packet),
        configuration => Ffv1Parameters::from_configuration(configuration),
    };
    let Some(parameters) = parameters else { return };
    let picture = stream.picture.get_or_insert_default();
    stream.bits_per_raw_sample = Some(parameters.bits_per_sample.into()).filter(|&bits| bits > 0);
    picture.pix_fmt = pixel_format::of_ffv1(&parameters);
}

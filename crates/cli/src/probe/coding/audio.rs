//! Fields of audio streams.

use pagecut::media::AudioSpecificConfig;
use pagecut::media::codec::{
    Ac3Header, AdtsHeader, AlacConfig, DtsCoding, DtsExpressHeader, DtsExtension, DtsHeader, FlacStreamInfo,
    MpegAudioHeader, OpusHead, VorbisHeader, audio_config_of_loas,
};

use super::headers::Headers;
use crate::probe::profile;
use crate::probe::report::{Sound, Stream};

/// Layouts by the number of channels, from 1: MPEG-4, Vorbis and Opus, FLAC, ALAC.
const MPEG_4: [&str; 8] = ["mono", "stereo", "3.0", "4.0", "5.0", "5.1", "6.1(back)", "7.1(wide)"];
const VORBIS: [&str; 8] = ["mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"];

/// Layouts by `acmod` of AC-3, without and with low-frequency effects.
const AC3: [[&str; 2]; 8] = [
    ["stereo", "2.1"],
    ["mono", "2 channels (FC+LFE)"],
    ["stereo", "2.1"],
    ["3.0", "3.1"],
    ["3.0(back)", "4 channels (FL+FR+LFE+BC)"],
    ["4.0", "4.1"],
    ["quad(side)", "5 channels (FL+FR+LFE+SL+SR)"],
    ["5.0(side)", "5.1(side)"],
];

/// Layouts by `AMODE` of DTS, without and with low-frequency effects.
const DTS: [[&str; 2]; 10] = [
    ["mono", "2 channels (FC+LFE)"],
    ["stereo", "2.1"],
    ["stereo", "2.1"],
    ["stereo", "2.1"],
    ["stereo", "2.1"],
    ["3.0", "3.1"],
    ["3.0(back)", "4 channels (FL+FR+LFE+BC)"],
    ["4.0", "4.1"],
    ["quad(side)", "5 channels (FL+FR+LFE+SL+SR)"],
    ["5.0(side)", "5.1(side)"],
];

fn layout(names: &[&'static str; 8], channels: u64) -> Option<&'static str> {
    names.get(usize::try_from(channels).ok()?.checked_sub(1)?).copied()
}

/// Returns the layout of a number of channels in the order of Vorbis.
pub(crate) fn vorbis_layout(channels: u64) -> Option<&'static str> {
    layout(&VORBIS, channels)
}

/// Returns the sound that a decoder produces by an `AudioSpecificConfig`.
pub(crate) fn aac_sound(config: &AudioSpecificConfig) -> Sound {
    let rate = config.extension_sampling_frequency.unwrap_or(config.sampling_frequency);
    let channels = if config.has_parametric_stereo { Some(2) } else { config.channels };
    Sound {
        sample_fmt: Some("fltp"),
        sample_rate: Some(rate.into()),
        channels: channels.map(u64::from),
        channel_layout: channels.and_then(|channels| mpeg4_layout(channels.into())),
        bits_per_sample: 0,
    }
}

/// Returns ffprobe's name of the layout of MPEG-4 for a number of channels.
pub(crate) fn mpeg4_layout(channels: u64) -> Option<&'static str> {
    Some(match channels {
        1 => "mono",
        2 => "stereo",
        3 => "3.0",
        4 => "4.0",
        5 => "5.0",
        6 => "5.1",
        _ => return None,
    })
}

pub(super) fn describe(stream: &mut Stream, name: &str, headers: &Headers<'_>) {
    let sound = stream.sound.get_or_insert_default();
    sound.sample_fmt = sound.sample_fmt.or_else(|| sample_format(name));
    match name {
        "aac" => aac(stream, headers),
        "aac_latm" => {
            if let Some(config) = audio_config_of_loas(headers.packet) {
                stream.profile = profile::of_aac(&config);
                stream.sound = Some(Sound { sample_fmt: Some("fltp"), ..aac_sound(&config) });
                // 25 bits, including the object type and frequency of spectral band replication.
                stream.extradata_size =
                    Some(if config.extension_sampling_frequency.is_some() { 4 } else { 2 });
            }
        }
        "mp1" | "mp2" | "mp3" => mpeg(stream, name, headers),
        "ac3" | "eac3" => ac3(stream, headers),
        "dts" => dts(stream, headers),
        "amr_nb" | "amr_wb" => sound.channel_layout = layout(&MPEG_4, sound.channels.unwrap_or(1)),
        "opus" => {
            if let Some(head) =
                OpusHead::read(headers.configuration).or_else(|| OpusHead::from_dops(headers.configuration))
            {
                sound.channels = Some(head.channels.into());
                sound.channel_layout = layout(&VORBIS, head.channels.into());
            }
            sound.sample_rate = Some(48_000);
        }
        "vorbis" => {
            let header = VorbisHeader::from_laced(headers.configuration)
                .or_else(|| VorbisHeader::read(headers.configuration));
            if let Some(header) = header {
                sound.sample_rate = Some(header.sampling_frequency.into());
                sound.channels = Some(header.channels.into());
                sound.channel_layout = layout(&VORBIS, header.channels.into());
            }
        }
        "adpcm_ima_qt" | "adpcm_ima_wav" | "adpcm_ms" => {
            let mono_or_stereo = sound.channels.filter(|&channels| channels <= 2);
            sound.channel_layout = mono_or_stereo.and_then(|channels| layout(&MPEG_4, channels));
        }
        "flac" => flac(stream, headers),
        "alac" => alac(stream, headers),
        _ => {
            // Samples of 24 bits are decoded into 32.
            if sound.sample_fmt == Some("s32") {
                stream.bits_per_raw_sample = Some(sound.bits_per_sample);
            }
        }
    }
}

/// Returns the sample format of FFmpeg's decoder.
fn sample_format(name: &str) -> Option<&'static str> {
    Some(match name {
        "mp1" | "mp2" => "s16p",
        "aac" | "aac_latm" | "mp3" | "ac3" | "eac3" | "dts" | "opus" | "vorbis" | "wmav1" | "wmav2"
        | "amr_nb" | "amr_wb" => "fltp",
        "pcm_f32le" | "pcm_f32be" => "flt",
        "pcm_f64le" | "pcm_f64be" => "dbl",
        "pcm_u8" | "pcm_s8" => "u8",
        "pcm_s24le" | "pcm_s24be" | "pcm_s32le" | "pcm_s32be" => "s32",
        "pcm_s16le" | "pcm_s16be" | "pcm_mulaw" | "pcm_alaw" | "adpcm_ms" | "adpcm_g726" => "s16",
        "adpcm_ima_qt" | "adpcm_ima_wav" => "s16p",
        _ => return None,
    })
}

fn aac(stream: &mut Stream, headers: &Headers<'_>) {
    if let Some(config) = AudioSpecificConfig::read(headers.configuration) {
        stream.profile = profile::of_aac(&config);
        let channels = aac_sound(&config);
        stream.sound = Some(Sound { sample_fmt: Some("fltp"), ..channels });
        return;
    }
    let Some(header) = first(headers, AdtsHeader::read) else { return };
    stream.profile = profile::aac_object_type(header.object_type).map(str::to_owned);
    let sound = stream.sound.get_or_insert_default();
    sound.sample_rate = Some(header.sampling_frequency.into());
    if let Some(channels) = header.channels {
        sound.channels = Some(channels.into());
        sound.channel_layout = layout(&MPEG_4, channels.into());
    }
}

/// Returns the first header in the packet. A byte stream may begin inside a frame.
fn first<T>(headers: &Headers<'_>, read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    /// Maximum length of a frame of these codings.
    const FRAME_LEN: usize = 8192;
    let packet = headers.packet;
    if !headers.is_byte_stream {
        return read(packet);
    }
    (0..packet.len().min(FRAME_LEN)).find_map(|at| read(&packet[at..]))
}

fn mpeg(stream: &mut Stream, name: &str, headers: &Headers<'_>) {
    let Some(header) = first(headers, MpegAudioHeader::read) else { return };
    let sound = stream.sound.get_or_insert_default();
    if headers.is_byte_stream || name != "mp3" {
        let name = ["mp1", "mp2", "mp3"][usize::from(header.layer.clamp(1, 3) - 1)];
        stream.codec_name = Some(name);
        sound.sample_fmt = sample_format(name);
    }
    sound.sample_rate = Some(header.sampling_frequency.into());
    sound.channels = Some(header.channels.into());
    sound.channel_layout = layout(&VORBIS, header.channels.into());
    stream.bit_rate = stream.bit_rate.or(header.bit_rate.map(u64::from));
}

fn ac3(stream: &mut Stream, headers: &Headers<'_>) {
    let Some(header) = first(headers, Ac3Header::read) else { return };
    let sound = stream.sound.get_or_insert_default();
    sound.sample_rate = Some(header.sampling_frequency.into());
    sound.channels = Some(header.channels().into());
    sound.channel_layout = ac3_layout(&header);
    let rate = Some(u64::from(header.bit_rate)).filter(|&rate| rate > 0);
    stream.bit_rate = rate.or(stream.bit_rate);
}

/// Returns the channel layout of AC-3.
pub(crate) fn ac3_layout(header: &Ac3Header) -> Option<&'static str> {
    let layouts = AC3.get(usize::from(header.channel_mode));
    layouts.map(|layouts| layouts[usize::from(header.has_low_frequency_effects)])
}

fn dts(stream: &mut Stream, headers: &Headers<'_>) {
    let (core, extension) = (first(headers, DtsHeader::read), DtsExtension::find(headers.packet));
    if core.is_none()
        && let Some(header) = first(headers, DtsExpressHeader::read)
    {
        dts_express(stream, header);
        return;
    }
    let sound = stream.sound.get_or_insert_default();
    if let Some(header) = core {
        sound.sample_rate = Some(header.sampling_frequency.into());
        sound.channels = header.channels().map(u64::from);
        let layouts = DTS.get(usize::from(header.channel_mode));
        sound.channel_layout = layouts.map(|layouts| layouts[usize::from(header.has_low_frequency_effects)]);
        stream.profile = Some("DTS".to_owned());
        stream.bit_rate = header.bit_rate.map(u64::from).or(stream.bit_rate);
    }
    let Some(extension) = extension else { return };
    sound.sample_rate = Some(extension.sampling_frequency.into());
    sound.channels = Some(extension.channels.into());
    sound.channel_layout = extension.speakers.and_then(dts_layout);
    let profile = match extension.coding {
        DtsCoding::Lossless => {
            let bits = if extension.bits_per_sample > 16 { 24 } else { 16 };
            stream.bits_per_raw_sample = Some(bits);
            sound.sample_fmt = Some(if bits == 24 { "s32p" } else { "s16p" });
            // The core has a rate, the whole stream has none.
            stream.bit_rate = None;
            "DTS-HD MA"
        }
        DtsCoding::LowBitRate => "DTS Express",
        _ => "DTS-HD HRA",
    };
    stream.profile = Some(profile.to_owned());
}

/// Returns the layout of `nuSpkrActivityMask` (ETSI TS 102 114, 7.5): bit 0 is centre, 1 left and right, 2 surround, 3 low
/// frequencies, 4 rear centre, 6 rear, 11 side.
fn dts_layout(speakers: u16) -> Option<&'static str> {
    Some(match speakers {
        0x001 => "mono",
        0x002 => "stereo",
        0x00a => "2.1",
        0x003 => "3.0",
        0x00b => "3.1",
        0x006 => "quad(side)",
        0x013 => "4.0",
        0x01b => "4.1",
        0x007 => "5.0(side)",
        0x00f => "5.1(side)",
        0x017 => "6.0",
        0x01f => "6.1",
        0x047 | 0x843 => "7.0",
        0x04f | 0x84b => "7.1",
        _ => return None,
    })
}

/// Sets the fields of DTS Express; ffprobe shows the bit rate of the header, not that of the container.
fn dts_express(stream: &mut Stream, header: DtsExpressHeader) {
    let sound = stream.sound.get_or_insert_default();
    sound.sample_rate = Some(header.sampling_frequency.into());
    sound.channels = Some(header.channels().into());
    sound.channel_layout = dts_layout(header.loudspeakers);
    stream.profile = Some("DTS Express".to_owned());
    stream.bit_rate = Some(header.bit_rate.into());
}

fn flac(stream: &mut Stream, headers: &Headers<'_>) {
    let info = FlacStreamInfo::from_blocks(headers.configuration)
        .or_else(|| FlacStreamInfo::from_blocks(headers.configuration.get(4..)?));
    let Some(info) = info else { return };
    let sound = stream.sound.get_or_insert_default();
    sound.sample_rate = Some(info.sampling_frequency.into());
    sound.channels = Some(info.channels.into());
    sound.channel_layout = layout(&VORBIS, info.channels.into());
    sound.sample_fmt = Some(if info.bits_per_sample > 16 { "s32" } else { "s16" });
    stream.bits_per_raw_sample = Some(info.bits_per_sample.into());
    stream.extradata_size = Some(FlacStreamInfo::LEN);
}

fn alac(stream: &mut Stream, headers: &Headers<'_>) {
    /// Bytes of the header that FFmpeg keeps before the configuration: a box with its version.
    const BOX_LEN: usize = 12;
    let configuration = headers.configuration;
    let is_boxed = configuration.get(4..8) == Some(b"alac");
    let Some(config) = AlacConfig::read(&configuration[if is_boxed { BOX_LEN } else { 0 }..]) else { return };
    let sound = stream.sound.get_or_insert_default();
    sound.sample_rate = Some(config.sampling_frequency.into());
    sound.channels = Some(config.channels.into());
    sound.channel_layout = layout(&MPEG_4, config.channels.into());
    sound.sample_fmt = Some(if config.bits_per_sample > 16 { "s32p" } else { "s16p" });
    stream.bits_per_raw_sample = Some(config.bits_per_sample.into());
    stream.extradata_size = Some(configuration.len() + if is_boxed { 0 } else { BOX_LEN });
}

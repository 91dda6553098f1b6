//! Headers in MP4: boxes of the sample entry, and the first sample.

use pagecut::media::codec::Ac3Header;
use pagecut::media::mp4::{Movie, Mp4Box, SampleEntry, Track};

use crate::probe::coding::{Headers, PACKETS, PacketTimes, ac3_layout, color, describe};
use crate::probe::picture::Picture;
use crate::probe::ratio::Ratio;
use crate::probe::report::Stream;
use crate::probe::side_data::{ColorVolume, DolbyVision, SideData};

/// Length of version and flags of a box.
const FULL_LEN: usize = 4;

/// Adds the fields of coding headers to the streams of the tracks.
pub(super) fn describe_movie(movie: &Movie<'_>, streams: &mut [Stream]) {
    for (track, stream) in movie.tracks().iter().zip(streams) {
        let Some(Ok(entry)) = track.sample_entries().next() else { continue };
        let packet = track.samples().next().and_then(Result::ok).map(|sample| sample.data);
        let times = packet_times(movie, track);
        read_boxes(&entry, stream);
        let headers = Headers {
            configuration: configuration(&entry),
            packet: packet.unwrap_or_default(),
            is_byte_stream: false,
            times: &times,
        };
        describe(stream, &headers);
    }
}

/// Returns decode and presentation times of the first packets. The table includes samples that the input lacks.
fn packet_times(movie: &Movie<'_>, track: &Track<'_>) -> PacketTimes {
    /// Number of samples in the index of ffprobe when it computes a rate.
    const INDEXED: usize = 99;
    let mut times = PacketTimes::default();
    for sample in track.samples().map_while(Result::ok).take(INDEXED) {
        times.decode.push(sample.dts);
        if times.presentation.len() < PACKETS {
            times.presentation.push(sample.pts);
        }
    }
    if movie.is_fragmented() {
        let shift = track.edits().presentation_shift(movie.header().timescale, track.media().timescale);
        times.decode.iter_mut().for_each(|time| *time = time.saturating_add(shift));
    } else {
        let len = usize::try_from(track.table_len()).unwrap_or(usize::MAX);
        let stated = track.table_decode_times().take(len.min(INDEXED));
        times.decode = stated.map(|time| i64::try_from(time).unwrap_or(i64::MAX)).collect();
    }
    times
}

fn boxes<'data>(entry: &SampleEntry<'data>) -> impl Iterator<Item = Mp4Box<'data>> {
    entry.boxes().map_while(Result::ok)
}

/// Returns the decoder configuration, or the payload of a box of the coding without its version and flags.
fn configuration<'data>(entry: &SampleEntry<'data>) -> &'data [u8] {
    let of_box = boxes(entry).find_map(|found| match &found.kind().0 {
        b"avcC" | b"hvcC" | b"av1C" | b"dOps" => Some(found.payload()),
        b"dfLa" | b"alac" => found.payload().get(FULL_LEN..),
        // FFmpeg writes this box for codings without a box of their own.
        b"glbl" => Some(found.payload()),
        // QuickTime nests the cookie in another box.
        b"wave" => {
            let mut inner = found.children().into_iter().flatten().map_while(Result::ok);
            inner.find(|inner| inner.kind() == *b"alac")?.payload().get(FULL_LEN..)
        }
        _ => None,
    });
    let registered = || entry.decoder_configuration();
    of_box.or_else(registered).unwrap_or_default()
}

fn read_boxes(entry: &SampleEntry<'_>, stream: &mut Stream) {
    for found in boxes(entry) {
        let payload = found.payload();
        match (&found.kind().0, &mut stream.picture) {
            (b"pasp", Some(picture)) => picture.container_aspect_ratio = aspect_ratio(payload),
            (b"colr", Some(picture)) => {
                read_color(payload, picture);
            }
            (b"vpcC", Some(picture)) => {
                read_vp_color(payload, picture);
            }
            (b"fiel", Some(picture)) => picture.field_order = field_order(payload),
            (b"dac3", _) => read_ac3(Ac3Header::from_dac3(payload), stream),
            (b"dec3", _) => read_ac3(Ac3Header::from_dec3(payload), stream),
            (b"dvcC" | b"dvvC" | b"dvwC", _) => {
                stream.side_data_list.extend(DolbyVision::read(payload).map(SideData::DolbyVision))
            }
            (b"mdcv", _) => {
                stream.side_data_list.extend(ColorVolume::of_mdcv(payload).map(SideData::ColorVolume))
            }
            (b"SmDm", _) => {
                stream.side_data_list.extend(ColorVolume::of_smdm(payload).map(SideData::ColorVolume))
            }
            (b"clli", _) => stream.side_data_list.extend(light_level(payload)),
            (b"CoLL", _) => stream.side_data_list.extend(payload.get(FULL_LEN..).and_then(light_level)),
            (b"chan", _) => {
                if let Some(sound) = &mut stream.sound {
                    sound.channel_layout = sound.channel_layout.or_else(|| channel_layout(payload));
                }
            }
            _ => {}
        }
    }
}

fn number(payload: &[u8], at: usize) -> Option<u64> {
    let &bytes = payload.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(bytes).into())
}

fn short(payload: &[u8], at: usize) -> Option<u64> {
    let &bytes = payload.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(bytes).into())
}

/// Reads `pasp` (ISO/IEC 14496-12, 12.1.4).
fn aspect_ratio(payload: &[u8]) -> Option<Ratio> {
    const LIMIT: u64 = 32_767;
    Ratio::nearest(number(payload, 0)?, number(payload, 4)?, LIMIT)
}

/// Reads `colr` (ISO/IEC 14496-12, 12.1.5; QuickTime File Format).
fn read_color(payload: &[u8], picture: &mut Picture) -> Option<()> {
    let kind = payload.get(..4)?;
    if !matches!(kind, b"nclx" | b"nclc") {
        return None;
    }
    picture.color_primaries = color::primaries(short(payload, 4)?);
    picture.color_transfer = color::transfer(short(payload, 6)?);
    picture.color_space = color::space(short(payload, 8)?);
    if kind == b"nclx" {
        // Some writers omit the byte.
        picture.color_range = Some(color::range(payload.get(10).is_some_and(|flags| flags & 0x80 != 0)));
    }
    Some(())
}

/// Reads the colour in `vpcC` (VP Codec ISO Media File Format Binding).
fn read_vp_color(payload: &[u8], picture: &mut Picture) -> Option<()> {
    let &[_, _, _, _, _, _, depth, primaries, transfer, matrix] = payload.first_chunk()?;
    picture.color_range = Some(color::range(depth & 1 != 0));
    picture.color_primaries = color::primaries(primaries.into());
    picture.color_transfer = color::transfer(transfer.into());
    picture.color_space = color::space(matrix.into());
    Some(())
}

/// Reads `fiel` (QuickTime File Format, *Field handling*).
fn field_order(payload: &[u8]) -> Option<&'static str> {
    match payload {
        [1, ..] => Some("progressive"),
        [2, 1, ..] => Some("tt"),
        [2, 6, ..] => Some("bb"),
        [2, 9, ..] => Some("tb"),
        [2, 14, ..] => Some("bt"),
        _ => None,
    }
}

/// Sets the fields of `dac3` or `dec3`; the first frame repeats them.
fn read_ac3(header: Option<Ac3Header>, stream: &mut Stream) {
    let Some(header) = header else { return };
    if let Some(sound) = &mut stream.sound {
        sound.channels = Some(header.channels().into());
        sound.channel_layout = ac3_layout(&header);
    }
    stream.side_data_list.extend(audio_service(header));
}

/// Reads `clli`: the light levels of the brightest sample and of the brightest picture on average.
fn light_level(payload: &[u8]) -> Option<SideData> {
    Some(SideData::ContentLight { max_content: short(payload, 0)?, max_average: short(payload, 2)? })
}

fn audio_service(header: Ac3Header) -> Option<SideData> {
    /// `bsmod` 7 with more than one channel.
    const KARAOKE: u8 = 8;
    let service = header.service?;
    Some(SideData::AudioService(if service == 7 && header.channel_mode > 1 { KARAOKE } else { service }))
}

/// Reads `chan` (QuickTime File Format, *Audio channel layout*): the tags for one and two channels.
fn channel_layout(payload: &[u8]) -> Option<&'static str> {
    match number(payload, 4)? {
        0x0064_0001 => Some("mono"),
        0x0065_0002 | 0x0066_0002 => Some("stereo"),
        _ => None,
    }
}

//! What MP4 tells without being decoded.

mod tables;
mod tags;

use pagecut::Result;
use pagecut::media::AudioSpecificConfig;
use pagecut::media::mp4::{self, Matrix, Movie, Packet, SampleEntry, Track};

use super::picture::Picture;
use super::report::{Format, Ratio, Report, Sound, Stream, Times};
use super::side_data::SideData;
use super::tags::Pairs;
use super::{coding, mp4_codec};
use crate::streams::Kind;
use crate::time_base::{TimeBase, rescale};

/// Reads the description of a movie and its tables. Errors of samples are put among `errors`.
pub(super) fn report(data: &[u8], errors: &mut Vec<String>) -> Result<Report> {
    let movie = Movie::read(data)?;
    let mut totals = vec![Totals::default(); movie.tracks().len()];
    for packet in movie.packets(mp4::Times::Presentation) {
        match packet {
            Ok(packet) => totals[packet.track].add(&packet),
            Err(error) => errors.push(error.to_string()),
        }
    }
    errors.extend(movie.fault().map(ToString::to_string));
    for track in movie.tracks() {
        let entries = track.sample_entries();
        errors.extend(
            entries
                .filter_map(|entry| entry.and_then(|entry| entry.check()).err())
                .map(|error| error.to_string()),
        );
    }
    let tracks = movie.tracks().iter().zip(&totals).enumerate();
    let mut streams: Vec<_> =
        tracks.map(|(index, (track, totals))| stream(&movie, index, track, totals)).collect();
    coding::describe_movie(&movie, &mut streams);
    add_protection(&movie, &mut streams);
    let mut format = format(&movie, &streams);
    format.tags = format_tags(&movie)?;
    Ok(Report { programs: Vec::new(), streams, chapters: Vec::new(), format })
}

/// What the packets of a track add up to.
#[derive(Debug, Clone, Default)]
struct Totals {
    packets: u64,
    samples: u64,
    bytes: u64,
    /// Of all samples, in time units.
    duration: u64,
    /// When the first one is shown that is.
    start: Option<i64>,
    /// When the last one would be followed by another.
    end: Option<i64>,
    /// What all packets but the last last, if it is the same.
    last_duration: Option<u64>,
    is_uneven: bool,
}

impl Totals {
    fn add(&mut self, packet: &Packet<'_>) {
        self.packets += u64::from(!packet.is_left_out);
        self.samples += u64::from(packet.samples);
        self.bytes += packet.data.len() as u64;
        self.duration = self.duration.saturating_add(packet.duration);
        if !packet.is_discarded {
            self.start = Some(self.start.map_or(packet.pts, |start| start.min(packet.pts)));
        }
        let end = packet.dts.saturating_add_unsigned(packet.duration);
        self.end = Some(self.end.map_or(end, |last| last.max(end)));
        self.is_uneven |= self.last_duration.is_some_and(|duration| duration != packet.duration);
        self.last_duration = Some(packet.duration);
    }
}

fn stream(movie: &Movie<'_>, index: usize, track: &Track<'_>, totals: &Totals) -> Stream {
    let entry = track.sample_entries().next().and_then(Result::ok);
    let codec_name = entry.as_ref().and_then(mp4_codec::name);
    let aac = match (entry, codec_name) {
        (Some(entry), Some("aac")) => entry.decoder_configuration().and_then(AudioSpecificConfig::read),
        _ => None,
    };
    let kind = Kind::of_mp4(track);
    let timescale = track.media().timescale;
    let time_base = TimeBase::per_second(timescale);
    let duration = duration(movie, track, totals);
    let tag = entry.map_or([0; 4], |entry| entry.format().0);
    Stream {
        index,
        codec_name,
        kind,
        codec_tag_string: super::tag_string(tag),
        codec_tag: super::tag_number(tag),
        // The fault of an entry is already reported.
        picture: entry.and_then(|entry| picture(&entry).ok().flatten()),
        sound: entry.and_then(|entry| sound(track, &entry, codec_name, aac.as_ref()).ok().flatten()),
        id: Some(format!("{:#x}", track.id())),
        r_frame_rate: if kind == Kind::Video { even_rate(timescale, totals) } else { Some(Ratio::NONE) },
        avg_frame_rate: if kind == Kind::Video { average_rate(timescale, totals) } else { Some(Ratio::NONE) },
        time_base,
        times: Times::new(time_base, start(movie, track, totals), duration),
        bit_rate: bit_rate(movie, track, totals, duration),
        nb_frames: Some(track.table_len()).filter(|&count| count > 0),
        nb_read_packets: Some(totals.packets),
        extradata_size: entry.and_then(|entry| extradata_size(&entry, codec_name)),
        disposition: vec![("default", track.header().is_enabled.into()), ("forced", 0)],
        tags: tags::of_track(track),
        side_data_list: display_matrix(movie, track, kind).into_iter().collect(),
        ..Stream::bare(index, kind, time_base)
    }
}

fn picture(entry: &SampleEntry<'_>) -> Result<Option<Picture>> {
    let visual = entry.visual()?;
    Ok(visual.map(|visual| Picture::of_size(visual.width.into(), visual.height.into())))
}

fn sound(
    track: &Track<'_>,
    entry: &SampleEntry<'_>,
    codec_name: Option<&str>,
    aac: Option<&AudioSpecificConfig>,
) -> Result<Option<Sound>> {
    let Some(audio) = entry.audio()? else { return Ok(None) };
    let bits_per_sample = mp4_codec::bits_per_sample(entry, codec_name);
    // A rate that the entry does not state is that of the time units.
    let sample_rate = if audio.sample_rate == 0 { track.media().timescale } else { audio.sample_rate };
    let sample_rate = Some(u64::from(sample_rate));
    if let Some(aac) = aac {
        return Ok(Some(super::aac_sound(aac)));
    }
    let channels = Some(u64::from(audio.channel_count));
    Ok(Some(match codec_name {
        // Opus is always decoded to this rate.
        Some("opus") => Sound {
            sample_rate: Some(48_000),
            channels,
            channel_layout: channels.and_then(super::channel_layout).filter(|_| audio.channel_count <= 2),
            bits_per_sample,
            ..Sound::default()
        },
        // Of these, there are two channels in the entry whatever there are in the frames.
        Some("mp3" | "ac3" | "eac3" | "ac4" | "dts" | "truehd") | None => {
            Sound { sample_rate, bits_per_sample, ..Sound::default() }
        }
        Some(_) => Sound { sample_rate, channels, bits_per_sample, ..Sound::default() },
    }))
}

/// The rate of pictures that all last as long.
fn even_rate(timescale: u32, totals: &Totals) -> Option<Ratio> {
    let duration = totals.last_duration.filter(|_| !totals.is_uneven)?;
    Ratio::new(timescale.into(), duration)
}

fn average_rate(timescale: u32, totals: &Totals) -> Option<Ratio> {
    Ratio::new(totals.samples.checked_mul(timescale.into())?, totals.duration)
}

/// When the track starts: with the edit list, and otherwise when its first packet is shown.
fn start(movie: &Movie<'_>, track: &Track<'_>, totals: &Totals) -> Option<i64> {
    if movie.is_fragmented() || track.edits().next().is_none() {
        return totals.start;
    }
    let empty = track.edits().take_while(|edit| edit.media_time.is_none());
    Some(empty.map(|edit| in_time_of_track(movie, track, edit.duration)).fold(0, i64::saturating_add))
}

/// How long the media of the track last in the tables, in its time units: what `mdhd` states, but no longer than the samples.
fn media_duration(track: &Track<'_>) -> Option<u64> {
    let of_samples = Some(track.table_duration()).filter(|&duration| duration > 0);
    match (track.media().duration, of_samples) {
        (Some(stated), Some(of_samples)) => Some(stated.min(of_samples)),
        (stated, of_samples) => stated.or(of_samples),
    }
}

/// How long the track lasts, in its time units.
fn duration(movie: &Movie<'_>, track: &Track<'_>, totals: &Totals) -> Option<i64> {
    let of_media = media_duration(track).and_then(|duration| i64::try_from(duration).ok());
    if movie.is_fragmented() {
        // The last sample ends so long after the start of the media, whatever the edit list presents of them.
        let shift = track.edits().presentation_shift(movie.header().timescale, track.media().timescale);
        let of_samples = totals.end.map(|end| end.saturating_sub(shift));
        let duration = end_by_index(movie, track).or(of_media.max(of_samples));
        return duration.filter(|&duration| duration > 0);
    }
    let of_media = of_media?;
    if track.edits().next().is_none() {
        return Some(of_media);
    }
    let edited = track.edits().map(|edit| in_time_of_track(movie, track, edit.duration));
    Some(of_media.min(edited.fold(0, i64::saturating_add)))
}

/// Where the last segment index of a track ends, in time units of the track.
fn end_by_index(movie: &Movie<'_>, track: &Track<'_>) -> Option<i64> {
    let indexes = movie.segment_indexes().map_while(Result::ok);
    let last = indexes.filter(|index| index.track == track.id()).last()?;
    let start = i64::try_from(last.earliest_presentation_time).unwrap_or(i64::MAX);
    let end =
        last.references().map(|reference| i64::from(reference.duration)).fold(start, i64::saturating_add);
    Some(rescale(end, track.media().timescale.into(), last.timescale.max(1).into()))
}

fn in_time_of_track(movie: &Movie<'_>, track: &Track<'_>, duration: u64) -> i64 {
    let duration = i64::try_from(duration).unwrap_or(i64::MAX);
    rescale(duration, track.media().timescale.into(), movie.header().timescale.max(1).into())
}

/// Bits in a second of the media, of which ffprobe rounds those of fragments.
fn bit_rate(movie: &Movie<'_>, track: &Track<'_>, totals: &Totals, duration: Option<i64>) -> Option<u64> {
    let bits = i128::from(totals.bytes) * 8;
    let timescale = i128::from(track.media().timescale);
    if movie.is_fragmented() {
        let duration = duration.filter(|&duration| duration > 0)?;
        return u64::try_from(rescale(i64::try_from(bits).ok()?, timescale, duration.into())).ok();
    }
    let duration = i128::from(media_duration(track).filter(|&duration| duration > 0)?);
    u64::try_from(bits * timescale / duration).ok().filter(|&rate| rate > 0)
}

/// How pictures are placed on the screen, unless they are shown as they are.
fn display_matrix(movie: &Movie<'_>, track: &Track<'_>, kind: Kind) -> Option<SideData> {
    let matrix = track.matrix().then(movie.header().matrix);
    (kind == Kind::Video && matrix != Matrix::IDENTITY).then_some(SideData::DisplayMatrix(matrix))
}

/// Adds the data of protection systems in `moov` (`pssh`, ISO/IEC 23001-7 §8.1) to the stream of the last track before them, as ffprobe
/// does.
fn add_protection(movie: &Movie<'_>, streams: &mut [Stream]) {
    let mut tracks = 0_usize;
    for found in movie.moov().children().into_iter().flatten().map_while(Result::ok) {
        match &found.kind().0 {
            b"trak" => tracks += 1,
            b"pssh" if is_protection(found.payload()) => {
                let stream = tracks.checked_sub(1).and_then(|index| streams.get_mut(index));
                let list = stream.map(|stream| &mut stream.side_data_list);
                if let Some(list) = list.filter(|list| !list.contains(&SideData::EncryptionInit)) {
                    list.push(SideData::EncryptionInit);
                }
            }
            _ => {}
        }
    }
}

/// Whether `pssh` holds all that it states: the identifier of a system, from version 1 on keys, and data.
fn is_protection(payload: &[u8]) -> bool {
    let number = |bytes: &[u8]| usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok();
    let rest = || {
        let (&[version, ..], rest) = payload.split_first_chunk::<20>()?;
        let keys =
            if version == 0 { rest } else { rest.get(number(rest)?.checked_mul(16)?.checked_add(4)?..)? };
        keys.get(4..)?.get(..number(keys)?)
    };
    rest().is_some()
}

/// Bytes of what ffprobe calls extradata.
fn extradata_size(entry: &SampleEntry<'_>, codec_name: Option<&str>) -> Option<usize> {
    if let Some(configuration) = entry.decoder_configuration() {
        return Some(configuration.len());
    }
    match codec_name {
        // What comes behind the fields that all entries have.
        Some("mov_text") => Some(entry.mp4_box().payload().len().saturating_sub(8)),
        // It becomes an `OpusHead`, which begins with so many bytes more.
        Some("opus") => entry
            .boxes()
            .map_while(Result::ok)
            .find(|found| found.kind() == *b"dOps")
            .map(|dops| dops.payload().len() + 8),
        _ => None,
    }
}

/// The brands, and the tags of the movie.
fn format_tags(movie: &Movie<'_>) -> Result<Vec<(String, String)>> {
    let mut pairs = Pairs::default();
    if let Some(file_type) = movie.file_type()? {
        // ffprobe shows brands as text, which zeros end.
        pairs.set("major_brand", tags::utf8(&file_type.major_brand.0));
        pairs.set("minor_version", file_type.minor_version.to_string());
        pairs.set("compatible_brands", tags::utf8(file_type.compatible_brands.as_flattened()));
    }
    tags::of_movie(movie, &mut pairs);
    Ok(pairs.into_vec())
}

fn format(movie: &Movie<'_>, streams: &[Stream]) -> Format {
    let micros = |stream: &Stream, time: Option<i64>| time.map(|time| stream.time_base.micros(time));
    let start = streams.iter().filter_map(|stream| micros(stream, stream.times.start_pts)).min();
    let ends = streams.iter().filter_map(|stream| {
        let (start, duration) = (stream.times.start_pts?, stream.times.duration_ts?);
        Some(micros(stream, Some(start))?.saturating_add(micros(stream, Some(duration))?))
    });
    let header = movie.header();
    let of_movie =
        header.duration.and_then(|duration| i64::try_from(duration).ok()).filter(|&duration| duration > 0);
    let duration = match of_movie {
        Some(duration) if !movie.is_fragmented() => {
            Some(rescale(duration, 1_000_000, header.timescale.max(1).into()))
        }
        // Of fragments it tells nothing, or the first ones.
        _ => ends.max().zip(start).map(|(end, start)| end.saturating_sub(start)),
    };
    Format::new("mov,mp4,m4a,3gp,3g2,mj2", movie.data().len() as u64, start, duration)
}

//! The report of MP4.

mod chapters;
mod headers;
mod rates;
mod sample_bits;
mod sums;
mod tables;
mod tags;
mod times;

use pagecut::media::AudioSpecificConfig;
use pagecut::media::mp4::{
    self, CoverArt, Matrix, Movie, SampleEntry, SegmentIndex, Stream as MovieStream, Streams, Track,
    TrackRole,
};
use pagecut::{Error, ErrorKind, Result, error::Mp4Fault};

use crate::probe::codec_tag;
use crate::probe::coding::{aac_sound, describe_attachment, mpeg4_layout};
use crate::probe::picture::Picture;
use crate::probe::ratio::Ratio;
use crate::probe::report::{Format, Report, Sound, Stream, Times};
use crate::probe::side_data::SideData;
use crate::probe::tags::Pairs;
use crate::probe::whole::{self, Whole};
use crate::streams::Kind;
use crate::time_base::TimeBase;
use chapters::Titles;
use headers::describe_movie;
use sums::{DeclaredTotals, Totals};

/// Reads the description of a movie and its tables. Errors of samples are added to `errors`.
pub(super) fn report(data: &[u8], errors: &mut Vec<String>) -> Result<Report> {
    let movie = Movie::read(data)?;
    let found = Streams::new(&movie)?;
    let mut titles = Titles::default();
    let mut totals = vec![Totals::default(); movie.tracks().len()];
    for packet in movie.packets(mp4::Times::Presentation) {
        match packet {
            Ok(packet) => {
                totals[packet.track].add(&packet);
                if found.role(packet.track) == TrackRole::ChapterTitles && !packet.is_left_out {
                    titles.add(&packet);
                }
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    errors.extend(movie.fault().map(ToString::to_string));
    // Damage of other boxes is that of samples.
    let of_index = |error: &Error| matches!(error.kind(), ErrorKind::Mp4(Mp4Fault::BoxContent { kind, .. }) if kind == b"sidx");
    let indexes = movie.segment_indexes().filter_map(Result::err).filter(of_index);
    errors.extend(indexes.map(|error| error.to_string()));
    for track in movie.tracks() {
        let entries = track.sample_entries();
        errors.extend(
            entries
                .filter_map(|entry| entry.and_then(|entry| entry.check()).err())
                .map(|error| error.to_string()),
        );
    }
    let mut streams = of_tracks(&movie, &found, &totals);
    let whole = Whole::complete(&mut streams, &[], whole::is_subtitle_or_data, times::movie_duration(&movie));
    let end = whole.duration.map(|duration| duration.saturating_add(whole.start.unwrap_or(0)));
    let chapters = chapters::of_movie(&movie, titles, &streams, end);
    let mut format = Format::new(
        ("mov,mp4,m4a,3gp,3g2,mj2", "QuickTime / MOV"),
        data.len() as u64,
        whole.start,
        whole.duration,
    );
    format.tags = format_tags(&movie)?;
    Ok(Report { programs: Vec::new(), streams, chapters, format })
}

/// Returns the streams of tracks and of pictures in the metadata, in file order.
fn of_tracks(movie: &Movie<'_>, found: &Streams<'_>, totals: &[Totals]) -> Vec<Stream> {
    let stated = sums::stated(movie);
    let priming = priming(movie, found);
    let segments = times::last_indexes(movie);
    let tracks = movie.tracks().iter().zip(totals).zip(&stated).enumerate();
    let mut streams: Vec<_> = tracks
        .map(|(index, ((track, totals), &stated))| {
            let priming = priming.filter(|&(track, _)| track == index).map(|(_, samples)| samples);
            let mut stream =
                stream(movie, index, track, totals, (stated, priming, segments.get(&track.id())));
            stream.index = found.of_track(index);
            match found.role(index) {
                TrackRole::Media => {}
                TrackRole::ChapterThumbnails => {
                    stream.disposition.extend([("attached_pic", 1), ("timed_thumbnails", 1)])
                }
                TrackRole::ChapterTitles => {
                    stream.kind = Kind::Data;
                    stream.codec_name = Some("bin_data");
                }
            }
            stream
        })
        .collect();
    describe_movie(movie, &mut streams);
    add_protection(movie, &mut streams);
    let covers = found.iter().enumerate().filter_map(|(index, stream)| match stream {
        MovieStream::CoverArt(found) => Some(cover(index, found)),
        MovieStream::Track(_) => None,
    });
    streams.extend(covers);
    streams.sort_by_key(|stream| stream.index);
    streams
}

/// Returns the stream of a picture in the metadata.
fn cover(index: usize, found: CoverArt<'_>) -> Stream {
    let mut stream = Stream::bare(index, Kind::Video, TimeBase::per_second(90_000));
    stream.codec_name = Some(found.codec);
    stream.id = Some("0x0".to_owned());
    stream.nb_read_packets = Some(1);
    stream.disposition = vec![("attached_pic", 1)];
    describe_attachment(&mut stream, found.data);
    stream
}

/// Returns the AAC track that `iTunSMPB` follows, and its priming samples.
fn priming(movie: &Movie<'_>, found: &Streams<'_>) -> Option<(usize, u32)> {
    let (samples, offset) = times::priming(movie)?;
    let is_before = |stream: &MovieStream<'_>| match *stream {
        MovieStream::Track(track) => movie.tracks()[track].trak().range().start < offset,
        MovieStream::CoverArt(cover) => cover.offset < offset,
    };
    match found.iter().filter(is_before).last()? {
        MovieStream::Track(track) => Some((track, samples)),
        MovieStream::CoverArt(_) => None,
    }
}

fn stream(
    movie: &Movie<'_>,
    index: usize,
    track: &Track<'_>,
    totals: &Totals,
    (stated, priming, segments): (DeclaredTotals, Option<u32>, Option<&SegmentIndex<'_>>),
) -> Stream {
    let entry = track.sample_entries().next().and_then(Result::ok);
    let codec_name = entry.as_ref().and_then(SampleEntry::codec_name);
    let aac = match (entry, codec_name) {
        (Some(entry), Some("aac")) => entry.decoder_configuration().and_then(AudioSpecificConfig::read),
        _ => None,
    };
    let kind = track.kind();
    let is_video = kind == Kind::Video;
    let timescale = track.media().timescale;
    let time_base = TimeBase::per_second(timescale);
    let duration = times::duration(movie, track, totals, segments);
    let tag = entry.map_or([0; 4], |entry| entry.original_format().0);
    // The fault of an entry is reported already.
    let sound = entry.and_then(|entry| sound(track, &entry, codec_name, aac.as_ref()).ok().flatten());
    let unknown = || Sound { sample_rate: Some(0), channels: Some(0), ..Sound::default() };
    let sound = sound.or_else(|| (kind == Kind::Audio).then(unknown));
    let rate = sound.as_ref().and_then(|sound| sound.sample_rate);
    let bits_of_sound = sound.as_ref().and_then(|sound| {
        let bits = sound.sample_rate?.checked_mul(sound.channels?)?.checked_mul(sound.bits_per_sample)?;
        Some(bits).filter(|&bits| bits > 0)
    });
    let priming = priming.zip(rate).filter(|_| codec_name == Some("aac"));
    Stream {
        index,
        codec_name,
        kind,
        codec_tag_string: codec_tag::string(tag),
        codec_tag: codec_tag::number(tag),
        picture: entry.and_then(|entry| picture(&entry).ok().flatten()),
        sound,
        id: Some(format!("{:#x}", track.id())),
        r_frame_rate: if is_video {
            rates::constant_frame_rate(time_base, codec_name, stated, totals)
        } else {
            Some(Ratio::NONE)
        },
        avg_frame_rate: if is_video {
            rates::average_frame_rate(timescale, stated, totals)
        } else {
            Some(Ratio::NONE)
        },
        time_base,
        times: Times::new(time_base, times::start(movie, track, totals, priming), Some(duration)),
        bit_rate: if is_counted_in_samples(track) {
            bits_of_sound
        } else {
            rates::bit_rate(movie, track, entry.as_ref(), stated, duration)
        },
        nb_frames: Some(track.table_len()).filter(|&count| count > 0),
        nb_read_packets: Some(totals.packets),
        extradata_size: entry.and_then(|entry| extradata_size(&entry, codec_name)),
        disposition: vec![("default", track.header().is_enabled.into()), ("forced", 0)],
        tags: tags::of_track(track),
        side_data_list: display_matrix(movie, track, kind).into_iter().collect(),
        ..Stream::bare(index, kind, time_base)
    }
}

/// Returns whether the table counts audio samples, not frames.
fn is_counted_in_samples(track: &Track<'_>) -> bool {
    let is_sound = track.kind() == mp4::MediaKind::Audio;
    is_sound && track.table_duration() > 0 && track.table_duration() == track.table_timed_len()
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
    let bits_per_sample = sample_bits::bits_per_sample(entry, codec_name);
    // The time units replace a rate that the entry does not state.
    let sample_rate = if audio.sample_rate == 0 { track.media().timescale } else { audio.sample_rate };
    let sample_rate = Some(u64::from(sample_rate));
    if let Some(aac) = aac {
        return Ok(Some(aac_sound(aac)));
    }
    let channels = Some(u64::from(audio.channel_count));
    Ok(Some(match codec_name {
        // Opus is always decoded to this rate.
        Some("opus") => Sound {
            sample_rate: Some(48_000),
            channels,
            channel_layout: channels.and_then(mpeg4_layout).filter(|_| audio.channel_count <= 2),
            bits_per_sample,
            ..Sound::default()
        },
        // For these, the entry states two channels, whatever the frames have.
        Some("mp3" | "ac3" | "eac3" | "dts" | "truehd" | "vorbis") => {
            Sound { sample_rate, bits_per_sample, ..Sound::default() }
        }
        _ => Sound { sample_rate, channels, bits_per_sample, ..Sound::default() },
    }))
}

/// Returns the display matrix of video, unless it is the identity.
fn display_matrix(movie: &Movie<'_>, track: &Track<'_>, kind: Kind) -> Option<SideData> {
    let matrix = track.matrix().then(movie.header().matrix);
    (kind == Kind::Video && matrix != Matrix::IDENTITY).then_some(SideData::DisplayMatrix(matrix))
}

/// Adds the protection system data in `moov` (`pssh`, ISO/IEC 23001-7 §8.1) to the stream of the last track before them, as
/// ffprobe does.
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

/// Returns whether `pssh` is complete: the system identifier, from version 1 keys, and data.
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

/// Returns the length of ffprobe's extradata.
fn extradata_size(entry: &SampleEntry<'_>, codec_name: Option<&str>) -> Option<usize> {
    if entry.kind() == mp4::MediaKind::Data {
        return None;
    }
    if let Some(configuration) = entry.decoder_configuration() {
        return Some(configuration.len());
    }
    match codec_name {
        // The bytes after the fields of all entries.
        Some("mov_text") => Some(entry.mp4_box().payload().len().saturating_sub(8)),
        Some("ffv1") => {
            let mut boxes = entry.boxes().map_while(Result::ok);
            boxes.find(|found| found.kind() == *b"glbl").map(|glbl| glbl.payload().len())
        }
        // FFmpeg converts it to an `OpusHead`, which is longer by this number of bytes.
        Some("opus") => entry
            .boxes()
            .map_while(Result::ok)
            .find(|found| found.kind() == *b"dOps")
            .map(|dops| dops.payload().len() + 8),
        _ => None,
    }
}

/// Returns the brands, and the tags of the movie.
fn format_tags(movie: &Movie<'_>) -> Result<Vec<(String, String)>> {
    let mut pairs = Pairs::default();
    if let Some(file_type) = movie.file_type()? {
        // ffprobe shows brands as zero-terminated text.
        pairs.set("major_brand", tags::utf8(&file_type.major_brand.0));
        pairs.set("minor_version", file_type.minor_version.to_string());
        pairs.set("compatible_brands", tags::utf8(file_type.compatible_brands.as_flattened()));
    }
    tags::of_movie(movie, &mut pairs);
    Ok(pairs.into_vec())
}

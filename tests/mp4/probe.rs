//! Comparison of tracks with ffprobe and fq.

use pagecut::media::mp4::{CodecConfiguration, FourCc, Movie, Summary, SyncPoint, Track};
use rayon::prelude::*;

use crate::common::oracle;
use crate::packets::samples;
use crate::{data, files, path};

/// Returns the requested fields of the streams of ffprobe; `None` without ffprobe.
fn streams_of_ffprobe(name: &str, fields: &str) -> Option<Vec<Vec<(String, String)>>> {
    let output = oracle("ffprobe")?
        .args(["-v", "quiet", "-of", "compact=p=0", "-ignore_editlist", "1"])
        .args(["-show_entries", &format!("stream={fields}:stream_tags=language")])
        .arg(path(name))
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let fields = |line: &str| {
        let pairs = line.split('|').map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    Some(lines.lines().map(fields).collect())
}

/// Returns ffprobe's name of a profile.
fn profile_name(configuration: CodecConfiguration) -> &'static str {
    match configuration {
        CodecConfiguration::Avc { profile: 66, .. } => "Constrained Baseline",
        CodecConfiguration::Avc { profile: 77, .. }
        | CodecConfiguration::Hevc { profile: 1, .. }
        | CodecConfiguration::Av1 { profile: 0, .. } => "Main",
        CodecConfiguration::Vp { profile: 0, .. } => "Profile 0",
        CodecConfiguration::Mpeg4 { audio_object_type: Some(2), .. } => "LC",
        CodecConfiguration::Mpeg4 { object_type: 0x69, .. } => "unknown",
        other => panic!("{other:?}"),
    }
}

/// Returns ffprobe's value of a stream field; `None` if the field has another meaning there.
fn field_of_track(movie: &Movie<'_>, track: &Track<'_>, field: &str) -> Option<String> {
    let entry = track.sample_entries().next().unwrap().unwrap();
    let configuration = entry.configuration();
    let visual = entry.visual().unwrap();
    let is_plain = !movie.is_fragmented();
    Some(match field {
        "codec_type" => match &track.handler().0 {
            b"vide" => "video".to_owned(),
            b"soun" => "audio".to_owned(),
            _ => "subtitle".to_owned(),
        },
        "codec_tag_string" => entry.format().to_string(),
        "width" => visual?.width.to_string(),
        "height" => visual?.height.to_string(),
        "sample_rate" => entry.audio().unwrap()?.sample_rate.to_string(),
        // MP4 states two channels for AAC in any case.
        "channels" if configuration.is_none() => entry.audio().unwrap()?.channel_count.to_string(),
        "id" => format!("{:#x}", track.id()),
        "time_base" => format!("1/{}", track.media().timescale),
        "nb_frames" if is_plain => track.table_len().to_string(),
        "duration_ts" if is_plain => track.media().duration.unwrap().to_string(),
        "bit_rate" if is_plain && configuration.is_some() => {
            let mut summary = Summary::default();
            samples(track).iter().for_each(|sample| summary.add(sample));
            summary.bit_rate(track.media().timescale).unwrap().to_string()
        }
        "profile" => profile_name(configuration?).to_owned(),
        "level" => match configuration? {
            CodecConfiguration::Avc { level, .. }
            | CodecConfiguration::Hevc { level, .. }
            | CodecConfiguration::Av1 { level, .. } => level.to_string(),
            _ => return None,
        },
        "tag:language" => String::from_utf8(track.media().language.unwrap().to_vec()).unwrap(),
        _ => return None,
    })
}

#[test]
fn tracks_match_the_streams_of_ffprobe() {
    let fields = "codec_type,codec_tag_string,width,height,channels,sample_rate,profile,level,id,time_base,\
                  duration_ts,nb_frames,bit_rate";
    let compared: Vec<usize> = files()
        .par_iter()
        .map(|(name, data)| {
            let Some(streams) = streams_of_ffprobe(name, fields) else { return 0 };
            let movie = Movie::read(data).unwrap();
            assert_eq!(movie.tracks().len(), streams.len(), "{name}");
            let mut compared = 0;
            for (track, stream) in movie.tracks().iter().zip(streams) {
                for (field, value) in stream {
                    if let Some(found) = field_of_track(&movie, track, &field) {
                        assert_eq!(found, value, "{field} of {name}");
                        compared += 1;
                    }
                }
            }
            compared
        })
        .collect();
    assert!(compared.iter().all(|&fields| fields == 0 || fields > 6), "{compared:?}");
}

#[test]
fn codec_strings_of_all_files() {
    for (name, expected) in [
        ("faststart.mp4", &["avc1.4d400a", "mp4a.40.2"] as &[_]),
        ("pcm.mov", &["avc1.4d400a", "sowt"]),
        ("aac.mov", &["mp4a.40.2"]),
        ("hevc.mp4", &["hvc1.1.6.L30.90"]),
        ("av1.mp4", &["av01.0.00M.08"]),
        ("vp9_opus.mp4", &["vp09.00.10.08", "Opus"]),
        ("mp3.mp4", &["mp4a.69"]),
        ("text.mp4", &["tx3g"]),
    ] {
        let data = data(name);
        let movie = Movie::read(&data).unwrap();
        let entries = movie.tracks().iter().flat_map(|track| track.sample_entries());
        let found: Vec<_> = entries.map(|entry| entry.unwrap().codec_string()).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn several_edits_are_returned() {
    let data = data("several_edits.mp4");
    let movie = Movie::read(&data).unwrap();
    for track in movie.tracks() {
        let edits: Vec<_> = track.edits().map(|edit| (edit.duration, edit.media_time, edit.rate)).collect();
        let expected = [
            (250, None, 1 << 16),
            (1000, Some(13_824), 1 << 16),
            (2000, Some(1024), 1 << 15),
            (100, Some(1024), 0),
        ];
        assert_eq!(edits, expected);
    }
    assert_eq!(movie.tracks()[0].edits().presentation_shift(movie.header().timescale, 12_800), 3200 - 13_824);
}

#[test]
fn handler_names_and_times_of_the_movie() {
    let data = data("pcm.mov");
    let movie = Movie::read(&data).unwrap();
    let header = movie.header();
    assert_eq!((header.timescale, header.duration, header.creation_time), (1000, Some(2000), 0));
    let names = movie
        .tracks()
        .iter()
        .map(|track| (track.handler_name(), track.header().is_enabled, track.media().duration));
    let expected = [(b"VideoHandler".as_slice(), true, Some(25_600)), (b"SoundHandler", true, Some(16_000))];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!(movie.track(2).unwrap().handler(), FourCc(*b"soun"));
    assert!(movie.track(3).is_none());
}

#[test]
fn segment_indexes_point_to_fragment_samples() {
    let data = data("fragmented_indexed.mp4");
    let movie = Movie::read(&data).unwrap();
    let moofs: Vec<_> = movie.fragments().map(|moof| moof.unwrap().moof().range().start).collect();
    assert_eq!(moofs.len(), 3);
    let mut references = 0;
    for index in movie.segment_indexes() {
        let index = index.unwrap();
        let track = movie.track(index.track).unwrap();
        assert_eq!(index.timescale, track.media().timescale);
        let samples = samples(track);
        assert_eq!(index.references().len(), moofs.len());
        for (reference, &moof) in index.references().zip(&moofs) {
            references += 1;
            assert_eq!(reference.offset, moof);
            assert!(!reference.is_index);
            let inside = reference.offset..reference.offset + u64::from(reference.len);
            let inside = samples.iter().filter(|sample| inside.contains(&sample.range.start));
            let duration: u32 = inside.clone().map(|sample| sample.duration).sum();
            assert!(inside.clone().next().unwrap().is_sync == reference.starts_with_sap);
            // The samples that the edit drops at the start of the audio do not count.
            let before = if moof == moofs[0] && track.id() == 2 { 1024 } else { 0 };
            assert_eq!(duration, reference.duration + before, "{inside:?}");
        }
    }
    assert_eq!(references, 6);
}

#[test]
fn random_access_points_to_sync_samples() {
    let data = data("mixed.mp4");
    let movie = Movie::read(&data).unwrap();
    let access = movie.random_access().unwrap().unwrap();
    assert_eq!(access.mfra().range().end, data.len() as u64);
    let mut points = 0;
    for table in access.tracks() {
        let table = table.unwrap();
        for point in table.points() {
            points += 1;
            let SyncPoint { traf_number, trun_number, sample_number, .. } = point;
            let mut fragments = movie.fragments().map(Result::unwrap);
            let fragment =
                fragments.find(|fragment| fragment.moof().range().start == point.moof_offset).unwrap();
            // ffmpeg writes this for every track.
            assert_eq!(traf_number, 1);
            let mut tracks = fragment.track_fragments().map(Result::unwrap);
            let track = tracks.find(|track| track.track_id() == table.track()).unwrap();
            let run = track.runs().nth(trun_number as usize - 1).unwrap().unwrap();
            assert_eq!(sample_number, 1);
            let samples = samples(movie.track(table.track()).unwrap());
            let sample = samples.iter().find(|sample| sample.range.start == run.data_start()).unwrap();
            assert!(sample.is_sync);
        }
    }
    assert_eq!(points, 4);
    for name in ["faststart.mp4", "cmaf.mp4"] {
        let data = crate::data(name);
        let has_mfra = Movie::read(&data).unwrap().random_access().unwrap().is_some();
        assert_eq!(has_mfra, data.windows(4).any(|kind| kind == b"mfra"), "{name}");
    }
}

#[test]
fn base_data_offsets_of_fragments() {
    for (name, relative) in
        [("fragmented.mp4", true), ("fragmented_absolute.mp4", true), ("fragmented_implicit.mp4", false)]
    {
        let data = data(name);
        let movie = Movie::read(&data).unwrap();
        for (number, fragment) in (1..).zip(movie.fragments()) {
            let fragment = fragment.unwrap();
            assert_eq!(fragment.sequence_number().unwrap(), number);
            let tracks: Vec<_> = fragment.track_fragments().map(Result::unwrap).collect();
            assert_eq!(tracks.len(), 2, "{name}");
            let moof = fragment.moof().range().start;
            assert_eq!(tracks[0].base_data_offset(), moof);
            let first_end = tracks[0].runs().last().unwrap().unwrap().data_end();
            assert_eq!(tracks[1].base_data_offset(), if relative { moof } else { first_end }, "{name}");
            let run = tracks[0].runs().next().unwrap().unwrap();
            assert_eq!(run.trun().kind(), FourCc(*b"trun"));
            assert_eq!(run.data_start(), fragment.moof().range().end + 8);
            assert!(tracks[0].decode_time().is_some() && run.duration() > 0 && run.sample_count() > 9);
        }
    }
}

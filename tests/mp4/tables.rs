//! Sample tables and lists that are short, unusual, or of other files.

use pagecut::media::mp4::Movie;

use crate::made::{container, full_box, mp4_box};

/// Builds a movie with one track, these boxes in its sample table after `stsd`, and 40 bytes of media data from byte 8.
fn movie_of(tables: &[Vec<u8>]) -> Vec<u8> {
    let entry = mp4_box(b"test", &[0, 0, 0, 0, 0, 0, 0, 1]);
    let stsd = mp4_box(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &entry].concat());
    let stbl = container(b"stbl", &[&[stsd], tables].concat());
    movie_of_media(&[stbl], &[])
}

/// Builds a movie with one track, these boxes in `minf`, and more boxes after it.
fn movie_of_media(minf: &[Vec<u8>], more: &[Vec<u8>]) -> Vec<u8> {
    let hdlr = mp4_box(b"hdlr", &[&[0; 8], b"vide".as_slice(), &[0; 13]].concat());
    let mdhd = full_box(b"mdhd", 0, &[0, 0, 1000, 0, 0]);
    let tkhd = full_box(b"tkhd", 3, &[&[0, 0, 1][..], &[0; 17]].concat());
    let trak = container(b"trak", &[tkhd, container(b"mdia", &[mdhd, hdlr, container(b"minf", minf)])]);
    let mvhd = full_box(b"mvhd", 0, &[0, 0, 1000, 0]);
    let moov = container(b"moov", &[&[mvhd, trak], more].concat());
    [mp4_box(b"mdat", &[7; 40]), moov].concat()
}

/// Builds the tables of four samples of ten bytes.
fn four_samples() -> Vec<Vec<u8>> {
    vec![full_box(b"stsc", 0, &[1, 1, 4, 1]), full_box(b"stsz", 0, &[10, 4]), full_box(b"stco", 0, &[1, 8])]
}

#[test]
fn samples_without_times_have_no_duration() {
    let tables = [vec![], vec![mp4_box(b"stts", &[])], vec![mp4_box(b"stts", &[0; 4])]];
    for stts in tables {
        let data = movie_of(&[four_samples(), stts].concat());
        let movie = Movie::read(&data).unwrap();
        let samples: Vec<_> = movie.tracks()[0].samples().collect();
        let found = samples.iter().map_while(|sample| sample.as_ref().ok());
        let found: Vec<_> = found.map(|sample| (sample.range.start, sample.dts, sample.duration)).collect();
        assert_eq!(found, [(8, 0, 0), (18, 0, 0), (28, 0, 0), (38, 0, 0)]);
        let error = samples[4].as_ref().unwrap_err().to_string();
        assert!(error.contains("stts"), "{error}");
    }
}

#[test]
fn negative_durations_count_as_one() {
    let stts = full_box(b"stts", 0, &[2, 2, 40, 2, u32::MAX - 4]);
    let data = movie_of(&[four_samples(), vec![stts]].concat());
    let movie = Movie::read(&data).unwrap();
    let track = &movie.tracks()[0];
    let times: Vec<_> = track.samples().map(|sample| sample.unwrap().dts).collect();
    assert_eq!(times, [0, 40, 80, 81]);
    assert_eq!((track.table_duration(), track.sample(3).unwrap().unwrap().dts), (82, 81));
    let error = track.check_tables().unwrap_err().to_string();
    assert!(error.contains("has negative sample durations"), "{error}");
}

#[test]
fn partial_sync_samples_and_random_access_groups() {
    let stts = || full_box(b"stts", 0, &[1, 4, 40]);
    let stss = || full_box(b"stss", 0, &[1, 2]);
    let stps = full_box(b"stps", 0, &[2, 1, 4]);
    let rap = full_box(b"sbgp", 0, &[u32::from_be_bytes(*b"rap "), 2, 2, 0, 1, 1]);
    let other = full_box(b"sbgp", 0, &[u32::from_be_bytes(*b"roll"), 1, 4, 1]);
    let rap_1 = full_box(b"sbgp", 0x100_0000, &[u32::from_be_bytes(*b"rap "), 0, 2, 2, 0, 2, 1]);
    let cases = [
        (vec![stss()], [false, true, false, false]),
        (vec![stss(), stps.clone()], [true, true, false, true]),
        (vec![stss(), other.clone()], [false, true, false, false]),
        (vec![stss(), other, rap.clone()], [false, true, true, false]),
        (vec![stss(), rap_1], [false, true, true, true]),
        (vec![stss(), stps.clone(), rap], [true, true, true, true]),
        (vec![stps], [true; 4]),
    ];
    for (tables, expected) in cases {
        let data = movie_of(&[four_samples(), vec![stts()], tables].concat());
        let movie = Movie::read(&data).unwrap();
        let track = &movie.tracks()[0];
        let found: Vec<_> = track.samples().map(|sample| sample.unwrap().is_sync).collect();
        assert_eq!(found, expected);
        let looked_up = (0..4).map(|sample| track.sample(sample).unwrap().unwrap().is_sync);
        assert!(looked_up.eq(expected));
    }
}

#[test]
fn entry_counts_match_the_boxes() {
    let stts = full_box(b"stts", 0, &[1, 4, 40]);
    let tables = [four_samples(), vec![stts]].concat();
    let entry = || mp4_box(b"test", &[0, 0, 0, 0, 0, 0, 0, 1]);
    let url = || full_box(b"url ", 1, &[]);
    let free = || mp4_box(b"free", b"any");
    let list = |kind, count: u8, boxes: &[Vec<u8>]| {
        mp4_box(kind, &[&[0, 0, 0, 0, 0, 0, 0, count][..], &boxes.concat()].concat())
    };
    let check = |stsd, dref| {
        let stbl = container(b"stbl", &[&[stsd], tables.as_slice()].concat());
        let data = movie_of_media(&[container(b"dinf", &[dref]), stbl], &[]);
        let error = Movie::read(&data).unwrap().tracks()[0].check_tables().err();
        error.map(|error| error.to_string().split(": ").nth(2).unwrap().to_owned())
    };
    let (good_stsd, good_dref) =
        (|| list(b"stsd", 1, &[free(), entry()]), || list(b"dref", 1, &[url(), free()]));
    assert_eq!(check(good_stsd(), good_dref()), None);
    let fewer = |kind: &str| Some(format!("the box '{kind}' has fewer entries than it declares"));
    let more = |kind: &str| Some(format!("the box '{kind}' has more entries than it declares"));
    assert_eq!(check(list(b"stsd", 2, &[entry()]), good_dref()), fewer("stsd"));
    assert_eq!(check(list(b"stsd", 1, &[entry(), entry()]), good_dref()), more("stsd"));
    assert_eq!(check(good_stsd(), list(b"dref", 3, &[url(), url()])), fewer("dref"));
    assert_eq!(check(good_stsd(), list(b"dref", 0, &[url()])), more("dref"));
}

#[test]
fn fragments_of_samples_in_other_files_are_not_read() {
    let entry = mp4_box(b"test", &[0, 0, 0, 0, 0, 0, 0, 1]);
    let stsd = mp4_box(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &entry].concat());
    let empty = [b"stts", b"stsc", b"stsz", b"stco"].map(|kind| full_box(kind, 0, &[0, 0]));
    let stbl = container(b"stbl", &[&[stsd], empty.as_slice()].concat());
    for (is_self_contained, count) in [(1, 3), (0, 0)] {
        let dref = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &full_box(b"url ", is_self_contained, &[])].concat();
        let minf = [container(b"dinf", &[mp4_box(b"dref", &dref)]), stbl.clone()];
        let mvex = container(b"mvex", &[full_box(b"trex", 0, &[1, 1, 40, 10, 0])]);
        let mut data = movie_of_media(&minf, &[mvex]);
        let runs = [full_box(b"tfhd", 1, &[1, 0, 8]), full_box(b"trun", 0, &[3])];
        data.extend(container(b"moof", &[container(b"traf", &runs)]));
        let movie = Movie::read(&data).unwrap();
        let samples: Vec<_> = movie.tracks()[0].samples().collect();
        assert_eq!(samples.iter().filter(|sample| sample.is_ok()).count(), count);
        assert_eq!(movie.extents().count(), usize::from(count > 0));
        let error = movie.tracks()[0].check_tables().err().map(|error| error.to_string());
        assert_eq!(error.is_some(), count == 0);
        assert!(error.is_none_or(|error| error.contains("is of samples in another file")));
    }
}

#[test]
fn samples_in_item_data_are_valid() {
    let item = |len| mp4_box(b"idat", &vec![1; len]);
    let meta = container(b"meta", &[vec![0; 4], item(10), mp4_box(b"free", &[0; 8]), item(30)]);
    // After version and flags, and after the header of each `idat`.
    let (first, second) = (40 + 8 + 8 + 4 + 8, 40 + 8 + 8 + 4 + 18 + 16 + 8);
    let layout = |offsets: &[u32]| {
        let count = u32::try_from(offsets.len()).unwrap();
        let tables = [
            full_box(b"stts", 0, &[1, count, 40]),
            full_box(b"stsc", 0, &[1, 1, 1, 1]),
            full_box(b"stsz", 0, &[10, count]),
            full_box(b"stco", 0, &[&[count][..], offsets].concat()),
        ];
        let movie = movie_of(&tables);
        let (mdat, moov) = movie.split_at(48);
        let data = [mdat, &meta, moov].concat();
        let checked = Movie::read(&data).unwrap().check_layout();
        checked.map_err(|error| error.offset())
    };
    let all = [8, first, second, second + 10, second + 20];
    assert_eq!(layout(&all), Ok(()));
    // In the first item and after it; before the second item; at its end.
    for wrong in [first + 1, second - 1, second + 21] {
        assert_eq!(layout(&[8, wrong]), Err(Some(u64::from(wrong))), "{wrong}");
    }
}

#[test]
fn sample_descriptions_are_entries_of_stsd() {
    let stts = full_box(b"stts", 0, &[1, 4, 40]);
    let check = |entries: u32, description: u32| {
        let entry = mp4_box(b"test", &[0, 0, 0, 0, 0, 0, 0, 1]);
        let count = [&[0; 4][..], &entries.to_be_bytes(), &entry.repeat(entries as usize)].concat();
        let tables = [
            mp4_box(b"stsd", &count),
            full_box(b"stsc", 0, &[1, 1, 4, description]),
            full_box(b"stsz", 0, &[10, 4]),
            full_box(b"stco", 0, &[1, 8]),
            stts.clone(),
        ];
        let data = movie_of_media(&[container(b"stbl", &tables)], &[]);
        Movie::read(&data).unwrap().tracks()[0].check_tables().map_err(|error| error.to_string())
    };
    assert_eq!((check(1, 1), check(2, 2)), (Ok(()), Ok(())));
    for (entries, description) in [(0, 1), (1, 0), (1, 2), (2, 3)] {
        let error = check(entries, description).unwrap_err();
        assert!(error.contains("a sample entry that does not exist"), "{error}");
    }
}

#[test]
fn empty_runs_of_chunks_lose_no_samples() {
    let tables = [
        full_box(b"stsc", 0, &[3, 1, 9, 1, 1, 2, 1, 2, 2, 1]),
        full_box(b"stsz", 0, &[10, 4]),
        full_box(b"stco", 0, &[2, 8, 28]),
        full_box(b"stts", 0, &[1, 4, 40]),
    ];
    let data = movie_of(&tables);
    let movie = Movie::read(&data).unwrap();
    let track = &movie.tracks()[0];
    let starts: Vec<_> = track.samples().map(|sample| sample.unwrap().range.start).collect();
    assert_eq!((starts, track.sample_count()), (vec![8, 18, 28, 38], 4));
    for index in 0..4 {
        assert_eq!(track.sample(index).unwrap().unwrap().range.start, 8 + 10 * index);
    }
    let extents: Vec<_> = movie.extents().map(|extent| extent.unwrap().range).collect();
    assert_eq!(extents, [8..28, 28..48]);
    let error = track.check_tables().unwrap_err().to_string();
    assert!(error.contains("first chunks do not ascend"), "{error}");
}

#[test]
fn zeros_in_stss_hide_no_sync_samples() {
    let tables =
        [four_samples(), vec![full_box(b"stts", 0, &[1, 4, 40]), full_box(b"stss", 0, &[3, 0, 1, 3])]];
    let data = movie_of(&tables.concat());
    let movie = Movie::read(&data).unwrap();
    let samples: Vec<_> = movie.tracks()[0].samples().collect();
    let sync: Vec<_> = samples.iter().flatten().map(|sample| sample.is_sync).collect();
    assert_eq!(sync, [true, false, true, false]);
    let error = samples[4].as_ref().unwrap_err().to_string();
    assert!(error.contains("do not ascend from 1"), "{error}");
}

#[test]
fn track_ids_are_unique_and_not_0() {
    let stbl = || container(b"stbl", &four_samples());
    let data = movie_of_media(&[stbl()], &[]);
    assert!(Movie::read(&data).unwrap().check_track_ids().is_ok());
    for (id, why) in [(1, "has the track_ID of an earlier track"), (0, "has a track_ID of 0")] {
        let tkhd = full_box(b"tkhd", 3, &[&[0, 0, id][..], &[0; 17]].concat());
        let data = movie_of_media(&[stbl()], &[container(b"trak", &[tkhd])]);
        let movie = Movie::read(&data).unwrap();
        let error = movie.check_track_ids().unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(error.offset(), Some(movie.tracks()[1].trak().range().start));
    }
}

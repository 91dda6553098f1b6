//! Lookups by index and parallel iteration match the walk, and the walk matches the tables.

use pagecut::media::mp4::{Movie, Track};
use proptest::prelude::*;
use rayon::prelude::*;

use crate::common::{POOLS, facts as error_facts};
use crate::files;
use crate::made::{Tables, container, full_box, movie};
use crate::naive::{DATA_START, Facts, facts, lacks_times, naive};

/// Returns the samples before the first error, and that error.
fn serial(track: &Track<'_>) -> (Vec<Facts>, Option<String>) {
    let mut samples = Vec::new();
    for (index, sample) in (0..).zip(track.samples()) {
        match sample {
            Ok(sample) => {
                assert_eq!(sample.index, index);
                samples.push(facts(&sample));
            }
            Err(error) => return (samples, Some(format!("{:?}", error_facts(&error)))),
        }
    }
    (samples, None)
}

/// Checks that all other methods return the same samples.
fn check(track: &Track<'_>) -> (Vec<Facts>, Option<String>) {
    let (samples, error) = serial(track);
    let found = |index: usize| track.sample(index as u64).map(|sample| sample.map(|sample| facts(&sample)));
    let step = samples.len() / 100 + 1;
    for (index, sample) in samples.iter().enumerate().step_by(step) {
        assert_eq!(found(index).unwrap().as_ref(), Some(sample), "sample {index}");
        let few = track.samples_from(index as u64).take(step + 3).map_while(Result::ok);
        let few: Vec<_> = few.map(|sample| facts(&sample)).collect();
        assert_eq!(few, samples[index..samples.len().min(index + step + 3)]);
    }
    let behind = found(samples.len());
    assert_eq!(behind.err().map(|error| format!("{:?}", error_facts(&error))), error);
    assert!(track.sample_count() >= samples.len() as u64);
    for (threads, min_count) in POOLS.iter().zip([2, 3, 7, 100]) {
        let parallel = threads.install(|| {
            let samples = track.par_samples().with_min_count(min_count);
            samples.map(|sample| sample.map(|sample| facts(&sample))).collect::<Result<Vec<_>, _>>()
        });
        match (parallel, &error) {
            (Ok(found), None) => assert_eq!(found, samples),
            (Err(found), Some(error)) => assert_eq!(&format!("{:?}", error_facts(&found)), error),
            (found, error) => panic!("{found:?} and {error:?}"),
        }
    }
    (samples, error)
}

#[test]
fn all_lookup_methods_return_the_same_samples() {
    for (name, data) in files() {
        for track in Movie::read(&data).unwrap().tracks() {
            let (samples, error) = check(track);
            assert!(samples.len() > 1 && error.is_none(), "{name}: {error:?}");
            assert_eq!(track.sample_count(), samples.len() as u64);
        }
    }
}

#[test]
fn all_lookup_methods_agree_on_truncated_files() {
    for name in ["faststart.mp4", "fragmented_implicit.mp4", "fragmented_interleaved.mp4", "mixed.mp4"] {
        let data = crate::data(name);
        let (mut whole, mut cut) = (0, 0);
        for len in (0..data.len()).step_by(397) {
            let Ok(movie) = Movie::read(&data[..len]) else { continue };
            for track in movie.tracks() {
                match check(track).1 {
                    None => whole += 1,
                    Some(_) => cut += 1,
                }
            }
        }
        assert!(cut > 9 && cut > whole, "{name}: {whole} and {cut}");
    }
}

fn tables() -> impl Strategy<Value = Tables> {
    let runs = |values: std::ops::Range<i32>| prop::collection::vec((0..6_u32, values), 0..12);
    let chunks = prop::collection::vec((1..4_u32, 0..5_u32, 1..3_u32), 0..6);
    let offsets = prop::collection::vec(DATA_START as u64..600, 0..12);
    let sync = prop::option::of(prop::collection::btree_set(1..40_u32, 0..8));
    let sizes = prop::collection::vec(0..30_u32, 0..40);
    (runs(0..50), prop::option::of(runs(-20..50)), chunks, offsets, sizes, sync).prop_map(
        |(durations, compositions, chunks, chunk_offsets, sizes, sync)| {
            let mut first = 1;
            let chunks = chunks.into_iter().map(|(ahead, samples, entry)| {
                let run = (first, samples, entry);
                first += ahead;
                run
            });
            Tables {
                durations: durations
                    .into_iter()
                    .map(|(count, duration)| (count, duration.unsigned_abs()))
                    .collect(),
                compositions,
                chunks: chunks.filter(|run| run.0 as usize <= chunk_offsets.len()).collect(),
                chunk_offsets: chunk_offsets.clone(),
                sizes,
                sync: sync.map(|numbers| numbers.into_iter().collect()),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn samples_match_the_tables(tables in tables()) {
        let data = movie(&tables, 700, &[], false);
        let movie = Movie::read(&data).unwrap();
        let (samples, error) = check(&movie.tracks()[0]);
        let mut expected = naive(&tables);
        let inside = expected.iter().take_while(|sample| sample.0 + sample.1 <= data.len() as u64).count();
        expected.truncate(inside);
        prop_assert_eq!(&samples, &expected);
        prop_assert_eq!(error.is_some(), samples.len() < tables.sizes.len() || lacks_times(&tables));
    }

    #[test]
    fn samples_are_equal_for_all_forms_of_sizes(tables in tables(), len in 1..30_u8) {
        let (sizes, count) = (vec![len; tables.sizes.len()], tables.sizes.len());
        let tables = Tables { sizes: sizes.iter().map(|&len| len.into()).collect(), ..tables };
        let data = movie(&tables, 700, &[], false);
        let at = data.windows(4).rposition(|kind| kind == b"stsz").unwrap();
        // A size that all samples have; and one byte for each.
        let constant = [b"stsz", &[0; 7][..], &[len]].concat();
        let count = u32::try_from(count).unwrap().to_be_bytes();
        let compact = [b"stz2", &[0; 7][..], &[8], &count, &sizes].concat();
        let expected = check(&Movie::read(&data).unwrap().tracks()[0]);
        for form in [constant, compact] {
            let mut data = data.clone();
            data[at..at + form.len()].copy_from_slice(&form);
            prop_assert_eq!(&check(&Movie::read(&data).unwrap().tracks()[0]), &expected);
        }
    }

    #[test]
    fn fragment_samples_follow_table_samples(
        tables in tables(),
        fragments in prop::collection::vec((0..16_u32, 0..7_u32, prop::option::of(0..10_000_u32)), 0..10),
    ) {
        let tables = Tables { sizes: tables.sizes[..naive(&tables).len()].to_vec(), ..tables };
        let before = movie(&tables, 700, &[], true);
        let (behind, mut expected) = fragments_of(&fragments, before.len());
        let data = [before, behind].concat();
        let movie = Movie::read(&data).unwrap();
        let (samples, error) = check(&movie.tracks()[0]);
        prop_assert_eq!(error.is_some(), lacks_times(&tables));
        let mut all = naive(&tables);
        let mut dts = all.last().map_or(0, |last| last.2 + i64::from(last.4));
        for (decode_time, sample) in &mut expected {
            dts = decode_time.map_or(dts, i64::from);
            (sample.2, sample.3) = (dts, dts + sample.3);
            dts += i64::from(sample.4);
        }
        all.extend(expected.into_iter().map(|(_, sample)| sample));
        prop_assert_eq!(samples, all);
    }
}

/// Builds fragments with these fields for each sample (the flags of `trun` from `0x100`), a sample count and a decode time;
/// also returns the samples. Presentation times count from the decode times, which are stated for the first samples only.
fn fragments_of(fragments: &[(u32, u32, Option<u32>)], start: usize) -> (Vec<u8>, Vec<(Option<u32>, Facts)>) {
    let mut bytes = Vec::new();
    let mut samples: Vec<(Option<u32>, Facts)> = Vec::new();
    let mut next_time = None;
    for (number, &(fields, count, decode_time)) in (1..).zip(fragments) {
        next_time = decode_time.or(next_time);
        let mut entries = Vec::new();
        let mut of_run = Vec::new();
        for sample in 0..count {
            let mut field = |bit: u32, value: u32, default: u32| {
                if fields & bit == 0 {
                    return default;
                }
                entries.push(value);
                value
            };
            let duration = field(1, 10 + sample, 7);
            let len = field(2, sample * 2, 3);
            let flags = field(4, if sample % 3 == 0 { 0 } else { 0x1_0000 }, 0x1_0000);
            let shift = field(8, sample.wrapping_sub(2), 0).cast_signed();
            of_run.push((duration, len, flags == 0, shift));
        }
        let mut traf = vec![full_box(b"tfhd", 0x2_0000, &[1])];
        if let Some(time) = decode_time {
            traf.push(full_box(b"tfdt", 0, &[time]));
        }
        let trun_len = 8 + 12 + 4 * entries.len();
        let moof_len = 8 + 16 + 8 + traf.concat().len() + trun_len;
        let data_offset = u32::try_from(moof_len + 8).unwrap();
        traf.push(full_box(b"trun", fields << 8 | 1, &[vec![count, data_offset], entries].concat()));
        let moof = container(b"moof", &[full_box(b"mfhd", 0, &[number]), container(b"traf", &traf)]);
        assert_eq!(moof.len(), moof_len);
        let mut offset = (start + bytes.len() + moof.len() + 8) as u64;
        let data_len: u32 = of_run.iter().map(|sample| sample.1).sum();
        for (index, (duration, len, is_sync, shift)) in of_run.into_iter().enumerate() {
            let decode_time = if index == 0 { next_time.take() } else { None };
            samples.push((decode_time, (offset, len.into(), 0, shift.into(), duration, is_sync, 1)));
            offset += u64::from(len);
        }
        bytes.extend(moof);
        bytes.extend(full_box(b"mdat", 0, &vec![0; data_len.div_ceil(4) as usize]));
    }
    (bytes, samples)
}

#[test]
fn lookups_in_long_tables_and_long_chunks() {
    let count = 40_000_u32;
    let tables = Tables {
        durations: (0..count / 4).flat_map(|run| [(3, run % 7), (1, 9)]).collect(),
        compositions: Some((0..count / 2).flat_map(|run| [(1, (run % 5).cast_signed()), (1, 0)]).collect()),
        chunks: vec![(1, 30_000, 1), (2, 10, 2), (3, 1, 1)],
        chunk_offsets: (0..count).map(|chunk| DATA_START as u64 + u64::from(chunk % 50)).collect(),
        sizes: (0..count).map(|sample| sample % 3).collect(),
        sync: Some((0..count / 10).map(|number| number * 10 + 1).collect()),
    };
    let data = movie(&tables, 40_000, &[], false);
    let movie = Movie::read(&data).unwrap();
    let (samples, error) = check(&movie.tracks()[0]);
    assert_eq!((samples.len(), error), (count as usize, None));
    assert_eq!(samples[35_000].0, DATA_START as u64 + 4992 % 50);
}

#[test]
fn lookups_in_more_fragments_than_marks() {
    let fragments: Vec<_> =
        (0..10_000).map(|number| (1, 1 + number % 2, (number % 9 == 0).then_some(number))).collect();
    let before = movie(&Tables::default(), 0, &[], true);
    let (behind, expected) = fragments_of(&fragments, before.len());
    let data = [before, behind].concat();
    let movie = Movie::read(&data).unwrap();
    let (samples, error) = check(&movie.tracks()[0]);
    assert_eq!((samples.len(), error), (expected.len(), None));
}

/// Builds a movie whose chunks all have the same offset, and more one-byte samples than the input has bytes.
fn chunks_at_one_place(chunks: u32) -> Vec<u8> {
    let tables = Tables {
        durations: vec![(u32::MAX, 1)],
        chunks: vec![(1, 700, 1)],
        chunk_offsets: vec![DATA_START as u64; chunks as usize],
        sizes: vec![0],
        ..Tables::default()
    };
    let mut data = movie(&tables, 700, &[], false);
    let at = data.windows(4).rposition(|kind| kind == b"stsz").unwrap() + 8;
    data[at..at + 8].copy_from_slice(&[1_u32.to_be_bytes(), (700 * chunks).to_be_bytes()].concat());
    data
}

#[test]
fn overlapping_chunks_are_bounded_by_the_input() {
    let count = |chunks| {
        let data = chunks_at_one_place(chunks);
        let movie = Movie::read(&data).unwrap();
        let track = &movie.tracks()[0];
        let samples = track.samples().filter(Result::is_ok).count();
        assert_eq!(samples, data.len() + 1);
        assert_eq!(track.sample_count(), samples as u64);
        let error = track.samples().find_map(Result::err).unwrap();
        assert!(error.message().contains("samples of more bytes than the input"), "{error}");
        assert!(movie.extents().count() <= chunks as usize);
        assert_eq!(movie.check_layout().unwrap_err().kind().name(), "sample_overlap");
        samples
    };
    let (short, long) = (count(1000), count(2000));
    assert!(long <= 2 * short, "{short} and {long}");
}

//! Sparse files of more than 4 GiB.

use std::fs::File;
use std::os::unix::fs::FileExt;

use pagecut::media::mp4::{Boxes, Movie};
use pagecut::mmap::MmapReader;
use pagecut::{Format, Result};
use rayon::prelude::*;

use crate::made::{Tables, movie};

const GIB: u64 = 1 << 30;

#[test]
fn samples_beyond_4_gib_need_no_other_pages() {
    let len = 6 * GIB;
    let offset = |chunk: u64| 16 + chunk * (len - 4096) / 999;
    let tables = Tables {
        durations: vec![(2000, 5)],
        chunks: vec![(1, 2, 1)],
        chunk_offsets: (0..1000).map(offset).collect(),
        sizes: vec![8; 2000],
        ..Tables::default()
    };
    let moov = movie(&tables, 0, &[], false).split_off(8);
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("large.mp4");
    let file = File::create(&path).unwrap();
    file.write_all_at(&[&[0, 0, 0, 1], b"mdat".as_slice(), &len.to_be_bytes()].concat(), 0).unwrap();
    for chunk in [0_u64, 700, 999] {
        file.write_all_at(&[chunk.to_be_bytes(), (chunk + 1).to_be_bytes()].concat(), offset(chunk)).unwrap();
    }
    file.write_all_at(&moov, len).unwrap();
    file.sync_all().unwrap();

    let reader = MmapReader::open(&path).unwrap();
    let data = reader.as_slice();
    let boxes: Vec<_> = Boxes.records(data).map(|found| found.unwrap().range()).collect();
    assert_eq!(boxes, [0..len, len..len + moov.len() as u64]);
    let movie = Movie::read(data).unwrap();
    let track = &movie.tracks()[0];
    let starts: Vec<_> = track.samples().map(|sample| sample.unwrap().range.start).collect();
    let expected: Vec<_> = (0..1000).flat_map(|chunk| [offset(chunk), offset(chunk) + 8]).collect();
    assert_eq!(starts, expected);
    let parallel: Result<Vec<_>> = track
        .par_samples()
        .with_min_count(10)
        .map(|sample| sample.map(|sample| sample.range.start))
        .collect();
    assert_eq!(parallel.unwrap(), expected);
    let touched = reader.residency(1 << 20..5 << 30).unwrap().share();
    assert!(touched < 0.01, "{touched}");

    for chunk in [0_u64, 700, 999] {
        let samples = [2 * chunk, 2 * chunk + 1].map(|index| track.sample(index).unwrap().unwrap());
        assert_eq!(
            samples.each_ref().map(|sample| sample.data),
            [chunk.to_be_bytes(), (chunk + 1).to_be_bytes()]
        );
    }
    assert!(offset(700) > 4 * GIB);
}

//! Lookup of whole entries of a cache on disk, by copy and by borrow: 50 files of 1 MB and 20 of 2 MB, in both orders.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{open_reader, source::Reader};

use crate::state;
use crate::sum::sum;
use crate::{median, ms};

const ROUNDS: usize = 15;

/// A lookup. Each returns the sum of all bytes, so that all of them are read.
type Lookup = (&'static str, fn(&[PathBuf], &[Reader], &mut Vec<u8>) -> u64);

const LOOKUPS: [Lookup; 4] = [
    ("opened, read into one buffer", |paths, _, buffer| {
        paths.iter().fold(0, |all, path| all ^ copied(&open(path, Strategy::Read), buffer))
    }),
    ("opened, borrowed from a mapping", |paths, _, _| {
        paths.iter().fold(0, |all, path| all ^ borrowed(&open(path, Strategy::Mapped)))
    }),
    ("kept open, read into one buffer", |_, readers, buffer| {
        // With positioned reads, whatever the reader is.
        readers
            .iter()
            .filter(|reader| reader.mapped().is_none())
            .fold(0, |all, reader| all ^ copied(reader, buffer))
    }),
    ("kept open, borrowed from a mapping", |_, readers, _| {
        readers
            .iter()
            .filter(|reader| reader.mapped().is_some())
            .fold(0, |all, reader| all ^ borrowed(reader))
    }),
];

fn open(path: &PathBuf, strategy: Strategy) -> Reader {
    open_reader(path, &ZeroCopyConfig::new().strategy(strategy)).expect("a file")
}

fn copied(reader: &Reader, buffer: &mut Vec<u8>) -> u64 {
    buffer.resize(usize::try_from(reader.len()).expect("a short file"), 0);
    reader.read_at(0, buffer).expect("all of it");
    sum(buffer)
}

fn borrowed(reader: &Reader) -> u64 {
    sum(&reader.bytes_at(0..reader.len()).expect("all of it"))
}

pub(crate) fn table() {
    println!(
        "entries looked up and all bytes looked at, cached, one thread; milliseconds, medians of {ROUNDS} rounds"
    );
    println!("| entries | order | {} |", LOOKUPS.map(|(name, _)| name).join(" | "));
    println!("|---|---|{}", "---|".repeat(LOOKUPS.len()));
    for (count, len) in [(50, 1_000_000), (20, 2_000_000)] {
        let paths: Vec<PathBuf> = (0..count)
            .map(|number| {
                let path = state::path(&format!("entry-{number}"));
                let data: Vec<u8> =
                    (0..len).map(|at: usize| (at * 31 + number * 7 + (at >> 8)).to_le_bytes()[0]).collect();
                state::write(&path, &data, 64 << 10);
                path
            })
            .collect();
        let readers: Vec<Reader> = [Strategy::Read, Strategy::Mapped]
            .into_iter()
            .flat_map(|strategy| paths.iter().map(move |path| open(path, strategy)))
            .collect();
        for (order, backwards) in [("copies first", false), ("borrows first", true)] {
            let mut times = [const { Vec::new() }; LOOKUPS.len()];
            let mut places: Vec<usize> = (0..LOOKUPS.len()).collect();
            if backwards {
                places.reverse();
            }
            let mut sums = Vec::new();
            for _ in 0..ROUNDS {
                for &place in &places {
                    let mut buffer = Vec::new();
                    let begun = Instant::now();
                    sums.push(black_box(LOOKUPS[place].1(&paths, &readers, &mut buffer)));
                    times[place].push(begun.elapsed());
                }
            }
            sums.dedup();
            assert_eq!(sums.len(), 1, "the backends found different bytes");
            let cells: Vec<String> = times.map(median).map(|time: Duration| ms(time)).to_vec();
            println!("| {count} of {} MB | {order} | {} |", len / 1_000_000, cells.join(" | "));
        }
        drop(readers);
        paths.iter().for_each(|path| std::fs::remove_file(path).expect("a file of ours"));
    }
}

//! Every instruction set of this machine compared with plain loops and `memchr`: `cargo bench --bench scan`.
//!
//! One thread processes the same bytes in memory, 16 MiB of repeated testdata. The gain of an instruction set is measured through
//! its users: iterators of records with and without checks, a summary that counts letters, and the search for headers. An XOR of
//! all bytes, 64 at a time, gives the memory bandwidth.

use std::fs;
use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use pagecut::fasta::Fasta;
use pagecut::fastq::{Fastq, Summary};
use pagecut::{Format, record::Boundaries, simd};

/// Returns at least 16 MiB of a file of the testdata.
fn input(file: &str) -> Vec<u8> {
    let text = fs::read(format!("testdata/{file}")).expect("testdata");
    text.repeat((16usize << 20).div_ceil(text.len()))
}

fn xor(data: &[u8]) -> u64 {
    let mut sums = [0; 8];
    for block in data.as_chunks::<64>().0 {
        for (sum, word) in sums.iter_mut().zip(block.as_chunks().0) {
            *sum ^= u64::from_ne_bytes(*word);
        }
    }
    sums.into_iter().fold(0, |left, right| left ^ right)
}

/// A baseline: its name, and its function of the bytes.
type Other<'a> = (&'a str, &'a dyn Fn(&[u8]) -> u64);

/// Measures the baselines, then `work` with each instruction set. All must return the same number.
fn compare(
    group: &mut BenchmarkGroup<'_, WallTime>,
    data: &[u8],
    others: &[Other<'_>],
    work: &dyn Fn(&[u8]) -> u64,
) {
    group.throughput(Throughput::Bytes(data.len() as u64)).sampling_mode(SamplingMode::Flat).sample_size(20);
    group.bench_function("sum by XOR", |bencher| bencher.iter(|| black_box(xor(data))));
    let expected = work(data);
    for (name, other) in others {
        assert_eq!(other(data), expected, "{name}");
        group.bench_function(*name, |bencher| bencher.iter(|| black_box(other(data))));
    }
    for name in simd::available() {
        simd::force(name).expect("an instruction set of this machine");
        assert_eq!(work(data), expected, "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(work(data))));
    }
}

fn letters_of(format: Fastq, data: &[u8]) -> u64 {
    format.records(data).map(|record| record.map_or(0, |record| record.sequence().len() as u64)).sum()
}

/// Counts the letters of four-line records from the given line ends, without checks.
fn letters_between(line_ends: impl Iterator<Item = usize>) -> u64 {
    let (mut letters, mut start) = (0, 0);
    for (line, end) in (0..4).cycle().zip(line_ends) {
        if line == 1 {
            letters += (end - start) as u64;
        }
        start = end + 1;
    }
    letters
}

fn records(criterion: &mut Criterion) {
    for file in ["illumina.fastq", "nanopore.fastq"] {
        let data = input(file);
        let by_loop = |data: &[u8]| letters_between((0..data.len()).filter(|&at| data[at] == b'\n'));
        let by_memchr = |data: &[u8]| letters_between(memchr::memchr_iter(b'\n', data));
        compare(
            &mut criterion.benchmark_group(format!("records/{file}")),
            &data,
            &[("loop, no checks", &by_loop), ("memchr, no checks", &by_memchr)],
            &|data| letters_of(Fastq::new(), data),
        );
        compare(&mut criterion.benchmark_group(format!("strict/{file}")), &data, &[], &|data| {
            letters_of(Fastq::strict(), data)
        });
    }
}

fn counts(criterion: &mut Criterion) {
    let data = input("illumina.fastq");
    // G and C, and scores of 30 or more.
    let found = |gc: u64, scores: u64| gc << 32 | scores;
    let by_loop = |data: &[u8]| {
        let (mut gc, mut scores) = (0, 0);
        for record in Fastq::new().records(data).flatten() {
            let is_gc = |&&letter: &&u8| matches!(letter, b'G' | b'C' | b'g' | b'c');
            gc += record.sequence().iter().filter(is_gc).count() as u64;
            scores += record.quality_scores().iter().filter(|&&score| score >= b'!' + 30).count() as u64;
        }
        found(gc, scores)
    };
    let by_summary = |data: &[u8]| {
        let mut summary = Summary::with_letters();
        Fastq::new().records(data).flatten().for_each(|record| summary.add(&record));
        let gc = summary.letters().map_or(0, |letters| letters.gc());
        found(gc, summary.quality_scores().map_or(0, |scores| scores.at_least(30)))
    };
    compare(
        &mut criterion.benchmark_group("counts of all letters and scores/illumina.fastq"),
        &data,
        &[("loop, two counts only", &by_loop)],
        &by_summary,
    );
}

fn headers(criterion: &mut Criterion) {
    let plain = input("nanopore.fasta");
    let other: Vec<u8> = plain.iter().map(|&byte| if byte == b'A' { b'>' } else { byte }).collect();
    let by_memchr = |data: &[u8]| {
        memchr::memchr_iter(b'>', data).filter(|&at| at == 0 || data[at - 1] == b'\n').count() as u64
    };
    let by_search = |data: &[u8]| {
        let next = |from: usize| Fasta::new().find_boundary(data, from);
        std::iter::successors(next(0), |&at| next(at + 1)).count() as u64
    };
    for (name, data) in [("plain", plain), ("a marker in four letters", other)] {
        let mut group = criterion.benchmark_group(format!("headers/{name}"));
        compare(&mut group, &data, &[("memchr", &by_memchr)], &by_search);
    }
}

criterion_group!(benches, records, counts, headers);
criterion_main!(benches);

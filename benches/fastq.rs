//! Mapped and buffered parsing of the same FASTQ records: `cargo bench`.
//!
//! Each method opens the file anew, counts records and adds up sequence lengths; a wrong count fails the benchmark. The file is the
//! testdata repeated to 64 MiB, written just before in writes of 1 MiB, so it is in the page cache.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use pagecut::fastq::{self, Fastq};
use pagecut::io::Strategy;
use pagecut::mmap::MmapReader;
use pagecut::{Result, Source, SourceOptions};
use rayon::prelude::*;

/// Number of records and of letters.
type Counts = (u64, u64);

fn add(left: Counts, right: Counts) -> Counts {
    (left.0 + right.0, left.1 + right.1)
}

/// Reads line by line through a `BufReader`, like a hand-written parser with the same checks.
fn by_lines(path: &Path, buffer: usize) -> io::Result<Counts> {
    let mut reader = BufReader::with_capacity(buffer, File::open(path)?);
    let mut lines = [const { Vec::new() }; 4];
    let mut counts = (0, 0);
    loop {
        for line in &mut lines {
            line.clear();
            reader.read_until(b'\n', line)?;
            if line.ends_with(b"\n") {
                line.pop();
            }
        }
        let [definition, sequence, plus, quality] = &lines;
        if definition.is_empty() {
            return Ok(counts);
        }
        if definition[0] != b'@' || plus[0] != b'+' || sequence.len() != quality.len() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        counts = add(counts, (1, sequence.len() as u64));
    }
}

fn slice(data: &[u8]) -> Result<Counts> {
    fastq::records(data)
        .try_fold((0, 0), |counts, record| Ok(add(counts, (1, record?.sequence().len() as u64))))
}

fn slice_in_parallel(data: &[u8]) -> Result<Counts> {
    fastq::par_records(data)
        .map(|record| Ok((1, record?.sequence().len() as u64)))
        .try_reduce(|| (0, 0), |left, right| Ok(add(left, right)))
}

fn source(path: &Path, options: SourceOptions) -> Result<Counts> {
    Source::with_options(path, options)?.fold(
        &Fastq::new(),
        || (0, 0),
        |counts, record| add(counts, (1, record.sequence().len() as u64)),
        add,
    )
}

/// Creates a file of 64 MiB. Returns its path, its counts and its length.
fn input(folder: &Path) -> io::Result<(std::path::PathBuf, Counts, u64)> {
    let text = fs::read("testdata/illumina.fastq")?;
    let block = text.repeat((1 << 20) / text.len());
    let path = folder.join("reads.fastq");
    let mut file = File::create(&path)?;
    let mut blocks = 0;
    while blocks * block.len() < 64 << 20 {
        file.write_all(&block)?;
        blocks += 1;
    }
    let (records, letters) = slice(&block).map_err(io::Error::other)?;
    let counts = (records * blocks as u64, letters * blocks as u64);
    Ok((path, counts, (blocks * block.len()) as u64))
}

fn backends(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, counts, bytes) = input(folder.path()).expect("an input");
    let path = path.as_path();
    let read = SourceOptions::new().strategy(Strategy::Read);
    let mapped = SourceOptions::new().strategy(Strategy::Mapped);
    let mut group = criterion.benchmark_group("fastq");
    group.throughput(Throughput::Bytes(bytes)).sampling_mode(SamplingMode::Flat).sample_size(20);
    let mut backend = |name: &str, count: &dyn Fn() -> Option<Counts>| {
        assert_eq!(count(), Some(counts), "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(count())));
    };
    backend("1 thread/BufReader of 8 KiB, by lines", &|| by_lines(path, 8 << 10).ok());
    backend("1 thread/BufReader of 256 KiB, by lines", &|| by_lines(path, 256 << 10).ok());
    backend("1 thread/read of the whole file", &|| slice(&fs::read(path).ok()?).ok());
    backend("1 thread/Source, read, 8 KiB", &|| source(path, read.threads(1).part_len(8 << 10)).ok());
    backend("1 thread/Source, read", &|| source(path, read.threads(1)).ok());
    backend("1 thread/Source, read, 256 KiB", &|| source(path, read.threads(1).part_len(256 << 10)).ok());
    backend("1 thread/mapping, records", &|| slice(MmapReader::open(path).ok()?.as_slice()).ok());
    backend("1 thread/Source, mapped", &|| source(path, mapped.threads(1)).ok());
    backend("all threads/Source, read", &|| source(path, read).ok());
    backend("all threads/Source, read, 256 KiB", &|| source(path, read.part_len(256 << 10)).ok());
    backend("all threads/mapping, par_records", &|| {
        slice_in_parallel(MmapReader::open(path).ok()?.as_slice()).ok()
    });
    backend("all threads/Source, mapped", &|| source(path, mapped).ok());
}

criterion_group!(benches, backends);
criterion_main!(benches);

//! The cost of mapping methods: `cargo bench --bench mapping`.
//!
//! A file of 256 MiB is created below the target folder. Its state in the page cache is set up for each group and is in
//! the name: written in pieces of 4 or 64 KiB (so in folios of that length or less), read through `HugePageMmap` (so in
//! folios of 2 MiB where the file system supports them), or evicted by `posix_fadvise(2)`. The measured work is mapping
//! the file, touching one byte of each page or summing all bytes, 64 at a time, and unmapping it.

use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{
    BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use pagecut::fastq::Fastq;
use pagecut::io::Strategy;
use pagecut::mmap::{
    FlushPolicy, HugePageMmap, MmapOptions, MmapReader, MmapStream, MmapWriter, MmapWriterOptions,
    PrefetchingMmap,
};
use pagecut::{Format, Source, SourceOptions};

const LEN: usize = 256 << 20;

/// Reads every byte at the speed of memory.
fn sum(bytes: &[u8]) -> u64 {
    let (blocks, _) = bytes.as_chunks::<64>();
    let mut sums = [0u64; 8];
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum ^= u64::from_le_bytes(*word);
        }
    }
    sums.into_iter().fold(0, |all, sum| all ^ sum)
}

/// Reads one byte of each page: the cost is that of the page faults.
fn touch(bytes: &[u8]) -> u64 {
    bytes.iter().step_by(4096).map(|&byte| u64::from(byte)).sum()
}

/// A file of reads, written in pieces of this length.
fn input(piece: usize) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mapping.fastq");
    let text = fs::read("testdata/illumina.fastq").expect("the testdata");
    let data = text.repeat(LEN / text.len());
    write_in_pieces(&path, &data, piece);
    path
}

fn write_in_pieces(path: &Path, data: &[u8], piece: usize) {
    let mut file = File::create(path).expect("a file");
    for piece in data.chunks(piece) {
        file.write_all(piece).expect("room for a file");
    }
    // Dirty pages cannot be evicted.
    file.sync_all().expect("a disk");
}

fn evict(path: &Path) {
    MmapReader::open(path).and_then(|reader| reader.evict()).expect("a file that can be evicted");
}

fn huge(path: &Path) -> HugePageMmap {
    HugePageMmap::open(path).expect("a mapping")
}

/// Returns the share of a file on huge pages after access through `HugePageMmap`, in percent.
fn share_on_huge_pages(path: &Path) -> u64 {
    let map = huge(path);
    black_box(sum(map.as_slice()));
    100 * map.huge_bytes().unwrap_or(0) / map.len().max(1) as u64
}

fn group<'a>(criterion: &'a mut Criterion, name: &str, path: &Path) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    let len = path.metadata().expect("a file").len();
    group.throughput(Throughput::Bytes(len)).sampling_mode(SamplingMode::Flat).sample_size(10);
    group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    group
}

/// The work on the bytes of a mapping.
type Work = fn(&[u8]) -> u64;

fn touching(criterion: &mut Criterion) {
    let work: [(&str, Work); 2] = [("a byte of each page", touch), ("all bytes", sum)];
    for (folios, piece) in [("4 KiB", 4 << 10), ("64 KiB or less", 64 << 10)] {
        let path = input(piece);
        let mut cached = group(criterion, &format!("touch, cached in folios of {folios}"), &path);
        for (what, work) in work {
            touching_each_way(&mut cached, what, &path, work);
        }
    }
    let path = input(64 << 10);
    evict(&path);
    println!("on huge pages after a cold read through HugePageMmap: {} %", share_on_huge_pages(&path));
    let mut cached = group(criterion, "touch, cached in folios of 2 MiB", &path);
    for (what, work) in work {
        touching_each_way(&mut cached, what, &path, work);
    }
}

fn touching_each_way(cached: &mut BenchmarkGroup<'_, WallTime>, what: &str, path: &Path, work: Work) {
    let open = |options| MmapReader::with_options(path, options).expect("a mapping");
    cached.bench_function(format!("{what}, ordinary mapping, first time"), |bencher| {
        bencher.iter(|| work(open(MmapOptions::new()).as_slice()));
    });
    let reader = open(MmapOptions::new());
    cached.bench_function(format!("{what}, ordinary mapping, second time"), |bencher| {
        bencher.iter(|| work(reader.as_slice()));
    });
    drop(reader);
    cached.bench_function(format!("{what}, populated mapping"), |bencher| {
        bencher.iter(|| work(open(MmapOptions::new().populate(true)).as_slice()));
    });
    cached.bench_function(format!("{what}, HugePageMmap, first time"), |bencher| {
        bencher.iter(|| work(huge(path).as_slice()));
    });
}

/// Times `work` on a file that is evicted before each round.
fn cold(bencher: &mut criterion::Bencher<'_>, path: &Path, work: impl Fn() -> u64) {
    bencher.iter_custom(|times| {
        (0..times)
            .map(|_| {
                evict(path);
                let begun = Instant::now();
                black_box(work());
                begun.elapsed()
            })
            .sum()
    });
}

fn count(records: impl Iterator<Item = bool>) -> u64 {
    records.filter(|&good| good).count() as u64
}

fn reading(criterion: &mut Criterion) {
    let path = input(64 << 10);
    let path = path.as_path();
    let mut evicted = group(criterion, "records, not cached", path);
    evicted.bench_function("ordinary mapping", |bencher| {
        cold(bencher, path, || {
            let reader = MmapReader::open(path).expect("a mapping");
            count(reader.records(&Fastq::new()).map(|record| record.is_ok()))
        });
    });
    for (name, distance) in [("4 MiB", 4 << 20), ("16 MiB", 16 << 20), ("64 MiB", 64 << 20)] {
        evicted.bench_function(format!("PrefetchingMmap, {name} ahead"), |bencher| {
            cold(bencher, path, || {
                let reader = MmapReader::open(path).expect("a mapping");
                let map = PrefetchingMmap::new(reader, distance).expect("a thread");
                count(map.records(&Fastq::new()).map(|record| record.is_ok()))
            });
        });
    }
    evicted.bench_function("HugePageMmap", |bencher| {
        cold(bencher, path, || count(huge(path).records(&Fastq::new()).map(|record| record.is_ok())));
    });
    evicted.bench_function("Source, read", |bencher| {
        cold(bencher, path, || {
            let options = SourceOptions::new().strategy(Strategy::Read).threads(1);
            let source = Source::with_options(path, options).expect("a file");
            source.account(&Fastq::new()).tally.records
        });
    });
    evicted.finish();

    write_in_pieces(path, &fs::read(path).expect("a file"), 64 << 10);
    let mut cached = group(criterion, "records, cached in folios of 64 KiB or less", path);
    cached.bench_function("one mapping, nothing dropped", |bencher| {
        bencher.iter(|| {
            let reader = MmapReader::open(path).expect("a mapping");
            count(reader.records(&Fastq::new()).map(|record| record.is_ok()))
        });
    });
    for (name, bound) in [("1 MiB", 1 << 20), ("16 MiB", 16 << 20)] {
        cached.bench_function(format!("MmapStream, {name} at a time"), |bencher| {
            bencher.iter(|| {
                let mut stream = MmapStream::open(path, bound, MmapOptions::new()).expect("a mapping");
                let mut records = 0;
                while let Some(window) = stream.next_window(&Fastq::new()) {
                    let window = window.expect("a window");
                    records += count(Fastq::new().records_of(window).map(|record| record.is_ok()));
                }
                records
            });
        });
    }
    cached.finish();
}

fn writing(criterion: &mut Criterion) {
    const WRITES: usize = 256;
    let piece = vec![b'A'; 16 << 10];
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    let mut group = criterion.benchmark_group("write, 256 pieces of 16 KiB to a new file");
    group.throughput(Throughput::Bytes((WRITES * piece.len()) as u64)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    for policy in [
        FlushPolicy::Never,
        FlushPolicy::Manual,
        FlushPolicy::EveryMillis(10),
        FlushPolicy::EveryBytes(1 << 20),
        FlushPolicy::EveryWrites(16),
        FlushPolicy::Always,
    ] {
        group.bench_function(format!("{policy:?}"), |bencher| {
            bencher.iter(|| {
                let options = MmapWriterOptions::new().flush_policy(policy);
                let mut writer = MmapWriter::with_options(&path, options).expect("a file");
                for _ in 0..WRITES {
                    writer.write_all(&piece).expect("room for a file");
                }
                writer.finish().expect("a disk")
            });
        });
    }
    group.bench_function("File, write, without sync", |bencher| {
        bencher.iter(|| {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).open(&path).expect("a file");
            for _ in 0..WRITES {
                file.write_all(&piece).expect("room for a file");
            }
        });
    });
    group.finish();
}

criterion_group!(benches, touching, reading, writing);
criterion_main!(benches);

//! One pass over all bytes of a file: time, read system calls, page faults and processor time per backend.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use pagecut::io::{AlignedBuffer, Alignment, BytesAt, DirectReader, PositionedReader};
use pagecut::mmap::{Advice, HugePageMmap, MmapReader, PrefetchingMmap};
use pagecut::record::Backing;

use crate::state::{self, State};
use crate::sum::sum;
use crate::{median, ms};

const ROUNDS: usize = 5;

/// A method for the pass. Returns the sum of all bytes, and the number of system calls.
type Pass = (&'static str, fn(&Path) -> (u64, u64));

const PASSES: &[Pass] = &[
    ("`read`, 4 KiB", |path| read(path, 4 << 10)),
    ("`read`, 256 KiB", |path| read(path, 256 << 10)),
    ("`read`, the whole file at once", |path| (sum(&fs::read(path).expect("the file")), 1)),
    ("positioned, 256 KiB", |path| {
        positioned(&PositionedReader::open(path).expect("the file"), path, 256 << 10)
    }),
    ("positioned, 256 KiB, uncached", |path| {
        positioned(&PositionedReader::open(path).expect("the file").uncached(true), path, 256 << 10)
    }),
    ("mapping", |path| (sum(MmapReader::open(path).expect("a mapping").as_slice()), 1)),
    ("mapping, sequential", |path| advised(path, Advice::Sequential)),
    ("mapping, will need", |path| advised(path, Advice::WillNeed)),
    ("`PrefetchingMmap`, 16 MiB", |path| {
        let reader = MmapReader::open(path).expect("a mapping");
        let ahead = PrefetchingMmap::new(reader, 16 << 20).expect("a thread");
        let mut reading = ahead.begin(0..ahead.len());
        let sum = ahead.as_slice().chunks(1 << 20).enumerate().fold(0, |all, (number, piece)| {
            reading.iter_mut().for_each(|reading| reading.at(number << 20));
            all ^ sum(piece)
        });
        drop(reading);
        (sum, 1 + ahead.prefetched().hints)
    }),
    ("`HugePageMmap`", |path| (sum(HugePageMmap::open(path).expect("a mapping").as_slice()), 2)),
    ("direct, 1 MiB", |path| positioned(&DirectReader::open(path).expect("direct reads"), path, 1 << 20)),
    #[cfg(feature = "io-uring")]
    ("io_uring, batches of 64 x 4 KiB", |path| ring(path, false, 64, 4 << 10)),
    #[cfg(feature = "io-uring")]
    ("io_uring, batches of 16 x 256 KiB", |path| ring(path, false, 16, 256 << 10)),
    #[cfg(feature = "io-uring")]
    ("io_uring, 8 x 1 MiB in flight, direct", |path| ring(path, true, 8, 1 << 20)),
];

fn read(path: &Path, len: usize) -> (u64, u64) {
    let mut file = File::open(path).expect("the file");
    let mut buffer = vec![0; len];
    let (mut all, mut calls) = (0, 0);
    loop {
        let read = file.read(&mut buffer).expect("the file");
        calls += 1;
        if read == 0 {
            return (all, calls);
        }
        all ^= sum(&buffer[..read]);
    }
}

fn positioned(reader: &dyn BytesAt, path: &Path, len: usize) -> (u64, u64) {
    let end = path.metadata().expect("the file").len();
    let mut buffer = AlignedBuffer::new(len, Alignment::page()).expect("memory");
    (0..end).step_by(len).fold((0, 0), |(all, calls), offset| {
        let read = reader.read_at(offset, &mut buffer).expect("the file");
        (all ^ sum(&buffer[..read]), calls + 1)
    })
}

/// Reads with a ring, with a batch in flight while another one is processed.
#[cfg(feature = "io-uring")]
fn ring(path: &Path, direct: bool, depth: usize, len: usize) -> (u64, u64) {
    use pagecut::io::uring::{ReadOp, UringOptions, UringReader};

    let file = File::open(path).expect("the file");
    let end = file.metadata().expect("the file").len();
    let file = if direct {
        DirectReader::from_file(&file).expect("direct reads").file().try_clone().expect("a descriptor")
    } else {
        file
    };
    let reader = UringReader::new(file, UringOptions::new().depth(depth).buffer_len(len)).expect("a ring");
    let mut ops = (0..end).step_by(len).map(|offset| ReadOp { offset, len, token: 0 }).peekable();
    let (mut all, mut calls) = (0, 0);
    while ops.peek().is_some() || reader.in_flight() > 0 {
        let batch: Vec<ReadOp> = ops.by_ref().take(reader.free()).collect();
        if !batch.is_empty() {
            assert_eq!(reader.submit_batch(&batch).expect("a ring"), batch.len());
            calls += 1;
        }
        // Half of the queue depth, so that the disk is never idle.
        let done = reader.complete_batch((depth / 2).min(reader.in_flight()));
        calls += 1;
        for completion in done {
            all ^= sum(&completion.result.expect("the file"));
        }
    }
    (all, calls)
}

fn advised(path: &Path, advice: Advice) -> (u64, u64) {
    let reader = MmapReader::open(path).expect("a mapping");
    reader.advise(advice).expect("advice that the kernel takes");
    (sum(reader.as_slice()), 2)
}

/// Returns minor and major page faults and the processor time of this process so far.
fn usage() -> (u64, u64, Duration) {
    // proc_pid_stat(5): fields 10, 12, 14 and 15; the second field may contain spaces, and ends with the last
    // parenthesis.
    let stat = fs::read_to_string("/proc/self/stat").expect("proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("the rest").split_whitespace().collect();
    let number = |field: usize| fields[field - 3].parse::<u64>().expect("a number");
    // In hundredths of a second, as everywhere on Linux.
    (number(10), number(12), Duration::from_millis(10 * (number(14) + number(15))))
}

pub(crate) fn table() {
    let path = state::reads();
    let len = path.metadata().expect("a file").len();
    let expected = sum(&fs::read(&path).expect("the file"));
    for state in [State::Cold, State::SmallFolios, State::HugeFolios] {
        state.prepare(&path);
        println!(
            "{} MiB, {}, one thread that looks at every byte; medians of {ROUNDS}",
            len >> 20,
            state.name()
        );
        println!("| backend | ms | calls that read or map | minor faults | major faults | processor ms |");
        println!("|---|---|---|---|---|---|");
        for (name, pass) in PASSES {
            let (mut times, mut last) = (Vec::new(), None);
            for _ in 0..ROUNDS {
                state.restore(&path);
                let (minor, major, cpu) = usage();
                let begun = Instant::now();
                let (sum, calls) = black_box(pass(&path));
                times.push(begun.elapsed());
                let after = usage();
                assert_eq!(sum, expected, "{name} found other bytes");
                last = Some((calls, after.0 - minor, after.1 - major, after.2 - cpu));
            }
            let (calls, minor, major, cpu) = last.expect("a round");
            println!(
                "| {name} | {} | {calls} | {minor} | {major} | {} |",
                ms(median(times)),
                cpu.as_millis()
            );
        }
        println!();
    }
}

//! What memory allows: all bytes XORed, got at in the same ways, with nothing found out about them.

use std::fs::File;
use std::hint::black_box;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use pagecut::mmap::MmapReader;

use crate::format::Format;
use crate::row::{Count, Kind, Result, Row, Way};

pub(crate) const ROWS: [Row; 4] = [
    row(Way::Mapped, 1, mapped),
    row(Way::Read, 1, read),
    row(Way::Mapped, 2, mapped),
    row(Way::Read, 2, read),
];

/// Small enough to stay in a second-level cache.
const BUFFER_LEN: usize = 256 << 10;

const fn row(way: Way, threads: usize, run: fn(&Path, usize) -> Result<Option<Count>>) -> Row {
    Row { kind: Kind::Roofline, name: "roofline", formats: Format::PLAIN, way, threads, run }
}

fn mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let bytes = reader.as_slice();
    share(bytes.len(), threads, |range| {
        xor(&bytes[range]);
        Ok(())
    })?;
    Ok(None)
}

fn read(path: &Path, threads: usize) -> Result<Option<Count>> {
    let file = File::open(path)?;
    let len = usize::try_from(file.metadata()?.len())?;
    share(len, threads, |range| {
        let mut buffer = vec![0; BUFFER_LEN];
        for start in range.clone().step_by(BUFFER_LEN) {
            let filled = &mut buffer[..BUFFER_LEN.min(range.end - start)];
            file.read_exact_at(filled, start as u64)?;
            xor(filled);
        }
        Ok(())
    })?;
    Ok(None)
}

/// Gives each thread, this one among them, an even share of the bytes.
fn share(len: usize, threads: usize, work: impl Fn(Range<usize>) -> io::Result<()> + Sync) -> io::Result<()> {
    let work = |nth: usize| work(len * nth / threads..len * (nth + 1) / threads);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|nth| scope.spawn(move || work(nth))).collect();
        work(0)?;
        others.into_iter().try_for_each(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Touches every byte at the least cost: 64 at a time, in eight words, which the compiler turns into vectors.
fn xor(bytes: &[u8]) {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);

    let mut sum = [0; 8];
    for block in blocks.iter().chain([&last]) {
        for (sum, word) in sum.iter_mut().zip(block.as_chunks().0) {
            *sum ^= u64::from_ne_bytes(*word);
        }
    }
    black_box(sum);
}

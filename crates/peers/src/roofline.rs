//! The limits of memory bandwidth: XORs all bytes, mapped or read, without parsing. For compressed files, the limit of one stream:
//! the decoder of pagecut alone.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use pagecut::mmap::MmapReader;

use crate::decoders;
use crate::format::Format;
use crate::row::{Access, Count, Here, Kind, Result, Row, Run};
use crate::sum::sum;

pub(crate) const ROWS: [Row; 8] = [
    row(Access::Mapped, 1, mapped),
    row(Access::Read, 1, read),
    row(Access::Mapped, 2, mapped),
    row(Access::Read, 2, read),
    // A decoder of a single stream cannot use a second thread.
    decoder("decoder alone: sirocco", &[Format::Gzip], 1, sirocco),
    decoder("decoder alone: sirocco", &[Format::Gzip], 2, sirocco),
    decoder("decoder alone: libzstd", Format::ZSTD, 1, libzstd),
    decoder("decoder alone: libzstd", Format::ZSTD, 2, libzstd),
];

/// Small enough to stay in the L2 cache.
const BUFFER_LEN: usize = 256 << 10;

const fn row(access: Access, threads: usize, run: Here) -> Row {
    let work = "nothing: all bytes are XORed, 64 at a time";
    Row {
        kind: Kind::Roofline,
        name: "roofline",
        formats: Format::PLAIN,
        access,
        threads,
        work,
        run: Run::Here(run),
    }
}

const fn decoder(name: &'static str, formats: &'static [Format], threads: usize, run: Here) -> Row {
    let work = "none: the decompressed bytes are dropped";
    Row { kind: Kind::Roofline, name, formats, access: Access::Read, threads, work, run: Run::Here(run) }
}

fn sirocco(path: &Path, _: usize) -> Result<Option<Count>> {
    drain(decoders::sirocco(path)?)
}

fn libzstd(path: &Path, _: usize) -> Result<Option<Count>> {
    drain(decoders::libzstd(path)?)
}

fn drain(mut decompressed: impl Read) -> Result<Option<Count>> {
    let mut buffer = vec![0; BUFFER_LEN];
    while decompressed.read(&mut buffer)? > 0 {
        black_box(&buffer);
    }
    Ok(None)
}

fn mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let bytes = reader.as_slice();
    share(bytes.len(), threads, |range| {
        black_box(sum(&bytes[range]));
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
            black_box(sum(filled));
        }
        Ok(())
    })?;
    Ok(None)
}

/// Gives each thread, including this one, an even share of the bytes.
fn share(len: usize, threads: usize, work: impl Fn(Range<usize>) -> io::Result<()> + Sync) -> io::Result<()> {
    let work = |nth: usize| work(len * nth / threads..len * (nth + 1) / threads);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|nth| scope.spawn(move || work(nth))).collect();
        work(0)?;
        others.into_iter().try_for_each(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

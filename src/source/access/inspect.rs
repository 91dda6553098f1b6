//! What each way costs on a file.

use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use super::reader::Reader;
use super::window::Window;
use crate::error::{ErrorKind, Result};
use crate::io::{Backend, Strategy, ZeroCopyConfig};
use crate::mmap::{MmapReader, Residency};

/// How a file lies in the page cache, what each way to its bytes costs, and which one [`Strategy::Auto`] takes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inspection {
    /// Length of the file in bytes.
    pub len: u64,
    /// How much of it was in the page cache before anything was read.
    pub residency: Residency,
    /// How many bytes one fault of a mapping brought in, on average: the length of the pages of the page cache (folios), or what
    /// the kernel maps around a fault. `None` if nothing was mapped.
    pub bytes_per_fault: Option<u64>,
    /// What the ways cost, those that can be had first to last.
    pub costs: Vec<Cost>,
    /// The way that is taken.
    pub backend: Backend,
    /// Why it is that one.
    pub reason: String,
}

/// What a way costs on a file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Cost {
    /// The way.
    pub backend: Backend,
    /// Why it cannot be had; `None` if it can.
    pub refused: Option<String>,
    /// How many bytes it was tried on, by one thread that looked at each of them.
    pub bytes: u64,
    /// How long that took.
    pub time: Duration,
    /// Faults that found the page in memory, where the way is to map.
    pub minor_faults: u64,
    /// Faults that had to wait for the disk, where the way is to map.
    pub major_faults: u64,
}

impl Cost {
    /// Gigabytes (10⁹ bytes) per second; 0 if nothing was read.
    #[must_use]
    pub fn gigabytes_per_second(&self) -> f64 {
        if self.bytes == 0 { 0.0 } else { self.bytes as f64 / self.time.as_secs_f64().max(1e-9) / 1e9 }
    }
}

/// How many bytes a way is tried on at a time.
const SAMPLE_LEN: usize = 1 << 20;

/// How many bytes follow each other that it is tried on.
const RUN_LEN: u64 = 4 << 20;

/// How often each way is tried.
const ROUNDS: u64 = 8;

/// Finds out what each way to the bytes of a file costs, on samples from all over the file: other ones for each way, since what
/// one way has read is in the page cache for the next one.
///
/// # Errors
///
/// Those of [`open_reader`](crate::open_reader), and of reading.
///
/// ```
/// let inspection = pagecut::inspect("testdata/two.fastq", &Default::default())?;
/// assert_eq!(inspection.len, 38);
/// assert_eq!(inspection.reason, "it is shorter than 65536 bytes");
/// # Ok::<(), pagecut::Error>(())
/// ```
pub fn inspect(path: impl AsRef<Path>, config: &ZeroCopyConfig) -> Result<Inspection> {
    config.validate()?;
    let file = File::open(path)?;
    let auto = Reader::of(file.try_clone()?, config.strategy(Strategy::Auto))?;
    let residency = Residency::of_file(&file)?;
    let mut tried = Vec::new();
    for (backend, strategy) in [
        (Backend::Mapped, Strategy::Mapped),
        (Backend::Read, Strategy::Read),
        (Backend::Direct, Strategy::Direct),
        (Backend::Uring, Strategy::Uring),
    ] {
        match Reader::of(file.try_clone()?, config.strategy(strategy)) {
            Ok(reader) => tried.push((backend, reader)),
            // Switched off.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidConfig { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let costs = measure(&tried)?;
    let mapped = costs.iter().find(|cost| cost.backend == Backend::Mapped && cost.bytes > 0);
    let faults = mapped.map(|cost| (cost.bytes, cost.minor_faults + cost.major_faults));
    let eligible =
        costs.iter().filter(|cost| cost.refused.is_none() && auto.backends().contains(&cost.backend));
    let fastest = eligible.max_by(|a, b| a.gigabytes_per_second().total_cmp(&b.gigabytes_per_second()));
    let (backend, reason) = match fastest {
        Some(fastest) if auto.backends().len() > 1 => {
            let names: Vec<&str> = auto.backends().iter().map(|backend| backend.name()).collect();
            (fastest.backend, format!("the fastest of the backends that are tried: {}", names.join(", ")))
        }
        _ => (auto.backend(), auto.reason()),
    };
    Ok(Inspection {
        len: auto.len(),
        residency,
        bytes_per_fault: faults.map(|(bytes, faults)| bytes.checked_div(faults).unwrap_or(bytes)),
        costs,
        backend,
        reason,
    })
}

/// Tries the ways in turn, each on a run of samples that follow each other, as a pass over the file does.
fn measure(tried: &[(Backend, Reader)]) -> Result<Vec<Cost>> {
    let mut costs: Vec<Cost> = tried.iter().map(|(backend, reader)| Cost::of(*backend, reader)).collect();
    let mut windows: Vec<Window<'_>> = tried.iter().map(|(_, reader)| Window::of(reader)).collect();
    let len = tried.first().map_or(0, |(_, reader)| reader.len());
    // A file that has too few samples for that is gone through by all ways.
    let runs = (ROUNDS * tried.len() as u64).min(len / RUN_LEN).max(tried.len() as u64);
    for (run, place) in (0..runs).zip((0..tried.len()).cycle()) {
        if costs[place].refused.is_some() {
            continue;
        }
        // Evenly spread.
        let first = if len / RUN_LEN < runs { 0 } else { len / RUN_LEN * run / runs * RUN_LEN };
        let run_end = len.min(first + RUN_LEN);
        for start in (first..run_end).step_by(SAMPLE_LEN) {
            let end = run_end.min(start + SAMPLE_LEN as u64);
            let begun = Instant::now();
            let backend = tried[place].1.next_way();
            windows[place].ask(start..end, start..end, backend)?;
            if let Some(Err((_, error))) = windows[place].open_next() {
                return Err(error);
            }
            let reading = windows[place].begin(start..end);
            black_box(look_at(windows[place].as_slice()));
            drop(reading);
            costs[place].time += begun.elapsed();
            costs[place].bytes += end - start;
        }
    }
    for (cost, (_, reader)) in costs.iter_mut().zip(tried) {
        reader.check()?;
        if let Some(stats) = reader.mapped().map(MmapReader::stats) {
            (cost.minor_faults, cost.major_faults) = (stats.minor_faults, stats.major_faults);
        }
    }
    Ok(costs)
}

impl Cost {
    fn of(backend: Backend, reader: &Reader) -> Self {
        let refused = reader.refusals().first().map(|refusal| refusal.reason.clone());
        Self { backend, refused, bytes: 0, time: Duration::ZERO, minor_faults: 0, major_faults: 0 }
    }
}

/// Looks at every byte, as cheaply as that can be done.
fn look_at(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().fold(0, |sum, word| sum ^ u64::from_ne_bytes(*word));
    rest.iter().fold(words, |sum, &byte| sum ^ u64::from(byte))
}

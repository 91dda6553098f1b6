//! Measurement of the backends on a file.

use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use super::reader::Reader;
use super::window::Window;
use crate::error::{ErrorKind, Result};
use crate::io::{Backend, Strategy, ZeroCopyConfig};
use crate::mmap::{MmapReader, Residency};

/// The share of a file in the page cache, the cost of each backend, and the backend that [`Strategy::Auto`] chooses.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inspection {
    /// Length of the file in bytes.
    pub len: u64,
    /// Share of the file that was in the page cache before anything was read.
    pub residency: Residency,
    /// Average number of bytes mapped by one page fault: the folio size of the page cache, or the fault-around range of the kernel. `None`
    /// if nothing was mapped.
    pub bytes_per_fault: Option<u64>,
    /// Costs of the backends, unavailable ones included.
    pub costs: Vec<Cost>,
    /// The backend that is chosen.
    pub backend: Backend,
    /// Why it is chosen.
    pub reason: String,
}

/// The cost of a backend on a file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Cost {
    /// The backend.
    pub backend: Backend,
    /// Why the backend is unavailable; `None` if it is available.
    pub refused: Option<String>,
    /// Number of bytes measured, by one thread that reads each of them.
    pub bytes: u64,
    /// Time that this took.
    pub time: Duration,
    /// Page faults served from memory, if the backend is a mapping.
    pub minor_faults: u64,
    /// Page faults that waited for the disk, if the backend is a mapping.
    pub major_faults: u64,
}

impl Cost {
    /// Returns the throughput in gigabytes (10⁹ bytes) per second; 0 if nothing was read.
    #[must_use]
    pub fn gigabytes_per_second(&self) -> f64 {
        if self.bytes == 0 { 0.0 } else { self.bytes as f64 / self.time.as_secs_f64().max(1e-9) / 1e9 }
    }
}

/// Number of bytes per sample.
const SAMPLE_LEN: usize = 1 << 20;

/// Number of consecutive bytes read with one backend.
const RUN_LEN: u64 = 4 << 20;

/// Number of runs per backend.
const ROUNDS: u64 = 8;

/// Measures each backend on samples spread over the file. Each backend gets other samples, since bytes that one backend has read are in the
/// page cache for the next one.
///
/// # Errors
///
/// Those of [`open_reader`](crate::open_reader), and of reading.
///
/// ```
/// let inspection = pagecut::source::inspect("testdata/two.fastq", &Default::default())?;
/// assert_eq!(inspection.len, 38);
/// assert_eq!(inspection.reason, "it is shorter than 65536 bytes");
/// # Ok::<(), pagecut::Error>(())
/// ```
pub fn inspect(path: impl AsRef<Path>, config: &ZeroCopyConfig) -> Result<Inspection> {
    config.validate()?;
    let file = File::open(path)?;
    let auto = Reader::from_file(file.try_clone()?, config.strategy(Strategy::Auto))?;
    let residency = Residency::of_file(&file)?;
    let mut readers = Vec::new();
    for (backend, strategy) in [
        (Backend::Mapped, Strategy::Mapped),
        (Backend::Read, Strategy::Read),
        (Backend::Direct, Strategy::Direct),
        (Backend::Uring, Strategy::Uring),
    ] {
        match Reader::from_file(file.try_clone()?, config.strategy(strategy)) {
            Ok(reader) => readers.push((backend, reader)),
            // The backend is switched off.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidConfig { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let costs = measure(&readers)?;
    let mapped = costs.iter().find(|cost| cost.backend == Backend::Mapped && cost.bytes > 0);
    let faults = mapped.map(|cost| (cost.bytes, cost.minor_faults + cost.major_faults));
    let eligible =
        costs.iter().filter(|cost| cost.refused.is_none() && auto.backends().contains(&cost.backend));
    let fastest = eligible.max_by(|a, b| a.gigabytes_per_second().total_cmp(&b.gigabytes_per_second()));
    let (backend, reason) = match fastest {
        Some(fastest) if auto.backends().len() > 1 => {
            let names: Vec<&str> = auto.backends().iter().map(|backend| backend.name()).collect();
            (fastest.backend, format!("the fastest of the backends that are readers: {}", names.join(", ")))
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

/// Measures the backends in turn, each on runs of consecutive samples, as a pass over the file reads them.
fn measure(readers: &[(Backend, Reader)]) -> Result<Vec<Cost>> {
    let mut costs: Vec<Cost> = readers.iter().map(|(backend, reader)| Cost::of(*backend, reader)).collect();
    let mut windows: Vec<Window<'_>> = readers.iter().map(|(_, reader)| Window::new(reader)).collect();
    let len = readers.first().map_or(0, |(_, reader)| reader.len());
    // Each backend reads the whole of a file that is too short for separate samples.
    let runs = (ROUNDS * readers.len() as u64).min(len / RUN_LEN).max(readers.len() as u64);
    for (run, place) in (0..runs).zip((0..readers.len()).cycle()) {
        if costs[place].refused.is_some() {
            continue;
        }
        // Evenly spread.
        let first = if len / RUN_LEN < runs { 0 } else { len / RUN_LEN * run / runs * RUN_LEN };
        let run_end = len.min(first + RUN_LEN);
        for start in (first..run_end).step_by(SAMPLE_LEN) {
            let end = run_end.min(start + SAMPLE_LEN as u64);
            let begun = Instant::now();
            let backend = readers[place].1.next_backend();
            windows[place].request(start..end, start..end, backend)?;
            if let Some(Err((_, error))) = windows[place].open_next() {
                return Err(error);
            }
            let reading = windows[place].begin(start..end);
            black_box(touch(windows[place].as_slice()));
            drop(reading);
            costs[place].time += begun.elapsed();
            costs[place].bytes += end - start;
        }
    }
    for (cost, (_, reader)) in costs.iter_mut().zip(readers) {
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

/// Reads every byte at minimal cost.
fn touch(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().fold(0, |sum, word| sum ^ u64::from_ne_bytes(*word));
    rest.iter().fold(words, |sum, &byte| sum ^ u64::from(byte))
}

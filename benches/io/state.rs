//! States of files in the page cache, set up without privileges.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use pagecut::mmap::MmapReader;

use crate::cache;
use crate::sum::sum;

/// The state of a file in the page cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Cached in pages of 4 KiB or little more.
    SmallFolios,
    /// Cached in huge pages, if the file system supports them.
    HugeFolios,
    /// Not cached.
    Cold,
    /// The first half is cached.
    Half,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SmallFolios => "cached, 4 KiB folios",
            Self::HugeFolios => "cached, 2 MiB folios",
            Self::Cold => "not cached",
            Self::Half => "first half cached",
        }
    }

    /// Sets up the state, once for all rounds if reading the file preserves it.
    pub(crate) fn prepare(self, path: &Path) {
        match self {
            Self::SmallFolios => cache::rewrite(path, 4 << 10).expect("room for a file"),
            Self::HugeFolios => cache::read_in_huge_folios(path).expect("a file that can be evicted"),
            Self::Cold | Self::Half => cache::rewrite(path, 64 << 10).expect("room for a file"),
        }
    }

    /// Restores the state before each round.
    pub(crate) fn restore(self, path: &Path) {
        match self {
            Self::SmallFolios | Self::HugeFolios => {}
            Self::Cold => evict(path),
            Self::Half => {
                evict(path);
                let reader = MmapReader::open(path).expect("a mapping");
                black_box(sum(&reader.as_slice()[..reader.len() / 2]));
            }
        }
    }
}

/// Evicts a file from the page cache, and makes free memory available for it.
fn evict(path: &Path) {
    cache::evict(path).expect("a file that can be evicted");
    cache::back_with_memory(path).expect("an address space");
}

/// Writes a file in pieces.
pub(crate) fn write(path: &Path, data: &[u8], piece: usize) {
    cache::write(path, data, piece).expect("room for a file");
}

/// Returns a path below the target folder.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Returns a file of reads of the requested length.
pub(crate) fn reads() -> PathBuf {
    let mib: usize = std::env::var("PAGECUT_BENCH_MIB").map_or(1024, |mib| mib.parse().expect("a number"));
    let path = path("io.fastq");
    let text = fs::read("testdata/illumina.fastq").expect("the testdata");
    let data = text.repeat((mib << 20) / text.len());
    write(&path, &data, 1 << 20);
    path
}

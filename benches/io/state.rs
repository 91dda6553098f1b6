//! Files, and the states of the page cache that they are brought into without a privilege.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};

use pagecut::mmap::{HugePageMmap, MmapReader};

use crate::sum;

/// How a file lies in the page cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// All of it, in pages of 4 KiB or little more.
    SmallFolios,
    /// All of it, in huge pages as far as the file system has them.
    HugeFolios,
    /// Nothing of it.
    Cold,
    /// The first half.
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

    /// Brings a file into the state, once for all rounds where reading the file leaves it there.
    pub(crate) fn prepare(self, path: &Path) {
        match self {
            Self::SmallFolios => rewrite(path, 4 << 10),
            Self::HugeFolios => {
                evict(path);
                black_box(sum(HugePageMmap::open(path).expect("a mapping").as_slice()));
            }
            Self::Cold | Self::Half => rewrite(path, 64 << 10),
        }
    }

    /// Brings it there again, before each round.
    pub(crate) fn restore(self, path: &Path) {
        match self {
            Self::SmallFolios | Self::HugeFolios => {}
            Self::Cold => {
                evict(path);
                back_with_memory(path);
            }
            Self::Half => {
                evict(path);
                back_with_memory(path);
                let reader = MmapReader::open(path).expect("a mapping");
                black_box(sum(&reader.as_slice()[..reader.len() / 2]));
            }
        }
    }
}

/// Touches as much memory as the file is long, and gives it back. A virtual machine may have handed free memory back to its host
/// meanwhile, and who is first to use it again pays for that; this has nothing to do with how files are read.
fn back_with_memory(path: &Path) {
    let len = usize::try_from(path.metadata().expect("the file").len()).expect("an address space");
    black_box(vec![1u8; len]);
}

/// Drops a file from the page cache.
pub(crate) fn evict(path: &Path) {
    let reader = MmapReader::open(path).expect("a mapping");
    reader.evict().expect("a file that can be evicted");
    let share = reader.residency(..).expect("a file of our own").share();
    assert!(share < 0.01, "{share} of the file is still in the page cache");
}

/// Writes a file anew, in pieces of this length, and so in folios that are no longer.
fn rewrite(path: &Path, piece: usize) {
    let data = fs::read(path).expect("the file");
    write(path, &data, piece);
}

/// Writes a file in pieces.
pub(crate) fn write(path: &Path, data: &[u8], piece: usize) {
    fs::remove_file(path).ok();
    let mut file = File::create(path).expect("a file");
    for piece in data.chunks(piece) {
        file.write_all(piece).expect("room for a file");
    }
    // What waits to be written cannot be evicted.
    file.sync_all().expect("a disk");
}

/// A path below the target folder.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A file of reads of the length that is asked for.
pub(crate) fn reads() -> PathBuf {
    let mib: usize = std::env::var("PAGECUT_BENCH_MIB").map_or(1024, |mib| mib.parse().expect("a number"));
    let path = path("io.fastq");
    let text = fs::read("testdata/illumina.fastq").expect("the testdata");
    let data = text.repeat((mib << 20) / text.len());
    write(&path, &data, 1 << 20);
    path
}

//! States of the page cache, set up without privileges. `crates/peers` has a copy.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::Path;

use pagecut::mmap::{HugePageMmap, MmapReader};

use crate::sum::sum;

/// Writes a file in pieces, and so in folios of at most that length.
pub(crate) fn write(path: &Path, data: &[u8], piece: usize) -> io::Result<()> {
    fs::remove_file(path).or_else(ignore_absence)?;
    let mut file = File::create(path)?;
    data.chunks(piece).try_for_each(|piece| file.write_all(piece))?;
    // Dirty pages cannot be evicted.
    file.sync_all()
}

fn ignore_absence(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Rewrites a file in pieces of this length.
pub(crate) fn rewrite(path: &Path, piece: usize) -> io::Result<()> {
    let new = path.with_extension("new");
    let (mut from, mut to) = (File::open(path)?, File::create(&new)?);
    let mut buffer = vec![0; piece];
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            read => to.write_all(&buffer[..read])?,
        }
    }
    to.sync_all()?;
    fs::rename(&new, path)
}

/// Evicts a file from the page cache.
pub(crate) fn evict(path: &Path) -> pagecut::Result<()> {
    let reader = MmapReader::open(path)?;
    reader.evict()?;
    let share = reader.residency(..)?.share();
    if share < 0.01 {
        return Ok(());
    }
    let left = format!("{:.0} % of the file stay in the page cache: it has to lie on a disk", share * 100.0);
    Err(io::Error::other(left).into())
}

/// Evicts a file from the page cache and reads it again, in huge pages if the file system supports them.
pub(crate) fn read_in_huge_folios(path: &Path) -> pagecut::Result<()> {
    evict(path)?;
    black_box(sum(HugePageMmap::open(path)?.as_slice()));
    Ok(())
}

/// Touches as much memory as the file is long, and frees it. A virtual machine may have returned free memory to its
/// host, and the first use of it is slow; that cost does not belong to reading the file.
pub(crate) fn back_with_memory(path: &Path) -> io::Result<()> {
    let len = usize::try_from(path.metadata()?.len()).map_err(io::Error::other)?;
    black_box(vec![1u8; len]);
    Ok(())
}

//! The page cache, brought into a state without a privilege. `crates/peers` has it too.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::Path;

use pagecut::mmap::{HugePageMmap, MmapReader};

use crate::sum::sum;

/// Writes a file in pieces, and so in folios that are no longer.
pub(crate) fn write(path: &Path, data: &[u8], piece: usize) -> io::Result<()> {
    fs::remove_file(path).or_else(ignore_absence)?;
    let mut file = File::create(path)?;
    data.chunks(piece).try_for_each(|piece| file.write_all(piece))?;
    // What waits to be written cannot be evicted.
    file.sync_all()
}

fn ignore_absence(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Writes a file anew, in pieces of this length.
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

/// Drops a file from the page cache.
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

/// Drops a file from the page cache and has it read in again, in huge pages as far as the file system has them.
pub(crate) fn read_in_huge_folios(path: &Path) -> pagecut::Result<()> {
    evict(path)?;
    black_box(sum(HugePageMmap::open(path)?.as_slice()));
    Ok(())
}

/// Touches as much memory as the file is long, and gives it back. A virtual machine may have handed free memory back to its host
/// meanwhile, and who is first to use it again pays for that; this has nothing to do with how files are read.
pub(crate) fn back_with_memory(path: &Path) -> io::Result<()> {
    let len = usize::try_from(path.metadata()?.len()).map_err(io::Error::other)?;
    black_box(vec![1u8; len]);
    Ok(())
}

//! Search for damage in compressed bytes when the decompressed bytes are faulty.
//!
//! An error of the format is met before the checksum that would reveal damage of the compressed bytes: the checksum of gzip and zstd comes
//! at the end of a member or frame, which may be the whole file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use pagecut::compress::Decoder;
use pagecut::{Error, Result, Source};

use super::args::Verify;
use crate::args::Common;
use crate::{input, progress, report};

/// Searches all compressed bytes for a fault, if reading ended with an error of the decompressed bytes. Reports and returns the fault. A
/// stream cannot be read again, which is reported too.
pub(super) fn find(
    source: &Source,
    error: &Error,
    path: &Path,
    name: &str,
    args: &Verify,
    common: &Common,
) -> Option<Error> {
    let is_of_content = error.location().is_some();
    if !is_of_content || source.compression().is_none() {
        return None;
    }
    if source.reader().is_none() {
        report::note(name, &"the rest of the compressed stream was not read and may be damaged too");
        return None;
    }
    let damage = read_all(path, name, args, common).err();
    if let Some(fault) = &damage {
        report::error(name, &format_args!("the compressed bytes are damaged too: {fault}"));
    }
    damage
}

/// Decompresses everything, up to the first fault.
fn read_all(path: &Path, name: &str, args: &Verify, common: &Common) -> Result<()> {
    let file = input::open_again(path)?;
    let (len, done) = (file.metadata()?.len(), AtomicU64::new(0));
    let decoder = Decoder::new(Counted { file, done: &done })?;
    let mut decoder = decoder.take(args.limit.max_bytes.unwrap_or(u64::MAX));
    let bytes_done = || done.load(Ordering::Relaxed);
    let read = progress::show_bytes(Some(len), &bytes_done, name, common.quiet, || {
        io::copy(&mut decoder, &mut io::sink())
    });
    match read.map_err(io::Error::downcast::<Error>) {
        Ok(_) => Ok(()),
        Err(Ok(fault)) => Err(fault),
        Err(Err(refused)) => Err(refused.into()),
    }
}

/// A file, and the number of its bytes read.
struct Counted<'run> {
    file: File,
    done: &'run AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

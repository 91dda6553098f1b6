//! Whether compressed bytes are damaged, where what they hold is not what it should be.
//!
//! An error of the format is met before the check sum is that would show it to be one of the disk: in gzip and zstd that stands at the end
//! of a member or frame, which may be the whole file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use pagecut::compress::Decoder;
use pagecut::{Error, Result, Source};

use crate::cli::{Common, Verify};
use crate::{input, progress, report};

/// Looks for a fault of the compressed bytes, all of which are read, if reading has ended with an error of what they hold. Tells it, and
/// returns it. Of a stream nothing can be found out any more, which is told too.
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
        report::note(name, &"the rest of the compressed stream was not read, which may be damaged too");
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

/// A file, and how many bytes of it were read.
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

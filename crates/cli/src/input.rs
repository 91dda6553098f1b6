//! Opens what the arguments name.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use pagecut::io::ZeroCopyConfig;
use pagecut::{Error, FileKind, Reader, Result, Source, SourceOptions};

use crate::cli::{Common, Io, Limit};
use crate::{progress, report};

/// What standard input is called, as argument and in output.
pub(crate) const STDIN: &str = "-";

/// The inputs that the arguments name: standard input if they name none.
pub(crate) fn inputs(files: &[PathBuf]) -> Vec<PathBuf> {
    if files.is_empty() { vec![STDIN.into()] } else { files.to_vec() }
}

/// How files are to be read.
pub(crate) fn config(common: &Common) -> ZeroCopyConfig {
    ZeroCopyConfig::new().strategy(common.io.strategy()).mmap(!common.no_mmap)
}

/// What there is to say of BGZF that does not end with an empty block.
pub(crate) const UNCLOSED: &str =
    "the block that closes BGZF is missing, so the file may have been cut at the end of another one";

/// Says that nothing behind an error was read, if that is because it is one of compressed bytes.
pub(crate) fn tell_end(name: &str, error: &Error) {
    if error.compressed_place().is_some() {
        report::note(name, &"reading ends there: it goes on only behind damaged blocks of BGZF");
    }
}

/// Why a format is not read on behind a fault, if it is one of those.
pub(crate) fn lacks_boundaries(kind: FileKind) -> Option<&'static str> {
    match kind {
        FileKind::Mp4 => Some("MP4 has no boundary that is certain behind a fault"),
        _ => None,
    }
}

/// Does `work` on a source, shows how far it is, and says in the end if the source may have been cut.
pub(crate) fn work<T>(source: &Source, name: &str, common: &Common, work: impl FnOnce() -> T) -> T {
    let result = progress::show(source, name, common.quiet, work);
    tell_unclosed(source, name);
    result
}

/// Says if a source may have been cut.
pub(crate) fn tell_unclosed(source: &Source, name: &str) {
    if !source.is_closed() {
        report::note(name, &UNCLOSED);
    }
}

/// Opens an input, of which positions are looked up: what is read of it is decided by them.
pub(crate) fn open(path: &Path, common: &Common) -> Result<Source> {
    open_to_read(path, &Limit::default(), common)
}

/// Opens an input that is read to its end, if it has no more bytes than are allowed.
pub(crate) fn open_to_read(path: &Path, limit: &Limit, common: &Common) -> Result<Source> {
    let options = SourceOptions::new().config(config(common)).threads(common.threads.into());
    let options = limit.max_bytes.map_or(options, |most| options.max_len(most));
    if path.as_os_str() == STDIN {
        static IS_TAKEN: AtomicBool = AtomicBool::new(false);
        // It would be empty, and so be called good.
        if IS_TAKEN.swap(true, Ordering::Relaxed) {
            return Err(io::Error::other("standard input can be read once only").into());
        }
        return Ok(Source::from_reader(io::stdin(), options));
    }
    let source = Source::with_options(path, options)?;
    if !common.quiet && common.io != Io::Auto {
        for refusal in source.reader().map_or(&[][..], Reader::refusals) {
            let what = format!("{}: {}; it is read instead", refusal.way, refusal.reason);
            report::note(&path.display().to_string(), &what);
        }
    }
    Ok(source)
}

//! Names and compression of pieces.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[cfg(feature = "gzip")]
use pagecut::compress::Compression;
use pagecut::{Result, Source};

use crate::args::{Common, Compress, Output};
use crate::output::Out;

/// Begins a piece of an input, which may be one of two mates. It is compressed as the input is, if the command can write that.
pub(crate) fn open(
    prefix: &Path,
    piece: u64,
    mate: Option<usize>,
    input: &Path,
    source: &Source,
    common: &Common,
) -> Result<Out> {
    let output =
        Output { path: Some(path(prefix, piece, mate, input, source)), compress: Some(compress(source)) };
    Out::open(&output, input, common)
}

/// Returns whether the names of pieces can start with a prefix. A prefix without a file name would give hidden files.
pub(crate) fn is_prefix(prefix: &Path) -> bool {
    let bytes = prefix.as_os_str().as_encoded_bytes();
    let name = bytes.rsplit(|&byte| std::path::is_separator(char::from(byte))).next();
    !matches!(name, None | Some(b"" | b"." | b".."))
}

/// Returns the path of a piece: `PREFIX.0.fastq`, `PREFIX.0_1.fastq.gz`. It has the extension of a compression only if it is compressed.
pub(crate) fn path(prefix: &Path, piece: u64, mate: Option<usize>, input: &Path, source: &Source) -> PathBuf {
    let mut name = prefix.as_os_str().to_owned();
    name.push(format!(".{piece}"));
    if let Some(mate) = mate {
        name.push(format!("_{mate}"));
    }
    let plain = if source.compression().is_some() { input.with_extension("") } else { input.into() };
    if let Some(extension) = plain.extension() {
        name.push(".");
        name.push(extension);
    }
    if compress(source) != Compress::None {
        name.push(".gz");
    }
    name.into()
}

fn compress(source: &Source) -> Compress {
    match source.compression() {
        #[cfg(feature = "gzip")]
        Some(Compression::Gzip | Compression::Bgzf) => Compress::Bgzf,
        _ => Compress::None,
    }
}

/// Returns the end of a piece, if `all` are divided into `pieces` as evenly as possible.
pub(crate) fn end(all: u64, piece: u64, pieces: u64) -> u64 {
    u64::try_from(u128::from(all) * u128::from(piece + 1) / u128::from(pieces)).unwrap_or(all)
}

/// Writes a record, with the end of its last line, which the last record of a text may lack.
pub(crate) fn write_text_record(out: &mut Out, record: &[u8]) -> io::Result<()> {
    out.write_all(record)?;
    if record.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n") }
}

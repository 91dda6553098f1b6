//! Decoders without a parser, as readers of decompressed bytes.
//!
//! With one thread, decoding happens during reads. With two, one thread decompresses ahead for the parser's thread.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::num::NonZero;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use rapidgzip_core::Decoder;

use crate::format::Format;
use crate::result::Result;

/// A reader of the decompressed content. One virtual call serves tens of kilobytes.
pub(crate) type Decompressed = Box<dyn Read + Send>;

/// Number of compressed bytes per read where the decoder lets the caller choose: twice flate2's default.
const COMPRESSED_LEN: usize = 64 << 10;

/// Opens a file with the best-known decoder of its format.
pub(crate) fn open(path: &Path, format: Format) -> io::Result<Decompressed> {
    match format {
        Format::Gzip | Format::Bgzf => zlib_rs(path),
        Format::Zstd => libzstd(path),
        _ => Ok(Box::new(File::open(path)?)),
    }
}

/// flate2 with the zlib-rs backend.
pub(crate) fn zlib_rs(path: &Path) -> io::Result<Decompressed> {
    let file = BufReader::with_capacity(COMPRESSED_LEN, File::open(path)?);
    Ok(Box::new(MultiGzDecoder::new(file)))
}

/// The decoder of pagecut and of helicase. It reads the first member only.
pub(crate) fn sirocco(path: &Path) -> io::Result<Decompressed> {
    let file = BufReader::with_capacity(COMPRESSED_LEN, File::open(path)?);
    Ok(Box::new(sirocco::inflate::Reader::new(sirocco::Format::Gzip, file)))
}

/// The decoder brings its own buffer of the length that libzstd recommends.
pub(crate) fn libzstd(path: &Path) -> io::Result<Decompressed> {
    Ok(Box::new(zstd::Decoder::new(File::open(path)?)?))
}

/// libdeflate, block by block. A third thread only reads the compressed blocks and is not counted.
pub(crate) fn bgzf(path: &Path, threads: usize) -> Result<Decompressed> {
    let file = BufReader::with_capacity(COMPRESSED_LEN, File::open(path)?);
    Ok(match NonZero::new(threads - 1) {
        None => Box::new(bgzf::Reader::new(file)),
        Some(workers) => Box::new(bgzf::MultithreadedReader::with_worker_count(workers, file)),
    })
}

/// zlib-rs, driven by rapidgzip's own decoder. Stream input is the mode in which it starts no thread.
pub(crate) fn rapidgzip(path: &Path, threads: usize) -> Result<Decompressed> {
    Ok(match threads {
        1 => Box::new(Decoder::builder().decoder_threads(1).build()?.stream_reader(File::open(path)?)?),
        _ => Box::new(Decoder::builder().decoder_threads(threads - 1).build()?.open(path)?),
    })
}

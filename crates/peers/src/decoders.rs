//! Decoders that are no part of a parser, as readers of what they decompress.
//!
//! With one thread they work when they are read from. With two, one decompresses ahead and the other is the parser's.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::num::NonZero;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use rapidgzip_core::Decoder;

use crate::format::Format;
use crate::result::Result;

/// A reader of what `path` holds. The virtual call is one in tens of kilobytes.
pub(crate) type Decompressed = Box<dyn Read + Send>;

/// How much of the compressed file is read at once where that is ours to say: twice what flate2 takes by itself.
const COMPRESSED_LEN: usize = 64 << 10;

/// With the decoder that is known best.
pub(crate) fn open(path: &Path, format: Format) -> io::Result<Decompressed> {
    match format {
        Format::Gzip | Format::Bgzf => zlib_rs(path),
        Format::Zstd => libzstd(path),
        _ => Ok(Box::new(File::open(path)?)),
    }
}

/// flate2, whose backend is zlib-rs here.
pub(crate) fn zlib_rs(path: &Path) -> io::Result<Decompressed> {
    let file = BufReader::with_capacity(COMPRESSED_LEN, File::open(path)?);
    Ok(Box::new(MultiGzDecoder::new(file)))
}

/// The decoder of pagecut and of helicase. Of members, it reads the first.
pub(crate) fn sirocco(path: &Path) -> io::Result<Decompressed> {
    let file = BufReader::with_capacity(COMPRESSED_LEN, File::open(path)?);
    Ok(Box::new(sirocco::inflate::Reader::new(sirocco::Format::Gzip, file)))
}

/// The decoder brings its own buffer, of the length that libzstd recommends.
pub(crate) fn libzstd(path: &Path) -> io::Result<Decompressed> {
    Ok(Box::new(zstd::Decoder::new(File::open(path)?)?))
}

/// libdeflate, block by block. A third thread only reads the compressed blocks; it is not counted.
pub(crate) fn bgzf(path: &Path, threads: usize) -> Result<Decompressed> {
    let file = BufReader::with_capacity(COMPRESSED_LEN, File::open(path)?);
    Ok(match NonZero::new(threads - 1) {
        None => Box::new(bgzf::Reader::new(file)),
        Some(workers) => Box::new(bgzf::MultithreadedReader::with_worker_count(workers, file)),
    })
}

/// zlib-rs, driven by its own decoder. A stream is the way in which it starts no thread.
pub(crate) fn rapidgzip(path: &Path, threads: usize) -> Result<Decompressed> {
    Ok(match threads {
        1 => Box::new(Decoder::builder().decoder_threads(1).build()?.stream_reader(File::open(path)?)?),
        _ => Box::new(Decoder::builder().decoder_threads(threads - 1).build()?.open(path)?),
    })
}

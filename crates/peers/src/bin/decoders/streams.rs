//! Decoders of streams, read piece by piece.

use std::io::{self, Read, Write};

use crate::Decoder;
use crate::result::Result;

pub(crate) const GZIP: [Decoder; 4] = [
    ("sirocco 0.3", sirocco),
    ("zlib-rs 0.6", zlib_rs),
    ("rapidgzip-core 0.3", |file| rapidgzip(file, 1)),
    ("the same, 2 threads", |file| rapidgzip(file, 2)),
];

pub(crate) const ZSTD: [Decoder; 2] = [("libzstd 1.5 (C)", libzstd), ("ruzstd 0.9", ruzstd)];

/// Length of the output buffer.
const ROOM: usize = 256 << 10;

fn read(mut decoder: impl Read) -> Result<u64> {
    let mut room = vec![0; ROOM];
    let mut made = 0;
    loop {
        match decoder.read(&mut room)? {
            0 => return Ok(made),
            len => made += len as u64,
        }
    }
}

fn sirocco(file: &[u8]) -> Result<u64> {
    read(sirocco::inflate::Reader::new(sirocco::Format::Gzip, file))
}

fn zlib_rs(file: &[u8]) -> Result<u64> {
    read(flate2::bufread::MultiGzDecoder::new(file))
}

/// Counts the written bytes.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn rapidgzip(file: &[u8], threads: usize) -> Result<u64> {
    let mut count = Count(0);
    rapidgzip_core::Decoder::builder().decoder_threads(threads).build()?.decode(file, &mut count)?;
    Ok(count.0)
}

fn libzstd(file: &[u8]) -> Result<u64> {
    read(zstd::stream::read::Decoder::with_buffer(file)?)
}

fn ruzstd(file: &[u8]) -> Result<u64> {
    read(ruzstd::decoding::StreamingDecoder::new(file).map_err(|error| error.to_string())?)
}

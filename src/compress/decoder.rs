//! Decompression as `Read`.

use std::io::{self, Read};

use super::{Check, Compression, CompressionStats, Run, Taken, Unpacker};
use crate::error::Result;

/// Bytes decompressed at a time.
const RUN_LEN: usize = 256 << 10;

/// Reads an input, decompressed if it is compressed.
///
/// The decoder reads all members and verifies each length and checksum; bytes after the last member are an error unless
/// they are padding. Errors are an [`Error`](crate::Error) of kind [`Compressed`](crate::ErrorKind::Compressed) in an
/// [`io::Error`], returned after all bytes before the fault.
///
/// ```
/// use std::io::Read;
///
/// use pagecut::compress::Decoder;
///
/// let mut text = String::new();
/// Decoder::new(&b"@r1\nACGT\n+\nIIII\n"[..])?.read_to_string(&mut text)?;
/// assert_eq!(text, "@r1\nACGT\n+\nIIII\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Decoder<R> {
    unpacker: Unpacker<R>,
    check: Check,
    run: Run,
    /// Bytes of the run that were read.
    read: usize,
    /// Bytes of all runs.
    unpacked: u64,
    /// Verified bytes.
    proven: u64,
    end: Option<Result<()>>,
}

impl<R: Read> Decoder<R> {
    /// Creates a decoder and reads the first bytes to detect the compression.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the input cannot be read, and
    /// [`ErrorKind::UnknownFormat`](crate::ErrorKind::UnknownFormat) if its compression needs a feature that is
    /// disabled.
    pub fn new(input: R) -> Result<Self> {
        let mut decoder = Self {
            unpacker: Unpacker::new(input),
            check: Check::default(),
            run: Run::default(),
            read: 0,
            unpacked: 0,
            proven: 0,
            end: None,
        };
        decoder.unpacker.begin()?;
        Ok(decoder)
    }

    /// Returns the compression, or `None` for a plain input.
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        self.unpacker.compression()
    }

    /// Returns the statistics of a compressed input.
    #[must_use]
    pub fn compression_stats(&self) -> Option<CompressionStats> {
        let packed = self.unpacker.compression_stats()?;
        Some(CompressionStats { decompressed_bytes: self.unpacked, verified_bytes: self.proven, ..packed })
    }

    /// Decompresses the next run.
    fn fill(&mut self) {
        self.run.clear();
        self.read = 0;
        let taken = self.unpacker.take(&mut self.run, RUN_LEN);
        let (sums, finished) = self.run.finish();
        let joined = self.run.verify(sums, &mut self.check);
        if let Some(proven) = self.run.proven(joined.is_err()) {
            self.proven = self.unpacked + proven as u64;
        }
        self.unpacked += self.run.len() as u64;
        // In the order of the input.
        self.end = match joined.and(finished).and(taken) {
            Ok(Taken::Some) => None,
            Ok(Taken::Last) => Some(Ok(())),
            Err(error) => Some(Err(error)),
        };
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.run.len() {
            match &self.end {
                Some(Ok(())) => return Ok(0),
                Some(Err(error)) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.clone())),
                None => self.fill(),
            }
        }
        let left = &self.run.as_slice()[self.read..];
        let len = left.len().min(into.len());
        into[..len].copy_from_slice(&left[..len]);
        self.read += len;
        Ok(len)
    }
}

impl<R> std::fmt::Debug for Decoder<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("end", &self.end).finish_non_exhaustive()
    }
}

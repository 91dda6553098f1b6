//! Decompressed bytes for whoever reads them.

use std::io::{self, Read};

use super::{Check, Compression, CompressionStats, Run, Taken, Unpacker};
use crate::error::Result;

/// How many bytes are decompressed at a time.
const RUN_LEN: usize = 256 << 10;

/// Reads what an input holds, decompressed if it is compressed.
///
/// All members are read, each length and check sum is compared, and whatever follows the last one is an error unless it is
/// padding. An error is an [`Error`](crate::Error) of the kind [`Compressed`](crate::ErrorKind::Compressed) in an
/// [`io::Error`], and comes when all bytes before it were read.
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
    /// How many bytes of the run were read.
    read: usize,
    /// How many bytes there were in all runs.
    unpacked: u64,
    /// How many of them are proven.
    proven: u64,
    end: Option<Result<()>>,
}

impl<R: Read> Decoder<R> {
    /// Reads the first bytes of an input, which tell how it is compressed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the input cannot be read, and
    /// [`ErrorKind::UnknownFormat`](crate::ErrorKind::UnknownFormat) if it takes a feature to read it that is not there.
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

    /// How the input is compressed, if it is.
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        self.unpacker.compression()
    }

    /// What was read, if the input is compressed.
    #[must_use]
    pub fn compression_stats(&self) -> Option<CompressionStats> {
        let packed = self.unpacker.compression_stats()?;
        Some(CompressionStats { unpacked_bytes: self.unpacked, proven_bytes: self.proven, ..packed })
    }

    /// Decompresses the next bytes.
    fn fill(&mut self) {
        self.run.clear();
        self.read = 0;
        let taken = self.unpacker.take(&mut self.run, RUN_LEN);
        let (sums, finished) = self.run.finish();
        let joined = self.check.join(&mut self.run, sums);
        if let Some(proven) = self.run.proven(joined.is_err()) {
            self.proven = self.unpacked + proven as u64;
        }
        self.unpacked += self.run.len() as u64;
        // In the order in which they lie in the input.
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

//! A byte queue between two threads.

mod half;

use std::io::{self, BufRead, Read, Write};

use half::Half;
use pagecut_core::error::{ErrorKind, Result};

use super::{AlignedBuffer, Alignment};

/// A ring buffer that passes bytes from one thread to another.
///
/// One thread owns the [`Producer`], another the [`Consumer`]. Both access the memory in place, as slices of maximum
/// length: a file can be read directly into the ring and parsed there. They share one atomic integer; a lock is taken
/// only if one of them waits.
///
/// ```
/// use std::io::Read;
/// use pagecut::io::{AlignedRingBuffer, Alignment};
///
/// let (mut producer, mut consumer) = AlignedRingBuffer::new(4096, Alignment::CACHE_LINE)?.split();
/// let mut file = std::fs::File::open("testdata/illumina.fastq")?;
/// let reading = std::thread::spawn(move || -> std::io::Result<()> {
///     loop {
///         let read = file.read(producer.wait_writable()?)?;
///         if read == 0 {
///             return Ok(());
///         }
///         producer.commit(read);
///     }
/// });
/// let mut lines = 0;
/// loop {
///     let bytes = consumer.wait_readable();
///     let len = bytes.len();
///     if len == 0 {
///         break;
///     }
///     lines += bytes.iter().filter(|&&byte| byte == b'\n').count();
///     consumer.consume(len);
/// }
/// reading.join().unwrap()?;
/// assert_eq!(lines, 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The halves also implement [`Write`], and [`Read`] and [`BufRead`], with the semantics of a pipe (`pipe(7)`): a read
/// waits for bytes and returns end of file after the producer was dropped and everything was read; a write waits for
/// space and fails with [`BrokenPipe`](io::ErrorKind::BrokenPipe) after the consumer was dropped. One thread that uses
/// both halves can deadlock.
#[derive(Debug)]
pub struct AlignedRingBuffer {
    memory: AlignedBuffer,
}

impl AlignedRingBuffer {
    /// Creates a ring of `capacity` bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if `capacity` is 0; [`ErrorKind::Io`] if the allocation fails.
    pub fn new(capacity: usize, alignment: Alignment) -> Result<Self> {
        if capacity == 0 {
            return Err(
                ErrorKind::InvalidConfig { name: "capacity", value: 0, expected: "at least 1" }.into()
            );
        }
        if capacity > Half::MAX_CAPACITY {
            return Err(io::Error::from(io::ErrorKind::OutOfMemory).into());
        }
        Ok(Self { memory: AlignedBuffer::new(capacity, alignment)? })
    }

    /// Splits the ring into its writing and its reading half. The last half frees the memory.
    #[must_use]
    pub fn split(self) -> (Producer, Consumer) {
        let (producer, consumer) = Half::pair(self.memory);
        (Producer { half: producer }, Consumer { half: consumer })
    }

    /// Returns the capacity in bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.memory.len()
    }
}

/// The writing half of an [`AlignedRingBuffer`].
#[derive(Debug)]
pub struct Producer {
    half: Half,
}

impl Producer {
    /// Returns the writable bytes up to the end of the memory; empty if the ring is full. The space after the
    /// wrap-around follows after these bytes are committed. The contents are initialized but unspecified.
    pub fn writable(&mut self) -> &mut [u8] {
        self.half.slice()
    }

    /// Waits for space and returns it as [`writable`](Producer::writable) does.
    ///
    /// # Errors
    ///
    /// [`BrokenPipe`](io::ErrorKind::BrokenPipe) if the consumer was dropped.
    pub fn wait_writable(&mut self) -> io::Result<&mut [u8]> {
        self.half.wait();
        if self.is_abandoned() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(self.writable())
    }

    /// Passes the first `len` bytes of the last slice to the consumer. Repeated calls continue in the same slice.
    ///
    /// # Panics
    ///
    /// If `len` exceeds the uncommitted rest of the last slice.
    pub fn commit(&mut self, len: usize) {
        self.half.advance(len);
    }

    /// Returns the capacity in bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.half.capacity()
    }

    /// Returns whether the consumer was dropped.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.half.is_abandoned()
    }
}

impl Write for Producer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let written = self.wait_writable()?.write(bytes)?;
        self.commit(written);
        Ok(written)
    }

    /// Does nothing: committed bytes are readable at once.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The reading half of an [`AlignedRingBuffer`].
#[derive(Debug)]
pub struct Consumer {
    half: Half,
}

impl Consumer {
    /// Returns the readable bytes up to the end of the memory; empty if there are none yet. The bytes after the
    /// wrap-around follow after these are consumed.
    ///
    /// To detect the end without waiting, call [`is_abandoned`](Consumer::is_abandoned) *first*: if it returns true and
    /// then no bytes are readable, the input has ended.
    pub fn readable(&mut self) -> &[u8] {
        self.half.slice()
    }

    /// Waits for bytes and returns them as [`readable`](Consumer::readable) does. They are empty if the producer was
    /// dropped and everything was read.
    pub fn wait_readable(&mut self) -> &[u8] {
        self.half.wait();
        self.readable()
    }

    /// Returns the space of the first `len` bytes of the last slice to the producer. Repeated calls continue in the
    /// same slice.
    ///
    /// # Panics
    ///
    /// If `len` exceeds the unconsumed rest of the last slice.
    pub fn consume(&mut self, len: usize) {
        self.half.advance(len);
    }

    /// Returns the capacity in bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.half.capacity()
    }

    /// Returns whether the producer was dropped. Bytes may still be readable.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.half.is_abandoned()
    }
}

impl Read for Consumer {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let read = self.wait_readable().read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Consumer {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.wait_readable())
    }

    fn consume(&mut self, len: usize) {
        self.half.advance(len);
    }
}

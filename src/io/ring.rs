//! Bytes from one thread to another.

mod half;

use std::io::{self, BufRead, Read, Write};

use half::Half;

use super::{AlignedBuffer, Alignment};
use crate::error::{ErrorKind, Result};

/// Memory that is used in a circle to hand bytes from one thread to another.
///
/// One thread has the [`Producer`], another one the [`Consumer`]. Each is lent the bytes themselves, as slices that are as long
/// as they can be: a file can be read straight into the ring, and parsed where it lies. They share one atomic integer; no lock
/// is taken unless one of them waits.
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
/// The halves are also a [`Write`], and a [`Read`] and [`BufRead`], with the manners of a pipe (`pipe(7)`): reading waits for
/// bytes, and ends when the producer was dropped and all was read; writing waits for room, and is a
/// [`BrokenPipe`](io::ErrorKind::BrokenPipe) when the consumer was dropped. A thread that has both halves can wait for itself.
#[derive(Debug)]
pub struct AlignedRingBuffer {
    memory: AlignedBuffer,
}

impl AlignedRingBuffer {
    /// A ring that holds up to `capacity` bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if `capacity` is 0; [`ErrorKind::Io`] if there is not so much memory.
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

    /// The half that writes and the half that reads. The memory is given back with the last of them.
    #[must_use]
    pub fn split(self) -> (Producer, Consumer) {
        let (producer, consumer) = Half::pair(self.memory);
        (Producer { half: producer }, Consumer { half: consumer })
    }

    /// How many bytes the ring holds when it is full.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.memory.len()
    }
}

/// The half of an [`AlignedRingBuffer`] that writes.
#[derive(Debug)]
pub struct Producer {
    half: Half,
}

impl Producer {
    /// The room there is, up to the end of the memory; empty if the ring is full. What lies behind the end is lent once this was
    /// committed. The bytes have some value, of no meaning.
    pub fn writable(&mut self) -> &mut [u8] {
        self.half.lend()
    }

    /// Waits until there is room, and lends it as [`writable`](Producer::writable) does.
    ///
    /// # Errors
    ///
    /// [`BrokenPipe`](io::ErrorKind::BrokenPipe) if the consumer was dropped: nobody would read it.
    pub fn wait_writable(&mut self) -> io::Result<&mut [u8]> {
        self.half.wait();
        if self.is_abandoned() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(self.writable())
    }

    /// Gives the first `len` bytes of what was lent to the consumer. It can be done in steps.
    ///
    /// # Panics
    ///
    /// If `len` is more than was lent last and not committed since.
    pub fn commit(&mut self, len: usize) {
        self.half.pass_on(len);
    }

    /// How many bytes the ring holds when it is full.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.half.capacity()
    }

    /// Whether the consumer was dropped.
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

    /// Does nothing: what was written can be read.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The half of an [`AlignedRingBuffer`] that reads.
#[derive(Debug)]
pub struct Consumer {
    half: Half,
}

impl Consumer {
    /// The bytes there are to read, up to the end of the memory; empty if there are none yet. What lies behind the end is lent
    /// once these were consumed.
    ///
    /// Who does not wait and wants to know whether there will be more asks [`is_abandoned`](Consumer::is_abandoned) *before*: if
    /// the consumer was abandoned, and nothing is readable then, it was all.
    pub fn readable(&mut self) -> &[u8] {
        self.half.lend()
    }

    /// Waits until there are bytes to read, and lends them as [`readable`](Consumer::readable) does. They are empty if the
    /// producer was dropped and all was read.
    pub fn wait_readable(&mut self) -> &[u8] {
        self.half.wait();
        self.readable()
    }

    /// Gives the room of the first `len` bytes of what was lent back to the producer. It can be done in steps.
    ///
    /// # Panics
    ///
    /// If `len` is more than was lent last and not consumed since.
    pub fn consume(&mut self, len: usize) {
        self.half.pass_on(len);
    }

    /// How many bytes the ring holds when it is full.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.half.capacity()
    }

    /// Whether the producer was dropped. There may still be bytes to read.
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
        self.half.pass_on(len);
    }
}

//! Transfers from a file to a socket, a pipe or another file, without a copy to user space where the kernel supports
//! it.

mod copy_buffer;
mod transfer;

use std::ops::Range;
use std::os::fd::AsFd;

use pagecut_core::error::Result;

pub use transfer::{SendMethod, Sent, Step, Transfer};

/// Sends a range of a file, in bytes from its start, to a socket, a pipe, or the position of another file, and waits
/// until all of it is accepted.
///
/// This is [`Transfer::run`]. A [`Transfer`] can continue after an error and reports the number of bytes sent until
/// then; its documentation applies to both.
///
/// ```
/// use std::io::Read;
/// use std::net::{TcpListener, TcpStream};
/// use pagecut::{Format, fastq::Fastq, io::send, mmap::MmapReader};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut client = TcpStream::connect(listener.local_addr()?)?;
/// let (server, _) = listener.accept()?;
///
/// // The sequence of the third record, from the page cache to the network.
/// let reader = MmapReader::open("testdata/illumina.fastq")?;
/// let record = reader.records(&Fastq::new()).nth(2).unwrap()?;
/// let range = reader.range_of(record.sequence()).unwrap();
/// send(&reader, range, &server)?;
/// drop(server);
///
/// let mut received = Vec::new();
/// client.read_to_end(&mut received)?;
/// assert_eq!(received, record.sequence());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Those of [`Transfer::new`] and [`Transfer::run`].
pub fn send(from: impl AsFd, range: Range<u64>, to: impl AsFd) -> Result<Sent> {
    Transfer::new(from, range, to)?.run()
}

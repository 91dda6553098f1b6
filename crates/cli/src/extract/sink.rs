//! Where ranges of an input go.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
use std::ops::Range;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use pagecut::{Reader, Result, Source};

use crate::output;

/// Writes ranges of an input one behind the other, those that lie side by side at once, and long ones without a look at their bytes
/// where the system can do that (`copy_file_range(2)`, `sendfile(2)`).
pub(super) struct Sink<'data> {
    /// All bytes of the input.
    data: &'data [u8],
    /// The file that they are, if they are those of a file.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing is sent there"))]
    reader: Option<&'data Reader>,
    out: BufWriter<Target>,
    /// What is to be written next.
    pending: Range<u64>,
}

/// Where it goes.
enum Target {
    File(File),
    Stdout(Stdout),
}

/// Shorter ranges are copied: to send them would take as long as their bytes.
#[cfg(unix)]
const SEND_LEN: u64 = 256 << 10;

/// How many bytes are written at a time.
const BUFFER_LEN: usize = 256 << 10;

/// What is written, and what it is from.
pub(super) struct Place<'run> {
    /// Standard output if it is not said.
    pub(super) output: Option<&'run Path>,
    pub(super) input: &'run Path,
    pub(super) source: &'run Source,
}

impl Place<'_> {
    /// Begins to write: to a file, unless that is the input, or to standard output. `data` are all bytes of the input.
    pub(super) fn open<'data>(&'data self, data: &'data [u8]) -> Result<Sink<'data>> {
        let target = match self.output {
            Some(path) => Target::File(output::create(path, self.input)?),
            None => Target::Stdout(io::stdout()),
        };
        let reader = self.source.reader().filter(|_| self.source.compression().is_none());
        Ok(Sink { data, reader, out: BufWriter::with_capacity(BUFFER_LEN, target), pending: 0..0 })
    }
}

impl Sink<'_> {
    /// Writes a range of the input.
    pub(super) fn put(&mut self, range: Range<u64>) -> Result<()> {
        if range.start == self.pending.end {
            self.pending.end = range.end;
            return Ok(());
        }
        self.put_pending()?;
        self.pending = range;
        Ok(())
    }

    /// Writes bytes that do not lie there where they are to stand.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if !bytes.is_empty() {
            self.put_pending()?;
            self.out.write_all(bytes)?;
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<()> {
        self.put_pending()?;
        Ok(self.out.flush()?)
    }

    fn put_pending(&mut self) -> Result<()> {
        let range = std::mem::replace(&mut self.pending, 0..0);
        #[cfg(unix)]
        if let Some(reader) = self.reader.filter(|_| range.end - range.start >= SEND_LEN) {
            self.out.flush()?;
            return reader.send(range, self.out.get_ref()).map(drop);
        }
        // What lies in memory can be counted in `usize`, and ranges lie in the input.
        let position = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.data.get(position(range.start)..position(range.end)).unwrap_or_default();
        Ok(self.out.write_all(bytes)?)
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stdout(stdout) => stdout.flush(),
        }
    }
}

#[cfg(unix)]
impl AsFd for Target {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::File(file) => file.as_fd(),
            Self::Stdout(stdout) => stdout.as_fd(),
        }
    }
}

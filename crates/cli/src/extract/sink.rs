//! Output of ranges of an input.

use std::cell::RefCell;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use pagecut::{Result, Source, source::Reader};

use crate::output::{self, OutFile};

/// Writes ranges of an input one after the other. Adjacent ranges are joined, and long ones are copied in the kernel where possible
/// (`copy_file_range(2)`, `sendfile(2)`).
pub(crate) struct Sink<'data> {
    /// All bytes of the input.
    data: &'data [u8],
    /// The file with these bytes, if they come from a file.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing is sent there"))]
    reader: Option<&'data Reader>,
    out: BufWriter<OutFile>,
    finished: &'data RefCell<Option<OutFile>>,
    /// The next range to write.
    pending: Range<u64>,
}

/// Minimum length of a range copied in the kernel. For a shorter one the system call takes as long as a copy.
#[cfg(unix)]
const SEND_LEN: u64 = 256 << 10;

/// Number of bytes per write.
const BUFFER_LEN: usize = 256 << 10;

/// The output and its input.
pub(crate) struct Place<'run> {
    /// Standard output if `None`.
    pub(crate) output: Option<&'run Path>,
    pub(crate) input: &'run Path,
    /// The name of the input in messages.
    pub(crate) name: &'run str,
    pub(crate) source: &'run Source,
    /// Returns the output once everything is written. The caller has to commit it.
    pub(crate) finished: RefCell<Option<OutFile>>,
}

impl Place<'_> {
    /// Starts writing: to a file, unless it is the input, or to standard output. `data` are all bytes of the input.
    pub(crate) fn open<'data>(&'data self, data: &'data [u8]) -> Result<Sink<'data>> {
        let target = output::create(self.output, self.input)?;
        let reader = self.source.reader().filter(|_| self.source.compression().is_none());
        let out = BufWriter::with_capacity(BUFFER_LEN, target);
        Ok(Sink { data, reader, out, finished: &self.finished, pending: 0..0 })
    }
}

impl Sink<'_> {
    /// Writes a range of the input.
    pub(crate) fn put(&mut self, range: Range<u64>) -> Result<()> {
        if range.start == self.pending.end {
            self.pending.end = range.end;
            return Ok(());
        }
        self.put_pending()?;
        self.pending = range;
        Ok(())
    }

    /// Writes bytes that are not in the input at this place.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if !bytes.is_empty() {
            self.put_pending()?;
            self.out.write_all(bytes)?;
        }
        Ok(())
    }

    /// Writes the remaining bytes.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.put_pending()?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        *self.finished.borrow_mut() = Some(file);
        Ok(())
    }

    fn put_pending(&mut self) -> Result<()> {
        let range = std::mem::replace(&mut self.pending, 0..0);
        #[cfg(unix)]
        if let Some(reader) = self.reader.filter(|_| range.end - range.start >= SEND_LEN) {
            self.out.flush()?;
            return self.out.get_ref().copy_from(reader, range);
        }
        // Ranges lie in the input, which is in memory, so they fit into `usize`.
        let position = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.data.get(position(range.start)..position(range.end)).unwrap_or_default();
        Ok(self.out.write_all(bytes)?)
    }
}

//! Bytes of FASTQ of which the census is not done.

use crate::error::Result;
use crate::fastq::{Census, Evidence, Fastq, Observation};
use crate::record::{Cursor, Format, Part};
use crate::source::room::no_room;

/// Bytes of FASTQ of which the census is not done, and the evidence of those before.
pub(in crate::source) struct Unread {
    bytes: Vec<u8>,
    /// Offset of the first of them.
    offset: u64,
    /// Records of four lines, and line ends, of the bytes before `offset`.
    records: u64,
    lines: u64,
    /// The census goes on when there are this many bytes.
    look_from: usize,
    pub(in crate::source) evidence: Evidence,
}

impl Unread {
    /// Begins at an offset, with evidence of the bytes before it.
    pub(in crate::source) fn from(offset: u64, evidence: Evidence) -> Self {
        Self { bytes: Vec::new(), offset, records: 0, lines: 0, look_from: 0, evidence }
    }

    /// Records of four lines of which the census is done.
    pub(in crate::source) fn records(&self) -> u64 {
        self.records
    }

    /// Line ends of the bytes of which the census is done.
    pub(in crate::source) fn lines(&self) -> u64 {
        self.lines
    }

    /// Adds the bytes that follow.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no memory for them.
    pub(in crate::source) fn add(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.try_reserve(bytes.len()).map_err(|_| no_room(Fastq::NAME, self.offset))?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Takes the census of all stretches that are whole, and of the last one if the input is `complete`. Stops with the first stretch
    /// after which the evidence is enough, and returns where that begins.
    pub(in crate::source) fn look(
        &mut self,
        complete: bool,
        is_enough: impl Fn(&Evidence) -> bool,
    ) -> Option<u64> {
        if self.bytes.len() < self.look_from && !complete {
            return None;
        }
        let part = Part::from_view(&self.bytes, self.bytes.len(), self.offset, complete);
        let mut cursor = Cursor::new(&Census, part);
        let (mut done, mut found) = (0, None);
        while let Some((offset, stretch)) = cursor.next() {
            self.evidence.add(offset, stretch);
            if is_enough(&self.evidence) {
                found = Some(offset);
                // What lies in memory can be counted in `usize`.
                done = usize::try_from(offset - self.offset).unwrap_or(done);
                break;
            }
            self.records += u64::from(matches!(stretch, Observation::FourLines { .. }));
            done = cursor.position();
        }
        // A longer record is looked at again when there are twice as many bytes.
        self.look_from = if done == 0 { self.bytes.len().saturating_mul(2) } else { 0 };
        self.lines += memchr::memchr_iter(b'\n', &self.bytes[..done]).count() as u64;
        self.bytes.drain(..done);
        self.offset += done as u64;
        found
    }
}

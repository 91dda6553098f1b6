//! Census of FASTQ that arrives piece by piece.

use crate::allocation;
use crate::error::Result;
use crate::fastq::{Census, Evidence, Fastq, Observation};
use crate::record::{Cursor, Format, Part};
use crate::source::reserve::out_of_memory;

/// Bytes of FASTQ that the census has not covered yet, and the evidence from those before them.
pub(in crate::source) struct PendingCensus {
    bytes: Vec<u8>,
    /// Offset of the first byte.
    offset: u64,
    /// Numbers of four-line records and of line ends before `offset`.
    records: u64,
    lines: u64,
    /// Number of bytes from which the census continues.
    look_from: usize,
    pub(in crate::source) evidence: Evidence,
}

impl PendingCensus {
    /// Starts at an offset, with evidence from the bytes before it.
    pub(in crate::source) fn from(offset: u64, evidence: Evidence) -> Self {
        Self { bytes: Vec::new(), offset, records: 0, lines: 0, look_from: 0, evidence }
    }

    /// Returns the number of four-line records covered.
    pub(in crate::source) fn records(&self) -> u64 {
        self.records
    }

    /// Returns the number of line ends covered.
    pub(in crate::source) fn lines(&self) -> u64 {
        self.lines
    }

    /// Adds the following bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if memory is exhausted.
    pub(in crate::source) fn add(&mut self, bytes: &[u8]) -> Result<()> {
        allocation::reserve(&mut self.bytes, bytes.len())
            .map_err(|_| out_of_memory(Fastq::NAME, self.offset))?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Takes the census of all whole records, and of the last one if the input is `complete`. Stops at the first record after which the
    /// evidence is sufficient, and returns its offset.
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
                // Positions in memory fit into `usize`.
                done = usize::try_from(offset - self.offset).unwrap_or(done);
                break;
            }
            self.records += u64::from(matches!(stretch, Observation::FourLines { .. }));
            done = cursor.position();
        }
        // A longer record is read again once there are twice as many bytes.
        self.look_from = if done == 0 { self.bytes.len().saturating_mul(2) } else { 0 };
        self.lines += memchr::memchr_iter(b'\n', &self.bytes[..done]).count() as u64;
        self.bytes.drain(..done);
        self.offset += done as u64;
        found
    }
}

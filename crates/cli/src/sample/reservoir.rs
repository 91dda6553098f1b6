//! A sample in memory.

use std::collections::BinaryHeap;
use std::io;

/// The records with the smallest keys among those that were offered.
#[derive(Debug)]
pub(super) struct Reservoir {
    most: u64,
    /// Key, number and bytes. Numbers differ, so bytes are not compared.
    records: BinaryHeap<(u64, u64, Vec<u8>)>,
}

impl Reservoir {
    /// Holds this number of records at most.
    pub(super) fn new(most: u64) -> Self {
        Self { most, records: BinaryHeap::new() }
    }

    /// Takes a record if its key is among the smallest.
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`](io::ErrorKind::OutOfMemory).
    pub(super) fn offer(&mut self, key: u64, number: u64, record: &[u8]) -> io::Result<()> {
        if self.records.len() as u64 >= self.most {
            match self.records.peek() {
                Some(&(largest, its_number, _)) if (key, number) < (largest, its_number) => {
                    self.records.pop()
                }
                _ => return Ok(()),
            };
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(record.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        bytes.extend_from_slice(record);
        self.records.try_reserve(1).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.records.push((key, number, bytes));
        Ok(())
    }

    /// Returns the records in the order of their numbers.
    pub(super) fn into_records(self) -> Vec<Vec<u8>> {
        let mut records = self.records.into_vec();
        records.sort_unstable_by_key(|&(_, number, _)| number);
        records.into_iter().map(|(_, _, bytes)| bytes).collect()
    }
}

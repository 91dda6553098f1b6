//! Adapters by position.

use std::collections::BTreeMap;

use super::{float, judged};
use crate::qc::adapter_search::AdapterHits;
use crate::qc::axis::{self, EXACT};
use crate::qc::report::{AdapterContent, Module, Status};
use crate::qc::{Adapters, Grouping, Limits};

/// Number of reads by the first position of each adapter.
#[derive(Debug, Default)]
pub(in crate::qc) struct AdapterCounts {
    /// Length of the longest read so far that is longer than every adapter, or 0.
    longest: u64,
    adapters: Vec<Places>,
}

/// Number of reads by the first position of an adapter.
#[derive(Debug, Default)]
struct Places {
    exact: Vec<u64>,
    /// By the first position of a row of positions.
    others: BTreeMap<u64, u64>,
}

impl AdapterCounts {
    /// Adds the reads of a part. `len` is the length of the longest adapter.
    ///
    /// An adapter counts if it is not after the last place for the longest adapter in the longest read so far. So an adapter that is a whole
    /// read does not count before the first read that is longer.
    pub(in crate::qc) fn add(&mut self, part: &AdapterHits, len: usize) {
        let last = self.longest.checked_sub(len as u64).filter(|_| self.longest > 0);
        let late = part.late.iter().filter(|(_, at)| last.is_some_and(|last| *at <= last));
        for &(adapter, at) in part.hits.iter().chain(late) {
            let adapter = adapter as usize;
            if adapter >= self.adapters.len() {
                self.adapters.resize_with(adapter + 1, Places::default);
            }
            self.adapters[adapter].add(at);
        }
        self.longest = self.longest.max(part.longest);
    }

    /// Returns the share of the reads with each adapter.
    pub(in crate::qc) fn results(
        &self,
        adapters: &Adapters,
        reads: u64,
        grouping: Grouping,
        limits: &Limits,
    ) -> Module<AdapterContent> {
        let adapters = adapters.as_slice();
        let names: Vec<_> = adapters.iter().map(|adapter| adapter.name.clone()).collect();
        let len = adapters.iter().map(|adapter| adapter.sequence.len() as u64).max().unwrap_or(0);
        if len > self.longest {
            return Module { status: Status::Warn, results: AdapterContent { names, rows: Vec::new() } };
        }
        let groups = axis::groups(grouping, self.longest - len + 1);
        let columns: Vec<Vec<f64>> = (0..names.len())
            .map(|adapter| {
                let mut before = 0;
                let places = self.adapters.get(adapter);
                let of_group = |group: &crate::qc::report::Positions| {
                    let mut sum = 0.0;
                    for position in group.first - 1..group.last {
                        before += places.map_or(0, |places| places.at(position));
                        sum += float(before) * 100.0 / float(reads);
                    }
                    sum / float(group.last - group.first + 1)
                };
                groups.iter().map(of_group).collect()
            })
            .collect();
        let rows: Vec<_> = groups
            .iter()
            .enumerate()
            .map(|(row, &group)| (group, columns.iter().map(|column| column[row]).collect::<Vec<_>>()))
            .collect();
        let above = |limit: f64| rows.iter().any(|row| row.1.iter().any(|&share| share > limit));
        let (fails, warns) = (above(limits.adapters.error), above(limits.adapters.warn));
        judged(AdapterContent { names, rows }, fails, warns)
    }
}

impl Places {
    fn add(&mut self, at: u64) {
        let position = usize::try_from(at).unwrap_or(usize::MAX);
        if position < EXACT {
            if position >= self.exact.len() {
                self.exact.resize(position + 1, 0);
            }
            self.exact[position] += 1;
        } else {
            *self.others.entry(axis::first_in_row(axis::row(position)) as u64).or_default() += 1;
        }
    }

    fn at(&self, position: u64) -> u64 {
        let exact = usize::try_from(position).ok().and_then(|position| self.exact.get(position));
        exact.or_else(|| self.others.get(&position)).copied().unwrap_or(0)
    }
}

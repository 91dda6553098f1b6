//! The counts of all reads, to which parts are added in the order of the input.

use std::sync::atomic::Ordering;

use super::axis;
use super::letters::{A, C, G, T};
use super::modules::adapter_content::AdapterCounts;
use super::modules::base_content::{base_content, n_content};
use super::modules::base_quality::base_quality;
use super::modules::gc_content::GcCounts;
use super::modules::kmers;
use super::modules::kmers::KmerCounts;
use super::modules::lengths::Lengths;
use super::modules::long_reads::LongReadCounts;
use super::modules::read_quality::ReadQuality;
use super::modules::sequences::SequenceCounts;
use super::modules::tile_quality::{self, TileCounts};
use super::options::Qc;
use super::part_counts::PartCounts;
use super::position_counts::PositionCounts;
use super::report::{BasicStatistics, Encoding, Report};
use super::shared::Shared;
use crate::error::Error;

/// The counts of all reads.
#[derive(Debug)]
pub(super) struct Totals {
    reads: u64,
    filtered: u64,
    positions: PositionCounts,
    lengths: Lengths,
    read_quality: ReadQuality,
    gc: GcCounts,
    sequences: SequenceCounts,
    adapters: AdapterCounts,
    tiles: TileCounts,
    kmers: KmerCounts,
    long_reads: LongReadCounts,
}

impl Totals {
    pub(super) fn new(qc: &Qc) -> Self {
        Self {
            reads: 0,
            filtered: 0,
            positions: PositionCounts::default(),
            lengths: Lengths::default(),
            read_quality: ReadQuality::default(),
            gc: GcCounts::default(),
            sequences: SequenceCounts::default(),
            adapters: AdapterCounts::default(),
            tiles: TileCounts::default(),
            kmers: KmerCounts::new(qc.kmer_len),
            long_reads: LongReadCounts::default(),
        }
    }

    /// Adds the reads of the next part. Takes its tail away.
    pub(super) fn add(&mut self, part: &mut PartCounts, shared: &Shared) {
        self.filtered += part.filtered;
        self.positions.add(part);
        shared.tails.push(&mut part.tail);
        self.long_reads.add(part);
        for read in &part.reads {
            self.lengths.add(read.len);
            if read.len > 0 {
                self.read_quality.add(read.mean);
            }
        }
        self.gc.add(&part.reads);
        self.sequences.add(part, shared);
        self.adapters.add(&part.adapters, shared.adapters.longest());
        self.add_samples(part);
        if self.tiles.is_given_up() {
            shared.counts_tiles.store(false, Ordering::Relaxed);
        }
        self.reads += part.reads.len() as u64;
    }

    /// Adds the reads of which only every tenth or fiftieth counts.
    fn add_samples(&mut self, part: &PartCounts) {
        let mut start = 0;
        for (number, copied) in (self.reads + 1..).zip(&part.copied) {
            let definition = &part.copies[start..copied.definition];
            let quality = &part.copies[copied.definition..copied.quality];
            let bases = &part.copies[copied.quality..copied.bases];
            start = copied.bases;
            if number % tile_quality::STEP == 0 {
                self.tiles.add(definition, quality);
            }
            if number % kmers::STEP == 0 {
                self.kmers.add(bases);
            }
        }
    }

    /// Returns the report.
    pub(super) fn report(mut self, shared: Shared, qc: &Qc, name: &str, error: Option<Error>) -> Report {
        let Shared { tails, full_table, .. } = shared;
        self.positions.set_tails(tails.finish());
        let Qc { limits, grouping, .. } = qc;
        let grouping = *grouping;
        let basic = self.basic();
        let offset = basic.encoding.offset();
        let groups = axis::groups(grouping, basic.max_len);
        let (duplication, overrepresented) =
            self.sequences.results(full_table.get(), limits, &qc.contaminants);
        Report {
            name: name.to_owned(),
            error,
            base_quality: base_quality(&self.positions, &groups, offset, limits)
                .filter(|_| !limits.ignore_base_quality),
            tile_quality: self.tiles.results(grouping, limits).filter(|_| !limits.ignore_tile_quality),
            read_quality: self.read_quality.results(offset, limits).filter(|_| !limits.ignore_read_quality),
            read_quality_by_error: self.long_reads.qualities(offset),
            base_content: (!limits.ignore_base_content)
                .then(|| base_content(&self.positions, &groups, limits)),
            gc_content: (!limits.ignore_gc_content).then(|| self.gc.results(limits)),
            n_content: (!limits.ignore_n_content).then(|| n_content(&self.positions, &groups, limits)),
            lengths: (!limits.ignore_lengths).then(|| self.lengths.results(grouping, limits)),
            duplication: Some(duplication).filter(|_| !limits.ignore_duplication),
            duplication_estimate: self.sequences.estimate().filter(|_| !limits.ignore_duplication),
            overrepresented: Some(overrepresented).filter(|_| !limits.ignore_overrepresented),
            adapters: (!limits.ignore_adapters)
                .then(|| self.adapters.results(&qc.adapters, self.reads, grouping, limits)),
            kmers: (!limits.ignore_kmers).then(|| self.kmers.results(grouping, limits)),
            long_reads: self.long_reads.results(&self.lengths, &self.positions, offset),
            basic,
        }
    }

    fn basic(&self) -> BasicStatistics {
        let characters = self.positions.characters();
        let letters = self.positions.all_bases();
        let gc = letters[G] + letters[C];
        let known = gc + letters[A] + letters[T];
        BasicStatistics {
            encoding: Encoding::of_lowest(characters.map(|(lowest, _)| lowest)),
            characters,
            reads: self.reads,
            filtered: self.filtered,
            bases: self.lengths.bases,
            min_len: self.lengths.min.min(self.lengths.max),
            max_len: self.lengths.max,
            gc_percent: (gc * 100).checked_div(known).unwrap_or(0),
        }
    }
}

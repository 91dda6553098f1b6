//! Checks of elements, blocks and frames; the coded media are not decoded.

use std::collections::HashSet;

use pagecut::media::matroska::{Cluster, Element, ElementId, Matroska, Occurrences, Segment, TopLevel};
use pagecut::{Error, ErrorKind, Format as _, Gap, Piece, Result, Resync as _};

use crate::verify::{Found, first};

/// Returns the records up to the first error between them, and the first error in them.
pub(super) fn records(data: &[u8]) -> Found {
    let mut inside = Inside::new(data);
    let mut fault = None;
    let mut records = Matroska.records(data);
    for record in records.by_ref().map_while(Result::ok) {
        inside.check(&record, &mut |error| fault = first(fault.take(), Some(error)));
    }
    let (tally, error) = (records.tally(), records.error().cloned());
    let complete = error.is_none();
    let error =
        inside.of_head.into_iter().fold(first(error, fault), |error, fault| first(error, Some(fault)));
    Found { tally, error, complete, gaps: None, faults: None }
}

/// Returns the records, the gaps between them, and all faults in them.
pub(super) fn pieces(data: &[u8], max_gaps: u64) -> Found {
    let mut inside = Inside::new(data);
    let (mut gaps, mut faults) = (Vec::<Gap>::new(), Vec::<Error>::new());
    let mut pieces = Matroska.pieces(data);
    let mut too_many = None;
    for piece in pieces.by_ref() {
        match piece {
            Piece::Record(record) => inside.check(&record, &mut |error| faults.push(error)),
            Piece::Gap(_) if gaps.len() as u64 == max_gaps => {
                too_many = Some(ErrorKind::TooManyGaps { most: max_gaps }.into());
                break;
            }
            Piece::Gap(gap) => gaps.push(gap),
        }
    }
    let reported: HashSet<_> =
        faults.iter().chain(gaps.iter().map(|gap| &gap.error)).map(Error::offset).collect();
    faults.extend(inside.of_head.into_iter().filter(|error| !reported.contains(&error.offset())));
    faults.sort_by_key(Error::offset);
    let complete = too_many.is_none();
    let error = first(gaps.first().map(|gap| gap.error.clone()), faults.first().cloned());
    let error = too_many.or(error);
    Found { tally: pieces.tally(), error, complete, gaps: Some(gaps), faults: Some(faults) }
}

/// The current segment, which is needed to find the faults of its records.
struct Inside<'data> {
    data: &'data [u8],
    segment: Option<Segment<'data>>,
    /// The last EBML header.
    header: Option<Element<'data>>,
    /// The elements found in the segment.
    found: Occurrences,
    /// The reason why there is no segment, or the faults in the head of each.
    of_head: Vec<Error>,
}

impl<'data> Inside<'data> {
    fn new(data: &'data [u8]) -> Self {
        let (segment, of_head) = match Segment::read(data) {
            Ok(segment) => (Some(segment), Vec::new()),
            Err(error) => (None, vec![error]),
        };
        let mut inside = Self { data, segment, header: None, found: Occurrences::default(), of_head };
        inside.take_faults();
        inside
    }

    /// Collects the faults in the head of the segment, up to a limit over all segments.
    fn take_faults(&mut self) {
        const MOST: usize = 1000;
        let faults = self.segment.as_ref().map_or(&[][..], Segment::faults);
        self.of_head.extend(faults.iter().take(MOST.saturating_sub(self.of_head.len())).cloned());
    }

    /// Begins the next segment.
    fn begin(&mut self, element: Element<'data>) {
        if self.segment.as_ref().is_some_and(|segment| segment.element() != element) {
            self.segment = self.segment.take().map(|segment| segment.following(element, self.header));
            self.take_faults();
        }
    }

    /// Reads the contents of a record, and reports all faults, each offset once.
    fn check(&mut self, record: &TopLevel<'data>, tell: &mut dyn FnMut(Error)) {
        let mut reported = HashSet::new();
        let mut tell = |error: Error| {
            if reported.insert(error.offset()) {
                tell(error);
            }
        };
        let element = record.element();
        self.found.add(&element).unwrap_or_else(&mut tell);
        match record {
            TopLevel::Segment(_) => {
                self.begin(element);
                self.found = Occurrences::default();
                element.check_size(self.data.len() as u64).unwrap_or_else(&mut tell);
            }
            TopLevel::Cluster(cluster) => self.check_blocks(cluster, &mut tell),
            TopLevel::Element(_) if element.id() == ElementId::EBML => self.header = Some(element),
            TopLevel::Element(_) => {}
        }
        element.checks().for_each(tell);
    }

    /// Reads the blocks of a cluster, and locates their frames.
    fn check_blocks(&self, cluster: &Cluster<'data>, tell: &mut impl FnMut(Error)) {
        match &self.segment {
            Some(segment) => segment.packets_of(cluster).filter_map(Result::err).for_each(tell),
            None => {
                let blocks = cluster.blocks().map(|block| block.and_then(|block| block.frames()));
                blocks.filter_map(Result::err).for_each(tell);
            }
        }
    }
}

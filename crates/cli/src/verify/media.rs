//! Media containers: every byte is accounted for, and what is inside of boxes and elements is looked at too, though not the coded
//! media themselves.

use std::collections::HashSet;

use pagecut::media::matroska::{Cluster, Element, ElementId, Matroska, Occurrences, Segment, TopLevel};
use pagecut::media::mp4::{Boxes, Movie, Track, Tree};
use pagecut::{Error, ErrorKind, FileKind, Format, Gap, Piece, Result, Resync, Source, Tally};

use super::Read;
use super::places::Blocks;
use crate::cli::{Common, Verify};
use crate::{media, progress};

/// What was found in an input.
struct Found {
    tally: Tally,
    /// The first error.
    error: Option<Error>,
    complete: bool,
    gaps: Option<Vec<Gap>>,
    faults: Option<Vec<Error>>,
}

/// Reads one input.
pub(super) fn read(
    source: &Source,
    kind: FileKind,
    name: &str,
    args: &Verify,
    common: &Common,
) -> Result<Read> {
    let data = progress::show(source, name, common.quiet, || source.whole())?;
    let found = media::checked(source, || {
        Ok(match kind {
            FileKind::Mp4 => mp4(&data),
            _ if args.recover => matroska_pieces(&data, args.max_gaps),
            _ => matroska_records(&data),
        })
    })?;
    let Found { tally, error, complete, gaps, faults } = found;
    let format = Some(if kind == FileKind::Mp4 { Boxes::NAME } else { Matroska::NAME });
    let (bytes, file_len, packed) = (data.len() as u64, source.len_hint(), source.compression_stats());
    Ok(Read {
        format,
        bytes,
        file_len,
        tally,
        error,
        complete,
        ends_at_fault: None,
        packed,
        damage: None,
        gaps,
        faults,
        blocks: Blocks::default(),
    })
}

/// Of two errors the one that comes first in the input.
pub(super) fn first(left: Option<Error>, right: Option<Error>) -> Option<Error> {
    match (left, right) {
        (Some(left), Some(right)) if right.offset() < left.offset() => Some(right),
        (left, right) => left.or(right),
    }
}

/// The boxes that are in no other box, then those in them, then the samples.
fn mp4(data: &[u8]) -> Found {
    let mut boxes = Boxes.records(data);
    boxes.by_ref().for_each(drop);
    let (tally, error) = (boxes.tally(), boxes.error().cloned());
    let complete = error.is_none();
    Found { tally, error: first(error, inside_of_boxes(data).err()), complete, gaps: None, faults: None }
}

/// Reads all boxes, and all samples of the movie, if there has to be one.
fn inside_of_boxes(data: &[u8]) -> Result<()> {
    let mut may_have_no_movie = false;
    for node in Tree::of(data) {
        let node = node?;
        // Segments of a movie, and pictures, have none.
        may_have_no_movie |= node.depth == 0 && matches!(&node.mp4_box.kind().0, b"moof" | b"meta" | b"sidx");
    }
    let movie = match Movie::read(data) {
        Err(error) if may_have_no_movie && is_no_movie(&error) => return Ok(()),
        movie => movie?,
    };
    movie.fault().cloned().map_or(Ok(()), Err)?;
    movie.tracks().iter().try_for_each(description)?;
    movie.check_layout()?;
    movie.fragments().try_for_each(|fragment| fragment?.sequence_number().map(drop))?;
    movie.segment_indexes().try_for_each(|index| index.map(drop))?;
    match movie.random_access()? {
        Some(random_access) => random_access.tracks().try_for_each(|track| track.map(drop)),
        None => Ok(()),
    }
}

/// Whether an error is that there is no movie.
fn is_no_movie(error: &Error) -> bool {
    use pagecut::Mp4Fault::BoxMissing;
    matches!(error.kind(), ErrorKind::Mp4(BoxMissing { kind: [b'm', b'o', b'o', b'v'], parent: None }))
}

/// Checks the sample entries and the sample table of a track.
fn description(track: &Track<'_>) -> Result<()> {
    track.sample_entries().try_for_each(|entry| entry?.check())?;
    track.check_tables()
}

/// The records up to the first error between them, and the first one in them.
fn matroska_records(data: &[u8]) -> Found {
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

/// The records, the gaps between them, and everything that is wrong in them.
fn matroska_pieces(data: &[u8], max_gaps: u64) -> Found {
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
    let told: HashSet<_> =
        faults.iter().chain(gaps.iter().map(|gap| &gap.error)).map(Error::offset).collect();
    faults.extend(inside.of_head.into_iter().filter(|error| !told.contains(&error.offset())));
    faults.sort_by_key(Error::offset);
    let complete = too_many.is_none();
    let error = first(gaps.first().map(|gap| gap.error.clone()), faults.first().cloned());
    let error = too_many.or(error);
    Found { tally: pieces.tally(), error, complete, gaps: Some(gaps), faults: Some(faults) }
}

/// The segment that is being read, which tells what is wrong in a record of it.
struct Inside<'data> {
    data: &'data [u8],
    segment: Option<Segment<'data>>,
    /// The last EBML header.
    header: Option<Element<'data>>,
    /// What was met in the segment.
    met: Occurrences,
    /// Why there is no segment, or the faults in the head of each.
    of_head: Vec<Error>,
}

impl<'data> Inside<'data> {
    fn new(data: &'data [u8]) -> Self {
        let (segment, of_head) = match Segment::read(data) {
            Ok(segment) => (Some(segment), Vec::new()),
            Err(error) => (None, vec![error]),
        };
        let mut inside = Self { data, segment, header: None, met: Occurrences::default(), of_head };
        inside.take_faults();
        inside
    }

    /// Takes over the faults in the head of the segment, of very many segments the first ones.
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

    /// Reads what is in a record, and tells of everything that is wrong, of each place once.
    fn check(&mut self, record: &TopLevel<'data>, tell: &mut dyn FnMut(Error)) {
        let mut told = HashSet::new();
        let mut tell = |error: Error| {
            if told.insert(error.offset()) {
                tell(error);
            }
        };
        let element = record.element();
        self.met.add(&element).unwrap_or_else(&mut tell);
        match record {
            TopLevel::Segment(_) => {
                self.begin(element);
                self.met = Occurrences::default();
                element.check_size(self.data.len() as u64).unwrap_or_else(&mut tell);
            }
            TopLevel::Cluster(cluster) => self.check_blocks(cluster, &mut tell),
            TopLevel::Element(_) if element.id() == ElementId::EBML => self.header = Some(element),
            TopLevel::Element(_) => {}
        }
        element.checks().for_each(tell);
    }

    /// Reads the blocks of a cluster, and finds their frames.
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

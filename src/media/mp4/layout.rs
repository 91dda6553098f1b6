//! Checks that samples lie in media data and do not overlap.

use std::ops::Range;

use super::fault::{self, keep_earlier};
use super::{Children, Extent, FourCc, Movie, Mp4Box};
use crate::error::{Error, ErrorKind, Mp4Fault, Result};

/// Top-level boxes without samples (ISO/IEC 14496-12 §6; QuickTime). Samples may lie in all others: `mdat`, `imda`, `uuid`,
/// and boxes of unknown types.
const NO_MEDIA_DATA: [&[u8; 4]; 15] = [
    b"ftyp", b"styp", b"moov", b"moof", b"mfra", b"sidx", b"ssix", b"emsg", b"prft", b"pdin", b"bloc",
    b"pnot", b"wide", b"free", b"skip",
];

impl Movie<'_> {
    /// Checks that all samples lie in the input, in boxes of media data, and do not overlap others.
    ///
    /// Two tracks may share a whole chunk or run: chunk offsets count from the start of the file (ISO/IEC 14496-12 §8.7.5),
    /// no rule limits a chunk to one track, and files share media data in this way for two presentations. Chunks that
    /// overlap partly, or repeat within one track, are a fault.
    ///
    /// The time is proportional to the lengths of tables and fragments, not to the number of samples, plus the time to sort
    /// the chunks and runs.
    ///
    /// # Errors
    ///
    /// The first fault of chunks and runs by offset, or an error of the tables and fragments.
    pub fn check_layout(&self) -> Result<()> {
        let mut extents = Vec::new();
        let mut first = None;
        for extent in self.extents() {
            match extent {
                Ok(extent) if extent.range.is_empty() => {}
                Ok(extent) => {
                    if extents.try_reserve(1).is_err() {
                        return Err(self
                            .moov()
                            .error("has too many chunks and runs for the available memory"));
                    }
                    extents.push(extent);
                }
                Err(error) => keep_earlier(&mut first, error),
            }
        }
        extents.sort_unstable_by_key(|extent| (extent.range.start, extent.range.end, extent.track));
        for error in self.misplaced(&extents).into_iter().chain(self.overlapping(&extents)) {
            keep_earlier(&mut first, error);
        }
        first.map_or(Ok(()), Err)
    }

    /// Returns the error of the first extent outside of media data. `extents` are sorted.
    fn misplaced(&self, extents: &[Extent]) -> Option<Error> {
        let mut boxes = Children::of_input(self.data(), 0).map_while(Result::ok).peekable();
        // The `idat` boxes of the last `meta` box.
        let mut items = Items::default();
        for extent in extents {
            while boxes.next_if(|found| found.range().end <= extent.range.start).is_some() {}
            if extent.range.end > self.data().len() as u64 {
                return Some(self.outside(extent));
            }
            // After a damaged box, which has its own error, the layout is unknown.
            let found = boxes.peek()?;
            let (is_inside, kind) = if is_data(found.kind()) {
                let data = found.payload_offset()..found.range().end;
                (contains(&data, &extent.range), None)
            } else if found.kind() == *b"meta" {
                (items.contain(found, &extent.range), Some(found.kind()))
            } else {
                (false, Some(found.kind()))
            };
            if !is_inside {
                let Range { start, end } = extent.range;
                let (track, sample) = (self.tracks()[extent.track].id(), extent.samples.start);
                let kind = kind.map(|FourCc(kind)| kind);
                let fault = Mp4Fault::SampleMisplaced { track, sample, start, end, kind };
                return Some(fault::at(ErrorKind::Mp4(fault), start, found.as_bytes()));
            }
        }
        None
    }

    /// Returns the error of the first extent that overlaps an earlier one. `extents` are sorted.
    fn overlapping(&self, extents: &[Extent]) -> Option<Error> {
        let mut before: Option<&Extent> = None;
        for extent in extents {
            let over = before.filter(|before| {
                let is_shared = before.range == extent.range && before.track != extent.track;
                extent.range.start < before.range.end && !is_shared
            });
            if let Some(before) = over {
                let id = |extent: &Extent| self.tracks()[extent.track].id();
                let Range { start, end } = extent.range;
                let (track, sample, other_track) = (id(extent), extent.samples.start, id(before));
                let fault = Mp4Fault::SampleOverlap { track, sample, start, end, other_track };
                return Some(fault::at(ErrorKind::Mp4(fault), start, &[]));
            }
            before = before.filter(|before| before.range.end > extent.range.end).or(Some(extent));
        }
        None
    }

    /// Returns the error of the first sample of an extent that is not in the input.
    fn outside(&self, extent: &Extent) -> Error {
        let track = &self.tracks()[extent.track];
        let of_extent = usize::try_from(extent.samples.end - extent.samples.start).unwrap_or(usize::MAX);
        let error = track.samples_from(extent.samples.start).take(of_extent).find_map(Result::err);
        error.unwrap_or_else(|| {
            let (track, sample) = (track.id(), extent.samples.start);
            let Range { start, end } = extent.range;
            let len = self.data().len() as u64;
            fault::at(ErrorKind::Mp4(Mp4Fault::SampleOutside { track, sample, start, end, len }), start, &[])
        })
    }
}

/// The data boxes in a `meta` (`idat`, ISO/IEC 14496-12 §8.11.11).
#[derive(Default)]
struct Items<'data> {
    /// Offset of the `meta`.
    of: Option<u64>,
    /// Its remaining children; `next` is the next data box.
    boxes: Children<'data>,
    next: Option<Range<u64>>,
}

impl<'data> Items<'data> {
    /// Whether an `idat` contains a range. Ranges must be sorted by their starts.
    fn contain(&mut self, meta: &Mp4Box<'data>, range: &Range<u64>) -> bool {
        if self.of != Some(meta.range().start) {
            let boxes = meta.children().unwrap_or_default();
            *self = Self { of: Some(meta.range().start), boxes, next: None };
        }
        while self.next.as_ref().is_none_or(|next| next.end <= range.start) {
            let is_data =
                |found: &Result<Mp4Box<'_>>| found.as_ref().map_or(true, |found| found.kind() == *b"idat");
            let Some(Ok(idat)) = self.boxes.find(is_data) else { return false };
            self.next = Some(idat.payload_offset()..idat.range().end);
        }
        self.next.as_ref().is_some_and(|next| contains(next, range))
    }
}

/// Whether a top-level box may hold media data.
fn is_data(kind: FourCc) -> bool {
    kind != *b"meta" && !NO_MEDIA_DATA.contains(&&kind.0)
}

fn contains(outer: &Range<u64>, inner: &Range<u64>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

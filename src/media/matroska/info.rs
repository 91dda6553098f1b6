//! Properties of the whole segment.

use super::fault::Faults;
use super::{Element, ElementId};
use crate::error::Result;

/// `Info` (RFC 9559, section 5.1.2).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Info<'data> {
    /// `TimestampScale`: length of a tick in nanoseconds. Never 0.
    pub timestamp_scale: u64,
    /// `Duration` in ticks, if it is known. Always finite and positive.
    pub duration: Option<f64>,
    /// `DateUTC`: creation time in nanoseconds since the start of 2001, UTC.
    pub date: Option<i64>,
    /// `Title`.
    pub title: Option<&'data [u8]>,
    /// `MuxingApp`: the library that wrote the file.
    pub muxing_app: Option<&'data [u8]>,
    /// `WritingApp`: the program that wrote the file.
    pub writing_app: Option<&'data [u8]>,
    /// `SegmentUUID`.
    pub segment_uuid: Option<&'data [u8]>,
}

/// Default of `TimestampScale`: ticks are milliseconds.
const TIMESTAMP_SCALE: u64 = 1_000_000;

impl Default for Info<'_> {
    /// The values for a segment without `Info`.
    fn default() -> Self {
        Self {
            timestamp_scale: TIMESTAMP_SCALE,
            duration: None,
            date: None,
            title: None,
            muxing_app: None,
            writing_app: None,
            segment_uuid: None,
        }
    }
}

impl<'data> Info<'data> {
    /// Reads an [`ElementId::INFO`].
    ///
    /// # Errors
    ///
    /// The error of the first damaged child.
    pub fn read(element: Element<'data>) -> Result<Self> {
        let (mut info, mut faults) = (Self::default(), Faults::default());
        info.add(element, &mut faults);
        faults.into_first().map_or(Ok(info), Err)
    }

    /// Reads the values of an [`ElementId::INFO`]. A damaged value leaves the previous one.
    pub(super) fn add(&mut self, element: Element<'data>, faults: &mut Faults) {
        for child in element.children() {
            let Some(child) = faults.check(child) else { continue };
            match child.id() {
                ElementId::TIMESTAMP_SCALE => match faults.check(child.unsigned_or(TIMESTAMP_SCALE)) {
                    Some(0) => faults.push(child.damaged("the length of a tick is 0")),
                    scale => self.timestamp_scale = scale.unwrap_or(self.timestamp_scale),
                },
                ElementId::DURATION => {
                    self.duration = faults.check(child.float_in_range_or(0.0)).or(self.duration)
                }
                ElementId::DATE_UTC => self.date = faults.check(child.signed()).or(self.date),
                ElementId::TITLE => self.title = Some(child.text()),
                ElementId::MUXING_APP => self.muxing_app = Some(child.text()),
                ElementId::WRITING_APP => self.writing_app = Some(child.text()),
                ElementId::SEGMENT_UUID => self.segment_uuid = Some(child.body()),
                _ => {}
            }
        }
    }

    /// Returns `Duration` in seconds, if it is known.
    #[must_use]
    pub fn duration_secs(&self) -> Option<f64> {
        // Whole nanoseconds below 2^53 are exact, and no tick is longer.
        self.duration.map(|ticks| ticks * self.timestamp_scale as f64 / 1e9)
    }
}

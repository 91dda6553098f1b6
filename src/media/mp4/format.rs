//! Top-level boxes as a format of records.

use super::{Layout, Mp4Box, fault, step};
use crate::record::{Format, Part, Step, Stop};

/// The format of the top-level boxes of a file.
///
/// ```
/// use pagecut::{Format, media::mp4::Boxes};
///
/// let data = b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01mdat\0\0\0\0\0\0\0\x14data";
/// let kinds = Boxes.records(data).map(|found| Ok(found?.kind().to_string())).collect::<Result<Vec<_>, pagecut::Error>>()?;
/// assert_eq!(kinds, ["ftyp", "mdat"]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Boxes;

impl Format for Boxes {
    const NAME: &'static str = fault::FORMAT;
    const IS_TEXT: bool = false;
    type Record<'data> = Mp4Box<'data>;
    type Layout = Layout;
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, Layout(header): Layout) -> Mp4Box<'data> {
        Mp4Box::top_level(header, bytes, offset)
    }
}

//! IVF as a format of records.

use super::{Layout, Record, step};
use crate::record::{Format, Part, Step, Stop};

/// IVF as a format.
///
/// ```
/// use pagecut::{Format, media::ivf::{Ivf, Record}};
///
/// let mut data = b"DKIF\0\0\x20\0VP80\x10\0\x08\0\x19\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
/// data.extend(b"\x05\0\0\0\x07\0\0\0\0\0\0\0frame");
///
/// for record in Ivf.records(&data) {
///     match record? {
///         Record::Header(header) => assert_eq!((&header.four_cc, header.width), (b"VP80", 16)),
///         Record::Frame(frame) => assert_eq!((frame.pts, frame.payload), (7, b"frame".as_slice())),
///     }
/// }
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ivf;

impl Format for Ivf {
    const NAME: &'static str = "ivf";
    const IS_TEXT: bool = false;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(bytes, offset)
    }
}

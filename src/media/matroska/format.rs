//! Top-level elements as a format of records.

use std::ops::Range;

use super::step::View;
use super::sync::{self, Start};
use super::{Cluster, Element, ElementId, Layout, TopLevel, fault};
use crate::record::{Boundaries, Format, Part, Search, Step, Stop};

/// The format of Matroska and WebM. Its records are top-level elements.
///
/// ```
/// use pagecut::{Piece, Resync, media::matroska::{Matroska, TopLevel}};
///
/// let mut data = std::fs::read("testdata/media/clusters.mkv")?;
/// data.truncate(20_000);
/// let (mut blocks, mut lost) = (0, 0..0);
/// for piece in Matroska.pieces(&data) {
///     match piece {
///         Piece::Record(TopLevel::Cluster(cluster)) => blocks += cluster.blocks().filter(Result::is_ok).count(),
///         Piece::Record(_) => {}
///         Piece::Gap(gap) => lost = gap.range,
///     }
/// }
/// assert_eq!((blocks, lost), (104, 19_916..20_000));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matroska;

impl Format for Matroska {
    const NAME: &'static str = fault::FORMAT;
    const IS_TEXT: bool = false;
    type Record<'data> = TopLevel<'data>;
    type Layout = Layout;
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        let view = View { bytes: part.view(), complete: part.is_complete() };
        let (header, end) = view.record(position)?;
        Ok(Step::Record { layout: Layout(header), len: end - position, blank: 0, lines: 0 })
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, Layout(header): Layout) -> TopLevel<'data> {
        let element = Element::new(header, offset, &bytes[header.len..]);
        match header.id {
            ElementId::SEGMENT => TopLevel::Segment(element),
            ElementId::CLUSTER => TopLevel::Cluster(Cluster::new(element)),
            _ => TopLevel::Element(element),
        }
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Matroska {
    /// Unlimited: see the page of the module.
    fn look_behind(&self) -> usize {
        usize::MAX
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        match sync::search_start(View { bytes: part.view(), complete: part.is_complete() }, from) {
            Start::At(start) => Some(start),
            Start::None | Start::Unknown => None,
        }
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        sync::search_boundary(data, range)
    }
}

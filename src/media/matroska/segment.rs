//! The segment: what a file is, before its frames are read.

use std::fmt;

use super::element::Each;
use super::packet::{Packets, PacketsOf};
use super::step::{Step, View};
use super::{
    AttachedFile, Cluster, CuePoint, EbmlHeader, EditionEntry, Element, ElementId, Elements, Info, Matroska,
    Seek, Tag, TopLevel, Track, fault,
};
use crate::error::{ErrorKind, Result};
use crate::record::{Format, Part, Piece, Pieces, Records, Resync};

/// A `Segment` (RFC 9559, section 5.1) and what is said of it before its clusters.
///
/// ```
/// use pagecut::media::matroska::Segment;
///
/// let data = std::fs::read("testdata/media/vp9_opus.webm")?;
/// let segment = Segment::read(&data)?;
/// let codecs: Vec<_> = segment.tracks().iter().map(|track| track.codec_id).collect();
/// assert_eq!(codecs, [b"V_VP9".as_slice(), b"A_OPUS"]);
///
/// let packet = segment.packets().next().unwrap()?;
/// assert_eq!((packet.track, packet.pts, packet.payload.len()), (1, Some(-7), 69));
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct Segment<'data> {
    data: &'data [u8],
    header: Option<EbmlHeader<'data>>,
    element: Element<'data>,
    info: Info<'data>,
    tracks: Vec<Track<'data>>,
    /// Number and index of each track, by number.
    by_number: Vec<(u64, usize)>,
}

impl<'data> Segment<'data> {
    /// Reads what is before the clusters of the first segment of an input.
    ///
    /// What is damaged is left out; [`pieces`](Resync::pieces) tell where. If the tracks come behind the clusters, these are
    /// stepped over.
    ///
    /// # Errors
    ///
    /// That of the first damage if there is no `Segment`, or no `Tracks` and something was left out; else that of the element at
    /// fault. [`ErrorKind::Incomplete`] if there is no `Segment`.
    pub fn read(data: &'data [u8]) -> Result<Self> {
        let (mut header, mut found, mut damage) = (None, None, None);
        for piece in Matroska.pieces(data) {
            match piece {
                Piece::Record(TopLevel::Element(element)) if element.id() == ElementId::EBML => {
                    header = Some(EbmlHeader::read(element)?);
                }
                Piece::Record(TopLevel::Segment(element)) => {
                    found = Some(element);
                    break;
                }
                Piece::Record(_) => {}
                Piece::Gap(gap) => damage = damage.or(Some(gap.error)),
            }
        }
        let Some(element) = found else {
            let within = ErrorKind::Incomplete { within: "before a Segment" };
            return Err(damage.unwrap_or_else(|| fault(within, data.len() as u64, b"")));
        };
        let (info, tracks) = (Info::default(), Vec::new());
        let mut segment = Self { data, header, element, info, tracks, by_number: Vec::new() };
        segment.read_head()?;
        Ok(segment)
    }

    /// Reads `Info` and `Tracks`.
    fn read_head(&mut self) -> Result<()> {
        let (mut info, mut tracks, mut damage) = (None, None, None);
        for piece in self.pieces() {
            match piece {
                Piece::Record(TopLevel::Cluster(_)) if tracks.is_some() => break,
                Piece::Record(record) => match record.id() {
                    ElementId::INFO if info.is_none() => info = Some(record.element()),
                    ElementId::TRACKS if tracks.is_none() => tracks = Some(record.element()),
                    ElementId::EBML | ElementId::SEGMENT => break,
                    _ => {}
                },
                Piece::Gap(gap) => damage = damage.or(Some(gap.error)),
            }
        }
        if let Some(info) = info {
            self.info = Info::read(info)?;
        }
        match (tracks, damage) {
            (Some(tracks), _) => {
                for track in tracks.children().each(ElementId::TRACK_ENTRY, Track::read) {
                    self.tracks.push(track?);
                }
            }
            (None, Some(damage)) => return Err(damage),
            (None, None) => {}
        }
        self.by_number = self.tracks.iter().map(|track| track.number).zip(0..).collect();
        self.by_number.sort_unstable();
        Ok(())
    }

    /// The EBML header, if one comes before the segment.
    #[must_use]
    pub fn header(&self) -> Option<EbmlHeader<'data>> {
        self.header
    }

    /// The ID and size of the segment.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        self.element
    }

    /// `Info`, or what holds where there is none.
    #[must_use]
    pub fn info(&self) -> &Info<'data> {
        &self.info
    }

    /// The tracks in their order.
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        &self.tracks
    }

    /// The index in [`tracks`](Segment::tracks) of the track with a number; of the first one if there are several.
    #[must_use]
    #[inline]
    pub fn track_index(&self, number: u64) -> Option<usize> {
        let found = self.by_number.partition_point(|&(other, _)| other < number);
        self.by_number.get(found).filter(|(other, _)| *other == number).map(|&(_, index)| index)
    }

    /// The records behind the `Segment`'s ID and size, up to the first error or the end of the input.
    #[must_use]
    pub fn records(&self) -> Records<'data, Matroska> {
        Matroska.records_of(self.part())
    }

    /// The records behind the `Segment`'s ID and size, and the gaps between them.
    #[must_use]
    pub fn pieces(&self) -> Pieces<'data, Matroska> {
        Matroska.pieces_of(self.part())
    }

    fn part(&self) -> Part<'data> {
        // What lies in memory can be counted in `usize`.
        let start = usize::try_from(self.element.body_offset()).unwrap_or(usize::MAX);
        Part::of(self.data, start.min(self.data.len())..self.data.len())
    }

    /// What lies at a position that is counted from the body of the `Segment`, as a `SeekHead` and `Cues` do; `None` if it is
    /// no element with this ID.
    #[must_use]
    pub fn element_at(&self, position: u64, id: ElementId) -> Option<Element<'data>> {
        let offset = self.element.body_offset().checked_add(position)?;
        let at = usize::try_from(offset).ok()?;
        match (View { bytes: self.data, complete: true }).step(at) {
            Step::Record(header, end) if header.id == id => {
                Some(Element::new(header, offset, self.data.get(at + header.len..end)?))
            }
            _ => None,
        }
    }

    /// The cluster at a position that is counted from the body of the `Segment`, as `Cues` do.
    #[must_use]
    pub fn cluster_at(&self, position: u64) -> Option<Cluster<'data>> {
        self.element_at(position, ElementId::CLUSTER).map(Cluster::new)
    }

    /// The first top-level element with this ID: looked for before the clusters, then where the `SeekHead` says, then behind
    /// all the clusters, at the cost of a look at each.
    ///
    /// # Errors
    ///
    /// That of the first damage that is met.
    pub fn find(&self, id: ElementId) -> Result<Option<Element<'data>>> {
        let mut seek_head = None;
        for record in self.records() {
            let record = record?;
            if record.id() == id {
                return Ok(Some(record.element()));
            }
            match record {
                TopLevel::Cluster(_) => {
                    let found = seek_head.take().and_then(|head| self.sought(head, id));
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                _ if record.id() == ElementId::SEEK_HEAD => seek_head = Some(record.element()),
                _ if matches!(record.id(), ElementId::EBML | ElementId::SEGMENT) => break,
                _ => {}
            }
        }
        Ok(None)
    }

    /// The first top-level element with this ID that comes before the clusters, or where a `SeekHead` before them says that it is. So
    /// little is read, but `None` does not say that there is none.
    ///
    /// ```
    /// use pagecut::media::matroska::{ElementId, Segment, Tag};
    ///
    /// let data = std::fs::read("testdata/media/clusters.mkv")?;
    /// let segment = Segment::read(&data)?;
    /// let tags = segment.find_listed(ElementId::TAGS).unwrap();
    /// assert_eq!(tags.children().filter_map(|tag| Tag::read(tag.ok()?).ok()).count(), 2);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn find_listed(&self, id: ElementId) -> Option<Element<'data>> {
        let before = self.pieces().filter_map(Piece::record);
        let before = before.take_while(|record| {
            !matches!(record.id(), ElementId::CLUSTER | ElementId::EBML | ElementId::SEGMENT)
        });
        let mut seek_heads = Vec::new();
        for record in before {
            if record.id() == id {
                return Some(record.element());
            }
            if record.id() == ElementId::SEEK_HEAD {
                seek_heads.push(record.element());
            }
        }
        seek_heads.into_iter().find_map(|seek_head| self.sought(seek_head, id))
    }

    /// What a `SeekHead` tells to be an element with this ID, if it is one.
    fn sought(&self, seek_head: Element<'data>, id: ElementId) -> Option<Element<'data>> {
        let seeks = seek_head.children().each(ElementId::SEEK, Seek::read).map_while(Result::ok);
        seeks.filter(|seek| seek.id == id).find_map(|seek| self.element_at(seek.position, id))
    }

    /// What is in the first top-level element with this ID.
    fn children_of(&self, id: ElementId) -> Result<Elements<'data>> {
        Ok(self.find(id)?.map_or(Elements::of(b"", 0), |element| element.children()))
    }

    /// The entries of the first `SeekHead`: where other top-level elements are.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn seeks(&self) -> Result<Each<'data, Seek>> {
        Ok(self.children_of(ElementId::SEEK_HEAD)?.each(ElementId::SEEK, Seek::read))
    }

    /// The `Cues`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn cues(&self) -> Result<Each<'data, CuePoint<'data>>> {
        Ok(self.children_of(ElementId::CUES)?.each(ElementId::CUE_POINT, CuePoint::read))
    }

    /// The tags of the first `Tags`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn tags(&self) -> Result<Each<'data, Tag<'data>>> {
        Ok(self.children_of(ElementId::TAGS)?.each(ElementId::TAG, Tag::read))
    }

    /// The chapters, by edition.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn editions(&self) -> Result<Each<'data, EditionEntry<'data>>> {
        Ok(self.children_of(ElementId::CHAPTERS)?.each(ElementId::EDITION_ENTRY, EditionEntry::read))
    }

    /// The attached files.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn attachments(&self) -> Result<Each<'data, AttachedFile<'data>>> {
        Ok(self.children_of(ElementId::ATTACHMENTS)?.each(ElementId::ATTACHED_FILE, AttachedFile::read))
    }

    /// All packets in the order of the file. Behind damage the iterator goes on.
    #[must_use]
    pub fn packets(&self) -> Packets<'_, 'data> {
        Packets::new(self)
    }

    /// The packets of one cluster, as a worker reads them that was given the cluster.
    #[must_use]
    pub fn packets_of(&self, cluster: &Cluster<'data>) -> PacketsOf<'_, 'data> {
        PacketsOf::new(self, cluster.blocks())
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("header", &self.header)
            .field("element", &self.element)
            .field("info", &self.info)
            .field("tracks", &self.tracks)
            .finish_non_exhaustive()
    }
}

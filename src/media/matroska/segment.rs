//! The segment: what a file is, before its frames are read.

use std::fmt;
use std::sync::Arc;

use super::entries::Entries;
use super::faults::Faults;
use super::head::{self, Tracks};
use super::listed::Listed;
use super::packet::{Packets, PacketsOf};
use super::step::View;
use super::{
    AttachedFile, Cluster, CuePoint, EbmlHeader, EditionEntry, Element, ElementId, Info, Matroska, Seek, Tag,
    TopLevel, Track, fault,
};
use crate::error::{Error, ErrorKind, Result};
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
#[derive(Clone)]
pub struct Segment<'data> {
    data: &'data [u8],
    header: Option<EbmlHeader<'data>>,
    element: Element<'data>,
    info: Info<'data>,
    /// Shared, since later segments may have the same ones.
    tracks: Arc<Tracks<'data>>,
    faults: Faults,
}

impl<'data> Segment<'data> {
    /// Reads the head of the first segment of an input: `Info` and `Tracks`, which come before the clusters or where a
    /// `SeekHead` says. If one of them does not, the clusters are stepped over.
    ///
    /// Several `Info` or `Tracks` are joined. Damage in them leaves the rest readable; [`faults`](Segment::faults) has it.
    ///
    /// # Errors
    ///
    /// If there is no `Segment`, or no `Tracks`, the first damage, if there is any; [`ErrorKind::Incomplete`] if there is no
    /// `Segment` and no damage.
    pub fn read(data: &'data [u8]) -> Result<Self> {
        let mut faults = Faults::default();
        let (mut header, mut found, mut damage) = (None, None, None);
        for piece in Matroska.pieces(data) {
            match piece {
                Piece::Record(TopLevel::Element(element)) if element.id() == ElementId::EBML => {
                    header = Some(EbmlHeader::read_damaged(element, &mut faults));
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
        let (info, tracks) = (Info::default(), Arc::default());
        let mut segment = Self { data, header, element, info, tracks, faults };
        let read = head::read(&segment, true);
        if let Some(damage) = read.damage.filter(|_| !read.has_tracks) {
            return Err(damage);
        }
        segment.take(read.info, Arc::new(read.tracks), read.faults);
        Ok(segment)
    }

    /// The segment that begins with `element`, a later one of the same input, after an EBML header if there is one. A segment without `Info` or `Tracks`
    /// has those of this one, as ffmpeg has it.
    #[must_use]
    pub fn following(&self, element: Element<'data>, header: Option<Element<'data>>) -> Self {
        let mut faults = Faults::default();
        let header = header.map(|header| EbmlHeader::read_damaged(header, &mut faults));
        let (info, tracks) = (self.info, Arc::default());
        let mut segment = Self { data: self.data, header, element, info, tracks, faults };
        // A pointer could lead every segment to the same elements.
        let read = head::read(&segment, false);
        let tracks = if read.has_tracks { Arc::new(read.tracks) } else { Arc::clone(&self.tracks) };
        let info = if read.has_info { read.info } else { self.info };
        segment.take(info, tracks, read.faults);
        segment
    }

    fn take(&mut self, info: Info<'data>, tracks: Arc<Tracks<'data>>, faults: Faults) {
        (self.info, self.tracks) = (info, tracks);
        self.faults.append(faults);
    }

    /// What is wrong in the EBML header, in `Info` and in `Tracks`, the first 1,000 faults. The rest of them is there.
    #[must_use]
    pub fn faults(&self) -> &[Error] {
        self.faults.as_slice()
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

    /// The tracks, which [`following`](Segment::following) segments may share.
    pub(super) fn shared_tracks(&self) -> &Arc<Tracks<'data>> {
        &self.tracks
    }

    /// The tracks in their order, the first 10,000. [`faults`](Segment::faults) tells of more.
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        self.tracks.as_slice()
    }

    /// The index in [`tracks`](Segment::tracks) of the track with a number; of the first one if there are several.
    #[must_use]
    #[inline]
    pub fn track_index(&self, number: u64) -> Option<usize> {
        self.tracks.index(number)
    }

    /// Whether a `TrackEntry` may have this number that is not one of the [`tracks`](Segment::tracks), since it is too damaged or
    /// there are too many; [`faults`](Segment::faults) has that. Its blocks are no packets.
    #[must_use]
    pub fn is_left_out(&self, number: u64) -> bool {
        self.tracks.is_left_out(number)
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
        Part::from_range(self.data, start.min(self.data.len())..self.data.len())
    }

    /// What lies at a position that is counted from the body of the `Segment`, as a `SeekHead` and `Cues` do; `None` if it is
    /// no element with this ID.
    #[must_use]
    pub fn element_at(&self, position: u64, id: ElementId) -> Option<Element<'data>> {
        let offset = self.element.body_offset().checked_add(position)?;
        let at = usize::try_from(offset).ok()?;
        match (View { bytes: self.data, complete: true }).record(at) {
            Ok((header, end)) if header.id == id => {
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

    /// The first top-level element with this ID: looked for before the clusters, then where a `SeekHead` says, then among and
    /// after the clusters, at the cost of a look at each.
    ///
    /// # Errors
    ///
    /// That of the first damage, if the element is not before the clusters and no `SeekHead` leads to it.
    pub fn find(&self, id: ElementId) -> Result<Option<Element<'data>>> {
        self.listed(id).next().map_or_else(|| self.behind(id).next().transpose(), |element| Ok(Some(element)))
    }

    /// The top-level elements with this ID that come before the clusters, then those that a `SeekHead` leads to, which another
    /// `SeekHead` may have led to. So little is read, but what is among or after the clusters and in no `SeekHead` is missing.
    ///
    /// ```
    /// use pagecut::media::matroska::{ElementId, Segment, Tag};
    ///
    /// let data = std::fs::read("testdata/media/clusters.mkv")?;
    /// let segment = Segment::read(&data)?;
    /// let tags = segment.listed(ElementId::TAGS).flat_map(|tags| tags.children());
    /// assert_eq!(tags.filter_map(|tag| Tag::read(tag.ok()?).ok()).count(), 2);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn listed(&self, id: ElementId) -> Listed<'_, 'data> {
        Listed::new(self, id)
    }

    /// The entries of the [`listed`](Segment::listed) elements with this ID, each read by `read`. Damaged ones are left out, and `tell`
    /// receives their errors.
    ///
    /// ```
    /// use pagecut::media::matroska::{ElementId, Segment, Tag};
    ///
    /// let data = std::fs::read("testdata/media/clusters.mkv")?;
    /// let segment = Segment::read(&data)?;
    /// let tags = segment.listed_entries(ElementId::TAGS, ElementId::TAG, Tag::read, &mut |error| eprintln!("{error}"));
    /// assert_eq!(tags.len(), 2);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn listed_entries<T>(
        &self,
        list: ElementId,
        entry: ElementId,
        read: impl Fn(Element<'data>) -> Result<T>,
        tell: &mut dyn FnMut(Error),
    ) -> Vec<T> {
        let children = self.listed(list).flat_map(|list| list.children());
        let entries = children.filter(|child| child.as_ref().map_or(true, |child| child.id() == entry));
        let read = entries.map(|child| child.and_then(&read));
        read.filter_map(|entry| entry.map_err(&mut *tell).ok()).collect()
    }

    /// The attached files that ffprobe lists as streams: those that are [listed](Segment::listed) and have a name, a media type and
    /// contents. Damaged ones are left out, and `tell` receives their errors.
    pub fn attached_streams(&self, tell: &mut dyn FnMut(Error)) -> Vec<AttachedFile<'data>> {
        let mut files =
            self.listed_entries(ElementId::ATTACHMENTS, ElementId::ATTACHED_FILE, AttachedFile::read, tell);
        files.retain(AttachedFile::is_stream);
        files
    }

    /// All top-level elements with this ID, at the cost of a look at each cluster.
    fn behind(&self, id: ElementId) -> impl Iterator<Item = Result<Element<'data>>> + use<'data> {
        let records = self.records().map(|record| record.map(|record| record.element()));
        records
            .take_while(|element| element.as_ref().map_or(true, |element| element.id() != ElementId::SEGMENT))
            .filter(move |element| element.as_ref().map_or(true, |element| element.id() == id))
    }

    /// What is in the top-level elements with this ID: in all that are listed, or else in all that there are.
    fn entries<T: 'data>(
        &self,
        list: ElementId,
        entry: ElementId,
        view: fn(Element<'data>) -> Result<T>,
    ) -> Result<Entries<'_, 'data, T>> {
        let mut listed = self.listed(list).peekable();
        let lists: Box<dyn Iterator<Item = Result<Element<'data>>> + '_> = if listed.peek().is_some() {
            Box::new(listed.map(Ok))
        } else {
            let mut behind = self.behind(list).peekable();
            behind.next_if(Result::is_err).transpose()?;
            Box::new(behind)
        };
        Ok(Entries { lists, entry, view, current: None })
    }

    /// The entries of each `SeekHead`: where other top-level elements are.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn seeks(&self) -> Result<Entries<'_, 'data, Seek>> {
        self.entries(ElementId::SEEK_HEAD, ElementId::SEEK, Seek::read)
    }

    /// The entries of each `Cues`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn cues(&self) -> Result<Entries<'_, 'data, CuePoint<'data>>> {
        self.entries(ElementId::CUES, ElementId::CUE_POINT, CuePoint::read)
    }

    /// The tags of each `Tags`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn tags(&self) -> Result<Entries<'_, 'data, Tag<'data>>> {
        self.entries(ElementId::TAGS, ElementId::TAG, Tag::read)
    }

    /// The chapters of each `Chapters`, by edition.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn editions(&self) -> Result<Entries<'_, 'data, EditionEntry<'data>>> {
        self.entries(ElementId::CHAPTERS, ElementId::EDITION_ENTRY, EditionEntry::read)
    }

    /// The attached files of each `Attachments`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn attachments(&self) -> Result<Entries<'_, 'data, AttachedFile<'data>>> {
        self.entries(ElementId::ATTACHMENTS, ElementId::ATTACHED_FILE, AttachedFile::read)
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

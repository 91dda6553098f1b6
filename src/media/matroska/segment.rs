//! The segment: metadata of a file, without its frames.

use std::fmt;
use std::sync::Arc;

use super::entries::Entries;
use super::fault::Faults;
use super::head;
use super::listed::Listed;
use super::segment_body::SegmentBody;
use super::tracks::Tracks;
use super::{
    AttachedFile, Cluster, CuePoint, EbmlHeader, EditionEntry, Element, ElementId, Info, Matroska, Seek, Tag,
    TopLevel, Track, fault,
};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Piece, Pieces, Records, Resync};

/// A `Segment` (RFC 9559, section 5.1) and its metadata.
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
    body: SegmentBody<'data>,
    header: Option<EbmlHeader<'data>>,
    info: Info<'data>,
    /// Shared, because later segments may have the same tracks.
    tracks: Arc<Tracks<'data>>,
    faults: Faults,
}

impl<'data> Segment<'data> {
    /// Reads the head of the first segment of an input: `Info` and `Tracks`, which lie before the clusters or at a position
    /// in a `SeekHead`. If one of them is at neither place, the clusters are searched.
    ///
    /// Several `Info` or `Tracks` are joined. Damage in them leaves the rest readable; [`faults`](Segment::faults) lists it.
    ///
    /// # Errors
    ///
    /// Without a `Segment` or without `Tracks`, the first damage, if there is any; [`ErrorKind::Incomplete`] if there is no
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
            return Err(damage.unwrap_or_else(|| fault::at(within, data.len() as u64, b"")));
        };
        let (info, tracks) = (Info::default(), Arc::default());
        let mut segment = Self { body: SegmentBody { data, element }, header, info, tracks, faults };
        let read = head::read(&segment.body, true);
        if let Some(damage) = read.damage.filter(|_| !read.has_tracks) {
            return Err(damage);
        }
        segment.take(read.info, Arc::new(read.tracks), read.faults);
        Ok(segment)
    }

    /// Reads a later segment of the same input, which begins with `element` after an optional EBML header. A segment without
    /// `Info` or `Tracks` takes those of this one, as in FFmpeg.
    #[must_use]
    pub fn following(&self, element: Element<'data>, header: Option<Element<'data>>) -> Self {
        let mut faults = Faults::default();
        let header = header.map(|header| EbmlHeader::read_damaged(header, &mut faults));
        let (info, tracks) = (self.info, Arc::default());
        let mut segment = Self { body: SegmentBody { element, ..self.body }, header, info, tracks, faults };
        // A pointer could lead every segment to the same elements, so none is followed.
        let read = head::read(&segment.body, false);
        let tracks = if read.has_tracks { Arc::new(read.tracks) } else { Arc::clone(&self.tracks) };
        let info = if read.has_info { read.info } else { self.info };
        segment.take(info, tracks, read.faults);
        segment
    }

    fn take(&mut self, info: Info<'data>, tracks: Arc<Tracks<'data>>, faults: Faults) {
        (self.info, self.tracks) = (info, tracks);
        self.faults.append(faults);
    }

    /// Returns the first 1,000 faults in the EBML header, in `Info` and in `Tracks`. The undamaged values remain readable.
    #[must_use]
    pub fn faults(&self) -> &[Error] {
        self.faults.as_slice()
    }

    /// Returns the EBML header, if one precedes the segment.
    #[must_use]
    pub fn header(&self) -> Option<EbmlHeader<'data>> {
        self.header
    }

    /// Returns the ID and size of the segment.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        self.body.element
    }

    /// Returns `Info`, or the defaults without it.
    #[must_use]
    pub fn info(&self) -> &Info<'data> {
        &self.info
    }

    /// Returns the tracks, which [`following`](Segment::following) segments may share.
    pub(super) fn shared_tracks(&self) -> &Arc<Tracks<'data>> {
        &self.tracks
    }

    /// Returns the first 10,000 tracks in order. More tracks are one of the [`faults`](Segment::faults).
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        self.tracks.as_slice()
    }

    /// Returns the index in [`tracks`](Segment::tracks) of the track with a number; of the first one if several have it.
    #[must_use]
    #[inline]
    pub fn track_index(&self, number: u64) -> Option<usize> {
        self.tracks.index(number)
    }

    /// Whether a `TrackEntry` with this number may exist outside of [`tracks`](Segment::tracks), because it is too damaged
    /// or there are too many; [`faults`](Segment::faults) has the reason. Its blocks are skipped.
    #[must_use]
    pub fn is_left_out(&self, number: u64) -> bool {
        self.tracks.is_left_out(number)
    }

    /// Returns the records after the ID and size of the `Segment`, up to the first error or the end of the input.
    #[must_use]
    pub fn records(&self) -> Records<'data, Matroska> {
        self.body.records()
    }

    /// Returns the records after the ID and size of the `Segment`, and the gaps between them.
    #[must_use]
    pub fn pieces(&self) -> Pieces<'data, Matroska> {
        self.body.pieces()
    }

    /// Returns the element at a position relative to the body of the `Segment`, as in `SeekHead` and `Cues`; `None` if no
    /// element with this ID begins there.
    #[must_use]
    pub fn element_at(&self, position: u64, id: ElementId) -> Option<Element<'data>> {
        self.body.element_at(position, id)
    }

    /// Returns the cluster at a position relative to the body of the `Segment`, as in `Cues`.
    #[must_use]
    pub fn cluster_at(&self, position: u64) -> Option<Cluster<'data>> {
        self.element_at(position, ElementId::CLUSTER).map(Cluster::new)
    }

    /// Returns the first top-level element with an ID: before the clusters, then at a position in a `SeekHead`, then among
    /// and after the clusters, which reads the header of each cluster.
    ///
    /// # Errors
    ///
    /// The first damage, if the element is not before the clusters and not in a `SeekHead`.
    pub fn find(&self, id: ElementId) -> Result<Option<Element<'data>>> {
        self.listed(id).next().map_or_else(|| self.scan(id).next().transpose(), |element| Ok(Some(element)))
    }

    /// Returns the top-level elements with an ID that lie before the clusters, then those in a `SeekHead` and the
    /// `SeekHead`s it points to. This reads little, but misses elements among or after the clusters that are in no
    /// `SeekHead`.
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
        Listed::new(&self.body, id)
    }

    /// Returns the entries of the [`listed`](Segment::listed) elements with an ID, each read by `read`. Damaged entries are skipped; `tell`
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

    /// Returns the attached files that ffprobe lists as streams: those that are [listed](Segment::listed) and have a name, a
    /// media type and contents. Damaged files are skipped; `tell` receives their errors.
    pub fn attached_streams(&self, tell: &mut dyn FnMut(Error)) -> Vec<AttachedFile<'data>> {
        let mut files =
            self.listed_entries(ElementId::ATTACHMENTS, ElementId::ATTACHED_FILE, AttachedFile::read, tell);
        files.retain(AttachedFile::is_stream);
        files
    }

    /// Returns all top-level elements with an ID; reads the header of each cluster.
    fn scan(&self, id: ElementId) -> impl Iterator<Item = Result<Element<'data>>> + use<'data> {
        let records = self.records().map(|record| record.map(|record| record.element()));
        records
            .take_while(|element| element.as_ref().map_or(true, |element| element.id() != ElementId::SEGMENT))
            .filter(move |element| element.as_ref().map_or(true, |element| element.id() == id))
    }

    /// Returns the entries of the listed top-level elements with an ID, or else of all such elements.
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
            let mut found = self.scan(list).peekable();
            found.next_if(Result::is_err).transpose()?;
            Box::new(found)
        };
        Ok(Entries { lists, entry, view, current: None })
    }

    /// Returns the entries of each `SeekHead`, the positions of other top-level elements.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn seeks(&self) -> Result<Entries<'_, 'data, Seek>> {
        self.entries(ElementId::SEEK_HEAD, ElementId::SEEK, Seek::read)
    }

    /// Returns the entries of each `Cues`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn cues(&self) -> Result<Entries<'_, 'data, CuePoint<'data>>> {
        self.entries(ElementId::CUES, ElementId::CUE_POINT, CuePoint::read)
    }

    /// Returns the tags of each `Tags`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn tags(&self) -> Result<Entries<'_, 'data, Tag<'data>>> {
        self.entries(ElementId::TAGS, ElementId::TAG, Tag::read)
    }

    /// Returns the editions of each `Chapters`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn editions(&self) -> Result<Entries<'_, 'data, EditionEntry<'data>>> {
        self.entries(ElementId::CHAPTERS, ElementId::EDITION_ENTRY, EditionEntry::read)
    }

    /// Returns the attached files of each `Attachments`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Segment::find).
    pub fn attachments(&self) -> Result<Entries<'_, 'data, AttachedFile<'data>>> {
        self.entries(ElementId::ATTACHMENTS, ElementId::ATTACHED_FILE, AttachedFile::read)
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("header", &self.header)
            .field("element", &self.body.element)
            .field("info", &self.info)
            .field("tracks", &self.tracks)
            .finish_non_exhaustive()
    }
}

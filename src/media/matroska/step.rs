//! The step from record to record.

use super::ElementId;
use super::header::{Found, Header};
use crate::error::ErrorKind;
use crate::record::{Fault, Stop};

/// The bytes in view of an input.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'data> {
    pub(super) bytes: &'data [u8],
    /// Whether the input ends with the bytes.
    pub(super) complete: bool,
}

/// The header of a record.
#[derive(Debug, Clone, Copy)]
pub struct Layout(pub(super) Header);

/// The header and the end of a record.
type Record = Result<(Header, usize), Stop>;

/// The end of an element depends on bytes out of view.
const UNKNOWN: Stop = Stop::needs_more("before the end of an element is known");

/// The bytes after an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follower {
    /// A top-level element.
    TopLevel,
    /// An element that may occur in a cluster.
    InCluster,
    /// The end of the input.
    End,
    /// An element that may not occur here, or no element.
    Other,
    /// The element ends after the input.
    Outside,
    /// Depends on bytes out of view.
    Unknown,
}

/// Whether an element with this ID is a top-level element, or begins a document (RFC 9559, section 5.1).
fn is_top_level(id: ElementId) -> bool {
    matches!(
        id,
        ElementId::EBML
            | ElementId::SEGMENT
            | ElementId::SEEK_HEAD
            | ElementId::INFO
            | ElementId::TRACKS
            | ElementId::CHAPTERS
            | ElementId::CLUSTER
            | ElementId::CUES
            | ElementId::ATTACHMENTS
            | ElementId::TAGS
    ) || is_global(id)
}

/// Whether an element with this ID may occur in every other one (RFC 8794, section 11.3).
fn is_global(id: ElementId) -> bool {
    matches!(id, ElementId::VOID | ElementId::CRC_32)
}

/// Whether an element with this ID may occur in a `Cluster` (RFC 9559, section 5.1.3).
fn is_in_cluster(id: ElementId) -> bool {
    matches!(
        id,
        ElementId::TIMESTAMP
            | ElementId::SILENT_TRACKS
            | ElementId::POSITION
            | ElementId::PREV_SIZE
            | ElementId::SIMPLE_BLOCK
            | ElementId::BLOCK_GROUP
            | ElementId::ENCRYPTED_BLOCK
    ) || is_global(id)
}

impl View<'_> {
    /// Reads the record at a position, by the rules on the module's page.
    pub(super) fn record(self, at: usize) -> Record {
        let header = match self.header(at) {
            Found::Header(header) => header,
            Found::Nothing => return Err(Fault::new(ErrorKind::NoElement, at).into()),
            Found::Short if self.complete => {
                return Err(Stop::needs_more("in the header of an element"));
            }
            Found::Short => return Err(UNKNOWN),
        };
        match header.id {
            ElementId::SEGMENT => Ok((header, at + header.len)),
            ElementId::CLUSTER => self.cluster(at, header),
            _ => self.whole(at, header),
        }
    }

    /// Returns the ID of the element at a position, if its header is in view.
    pub(super) fn id(self, at: usize) -> Option<ElementId> {
        match self.header(at) {
            Found::Header(header) => Some(header.id),
            Found::Short | Found::Nothing => None,
        }
    }

    #[inline]
    fn header(self, at: usize) -> Found {
        self.bytes.get(at..).map_or(Found::Short, Header::read)
    }

    /// Returns the end of an element with a known size; `None` on overflow.
    fn end(at: usize, header: Header) -> Option<usize> {
        (at + header.len).checked_add(usize::try_from(header.size?).ok()?)
    }

    /// Classifies the bytes after an element that ends at `end`.
    #[inline]
    fn follower(self, end: Option<usize>) -> Follower {
        let short = if self.complete { Follower::Other } else { Follower::Unknown };
        match end.filter(|&end| end <= self.bytes.len()) {
            None if self.complete => Follower::Outside,
            None => Follower::Unknown,
            Some(end) if self.complete && end == self.bytes.len() => Follower::End,
            Some(end) => match self.header(end) {
                Found::Header(Header { id, .. }) if is_top_level(id) => Follower::TopLevel,
                Found::Header(Header { id, .. }) if is_in_cluster(id) => Follower::InCluster,
                Found::Header(_) | Found::Nothing => Follower::Other,
                Found::Short => short,
            },
        }
    }

    /// Reads an element that is one record.
    fn whole(self, at: usize, header: Header) -> Record {
        let (id, known) = (header.id, header.id.name().is_some());
        if known && !is_top_level(id) && !is_in_cluster(id) {
            return Err(Fault::new(ErrorKind::NoElement, at).into());
        }
        let body = at + header.len;
        if header.size.is_none() {
            let why = "only a Segment or a Cluster may have an unknown size";
            return Err(Fault::new(ErrorKind::DamagedElement { id: id.0, why }, at).into());
        }
        // Called only if the input ends inside the element.
        let size_fault = || {
            let room = (self.bytes.len() - body) as u64;
            Err(Fault::new(ErrorKind::ElementSize { id: id.0, size: header.size, room }, at).into())
        };
        let end = Self::end(at, header);
        match (self.follower(end), end) {
            (Follower::Unknown, _) => Err(UNKNOWN),
            (Follower::Outside, _) | (_, None) => size_fault(),
            _ if known && !is_top_level(id) => Err(Fault::new(ErrorKind::NoElement, at).into()),
            (Follower::TopLevel, Some(end)) => Ok((header, end)),
            // An unknown ID needs a confirmation by the next element, or at least three bytes, which are unlikely by chance.
            (Follower::End, Some(end)) if known || id.has_three_bytes() => Ok((header, end)),
            (_, Some(end)) if known && !is_global(id) && self.is_filled(body, end) => Ok((header, end)),
            _ => {
                let why = "it does not end where another element begins";
                Err(Fault::new(ErrorKind::DamagedElement { id: id.0, why }, at).into())
            }
        }
    }

    /// Whether elements fill a range exactly. Their number is limited, so that no byte is read many times.
    fn is_filled(self, mut at: usize, end: usize) -> bool {
        const LIMIT: usize = 64;
        for _ in 0..LIMIT {
            match self.header(at) {
                Found::Header(header) if at < end => at = Self::end(at, header).unwrap_or(usize::MAX),
                _ => break,
            }
        }
        at == end
    }

    /// Reads a cluster: up to its declared end if a top-level element follows, else up to its last complete child.
    fn cluster(self, at: usize, header: Header) -> Record {
        let body = at + header.len;
        let declared_end = Self::end(at, header);
        if header.size.is_some() {
            match (self.follower(declared_end), declared_end) {
                (Follower::Unknown, _) => return Err(UNKNOWN),
                (Follower::TopLevel | Follower::End, Some(end)) => return Ok((header, end)),
                _ => {}
            }
        }
        let mut end = body;
        loop {
            match self.child_end(end) {
                Child::Ends(child_end) if Some(end) != declared_end => end = child_end,
                Child::Unknown => return Err(UNKNOWN),
                Child::None if end == body && declared_end != Some(body) => {
                    let why = "it has no complete child element";
                    return Err(Fault::new(ErrorKind::DamagedElement { id: header.id.0, why }, at).into());
                }
                Child::Ends(_) | Child::None | Child::TopLevel => return Ok((header, end)),
            }
        }
    }

    /// Returns the end of the child of a cluster at a position.
    fn child_end(self, at: usize) -> Child {
        if at == self.bytes.len() {
            return if self.complete { Child::TopLevel } else { Child::Unknown };
        }
        let header = match self.header(at) {
            Found::Header(header) => header,
            Found::Short if !self.complete => return Child::Unknown,
            Found::Short | Found::Nothing => return Child::None,
        };
        if is_top_level(header.id) && !is_global(header.id) {
            return Child::TopLevel;
        }
        let end = Self::end(at, header);
        let known = is_in_cluster(header.id);
        match (self.follower(end), end) {
            _ if header.id.name().is_some() && !known => Child::None,
            _ if header.size.is_none() => Child::None,
            // A complete element with a known ID needs no confirmation by the next one.
            (Follower::Unknown, Some(end)) if known && end <= self.bytes.len() => Child::Ends(end),
            (Follower::Unknown, _) => Child::Unknown,
            (Follower::Outside, _) | (_, None) => Child::None,
            (Follower::TopLevel | Follower::InCluster, Some(end)) => Child::Ends(end),
            (_, Some(end)) if known => Child::Ends(end),
            _ => Child::None,
        }
    }

    /// Whether a record is provable at a position that no other element points to; `None` if that depends on bytes out of view.
    pub(super) fn is_provable(self, at: usize) -> Option<bool> {
        let header = match self.header(at) {
            Found::Header(header) => header,
            Found::Short if !self.complete => return None,
            Found::Short | Found::Nothing => return Some(false),
        };
        let body = at + header.len;
        let first = match self.header(body) {
            Found::Header(first) => first,
            Found::Short if !self.complete => return None,
            Found::Short | Found::Nothing => return Some(false),
        };
        if first.size.is_none() || header.id == ElementId::CLUSTER && !is_in_cluster(first.id) {
            return Some(false);
        }
        let has_block = if header.id == ElementId::CLUSTER { self.has_block(body) } else { Some(false) };
        if has_block == Some(true) {
            return has_block;
        }
        let (first_end, end) = (Self::end(body, first), Self::end(at, header));
        match self.follower(end) {
            Follower::TopLevel | Follower::End if first_end.is_some() && first_end <= end => Some(true),
            // An element of unknown size is never confirmed.
            Follower::Unknown if end.is_some() => None,
            _ => has_block,
        }
    }

    /// Whether the first children of a cluster include a timestamp and a complete block that is followed by another element or the
    /// end.
    fn has_block(self, mut at: usize) -> Option<bool> {
        const LIMIT: usize = 8;
        let mut has_timestamp = false;
        for _ in 0..LIMIT {
            let end = match self.child_end(at) {
                Child::Ends(end) => end,
                Child::Unknown => return None,
                Child::None | Child::TopLevel => return Some(false),
            };
            let Found::Header(child) = self.header(at) else { return Some(false) };
            has_timestamp |= child.id == ElementId::TIMESTAMP && child.size.is_some_and(|size| size <= 8);
            if matches!(child.id, ElementId::SIMPLE_BLOCK | ElementId::BLOCK_GROUP) {
                let is_confirmed = match self.follower(Some(end)) {
                    Follower::Unknown => return None,
                    Follower::TopLevel | Follower::InCluster | Follower::End => true,
                    Follower::Other | Follower::Outside => false,
                };
                return Some(has_timestamp && is_confirmed);
            }
            at = end;
        }
        Some(false)
    }
}

/// The child of a cluster at a position.
enum Child {
    /// A child with this end.
    Ends(usize),
    /// A top-level element, or the end of the input.
    TopLevel,
    /// No complete child.
    None,
    /// Depends on bytes out of view.
    Unknown,
}

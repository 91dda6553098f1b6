//! A program of a stream, its elementary streams, and what it is called.

use std::borrow::Cow;

use super::Descriptors;

/// A PID behind three reserved bits.
pub(super) fn pid_of([high, low]: [u8; 2]) -> u16 {
    u16::from_be_bytes([high & 0x1f, low])
}

/// A length behind four bits of something else.
pub(super) fn len_of([high, low]: [u8; 2]) -> usize {
    u16::from_be_bytes([high & 0x0f, low]).into()
}

/// A program of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub(super) number: u16,
    pub(super) map_pid: u16,
    /// Which section of the association table had it last, and when, in sections; `None` if the table in force does not have it.
    pub(super) reading: Option<(u8, u64)>,
    pub(super) map: Option<Box<Map>>,
    pub(super) service: Option<Box<Service>>,
}

/// A program map, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    pub(super) version: u8,
    pub(super) body: Box<[u8]>,
}

impl Map {
    /// The PID of the clock, the descriptors of the program, and what tells of its streams; `None` if the lengths lie.
    pub(super) fn split(&self) -> Option<(u16, &[u8], &[u8])> {
        let (&[high, low, len_high, len_low], rest) = self.body.split_first_chunk()?;
        let (descriptors, streams) = rest.split_at_checked(len_of([len_high, len_low]))?;
        Some((pid_of([high, low]), descriptors, streams))
    }
}

impl Program {
    /// `program_number`.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// `program_map_PID`: the PID of its map.
    #[must_use]
    pub fn map_pid(&self) -> u16 {
        self.map_pid
    }

    fn split_map(&self) -> Option<(u16, &[u8], &[u8])> {
        self.map.as_deref()?.split()
    }

    /// Whether it has a map; without one, it has no streams.
    #[must_use]
    pub fn has_map(&self) -> bool {
        self.map.is_some()
    }

    /// `version_number` of its map.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        Some(self.map.as_deref()?.version)
    }

    /// `PCR_PID`: where its clock references are; 0x1fff if it has none.
    #[must_use]
    pub fn pcr_pid(&self) -> Option<u16> {
        Some(self.split_map()?.0)
    }

    /// What is said of the program as a whole.
    #[must_use]
    pub fn descriptors(&self) -> Descriptors<'_> {
        Descriptors::new(self.split_map().map_or(&[], |(_, descriptors, _)| descriptors))
    }

    /// `format_identifier` of its first registration descriptor: who gives stream types from 0x80 on their meaning.
    #[must_use]
    pub fn registration(&self) -> Option<[u8; 4]> {
        self.descriptors().find_map(|descriptor| descriptor.registration())
    }

    /// Its elementary streams, in the order of its map.
    #[must_use]
    pub fn streams(&self) -> ElementaryStreams<'_> {
        ElementaryStreams { bytes: self.split_map().map_or(&[], |(_, _, streams)| streams) }
    }

    /// What the service is called that it is, if that was found; see [`Service`].
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        self.service.as_deref()
    }
}

/// What a service is called by the service description table (ETSI EN 300 468), in the first 1 MiB of a stream or before the last
/// program map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub(super) provider: Box<[u8]>,
    pub(super) name: Box<[u8]>,
}

impl Service {
    /// `service_name`. ASCII and UTF-8 are read; any other letter is U+FFFD.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        text(&self.name)
    }

    /// `service_provider_name`, read likewise.
    #[must_use]
    pub fn provider(&self) -> Cow<'_, str> {
        text(&self.provider)
    }
}

/// Text by Annex A of EN 300 468, which may begin with a byte that tells its letters.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Some writers end letters of a byte with a NUL.
    let bytes = bytes
        .split(|&byte| byte == 0)
        .next()
        .filter(|_| !matches!(bytes, [0x10..=0x14, ..]))
        .unwrap_or(bytes);
    match bytes {
        [0x15, bytes @ ..] => String::from_utf8_lossy(bytes),
        [0x10, _, _, bytes @ ..] | [0x01..0x10, bytes @ ..] | bytes => bytes
            .iter()
            .map(|&byte| if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER })
            .collect(),
    }
}

/// The elementary streams of a program, up to one whose length leads out of the map.
#[derive(Debug, Clone)]
pub struct ElementaryStreams<'map> {
    pub(super) bytes: &'map [u8],
}

impl<'map> Iterator for ElementaryStreams<'map> {
    type Item = ElementaryStream<'map>;

    fn next(&mut self) -> Option<ElementaryStream<'map>> {
        let (&[stream_type, high, low, len_high, len_low], rest) = self.bytes.split_first_chunk()?;
        let (descriptors, rest) = rest.split_at_checked(len_of([len_high, len_low]))?;
        self.bytes = rest;
        Some(ElementaryStream { stream_type: StreamType(stream_type), pid: pid_of([high, low]), descriptors })
    }
}

/// An elementary stream of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementaryStream<'map> {
    stream_type: StreamType,
    pid: u16,
    descriptors: &'map [u8],
}

impl<'map> ElementaryStream<'map> {
    /// `stream_type`: how it is coded.
    #[must_use]
    pub fn stream_type(&self) -> StreamType {
        self.stream_type
    }

    /// `elementary_PID`: where it is.
    #[must_use]
    pub fn pid(&self) -> u16 {
        self.pid
    }

    /// What is said of it.
    #[must_use]
    pub fn descriptors(&self) -> Descriptors<'map> {
        Descriptors::new(self.descriptors)
    }
}

/// How an elementary stream is coded (table 2-34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamType(pub u8);

impl StreamType {
    /// What the coding is called; `None` where the type leaves that to somebody else, and to descriptors.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x01 => "MPEG-1 video",
            0x02 => "MPEG-2 video",
            0x03 => "MPEG-1 audio",
            0x04 => "MPEG-2 audio",
            0x05 => "private sections",
            0x06 => "private PES packets",
            0x0f => "AAC in ADTS",
            0x10 => "MPEG-4 video",
            0x11 => "AAC in LATM",
            0x15 => "metadata",
            0x1b => "H.264",
            0x20 => "H.264 MVC",
            0x21 => "JPEG 2000",
            0x24 => "H.265",
            0x33 => "H.266",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_other_letters_is_marked() {
        assert_eq!((&*text(b"\x05caf\xe9"), &*text(b""), &*text(b"\x10\0\x02x")), ("caf\u{fffd}", "", "x"));
    }
}

//! A program, its elementary streams and its service names.

use std::borrow::Cow;

use super::Descriptors;

/// Reads a PID after three reserved bits.
pub(super) fn pid_of([high, low]: [u8; 2]) -> u16 {
    u16::from_be_bytes([high & 0x1f, low])
}

/// Reads a 12-bit length after four other bits.
pub(super) fn len_of([high, low]: [u8; 2]) -> usize {
    u16::from_be_bytes([high & 0x0f, low]).into()
}

/// A program of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub(super) number: u16,
    pub(super) map_pid: u16,
    /// The association section that listed the program last, and the number of that section read; `None` if the current
    /// table omits it.
    pub(super) last_read: Option<(u8, u64)>,
    pub(super) map: Option<Box<Map>>,
    pub(super) service: Option<Box<Service>>,
}

/// The version and the body of a program map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    pub(super) version: u8,
    pub(super) body: Box<[u8]>,
}

impl Map {
    /// Returns `PCR_PID`, the program descriptors and the stream entries; `None` if a length exceeds the map.
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

    /// Returns `program_map_PID`, the PID of the program map.
    #[must_use]
    pub fn map_pid(&self) -> u16 {
        self.map_pid
    }

    fn split_map(&self) -> Option<(u16, &[u8], &[u8])> {
        self.map.as_deref()?.split()
    }

    /// Whether the program map was found; without it, the program has no streams.
    #[must_use]
    pub fn has_map(&self) -> bool {
        self.map.is_some()
    }

    /// Returns `version_number` of the program map.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        Some(self.map.as_deref()?.version)
    }

    /// Returns `PCR_PID`, the PID of the clock references; 0x1fff if there are none.
    #[must_use]
    pub fn pcr_pid(&self) -> Option<u16> {
        Some(self.split_map()?.0)
    }

    /// Returns the descriptors of the whole program.
    #[must_use]
    pub fn descriptors(&self) -> Descriptors<'_> {
        Descriptors::new(self.split_map().map_or(&[], |(_, descriptors, _)| descriptors))
    }

    /// Returns `format_identifier` of the first registration descriptor, the owner of the stream types from 0x80.
    #[must_use]
    pub fn registration(&self) -> Option<[u8; 4]> {
        self.descriptors().find_map(|descriptor| descriptor.registration())
    }

    /// Returns the elementary streams in the order of the program map.
    #[must_use]
    pub fn streams(&self) -> ElementaryStreams<'_> {
        ElementaryStreams { bytes: self.split_map().map_or(&[], |(_, _, streams)| streams) }
    }

    /// Returns the names of the service, if they were found; see [`Service`].
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        self.service.as_deref()
    }
}

/// Names from the service description table (ETSI EN 300 468). It is read in the first 1 MiB of a stream and before the last
/// program map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub(super) provider: Box<[u8]>,
    pub(super) name: Box<[u8]>,
}

impl Service {
    /// Whether it has these names, which are not decoded.
    pub(super) fn is_named(&self, provider: &[u8], name: &[u8]) -> bool {
        *self.provider == *provider && *self.name == *name
    }

    /// Returns `service_name`. ASCII and UTF-8 are supported; letters of other character sets become U+FFFD.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        text(&self.name)
    }

    /// Returns `service_provider_name`, decoded like the name.
    #[must_use]
    pub fn provider(&self) -> Cow<'_, str> {
        text(&self.provider)
    }
}

/// Decodes text of EN 300 468, Annex A, which may begin with a byte that selects the character set.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Some writers terminate single-byte text with a NUL.
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

/// An iterator over the elementary streams of a program. It ends at an entry whose length exceeds the map.
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
    /// Returns `stream_type`, the coding of the stream.
    #[must_use]
    pub fn stream_type(&self) -> StreamType {
        self.stream_type
    }

    /// Returns `elementary_PID`.
    #[must_use]
    pub fn pid(&self) -> u16 {
        self.pid
    }

    /// Returns the descriptors of the stream.
    #[must_use]
    pub fn descriptors(&self) -> Descriptors<'map> {
        Descriptors::new(self.descriptors)
    }
}

/// The type of an elementary stream (table 2-34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamType(pub u8);

impl StreamType {
    /// Returns the name of the coding; `None` if the type leaves the coding to other parties and descriptors.
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
    fn text_of_other_character_sets_is_marked() {
        assert_eq!((&*text(b"\x05caf\xe9"), &*text(b""), &*text(b"\x10\0\x02x")), ("caf\u{fffd}", "", "x"));
    }
}

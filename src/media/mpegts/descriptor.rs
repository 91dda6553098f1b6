//! Descriptors of programs and streams.

/// A descriptor (§2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor<'bytes> {
    tag: u8,
    body: &'bytes [u8],
}

impl<'bytes> Descriptor<'bytes> {
    /// Returns `descriptor_tag`, the type of the descriptor.
    #[must_use]
    pub fn tag(&self) -> u8 {
        self.tag
    }

    /// Returns the bytes after the length.
    #[must_use]
    pub fn body(&self) -> &'bytes [u8] {
        self.body
    }

    /// Returns `format_identifier` of a registration descriptor (§2.6.8), the owner of the format.
    #[must_use]
    pub fn registration(&self) -> Option<[u8; 4]> {
        if self.tag == 0x05 { self.body.first_chunk().copied() } else { None }
    }

    /// Returns the first ISO 639-2 language code of an ISO 639 language descriptor (§2.6.18), a teletext descriptor or a
    /// subtitling descriptor (ETSI EN 300 468, §6.2.43 and §6.2.41).
    #[must_use]
    pub fn language(&self) -> Option<[u8; 3]> {
        if matches!(self.tag, 0x0a | 0x56 | 0x59) { self.body.first_chunk().copied() } else { None }
    }

    /// Returns `service_provider_name` and `service_name` of a service descriptor (ETSI EN 300 468, §6.2.33).
    pub(super) fn service(&self) -> Option<(&'bytes [u8], &'bytes [u8])> {
        if self.tag != 0x48 {
            return None;
        }
        let text = |bytes: &'bytes [u8]| {
            let (&len, rest) = bytes.split_first()?;
            rest.split_at_checked(len.into())
        };
        let (provider, rest) = text(self.body.get(1..)?)?;
        Some((provider, text(rest)?.0))
    }
}

/// An iterator over descriptors. It ends at a descriptor that is longer than the remaining bytes.
#[derive(Debug, Clone)]
pub struct Descriptors<'bytes> {
    bytes: &'bytes [u8],
}

impl<'bytes> Descriptors<'bytes> {
    pub(super) fn new(bytes: &'bytes [u8]) -> Self {
        Self { bytes }
    }

    /// Returns the bytes of the remaining descriptors.
    pub(super) fn as_bytes(&self) -> &'bytes [u8] {
        self.bytes
    }
}

impl<'bytes> Iterator for Descriptors<'bytes> {
    type Item = Descriptor<'bytes>;

    fn next(&mut self) -> Option<Descriptor<'bytes>> {
        let (&[tag, len], rest) = self.bytes.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(len.into())?;
        self.bytes = rest;
        Some(Descriptor { tag, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_in_sequence() {
        let bytes = b"\x05\x04HDMV\x0a\x04deu\0\xff\0\x48\x09\x01\x03abc\x03xyz\x59\x08fra";
        let found: Vec<_> = Descriptors::new(bytes).collect();
        assert_eq!(found.iter().map(Descriptor::tag).collect::<Vec<_>>(), [5, 10, 255, 0x48]);
        assert_eq!(found[0].registration(), Some(*b"HDMV"));
        assert_eq!(found[1].language(), Some(*b"deu"));
        assert_eq!((found[2].body(), found[2].language(), found[2].service()), (&b""[..], None, None));
        assert_eq!(found[3].service(), Some((b"abc".as_slice(), b"xyz".as_slice())));
        for len in 0..bytes.len() {
            for descriptor in Descriptors::new(&bytes[..len]) {
                let _ = (descriptor.registration(), descriptor.language(), descriptor.service());
            }
        }
        assert_eq!(Descriptor { tag: 0x48, body: b"\x01\x03abc\x04xyz" }.service(), None);
    }
}

//! ZIP files (APPNOTE 6.3), as small as a report needs: deflated entries, fixed times, nothing above 4 GiB. A library would bring more code
//! than this, and the two checksums and the compressor are here already.

use std::io::{self, Write};

/// Version 2.0 of the format: directories and deflate.
const VERSION: u16 = 20;

/// 1980-01-01, the first day of the format, so that the same report gives the same bytes.
const DATE: u16 = (1 << 5) | 1;

/// Names are UTF-8 (general purpose bit 11).
const UTF_8: u16 = 1 << 11;

/// MS-DOS attribute of a directory.
const DIRECTORY: u32 = 0x10;

/// Compression methods.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A ZIP file that is being written to memory.
#[derive(Debug, Default)]
pub(super) struct Zip {
    bytes: Vec<u8>,
    /// The headers of the central directory.
    directory: Vec<u8>,
    entries: u16,
}

impl Zip {
    /// Adds a directory. Its name ends in `/`.
    pub(super) fn add_directory(&mut self, name: &str) -> io::Result<()> {
        self.add(name, &[], STORED, &[], DIRECTORY)
    }

    /// Adds a file, compressed if that makes it smaller.
    pub(super) fn add_file(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        match deflate(content)? {
            Some(packed) if packed.len() < content.len() => self.add(name, content, DEFLATED, &packed, 0),
            _ => self.add(name, content, STORED, content, 0),
        }
    }

    fn add(
        &mut self,
        name: &str,
        content: &[u8],
        method: u16,
        packed: &[u8],
        attributes: u32,
    ) -> io::Result<()> {
        let offset = size(self.bytes.len())?;
        let name_len =
            u16::try_from(name.len()).map_err(|_| io::Error::other("a name in a ZIP file is too long"))?;
        let mut header = Vec::new();
        [VERSION, UTF_8, method, 0, DATE].iter().for_each(|field| header.extend(field.to_le_bytes()));
        let sizes = [crc32fast::hash(content), size(packed.len())?, size(content.len())?];
        sizes.iter().for_each(|field| header.extend(field.to_le_bytes()));
        header.extend(name_len.to_le_bytes());
        // No extra field.
        header.extend([0; 2]);

        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&header);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(packed);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&header);
        // No comment, the first disk, no internal attributes.
        self.directory.extend([0; 6]);
        self.directory.extend(attributes.to_le_bytes());
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.entries += 1;
        Ok(())
    }

    /// Writes the file.
    pub(super) fn write(&self, mut out: impl Write) -> io::Result<()> {
        let offset = size(self.bytes.len())?;
        let len = size(self.directory.len())?;
        out.write_all(&self.bytes)?;
        out.write_all(&self.directory)?;
        // The end of the central directory: on the first disk, with no comment.
        out.write_all(b"PK\x05\x06\0\0\0\0")?;
        out.write_all(&self.entries.to_le_bytes())?;
        out.write_all(&self.entries.to_le_bytes())?;
        out.write_all(&len.to_le_bytes())?;
        out.write_all(&offset.to_le_bytes())?;
        out.write_all(&[0; 2])
    }
}

/// Returns a size or an offset as the format stores it.
fn size(bytes: usize) -> io::Result<u32> {
    u32::try_from(bytes).map_err(|_| io::Error::other("a ZIP file would be longer than 4 GiB"))
}

/// Compresses bytes.
#[cfg(feature = "gzip")]
fn deflate(content: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content)?;
    encoder.finish().map(Some)
}

/// Nothing is compressed without the compressor.
#[cfg(not(feature = "gzip"))]
fn deflate(_: &[u8]) -> io::Result<Option<Vec<u8>>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8], at: usize) -> usize {
        let field = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        u32::from_le_bytes(field) as usize
    }

    fn short(bytes: &[u8], at: usize) -> usize {
        u16::from_le_bytes([bytes[at], bytes[at + 1]]).into()
    }

    /// Returns the names and contents of a file, which the central directory leads to.
    fn entries(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
        let end = zip.len() - 22;
        assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
        let mut header = number(zip, end + 16);
        assert_eq!(header + number(zip, end + 12), end);
        let mut found = Vec::new();
        for _ in 0..short(zip, end + 10) {
            assert_eq!(&zip[header..header + 4], b"PK\x01\x02");
            let name_len = short(zip, header + 28);
            let local = number(zip, header + 42);
            assert_eq!(&zip[local..local + 4], b"PK\x03\x04");
            // From the version to the length of the extra field, both are equal.
            assert_eq!(zip[local + 4..local + 30], zip[header + 6..header + 32]);
            let name = &zip[header + 46..header + 46 + name_len];
            assert_eq!(&zip[local + 30..local + 30 + name_len], name);
            let start = local + 30 + name_len;
            let packed = &zip[start..start + number(zip, header + 20)];
            let content = match short(zip, header + 10) {
                0 => packed.to_vec(),
                _ => {
                    let mut content = Vec::new();
                    let mut decoder = flate2::bufread::DeflateDecoder::new(packed);
                    io::Read::read_to_end(&mut decoder, &mut content).unwrap();
                    content
                }
            };
            assert_eq!(content.len(), number(zip, header + 24));
            assert_eq!(crc32fast::hash(&content) as usize, number(zip, header + 16));
            found.push((String::from_utf8(name.to_vec()).unwrap(), content));
            header += 46 + name_len;
        }
        assert_eq!(header, end);
        found
    }

    #[test]
    fn entries_are_found_in_their_order() {
        let mut zip = Zip::default();
        let long = b"0123456789".repeat(10_000);
        zip.add_directory("a/").unwrap();
        zip.add_file("a/long", &long).unwrap();
        zip.add_file("a/short", b"x").unwrap();
        zip.add_file("a/none", b"").unwrap();
        let mut bytes = Vec::new();
        zip.write(&mut bytes).unwrap();
        assert!(!cfg!(feature = "gzip") || bytes.len() < 10_000, "{} bytes", bytes.len());
        let expected = [("a/", &b""[..]), ("a/long", &long), ("a/short", b"x"), ("a/none", b"")];
        let expected = expected.map(|(name, content)| (name.to_owned(), content.to_vec()));
        assert_eq!(entries(&bytes), expected);
    }

    #[test]
    fn a_name_that_is_too_long_is_refused() {
        assert!(Zip::default().add_file(&"a".repeat(70_000), b"").is_err());
    }
}

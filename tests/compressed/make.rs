//! Compressed files, built by hand.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::Write;
use std::ops::Range;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The empty end-of-file block of BGZF, from the SAM specification.
pub(crate) const BGZF_END: [u8; 28] =
    [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Optional fields of a gzip header (RFC 1952).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Header<'bytes> {
    pub(crate) extra: Option<&'bytes [u8]>,
    pub(crate) name: Option<&'bytes [u8]>,
    pub(crate) comment: Option<&'bytes [u8]>,
    pub(crate) crc: bool,
}

impl Header<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let flags = u8::from(self.crc) << 1
            | u8::from(self.extra.is_some()) << 2
            | u8::from(self.name.is_some()) << 3
            | u8::from(self.comment.is_some()) << 4;
        let mut bytes = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 0xff];
        if let Some(extra) = self.extra {
            bytes.extend(u16::try_from(extra.len()).unwrap().to_le_bytes());
            bytes.extend(extra);
        }
        for text in [self.name, self.comment].into_iter().flatten() {
            bytes.extend(text);
            bytes.push(0);
        }
        if self.crc {
            bytes.extend(&crc32fast::hash(&bytes).to_le_bytes()[..2]);
        }
        bytes
    }
}

pub(crate) fn deflate(text: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// CRC32 and ISIZE.
fn gzip_trailer(text: &[u8]) -> Vec<u8> {
    let len = u32::try_from(text.len()).unwrap();
    [crc32fast::hash(text).to_le_bytes(), len.to_le_bytes()].concat()
}

pub(crate) fn gzip_with(header: &Header<'_>, text: &[u8]) -> Vec<u8> {
    [header.bytes(), deflate(text, Compression::fast()), gzip_trailer(text)].concat()
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    gzip_with(&Header::default(), text)
}

/// A BGZF block with other subfields before its own, deflated at this level.
pub(crate) fn bgzf_block_with(fields: &[u8], level: Compression, text: &[u8]) -> Vec<u8> {
    let deflated = deflate(text, level);
    let extra = [fields, b"BC\x02\0\0\0"].concat();
    let header = Header { extra: Some(&extra), ..Header::default() }.bytes();
    let size_at = header.len() - 2;
    let mut block = [header, deflated, gzip_trailer(text)].concat();
    let size = u16::try_from(block.len() - 1).unwrap();
    block[size_at..size_at + 2].copy_from_slice(&size.to_le_bytes());
    block
}

pub(crate) fn bgzf_block(text: &[u8]) -> Vec<u8> {
    bgzf_block_with(b"", Compression::fast(), text)
}

/// Blocks of these lengths, repeated to the end of the text, and the end-of-file block.
pub(crate) fn bgzf_of_lens(text: &[u8], lens: &[usize]) -> Vec<u8> {
    let (mut rest, mut file) = (text, Vec::new());
    for &len in lens.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (block, others) = rest.split_at(len.min(rest.len()));
        file.extend(bgzf_block(block));
        rest = others;
    }
    file.extend(BGZF_END);
    file
}

/// A zstd frame with or without checksum and length (RFC 8878).
pub(crate) fn zstd_with(checksum: bool, len: bool, text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(checksum).unwrap();
    encoder.include_contentsize(len).unwrap();
    encoder.set_pledged_src_size(len.then_some(text.len() as u64)).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd_frame(text: &[u8]) -> Vec<u8> {
    zstd_with(true, false, text)
}

/// A skippable frame; there are 16 magic numbers for it.
pub(crate) fn zstd_skippable(number: u8, content: &[u8]) -> Vec<u8> {
    let len = u32::try_from(content.len()).unwrap();
    [&[0x50 | number, 0x2a, 0x4d, 0x18], &len.to_le_bytes()[..], content].concat()
}

/// A compression format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Gzip,
    Bgzf,
    Zstd,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Gzip, Self::Bgzf, Self::Zstd];

    /// A member, block or frame.
    pub(crate) fn member(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Gzip => gzip(text),
            Self::Bgzf => bgzf_block(text),
            Self::Zstd => zstd_frame(text),
        }
    }

    /// The bytes at the end of a file.
    pub(crate) fn closing(self) -> &'static [u8] {
        match self {
            Self::Bgzf => &BGZF_END,
            Self::Gzip | Self::Zstd => b"",
        }
    }

    /// A whole file with `len` bytes of text per member.
    pub(crate) fn file(self, text: &[u8], len: usize) -> CompressedFile {
        let mut packed = CompressedFile::default();
        text.chunks(len).for_each(|text| packed.push(&self.member(text), text));
        if !self.closing().is_empty() {
            packed.push(self.closing(), b"");
        }
        packed
    }

    /// The names of the format, in lower case, and of its members in messages.
    pub(crate) fn words(self) -> [&'static str; 2] {
        match self {
            Self::Gzip => ["gzip", "member"],
            Self::Bgzf => ["bgzf", "block"],
            Self::Zstd => ["zstd", "frame"],
        }
    }
}

/// A compressed file and its text.
#[derive(Debug, Clone, Default)]
pub(crate) struct CompressedFile {
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: Vec<u8>,
    /// The ends of each member, in `bytes` and in `text`.
    ends: Vec<(usize, usize)>,
}

impl CompressedFile {
    pub(crate) fn push(&mut self, member: &[u8], text: &[u8]) {
        self.bytes.extend_from_slice(member);
        self.text.extend_from_slice(text);
        self.ends.push((self.bytes.len(), self.text.len()));
    }

    pub(crate) fn members(&self) -> usize {
        self.ends.len()
    }

    /// The range of a member in the bytes.
    pub(crate) fn range(&self, member: usize) -> Range<usize> {
        let start = member.checked_sub(1).map_or(0, |before| self.ends[before].0);
        start..self.ends[member].0
    }

    /// The text before a member.
    pub(crate) fn text_before(&self, member: usize) -> &[u8] {
        &self.text[..member.checked_sub(1).map_or(0, |before| self.ends[before].1)]
    }

    /// The member of a byte; the number of members for a byte after them.
    pub(crate) fn member_at(&self, at: usize) -> usize {
        self.ends.partition_point(|&(end, _)| end <= at)
    }

    /// Returns whether a member ends here, or the file starts.
    pub(crate) fn is_end(&self, at: usize) -> bool {
        at == 0 || self.ends.iter().any(|&(end, _)| end == at)
    }
}

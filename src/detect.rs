//! Detection of the format of an input from its first bytes.

mod container;
mod hole;
mod others;
mod table;

use std::sync::LazyLock;

pub(crate) use hole::hole_len;
pub use table::FileKind;
pub(crate) use table::KindVisitor;

use crate::error::{Error, ErrorKind, Result};
use crate::head::{Certainty, Head};
use table::TABLE;

/// Number of bytes at the start of an input that suffice to detect its format.
pub(crate) const HEAD_LEN: usize = 64 * 1024;

impl FileKind {
    /// Detects the format of an input from its first bytes. 64 KiB are enough; a shorter slice counts as the whole input.
    ///
    /// If the input is longer, the variant of FASTQ is a guess: a later record can be wrapped even if none of these is.
    /// [`Source::in_format`](crate::Source::in_format) and [`Source::in_variant`](crate::Source::in_variant) read an input in the variant
    /// of all its records. The format itself is certain as long as reading it gives no error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownFormat`], which names the format if it is known but not supported.
    ///
    /// ```
    /// use pagecut::FileKind;
    ///
    /// assert_eq!(FileKind::detect(b"@r1\nACGT\n+\nIIII\n")?, FileKind::Fastq);
    /// assert!(FileKind::detect(b"\x1f\x8b\x08...").unwrap_err().to_string().contains("gzip"));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn detect(head: &[u8]) -> Result<Self> {
        Self::of_head(&Head::new(head, head.len() < HEAD_LEN))
    }

    /// Detects the format as [`detect`](FileKind::detect) does, for work that continues after faults.
    pub(crate) fn detect_with_faults(head: &[u8]) -> Result<Self> {
        Self::of_head(&Head::new(head, head.len() < HEAD_LEN).past_faults())
    }

    /// Asks every format of the table, and the unsupported ones. The most certain answer wins; among equal ones, the first.
    fn of_head(head: &Head<'_>) -> Result<Self> {
        let mut best: Option<(Certainty, Result<Self>)> = None;
        let known =
            TABLE.iter().filter_map(|row| (row.detect)(head)).map(|(certainty, kind)| (certainty, Ok(kind)));
        let other = others::detect(head)
            .map(|(certainty, what)| (certainty, Err(ErrorKind::UnknownFormat(what).into())));
        for found in known.chain(other) {
            if best.as_ref().is_none_or(|(certainty, _)| *certainty < found.0) {
                best = Some(found);
            }
        }
        let none = || if hole::is_hole(head.bytes) { &HOLE } else { &NONE };
        best.map_or_else(|| Err(ErrorKind::UnknownFormat(none()).into()), |(_, kind)| kind)
    }

    /// Detects text by the bytes after NUL bytes at the start of an input.
    pub(crate) fn detect_after_hole(text: &[u8]) -> Option<Self> {
        let start = TABLE.iter().find_map(|row| (row.find_records)(text))?;
        Self::detect_with_faults(&text[start..]).ok()
    }

    /// Detects the format from bytes inside an input, where the byte before the first one is unknown.
    pub(crate) fn detect_inside(bytes: &[u8]) -> Result<Self> {
        let start = TABLE.iter().find_map(|row| (row.find_record)(bytes));
        Self::detect_with_faults(&bytes[start.unwrap_or(0)..])
    }
}

/// Returns whether the error says that an input of no known format starts with NUL bytes.
pub(crate) fn starts_with_hole(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::UnknownFormat(what) if *what == HOLE.as_str())
}

/// The message for an input of no known format.
static NONE: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = TABLE.iter().map(|row| row.name).collect();
    match names.split_last() {
        Some((last, names)) => format!("neither {} nor {last}", names.join(", ")),
        None => "of no format".to_owned(),
    }
});

/// The message for an input that starts with NUL bytes.
static HOLE: LazyLock<String> = LazyLock::new(|| {
    let none = &*NONE;
    format!(
        "{none}: it starts with NUL bytes, as a file with a hole; recovery finds FASTQ and FASTA after them"
    )
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::{PacketKind, Packets};

    fn stream(kind: PacketKind, junk: usize, packets: usize) -> Vec<u8> {
        let mut packet = vec![0; kind.packet_len()];
        packet[if kind == PacketKind::SourcePacket { 4 } else { 0 }] = 0x47;
        let mut stream = vec![b'x'; junk];
        stream.extend(packet.repeat(packets));
        stream
    }

    #[test]
    fn formats_are_detected_by_content() {
        for text in ["@", "@r\nA\n+\nI\n", "\n\r\n@r", "\u{feff}@r\nA\n+\nI\n", "@HD\nA\n+\nI\n"] {
            assert_eq!(FileKind::detect(text.as_bytes()).unwrap(), FileKind::Fastq, "{text:?}");
        }
        for text in
            ["@r\nA\nC\n+\nII\n", "@r\nA\n+\nI\n@s\nAC\n+\nI\nI\n", "@r\nAAAA\nCCCC\n+\nIIII\nIIII\n@s\n"]
        {
            assert_eq!(FileKind::detect(text.as_bytes()).unwrap(), FileKind::WrappedFastq, "{text:?}");
        }
        for text in [">", ">s\nACGT\n", "\n\n>s\n", "\u{feff}>s\nACGT\n"] {
            assert_eq!(FileKind::detect(text.as_bytes()).unwrap(), FileKind::Fasta, "{text:?}");
        }
        for (junk, packets) in [(0, 1), (0, 5), (0, 400), (1, 16), (187, 16), (1000, 16), (10_000, 400)] {
            for kind in PacketKind::ALL {
                let stream = stream(kind, junk, packets);
                let expected = FileKind::MpegTs(Packets::with_kind(kind));
                assert_eq!(FileKind::detect(&stream).unwrap(), expected, "{junk} + {packets}");
            }
        }
        for blank in ["", "\n", "\n\n\r\n", "\u{feff}", "\u{feff}\n"] {
            assert_eq!(FileKind::detect(blank.as_bytes()).unwrap(), FileKind::Empty, "{blank:?}");
        }
    }

    #[test]
    fn source_packets_with_text_bytes_are_no_text() {
        for first in [b"@", b">", b"\n", b"\r"] {
            for packets in 5..40 {
                let mut stream = stream(PacketKind::SourcePacket, 0, packets);
                stream.chunks_mut(192).for_each(|packet| packet[0] = first[0]);
                let kind = FileKind::detect(&stream).unwrap();
                assert_eq!(kind, FileKind::MpegTs(Packets::with_kind(PacketKind::SourcePacket)), "{packets}");
            }
        }
    }

    #[test]
    fn letters_are_no_sync_bytes() {
        // The highest share of G in a sequence, and a G at every position from the end.
        for len in [188, 189, 376, 1000, 5 * 188, 100_000] {
            for at in 0..188.min(len) {
                let mut text = b"AGGCTGGGGTCAGGAG".repeat(len / 16 + 1);
                text.truncate(len);
                text[len - 188 + at] = b'G';
                text[0] = b'>';
                assert_eq!(FileKind::detect(&text[..len.min(HEAD_LEN)]).unwrap(), FileKind::Fasta);
                text[0] = b'A';
                let kind = FileKind::detect(&text[..len.min(HEAD_LEN)]);
                assert!(kind.is_err(), "{kind:?} of {len} letters");
            }
        }
    }

    #[test]
    fn the_first_box_or_element_decides() {
        for (head, kind) in [
            (b"\0\0\0\x14ftypisom\0\0\x02\0isom".as_slice(), FileKind::Mp4),
            (b"\0\0\0\x08wide\0\0", FileKind::Mp4),
            (b"\0\0\0\0mdat", FileKind::Mp4),
            (b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0", FileKind::Mp4),
            // A size that consists of letters or a line feed, before bytes that are not text.
            (b"@AGAmdat\0\x01\x02", FileKind::Mp4),
            (b"\n\n\n\nmdat\0\x01\x02", FileKind::Mp4),
            (b"\x1a\x45\xdf\xa3", FileKind::Matroska),
            (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\xff", FileKind::Matroska),
            (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm", FileKind::Matroska),
            (b"DKIF\0\0\x20\0VP80", FileKind::Ivf),
        ] {
            assert_eq!(FileKind::detect(head).unwrap(), kind, "{}", head.escape_ascii());
        }
        for head in [
            b"\0\0\0\x07wide\0\0".as_slice(),
            b"\0\0\0\x0fftypisom\0\0\x02",
            b"\0\0\0\x10mov",
            b"\0\0\0\x10moot\0\0\0\0",
            b"\0\0\0\0free\0\0\0\0",
            b"    free memory",
            b"\x1a\x45\xdf\xa4",
        ] {
            assert!(FileKind::detect(head).is_err(), "{}", head.escape_ascii());
        }
        for name in ["@r1 mdat", "@r1 skip", "@r1 free caf\u{e9}", "@r1 uuid\x01gi|1", "@r1 meta\tx"] {
            let read = format!("{name}\nA\n+\nI\n");
            assert_eq!(FileKind::detect(read.as_bytes()).unwrap(), FileKind::Fastq, "{name}");
            let sequence = read.replacen('@', ">", 1);
            assert_eq!(FileKind::detect(sequence.as_bytes()).unwrap(), FileKind::Fasta, "{name}");
        }
        // Latin-1.
        assert_eq!(FileKind::detect(b">s1 free C\xe9sar\nAC\n").unwrap(), FileKind::Fasta);
    }

    #[test]
    fn unsupported_formats_are_named() {
        for (head, name) in [
            (
                b"\x1a\x45\xdf\xa3\x87\x42\x82\x84tags\x18\x53\x80\x67\xff".as_slice(),
                "neither Matroska nor WebM",
            ),
            (b"OggS\0\x02", "Ogg"),
            (b"fLaC\0\0\0\x22", "FLAC"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "WAV"),
            (b"RIFF\x24\0\0\0AVI LIST", "AVI"),
            (b"RIFF\x24\0\0\0WEBP", "neither"),
            (b"ID3\x04\0\0", "MP3"),
            (b"FLV\x01\x05", "FLV"),
            (b"\0\0\x01\xba\x44", "program stream"),
            (b"\xff\xf1\x50\x80\x01\x1f\xfc\0\xff\xf1\x50\x80\x01\x1f\xfc\0", "ADTS"),
            (b"\xff\xf1\x50\x80\x01\x1f\xfc\0\xff\0\x50\x80\x01\x1f\xfc\0", "neither"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"BAM\x01", "BAM"),
            (b"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:a\tLN:9\n", "SAM"),
            (b"@SQ\tSN:a\tLN:9\n", "SAM"),
            (b"r\t0\ta\t1\t9\t1M\t*\t0\t0\tA\tI\n", "SAM"),
            (b"r\t4\t*\t0\t0\t*\t*\t0\t0\tA\tI\tNM:i:0\n", "SAM"),
            (b"r\t0\ta\t1\t9\t1M\n", "neither"),
            (b"LOCUS       AB000001", "GenBank"),
            (b"##fileformat=VCFv4.2\n", "VCF"),
            (b"\xff\xfe>\0a\0", "UTF-16"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"hello", "neither"),
            (b"Good day", "neither"),
            (b"\0\0\0\0", "neither"),
            (&[0; 16], "it starts with NUL bytes"),
        ] {
            let error = FileKind::detect(head).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

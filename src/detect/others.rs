//! Formats that pagecut names but does not read.

use crate::head::{Certainty, Head};
use crate::sequence::{BYTE_ORDER_MARK, first_byte_of_text};

/// Names a format that is not read.
pub(super) fn detect(head: &Head<'_>) -> Option<(Certainty, &'static str)> {
    let text = head.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head.bytes);
    let signature = by_signature(text).or_else(|| riff(text));
    let signature = signature.or_else(|| is_adts(text).then_some("AAC in ADTS, which is not read yet"));
    match signature {
        Some(what) => Some((Certainty::Signature, what)),
        None => is_sam(text)
            .then_some((Certainty::FirstLine, "SAM, which is not read; `samtools fastq` converts it")),
    }
}

/// Names the format that begins with a signature.
fn by_signature(head: &[u8]) -> Option<&'static str> {
    const OTHERS: &[(&[u8], &str)] = &[
        (b"\x1a\x45\xdf\xa3", "EBML, but neither Matroska nor WebM, which is not read"),
        (b"OggS", "Ogg, which is not read yet"),
        (b"fLaC", "FLAC, which is not read yet"),
        (b"ID3\x02", "MP3, or other audio after an ID3 tag, which is not read yet"),
        (b"ID3\x03", "MP3, or other audio after an ID3 tag, which is not read yet"),
        (b"ID3\x04", "MP3, or other audio after an ID3 tag, which is not read yet"),
        (b"FLV\x01", "FLV, which is not read"),
        (b"\0\0\x01\xba", "an MPEG program stream, which is not read"),
        (b"\x1f\x8b", "compressed with gzip, and has to be decompressed first"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd, and has to be decompressed first"),
        (b"BZh", "compressed with bzip2, and has to be decompressed first"),
        (b"\xfd7zXZ\0", "compressed with xz, and has to be decompressed first"),
        (b"PK\x03\x04", "a zip archive, which is not read; extract it first"),
        (b"BAM\x01", "BAM, which is not read; `samtools fastq` converts it"),
        (b"CRAM", "CRAM, which is not read; `samtools fastq` converts it"),
        (b"BCF\x02", "BCF, which holds variants and no reads"),
        (b"NCBI.sra", "an archive of the SRA, which is not read; `fasterq-dump` converts it"),
        (b"\x89HDF\r\n\x1a\n", "HDF5 (as Fast5), which is not read; a basecaller converts it"),
        (b"\x8bPOD\r\n\x1a\n", "POD5, which is not read; a basecaller converts it"),
        (b".sff", "SFF, which is not read"),
        (b"LOCUS  ", "GenBank, which is not read; `seqret` or `any2fasta` converts it"),
        (b"##fileformat=VCF", "VCF, which holds variants and no reads"),
        (b"##gff-version", "GFF, which holds annotations and no reads"),
        (b"\xff\xfe", "text in UTF-16, which is not read; `iconv -f UTF-16 -t UTF-8` converts it"),
        (b"\xfe\xff", "text in UTF-16, which is not read; `iconv -f UTF-16 -t UTF-8` converts it"),
    ];
    OTHERS.iter().find(|(signature, _)| head.starts_with(signature)).map(|(_, what)| *what)
}

/// Names a RIFF format. Files with 64-bit lengths have other signatures.
fn riff(head: &[u8]) -> Option<&'static str> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF" | b"RF64" | b"BW64", b"WAVE") => Some("WAV, which is not read yet"),
        (b"RIFF", b"AVI ") => Some("AVI, which is not read yet"),
        _ => None,
    }
}

/// Returns whether the head starts with two consecutive ADTS frames (ISO/IEC 13818-7 §6.2). The sync word of one frame, twelve one bits,
/// would be too weak a sign.
fn is_adts(head: &[u8]) -> bool {
    let frame_len = |at: usize| {
        let &[0xff, second, _, b3, b4, b5] = head.get(at..)?.first_chunk()? else { return None };
        let len = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5 >> 5);
        (second & 0xf6 == 0xf0 && len >= 7).then_some(len)
    };
    frame_len(0).and_then(frame_len).is_some()
}

/// Returns whether a head is SAM. SAM starts with an alignment line, or with a header line (SAMv1 §1.3): `@`, a record type, and its
/// required tag. A FASTQ header may start with the same letters, but not with a tab and a tag.
fn is_sam(head: &[u8]) -> bool {
    const HEADER_LINES: [&[u8]; 4] = [b"@HD\tVN:", b"@SQ\tSN:", b"@RG\tID:", b"@PG\tID:"];
    // A comment line has no tag, so the next line decides: a header line or an alignment.
    let rest = match head.strip_prefix(b"@CO\t") {
        None => head,
        Some(comment) => memchr::memchr(b'\n', comment).map_or(&b""[..], |end| &comment[end + 1..]),
    };
    // A FASTA definition line may contain any fields.
    let is_definition = first_byte_of_text(head) == Some(b'>');
    HEADER_LINES.iter().any(|line| rest.starts_with(line)) || !is_definition && is_alignment_line(rest)
}

/// Returns whether a head starts with an alignment line (SAMv1 §1.4): at least 11 tab-separated fields, of which the flag, the position,
/// the mapping quality and the position of the mate are numbers.
fn is_alignment_line(head: &[u8]) -> bool {
    let line = &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())];
    let fields: Vec<&[u8]> = line.splitn(12, |&byte| byte == b'\t').collect();
    let is_number = |field: usize| !fields[field].is_empty() && fields[field].iter().all(u8::is_ascii_digit);
    fields.len() >= 11 && [1, 3, 4, 7].into_iter().all(is_number)
}

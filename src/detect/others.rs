//! Formats of reads, sequences and archives that pagecut names but does not read.

/// Names the format of a head that is neither media nor text of reads.
pub(super) fn name(head: &[u8]) -> Option<&'static str> {
    const OTHERS: [(&[u8], &str); 17] = [
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
    let named = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what);
    named.or_else(|| is_alignment_line(head).then_some(SAM))
}

const SAM: &str = "SAM, which is not read; `samtools fastq` converts it";

/// Names a head of SAM that begins with a header line (SAMv1 §1.3): `@`, a record type, and its required tag. A FASTQ header may begin
/// with the same letters, but not with a tab and a tag.
pub(super) fn sam(head: &[u8]) -> Option<&'static str> {
    const HEADER_LINES: [&[u8]; 4] = [b"@HD\tVN:", b"@SQ\tSN:", b"@RG\tID:", b"@PG\tID:"];
    // A comment line has no tag, so the next line decides: a header line or an alignment.
    let rest = match head.strip_prefix(b"@CO\t") {
        None => head,
        Some(comment) => memchr::memchr(b'\n', comment).map_or(&b""[..], |end| &comment[end + 1..]),
    };
    let is_sam = HEADER_LINES.iter().any(|line| rest.starts_with(line)) || is_alignment_line(rest);
    is_sam.then_some(SAM)
}

/// Whether a head begins with an alignment line (SAMv1 §1.4): 11 fields or more between tabs, of which the flag, the position, the
/// mapping quality and the position of the mate are numbers.
fn is_alignment_line(head: &[u8]) -> bool {
    let line = &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())];
    let fields: Vec<&[u8]> = line.splitn(12, |&byte| byte == b'\t').collect();
    let is_number = |field: usize| !fields[field].is_empty() && fields[field].iter().all(u8::is_ascii_digit);
    fields.len() >= 11 && [1, 3, 4, 7].into_iter().all(is_number)
}

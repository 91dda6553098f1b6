//! gzip: members, and the fields of their headers (RFC 1952).

use std::io::{self, Cursor, Read};

use flate2::{Compress, Compression, FlushCompress};
use pagecut::fastq::Fastq;
use pagecut::{Source, SourceOptions};

use crate::check::{fault_between, few_settings, is_plain, names, read_in, reads, settings};
use crate::make::{CompressedFile, Header, Kind, deflate, gzip, gzip_with};

const FASTQ: Fastq = Fastq::new();

/// Every combination of the four fields.
fn headers<'bytes>(extra: &'bytes [u8], name: &'bytes [u8], comment: &'bytes [u8]) -> Vec<Header<'bytes>> {
    let chosen = |number: u32, bit: u32| number >> bit & 1 == 1;
    let header = |number| Header {
        extra: chosen(number, 0).then_some(extra),
        name: chosen(number, 1).then_some(name),
        comment: chosen(number, 2).then_some(comment),
        crc: chosen(number, 3),
    };
    (0..16).map(header).collect()
}

#[test]
fn members_of_every_length() {
    for len in [1, 7, 300, 100_000] {
        let text = reads(if len == 1 { 8 } else { 40 });
        is_plain(&FASTQ, &Kind::Gzip.file(&text, len).bytes, &text);
    }
}

#[test]
fn headers_may_have_every_field() {
    let text = reads(8);
    let long = vec![b'n'; 70_000];
    for header in headers(b"XY\x03\0abc", b"reads.fastq", b"a comment") {
        is_plain(&FASTQ, &gzip_with(&header, &text), &text);
    }
    for header in headers(&long[..65_535], &long, &long) {
        // In the second member, too.
        let bytes = gzip_with(&header, &text).repeat(2);
        let (reading, error) = read_in(&FASTQ, &bytes, &few_settings(bytes.len()));
        assert!(error.is_none() && reading.tally.records == 16, "{error:?}");
    }
}

#[test]
fn an_extra_field_may_be_empty_or_no_field_at_all() {
    let text = reads(8);
    for extra in [b"".as_slice(), b"B", b"BC", b"BC\x02\0\x01", b"BC\xff\xffab", b"XY\xff\xff", b"\0\0\0\0\0"]
    {
        is_plain(&FASTQ, &gzip_with(&Header { extra: Some(extra), ..Header::default() }, &text), &text);
    }
}

#[test]
fn a_header_that_is_cut_is_an_error() {
    let text = reads(4);
    for (number, header) in headers(b"XY\x03\0abc", b"n", b"co").into_iter().enumerate() {
        let mut packed = CompressedFile::default();
        packed.push(&gzip(&text), &text);
        packed.push(&gzip_with(&header, &text), &text);
        let start = packed.range(1).start;
        for len in 1..=header.bytes().len() {
            let settings = few_settings(number + len);
            let message = fault_between(&FASTQ, &packed.bytes[..start + len], [&text, &text], &settings);
            names(&message, Kind::Gzip, &packed, 1);
            // At the start of the file, two bytes identify gzip.
            let first = &header.bytes()[..len];
            if len > 2 {
                fault_between(&FASTQ, first, [b"", b""], &settings);
            } else {
                assert!(read_in(&FASTQ, first, &settings).1.is_some(), "{first:?}");
            }
        }
    }
}

#[test]
fn a_header_with_reserved_flags_is_an_error() {
    let text = reads(8);
    for (at, byte) in [(2, 7), (2, 0), (3, 0x20), (3, 0x40), (3, 0x80)] {
        let mut bytes = gzip(&text);
        bytes[at] = byte;
        assert!(read_in(&FASTQ, &bytes, &few_settings(at)).1.is_some(), "{at}, {byte}");
        let message =
            fault_between(&FASTQ, &[gzip(&text), bytes].concat(), [&text, &text], &few_settings(at));
        assert!(message.to_lowercase().contains("gzip"), "{message}");
    }
}

#[test]
fn a_wrong_checksum_of_the_header_loses_nothing() {
    let text = reads(8);
    for header in headers(b"XY\x03\0abc", b"n", b"co").into_iter().filter(|header| header.crc) {
        let mut bytes = gzip_with(&header, &text);
        bytes[header.bytes().len() - 1] ^= 1;
        let (reading, error) = read_in(&FASTQ, &bytes, &settings());
        assert!(error.is_some() || reading.tally.records == 8, "{reading:?}");
    }
}

#[test]
fn an_empty_member_ends_nothing() {
    let text = reads(30);
    let (a, b) = text.split_at(333);
    let empty = gzip(b"");
    for members in [
        vec![gzip(a), empty.clone(), gzip(b)],
        vec![empty.clone(), gzip(a), gzip(b)],
        vec![gzip(a), empty.repeat(30), gzip(b), empty.clone()],
    ] {
        is_plain(&FASTQ, &members.concat(), &text);
    }
    is_plain(&FASTQ, &empty, b"");
    is_plain(&FASTQ, &empty.repeat(3), b"");
}

#[test]
fn a_wrong_checksum_or_length_of_the_text_is_an_error() {
    let packed = Kind::Gzip.file(&reads(60), 500);
    assert!(packed.members() >= 5);
    for member in 0..packed.members() {
        for back in [8, 5, 4, 1] {
            let mut bytes = packed.bytes.clone();
            bytes[packed.range(member).end - back] ^= 1;
            let text = [packed.text_before(member), packed.text_before(member + 1)];
            let message = fault_between(&FASTQ, &bytes, text, &few_settings(member + back));
            names(&message, Kind::Gzip, &packed, member);
        }
    }
}

#[test]
fn block_types_of_deflate_mix() {
    let text = reads(60);
    for level in [Compression::none(), Compression::fast(), Compression::best()] {
        let bytes = gzip(&text);
        let trailer = &bytes[bytes.len() - 8..];
        is_plain(&FASTQ, &[&Header::default().bytes()[..], &deflate(&text, level), trailer].concat(), &text);
    }
}

/// Pieces that are generated while they are read.
struct Pieces<I> {
    piece: Cursor<Vec<u8>>,
    rest: I,
}

impl<I: Iterator<Item = Vec<u8>>> Read for Pieces<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.piece.read(buffer)? {
                0 => match self.rest.next() {
                    Some(piece) => self.piece = Cursor::new(piece),
                    None => return Ok(0),
                },
                read => return Ok(read),
            }
        }
    }
}

/// A member that contains this text `times` times.
fn repeated(text: &[u8], times: usize) -> impl Read + Send + use<> {
    // A full flush ends at a byte boundary, and nothing after it refers to bytes before it.
    let mut deflated = Vec::with_capacity(text.len() + 1000);
    let mut deflater = Compress::new(Compression::best(), false);
    deflater.compress_vec(text, &mut deflated, FlushCompress::Full).unwrap();
    let mut crc = crc32fast::Hasher::new();
    let mut crc_of_text = crc32fast::Hasher::new();
    crc_of_text.update(text);
    (0..times).for_each(|_| crc.combine(&crc_of_text));
    // The length is stored modulo 2^32.
    let len = (text.len() * times).to_le_bytes();
    let end = [&[3, 0], &crc.finalize().to_le_bytes()[..], &len[..4]].concat();
    let header = Cursor::new(Header::default().bytes());
    Pieces { piece: header, rest: std::iter::repeat_n(deflated, times).chain([end]) }
}

fn count_repeated(record: &[u8], records: usize, times: usize) {
    let member = repeated(&record.repeat(records), times);
    let source = Source::from_reader(member, SourceOptions::new().threads(2));
    let lens = source.fold(&FASTQ, || 0, |sum, record| sum + record.sequence().len(), |a, b| a + b);
    assert_eq!(lens.unwrap(), (record.len() / 2 - 4) * records * times);
}

#[test]
fn a_member_of_many_pieces_is_one_text() {
    count_repeated(b"@rr\nACGTACGTAC\n+\nIIIIIIIIII\n", 1000, 30);
}

#[test]
fn a_member_may_exceed_4_gib() {
    let record = [b"@rr\n".as_slice(), &[b'A'; 2000], b"\n+\n", &[b'I'; 2000], b"\n"].concat();
    let (records, times) = (4096, 270);
    assert!(record.len() * records * times > 1 << 32);
    count_repeated(&record, records, times);
}

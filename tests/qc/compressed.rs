//! Compressed inputs, pipes, and damage in compressed inputs.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use pagecut::compress::bgzf;
use pagecut::fastq::Fastq;
use pagecut::qc::{Qc, Report};
use pagecut::{Source, SourceOptions};

use super::inputs::reads;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn in_bgzf(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = bgzf::Writer::new(&mut out);
    writer.write_all(data).unwrap();
    writer.finish().unwrap();
    out
}

/// Options of different divisions of the work.
fn divisions() -> impl Iterator<Item = SourceOptions> {
    [(1, 1 << 20), (2, 5000), (5, 700)]
        .into_iter()
        .map(|(threads, part_len)| SourceOptions::new().threads(threads).part_len(part_len))
}

fn streamed(data: &[u8], options: SourceOptions) -> Report {
    Qc::new().run(&Source::from_reader(Cursor::new(data.to_vec()), options), "reads").unwrap()
}

fn source_of(data: &[u8]) -> Source {
    Source::from_reader(Cursor::new(data.to_vec()), SourceOptions::new())
}

fn text(report: &Report) -> String {
    format!("{report:?}")
}

/// Returns the reports of a file and of a stream, in every division.
fn reports(data: &[u8]) -> Vec<Report> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    let of_file =
        |options| Qc::new().run(&Source::with_options(file.path(), options).unwrap(), "reads").unwrap();
    divisions().map(of_file).chain(divisions().map(|options| streamed(data, options))).collect()
}

#[test]
fn compressed_inputs_have_the_report_of_their_text() {
    let data = reads(900, 120);
    let expected = text(&streamed(&data, SourceOptions::new().threads(1)));
    let (first, second) = data.split_at(data.len() / 3);
    let zstd = |data: &[u8]| zstd::encode_all(data, 3).unwrap();
    for (name, packed) in [
        ("gzip", gzip(&data)),
        ("gzip of two members", [gzip(first), gzip(second)].concat()),
        ("BGZF", in_bgzf(&data)),
        ("zstd", zstd(&data)),
        ("zstd of two frames", [zstd(first), zstd(second)].concat()),
    ] {
        assert!(packed.len() < data.len(), "{name}");
        for report in reports(&packed) {
            assert!(text(&report) == expected, "{name}");
        }
    }
}

#[test]
fn a_pipe_has_the_report_of_its_text() {
    let data = reads(900, 120);
    let expected = text(&streamed(&data, SourceOptions::new().threads(1)));
    for sent in [data.clone(), gzip(&data)] {
        for options in divisions() {
            let (reader, mut writer) = std::io::pipe().unwrap();
            let report = std::thread::scope(|scope| {
                let sent = &sent;
                // The end of the pipe is where the writer is dropped.
                scope.spawn(move || sent.chunks(999).for_each(|chunk| writer.write_all(chunk).unwrap()));
                Qc::new().run(&Source::from_reader(reader, options), "reads").unwrap()
            });
            assert!(text(&report) == expected, "another report");
        }
    }
}

/// Checks that a report is incomplete, has the error of the input, and is that of the reads before it. Returns their number.
fn check_incomplete(data: &[u8], damaged: &[u8], name: &str) -> u64 {
    let reports = reports(damaged);
    let fault = source_of(damaged).account(&Fastq::new()).error.unwrap().to_string();
    // Values in order, as an application reads them.
    let in_order = source_of(damaged).map_in_order(&Fastq::new(), |_| (), |()| Ok(()));
    assert_eq!(in_order.unwrap_err().to_string(), fault, "{name}");
    let read = reports[0].basic.reads;
    let lines = 4 * usize::try_from(read).unwrap();
    let len: usize = data.split_inclusive(|&byte| byte == b'\n').take(lines).map(<[u8]>::len).sum();
    let expected = text(&streamed(&data[..len], SourceOptions::new()));
    for report in reports {
        let error = report.error.as_ref().map(ToString::to_string);
        assert_eq!(error.as_deref(), Some(&fault[..]), "{name}");
        assert!(text(&Report { error: None, ..report }) == expected, "{name}: {error:?}");
    }
    read
}

#[test]
fn a_truncated_gzip_has_the_report_of_the_reads_before() {
    let data = reads(400, 120);
    for packed in [gzip(&data), in_bgzf(&data)] {
        let cuts = [packed.len() / 2, packed.len() - 40, packed.len() - 29];
        let read = cuts.map(|cut| check_incomplete(&data, &packed[..cut], &format!("cut at {cut}")));
        assert!(read[0] > 0 && read[0] < 400 && read[1] >= read[0], "{read:?}");
    }
    // Without its checksum, all reads are there.
    let packed = gzip(&data);
    assert_eq!(check_incomplete(&data, &packed[..packed.len() - 8], "without checksum"), 400);
}

#[test]
fn a_damaged_gzip_has_the_report_of_the_reads_before() {
    let data = reads(400, 120);
    let packed = gzip(&data);
    for at in [packed.len() - 8, packed.len() - 4] {
        let mut damaged = packed.clone();
        damaged[at] ^= 1;
        assert_eq!(check_incomplete(&data, &damaged, "checksum or length"), 400);
    }
    // A block of the reserved type, where a member in two parts begins its second block.
    let (first, second) = data.split_at(data.len() / 2);
    let damaged = [gzip(first), [&gzip(second)[..10], &[0xff; 50]].concat()].concat();
    let read = check_incomplete(&data, &damaged, "a reserved block");
    assert!((150..=200).contains(&read), "{read}");
    // BGZF checks each block before its reads are counted.
    let mut damaged = in_bgzf(&data);
    let at = damaged.len() * 3 / 4;
    damaged[at] ^= 0x10;
    let read = check_incomplete(&data, &damaged, "a block of BGZF");
    assert!(read > 0 && read < 400, "{read}");
}

#[test]
fn wrapped_reads_late_in_a_pipe_are_named_as_such() {
    let data = reads(400, 120);
    let wrapped = b"@late\nACGT\nAC\n+\nIIII\nII\n".repeat(200);
    let text_before = text(&streamed(&data, SourceOptions::new()));
    for options in divisions() {
        let report = streamed(&[&data[..], &wrapped].concat(), options);
        let error = report.error.as_ref().unwrap().to_string();
        assert!(error.contains("record 400, ") && error.contains("the input is wrapped FASTQ"), "{error}");
        assert!(text(&Report { error: None, ..report }) == text_before, "the report of the reads before");
    }
}

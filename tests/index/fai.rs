//! Indexes of names, compared with samtools and with the bytes of the input.

use std::path::Path;

use pagecut::index::{Entry, Fai};
use pagecut::{Error, ErrorKind, Source};

use crate::common::{all_testdata, corpus, damaged, facts, noise, oracle};
use crate::{sources, write};

/// The kind of input that an index is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fasta,
    Fastq,
    WrappedFastq,
}

use Kind::{Fasta, Fastq, WrappedFastq};

fn build(source: &Source, kind: Kind) -> Result<Fai, Error> {
    match kind {
        Fasta => Fai::from_fasta(source),
        Fastq => Fai::from_fastq(source),
        WrappedFastq => Fai::from_wrapped_fastq(source),
    }
}

fn text(fai: &Fai) -> Vec<u8> {
    let mut text = Vec::new();
    fai.write(&mut text).unwrap();
    text
}

/// Returns the index that samtools writes, if it succeeds.
fn samtools_index(path: &Path, kind: Kind) -> Option<Vec<u8>> {
    let index = path.with_extension("theirs");
    let _ = std::fs::remove_file(&index);
    let status = oracle("samtools")?
        .arg(if kind == Fasta { "faidx" } else { "fqidx" })
        .arg(path)
        .arg("--fai-idx")
        .arg(&index)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    status.success().then(|| std::fs::read(index).unwrap())
}

/// Compares with samtools for several divisions of the file. Returns whether there is an index.
fn compare(path: &Path, kind: Kind) -> bool {
    let theirs = samtools_index(path, kind);
    for source in sources(path) {
        match (build(&source, kind), &theirs) {
            (Ok(ours), Some(theirs)) => {
                let ours = text(&ours);
                let shown = |index: &[u8]| index.escape_ascii().to_string();
                assert_eq!(shown(&ours), shown(theirs), "{}", path.display());
            }
            (Err(_), None) => {}
            (ours, theirs) => panic!(
                "{}: {ours:?} and {theirs:?} of {}",
                path.display(),
                std::fs::read(path).unwrap().escape_ascii()
            ),
        }
    }
    theirs.is_some()
}

#[test]
fn indexes_of_testdata_match_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    // For pagecut a lone CR does not end a line, and samtools does not know the byte order mark.
    let other = ["cr_only.fasta", "byte_order_mark.fasta", "byte_order_mark.fastq"];
    let mut indexed = 0;
    for extension in ["fastq", "fasta"] {
        for (name, data) in all_testdata(extension) {
            let is_empty = data.is_empty();
            let (_folder, path) = write(&data);
            if !is_empty && !other.contains(&&*name) {
                let kinds = if extension == "fasta" { &[Fasta][..] } else { &[Fastq, WrappedFastq] };
                // Four-line FASTQ is rejected if it is wrapped.
                let kinds = if name == "wrapped.fastq" { &kinds[1..] } else { kinds };
                indexed += kinds.iter().filter(|&&kind| compare(&path, kind)).count();
            }
        }
    }
    assert!(indexed >= 18, "{indexed}");
}

#[test]
fn indexes_of_real_reads_match_samtools() {
    let (Some(corpus), Some(_)) = (corpus(), oracle("samtools")) else { return };
    for name in ["miseq_ERR1163317_1000.fastq.gz", "illumina_pairs_R2.fastq.gz"] {
        let output = std::process::Command::new("gzip")
            .arg("-dc")
            .arg(corpus.join("reads").join(name))
            .output()
            .unwrap();
        assert!(output.status.success());
        let (_folder, path) = write(&output.stdout);
        let theirs = samtools_index(&path, Fastq).unwrap();
        let ours = text(&Fai::from_fastq(&Source::open(&path).unwrap()).unwrap());
        assert!(ours == theirs, "{name}");
    }
}

/// Returns FASTA of randomly combined lines.
fn generated_fasta(seed: u64) -> Vec<u8> {
    let random = noise(seed, 12);
    let headers = [">a", ">b b", ">\tc ", ">"];
    let lines = ["ACGT", "ACGT", "ACGT", "AC", "A", "A C", "", "\u{fc}CG"];
    let eol = if random[0].is_multiple_of(3) { "\r\n" } else { "\n" };
    let mut text = String::new();
    let mut last = ">";
    for &byte in &random[..3 + usize::from(random[0] % 8)] {
        // After a short line there is usually a header, so that some files are valid.
        let is_short = last.len() < 4 && !last.starts_with('>');
        let is_header = text.is_empty() || byte.is_multiple_of(8) || (is_short && byte % 4 > 0);
        let from = if is_header { &headers[..] } else { &lines };
        last = from[usize::from(byte / 8) % from.len()];
        text += last;
        text += eol;
    }
    if random[1].is_multiple_of(5) {
        text.truncate(text.len() - eol.len());
    }
    text.into()
}

#[test]
fn indexes_of_generated_fasta_match_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    let (mut indexed, mut rejected) = (0, 0);
    for seed in 0..80 {
        let data = generated_fasta(seed);
        let (_folder, path) = write(&data);
        // samtools ignores a final header that consists of `>` alone.
        if data.ends_with(b"\n>") || data == b">" {
            continue;
        }
        if compare(&path, Fasta) { indexed += 1 } else { rejected += 1 }
    }
    assert!(indexed > 10 && rejected > 10, "{indexed} and {rejected}");
}

#[test]
fn indexes_of_generated_fastq_match_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    let (mut indexed, mut rejected) = (0, 0);
    for seed in 0..60 {
        let random = noise(seed, 40);
        let mut data = Vec::new();
        for numbers in random.chunks_exact(4).take(1 + usize::from(random[0] % 6)) {
            let eol = |number: u8| if number.is_multiple_of(13) { "\r\n" } else { "\n" };
            let len = usize::from(numbers[1] % 40) * usize::from(numbers[2] % 9 != 0 || numbers[3] % 3 == 0);
            let record = [
                &*format!("@{}{}", ["r", "r 1", " s", "r\t2"][usize::from(numbers[0] % 4)], numbers[0] % 50),
                eol(numbers[2]),
                &"AC T".repeat(len)[..len],
                eol(numbers[2]),
                "+",
                eol(numbers[2]),
                &"IJ K".repeat(len)[..len],
                eol(if numbers[3] % 7 == 0 { numbers[3] } else { numbers[2] }),
            ]
            .concat();
            data.extend_from_slice(record.as_bytes());
        }
        let (_folder, path) = write(&data);
        assert!(!compare(&path, Fastq) || compare(&path, WrappedFastq));
        if compare(&path, WrappedFastq) { indexed += 1 } else { rejected += 1 }
    }
    assert!(indexed > 10 && rejected > 10, "{indexed} and {rejected}");
}

/// Returns FASTQ with lines of four letters, and some lines of other lengths.
fn generated_wrapped_fastq(seed: u64) -> String {
    let random = noise(seed, 50);
    let lines = |letters: &str, width: usize, eol: &str| {
        let lines: Vec<_> =
            letters.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
        lines.join(eol) + eol
    };
    let mut text = String::new();
    for (number, numbers) in random.chunks_exact(10).take(1 + usize::from(random[0] % 4)).enumerate() {
        let len = usize::from(numbers[0] % 14);
        let width =
            4 - usize::from(numbers[1].is_multiple_of(16)) + usize::from(numbers[2].is_multiple_of(16));
        let eol = if numbers[3].is_multiple_of(4) { "\r\n" } else { "\n" };
        let sequence = lines(&"ACGTACGTACGTAC"[..len], 4, eol);
        let scores = lines(&"@+IIJKLM>@+@II"[..len], width, if numbers[4] < 20 { "\n" } else { eol });
        text += &format!("@r{number}{eol}{sequence}+{eol}{scores}{}", if numbers[5] < 40 { eol } else { "" });
    }
    text
}

#[test]
fn indexes_of_generated_wrapped_fastq_match_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    let (mut indexed, mut rejected) = (0, 0);
    for seed in 0..80 {
        let (_folder, path) = write(generated_wrapped_fastq(seed).as_bytes());
        if compare(&path, WrappedFastq) { indexed += 1 } else { rejected += 1 }
    }
    assert!(indexed > 10 && rejected > 10, "{indexed} and {rejected}");
}

#[test]
fn very_long_lines_and_records_are_indexed() {
    let long = "ACGTN".repeat(300_000);
    let wrapped: String =
        long.as_bytes().chunks(61).map(|line| String::from_utf8_lossy(line) + "\n").collect();
    for (data, kind) in [
        (format!(">one\n{long}\n>two\n{wrapped}>three\nA\n"), Fasta),
        (format!("@one\n{long}\n+\n{long}\n@two\nA\n+\nI\n"), Fastq),
    ] {
        let (_folder, path) = write(data.as_bytes());
        if oracle("samtools").is_some() {
            assert!(compare(&path, kind));
        }
        let fai = build(&Source::open(&path).unwrap(), kind).unwrap();
        assert_eq!(fai.get(b"one").unwrap().length, long.len() as u64);
    }
}

#[test]
fn a_written_index_is_read_back_unchanged() {
    for (extension, kind, least) in [("fastq", Fastq, 6), ("fasta", Fasta, 4)] {
        let mut read = 0;
        for (_, data) in all_testdata(extension) {
            let (_folder, path) = write(&data);
            if let Ok(fai) = build(&Source::open(&path).unwrap(), kind) {
                let again = Fai::read(&*text(&fai)).unwrap();
                assert_eq!(again.entries(), fai.entries());
                for entry in fai.entries() {
                    assert_eq!(again.get(&entry.name), Some(entry));
                }
                read += 1;
            }
        }
        assert!(read >= least, "{read} {extension}");
    }
}

#[test]
fn omitted_records_are_counted() {
    let (_folder, path) = write(b">a\nAC\n>b\n>a\nACGT\n>c\nA\n>a\nA\n>d\n\n>c\nA\n");
    for source in sources(&path) {
        let fai = Fai::from_fasta(&source).unwrap();
        let names: Vec<&[u8]> = fai.entries().iter().map(|entry| &*entry.name).collect();
        assert_eq!(names, [b"a", b"c"]);
        assert_eq!((fai.duplicates(), fai.without_letters()), (3, 2));
        assert_eq!(fai.get(b"a").unwrap().length, 2);
        assert_eq!(fai.get(b"b"), None);
    }
}

#[test]
fn unindexable_records_are_reported_with_position() {
    for (data, kind, record, line, offset, why) in [
        (&b">a\nAC\n>b\nACG\nACGT\n"[..], Fasta, 1, 5, 13, "a line is longer than the first"),
        (
            b">a\nAC\n\n>b\nACG\nA\nA\n",
            Fasta,
            1,
            7,
            16,
            "a line that is not the last is shorter than the first",
        ),
        (b">a\nAC\n\nAC\n", Fasta, 0, 4, 7, "a line that is not the last is shorter than the first"),
        (b">a\nAC\n>b\n", Fasta, 1, 4, 9, "the last record has no letters"),
        (b"@a\nA\n+\nI\n@b\n\n+\n\n", Fastq, 1, 6, 12, "its sequence contains a blank line"),
        (
            b"@a\nA\n+\nI\n\n@b\nA\n+\nI\r\n",
            Fastq,
            1,
            9,
            17,
            "a quality line is longer than the first line of its sequence",
        ),
        (b"@a\r\n\r\n+\r\n\n", Fastq, 0, 4, 9, "its quality scores contain a blank line"),
        (
            b"@a\nAC GT\n+\nIIIII\n",
            Fastq,
            0,
            4,
            11,
            "the numbers of printable letters and quality scores differ",
        ),
        (b"@a\nACGT\nAC\n+\nIIII\n\nII\n", WrappedFastq, 0, 6, 18, "its quality scores contain a blank line"),
    ] {
        let (_folder, path) = write(data);
        for source in sources(&path) {
            let error = build(&source, kind).unwrap_err();
            let place = error.location().unwrap();
            assert!(
                matches!(error.kind(), ErrorKind::Unindexable { why: found } if *found == why),
                "{error}"
            );
            assert_eq!(
                (place.record, place.line, place.offset),
                (Some(record), Some(line), offset),
                "{error} in {}",
                data.escape_ascii()
            );
        }
    }
}

#[test]
fn every_division_gives_the_same_index_or_error() {
    for (extension, kind) in [("fastq", Fastq), ("fastq", WrappedFastq), ("fasta", Fasta)] {
        for (name, data) in all_testdata(extension) {
            let (_folder, path) = write(&data);
            let indexes: Vec<_> = sources(&path)
                .iter()
                .map(|source| build(source, kind).map_err(|error| facts(&error)))
                .collect();
            assert!(indexes.windows(2).all(|pair| pair[0] == pair[1]), "{name}");
        }
    }
}

#[test]
fn a_line_has_a_name_and_four_or_five_numbers() {
    for (line, is_right) in [
        ("a\t1\t2\t3\t4", true),
        ("a\t1\t2\t3\t4\t5", true),
        ("a\t1\t2\t3", false),
        ("a\t1\t2\t3\t4\t5\t6", false),
        ("a\t1\t2\t3\t+4", false),
        ("a\t1\t2\t3\t", false),
        // Lines with more letters than bytes, without room for the line end, and without letters.
        ("a\t9\t2\t4\t3", false),
        ("a\t9\t2\t4\t4", false),
        ("a\t9\t2\t0\t0", false),
        ("a\t4\t2\t4\t4", true),
        ("a\t0\t2\t0\t0", true),
    ] {
        assert_eq!(Fai::read(format!("{line}\n").as_bytes()).is_ok(), is_right, "{line:?}");
        // Truncated inside its last number, the line would have another number.
        assert!(Fai::read(line.as_bytes()).is_err(), "{line:?}");
    }
}

#[test]
fn a_damaged_index_is_an_error_or_an_index() {
    let index = b"a\t23\t8\t10\t11\nb:1\t4\t39\t4\t5\n";
    let (mut read, mut rejected) = (0, 0);
    for damaged in damaged(index, b"\t\n\r 9-") {
        match Fai::read(&*damaged) {
            Ok(fai) => {
                assert!(fai.entries().len() <= 3);
                read += 1;
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::DamagedIndex { .. }), "{error}");
                rejected += 1;
            }
        }
    }
    assert!(read > 10 && rejected > 10);
    for (index, why) in [
        ("a\t1\t2\t3\t4\nb\t10\t22\t33\t4", "line 2: the index is truncated: the line has no line end"),
        ("a\t9\t2\t4\t3\n", "line 1: a line has more letters than bytes"),
        ("a\t1\t2\t3\n", "line 1: expected a name and four or five numbers, separated by tabs"),
        (
            "a\t1\t2\t3\t4\nb\t1\t2\t3\t4\t5\n",
            "line 2: the number of columns differs from that of earlier lines",
        ),
        (
            "a\t1\t2\t3\t18446744073709551616\n",
            "line 1: expected a name and four or five numbers, separated by tabs",
        ),
    ] {
        let error = Fai::read(index.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("the index is damaged: {why}"));
    }
    assert_eq!(Fai::read(&b""[..]).unwrap().entries(), &[] as &[Entry]);
}

//! Indexes of names, against samtools and against the bytes themselves.

use std::path::Path;

use pagecut::index::{Entry, Fai};
use pagecut::{Error, ErrorKind, Source};

use crate::common::{all_testdata, corpus, damaged, facts, noise, oracle};
use crate::{sources, write};

/// What an index is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fasta,
    Fastq,
    WrappedFastq,
}

use Kind::{Fasta, Fastq, WrappedFastq};

fn of(source: &Source, kind: Kind) -> Result<Fai, Error> {
    match kind {
        Fasta => Fai::of_fasta(source),
        Fastq => Fai::of_fastq(source),
        WrappedFastq => Fai::of_wrapped_fastq(source),
    }
}

fn text(fai: &Fai) -> Vec<u8> {
    let mut text = Vec::new();
    fai.write(&mut text).unwrap();
    text
}

/// The index that samtools writes, if it does.
fn of_samtools(path: &Path, kind: Kind) -> Option<Vec<u8>> {
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

/// Compares with samtools, whichever way the file is cut. Returns whether there is an index.
fn compare(path: &Path, kind: Kind) -> bool {
    let theirs = of_samtools(path, kind);
    for source in sources(path) {
        match (of(&source, kind), &theirs) {
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
fn indexes_of_testdata_are_those_of_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    // A CR alone ends no line here, and samtools reads no byte order mark.
    let other = ["cr_only.fasta", "byte_order_mark.fasta", "byte_order_mark.fastq"];
    let mut indexed = 0;
    for extension in ["fastq", "fasta"] {
        for (name, data) in all_testdata(extension) {
            let is_empty = data.is_empty();
            let (_folder, path) = write(&data);
            if !is_empty && !other.contains(&&*name) {
                let kinds = if extension == "fasta" { &[Fasta][..] } else { &[Fastq, WrappedFastq] };
                // FASTQ of four lines is refused where it is wrapped.
                let kinds = if name == "wrapped.fastq" { &kinds[1..] } else { kinds };
                indexed += kinds.iter().filter(|&&kind| compare(&path, kind)).count();
            }
        }
    }
    assert!(indexed >= 18, "{indexed}");
}

#[test]
fn indexes_of_real_reads_are_those_of_samtools() {
    let (Some(corpus), Some(_)) = (corpus(), oracle("samtools")) else { return };
    for name in ["miseq_ERR1163317_1000.fastq.gz", "illumina_pairs_R2.fastq.gz"] {
        let output = std::process::Command::new("gzip")
            .arg("-dc")
            .arg(corpus.join("reads").join(name))
            .output()
            .unwrap();
        assert!(output.status.success());
        let (_folder, path) = write(&output.stdout);
        let theirs = of_samtools(&path, Fastq).unwrap();
        let ours = text(&Fai::of_fastq(&Source::open(&path).unwrap()).unwrap());
        assert!(ours == theirs, "{name}");
    }
}

/// FASTA made of lines that are put together at random.
fn generated_fasta(seed: u64) -> Vec<u8> {
    let random = noise(seed, 12);
    let headers = [">a", ">b b", ">\tc ", ">"];
    let lines = ["ACGT", "ACGT", "ACGT", "AC", "A", "A C", "", "\u{fc}CG"];
    let eol = if random[0].is_multiple_of(3) { "\r\n" } else { "\n" };
    let mut text = String::new();
    let mut last = ">";
    for &byte in &random[..3 + usize::from(random[0] % 8)] {
        // Behind a line that is short there is mostly a header, so that some files are right.
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
fn indexes_of_generated_fasta_are_those_of_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    let (mut indexed, mut refused) = (0, 0);
    for seed in 0..80 {
        let data = generated_fasta(seed);
        let (_folder, path) = write(&data);
        // A last header of `>` and nothing else is none to samtools.
        if data.ends_with(b"\n>") || data == b">" {
            continue;
        }
        if compare(&path, Fasta) { indexed += 1 } else { refused += 1 }
    }
    assert!(indexed > 10 && refused > 10, "{indexed} and {refused}");
}

#[test]
fn indexes_of_generated_fastq_are_those_of_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    let (mut indexed, mut refused) = (0, 0);
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
        if compare(&path, WrappedFastq) { indexed += 1 } else { refused += 1 }
    }
    assert!(indexed > 10 && refused > 10, "{indexed} and {refused}");
}

/// FASTQ in lines of four letters, and now and then of other lengths.
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
fn indexes_of_generated_wrapped_fastq_are_those_of_samtools() {
    if oracle("samtools").is_none() {
        return;
    }
    let (mut indexed, mut refused) = (0, 0);
    for seed in 0..80 {
        let (_folder, path) = write(generated_wrapped_fastq(seed).as_bytes());
        if compare(&path, WrappedFastq) { indexed += 1 } else { refused += 1 }
    }
    assert!(indexed > 10 && refused > 10, "{indexed} and {refused}");
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
        let fai = of(&Source::open(&path).unwrap(), kind).unwrap();
        assert_eq!(fai.get(b"one").unwrap().length, long.len() as u64);
    }
}

#[test]
fn an_index_that_is_written_is_read_again() {
    for (extension, kind, least) in [("fastq", Fastq, 6), ("fasta", Fasta, 4)] {
        let mut read = 0;
        for (_, data) in all_testdata(extension) {
            let (_folder, path) = write(&data);
            if let Ok(fai) = of(&Source::open(&path).unwrap(), kind) {
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
fn what_is_left_out_is_counted() {
    let (_folder, path) = write(b">a\nAC\n>b\n>a\nACGT\n>c\nA\n>a\nA\n>d\n\n>c\nA\n");
    for source in sources(&path) {
        let fai = Fai::of_fasta(&source).unwrap();
        let names: Vec<&[u8]> = fai.entries().iter().map(|entry| &*entry.name).collect();
        assert_eq!(names, [b"a", b"c"]);
        assert_eq!((fai.duplicates(), fai.without_letters()), (3, 2));
        assert_eq!(fai.get(b"a").unwrap().length, 2);
        assert_eq!(fai.get(b"b"), None);
    }
}

#[test]
fn a_record_that_cannot_be_indexed_is_told_with_its_place() {
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
        (b">a\nAC\n>b\n", Fasta, 1, 4, 9, "the last one has no letters"),
        (b"@a\nA\n+\nI\n@b\n\n+\n\n", Fastq, 1, 6, 12, "there is a blank line in its sequence"),
        (
            b"@a\nA\n+\nI\n\n@b\nA\n+\nI\r\n",
            Fastq,
            1,
            9,
            17,
            "a quality line is longer than the first line of its sequence",
        ),
        (b"@a\r\n\r\n+\r\n\n", Fastq, 0, 4, 9, "there is a blank line in its quality scores"),
        (
            b"@a\nAC GT\n+\nIIIII\n",
            Fastq,
            0,
            4,
            11,
            "of its letters and its quality scores, not as many are printed",
        ),
        (
            b"@a\nACGT\nAC\n+\nIIII\n\nII\n",
            WrappedFastq,
            0,
            6,
            18,
            "there is a blank line in its quality scores",
        ),
    ] {
        let (_folder, path) = write(data);
        for source in sources(&path) {
            let error = of(&source, kind).unwrap_err();
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
fn every_cut_of_a_file_gives_the_same_index_or_error() {
    for (extension, kind) in [("fastq", Fastq), ("fastq", WrappedFastq), ("fasta", Fasta)] {
        for (name, data) in all_testdata(extension) {
            let (_folder, path) = write(&data);
            let indexes: Vec<_> =
                sources(&path).iter().map(|source| of(source, kind).map_err(|error| facts(&error))).collect();
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
        // Lines with more letters than bytes, with no room for the end, and without letters.
        ("a\t9\t2\t4\t3", false),
        ("a\t9\t2\t4\t4", false),
        ("a\t9\t2\t0\t0", false),
        ("a\t4\t2\t4\t4", true),
        ("a\t0\t2\t0\t0", true),
    ] {
        assert_eq!(Fai::read(format!("{line}\n").as_bytes()).is_ok(), is_right, "{line:?}");
        // Cut inside of its last number, it would be another number.
        assert!(Fai::read(line.as_bytes()).is_err(), "{line:?}");
    }
}

#[test]
fn a_damaged_index_is_an_error_or_an_index() {
    let index = b"a\t23\t8\t10\t11\nb:1\t4\t39\t4\t5\n";
    let (mut read, mut refused) = (0, 0);
    for damaged in damaged(index, b"\t\n\r 9-") {
        match Fai::read(&*damaged) {
            Ok(fai) => {
                assert!(fai.entries().len() <= 3);
                read += 1;
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::DamagedIndex { .. }), "{error}");
                refused += 1;
            }
        }
    }
    assert!(read > 10 && refused > 10);
    for (index, why) in [
        ("a\t1\t2\t3\t4\nb\t10\t22\t33\t4", "line 2: it was cut: the line has no end"),
        ("a\t9\t2\t4\t3\n", "line 1: a line has more letters than bytes"),
        ("a\t1\t2\t3\n", "line 1: expected a name and four or five numbers, with tabs between"),
        ("a\t1\t2\t3\t4\nb\t1\t2\t3\t4\t5\n", "line 2: it has not as many columns as those before"),
        (
            "a\t1\t2\t3\t18446744073709551616\n",
            "line 1: expected a name and four or five numbers, with tabs between",
        ),
    ] {
        let error = Fai::read(index.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("the index is damaged: {why}"));
    }
    assert_eq!(Fai::read(&b""[..]).unwrap().entries(), &[] as &[Entry]);
}

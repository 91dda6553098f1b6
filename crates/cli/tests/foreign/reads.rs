//! Files of reads.

use std::io::Write;
use std::process::Stdio;

use crate::{pagecut, run, stderr, succeed, write};

/// Returns the value of a column in the only row of `stats -aT`.
fn column(file: &str, name: &str) -> String {
    cell(&succeed(&["stats", "-aT", file]), name)
}

fn cell(table: &str, name: &str) -> String {
    let (names, values) = table.trim_end_matches('\n').split_once('\n').unwrap();
    let column = names.split('\t').position(|found| found == name).unwrap();
    values.split('\t').nth(column).unwrap().to_owned()
}

/// Runs the command on text in standard input; returns its status, its output and its messages.
fn on_text(args: &[&str], text: &[u8]) -> (bool, String, String) {
    let mut command = pagecut(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout.clone()).unwrap(), stderr(&output))
}

#[test]
fn a_mean_quality_of_zero_has_no_sign() {
    assert_eq!(column("reads/all-q0.fq", "AvgQual"), "0.00");
}

#[test]
fn amino_acids_have_no_gc_content() {
    assert_eq!(column("reads/protein.fa", "type"), "Protein");
    assert_eq!(column("reads/protein.fa", "GC(%)"), "0.00");
    // Unknown amino acids are X: three of them.
    assert_eq!(column("reads/protein.fa", "sum_n"), "3");
}

#[test]
fn a_translation_stop_makes_a_protein() {
    assert_eq!(column("reads/stop.fa", "type"), "Protein");
}

#[test]
fn letters_of_no_alphabet_have_no_type() {
    for (text, format) in [("\n", ""), ("\r\n\n", ""), (">a\n12 33 40\n", "FASTA"), (">a\n", "FASTA")] {
        let (good, table, errors) = on_text(&["stats", "-aT"], text.as_bytes());
        assert!(good, "{text:?}: {errors}");
        assert_eq!(
            (cell(&table, "format"), cell(&table, "type")),
            (format.to_owned(), String::new()),
            "{text:?}"
        );
    }
}

#[test]
fn a_name_that_looks_like_a_box_is_text() {
    assert_eq!(column("reads/free-living.fa", "format"), "FASTA");
    assert_eq!(column("reads/free-living.fa", "num_seqs"), "2");
    let (good, table, errors) =
        on_text(&["stats", "-aT"], "@s1 free-living C\u{e9}sar\nAC\n+\nII\n".as_bytes());
    assert!(good, "{errors}");
    assert_eq!(cell(&table, "format"), "FASTQ");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_record() {
    for text in ["\u{feff}>s\nACGT\n", "\u{feff}@s\nACGT\n+\nIIII\n", "\u{feff}@s\nAC\nGT\n+\nII\nII\n"] {
        let (good, table, errors) = on_text(&["stats", "-aT"], text.as_bytes());
        assert!(good, "{text:?}: {errors}");
        assert_eq!((cell(&table, "num_seqs"), cell(&table, "sum_len")), ("1".into(), "4".into()), "{text:?}");
        let (good, verdict, _) = on_text(&["verify", "--json"], text.as_bytes());
        assert!(good && verdict.contains("\"blank_bytes\":3"), "{verdict}");
    }
}

#[test]
fn a_lone_header_sign_at_the_end_is_no_record() {
    for (text, records) in [(">a\nAC\n>", "1"), (">", "0"), (">a\nAC\n>\n>b\nGG\n", "3"), (">a\n>b", "2")] {
        let (good, table, errors) = on_text(&["stats", "-aT"], text.as_bytes());
        assert!(good, "{text:?}: {errors}");
        assert_eq!(cell(&table, "num_seqs"), records, "{text:?}");
    }
}

#[test]
fn alignments_are_named_as_sam() {
    for text in [
        "@HD\tVN:1.6\n@SQ\tSN:a\tLN:9\nr\t0\ta\t1\t9\t1M\t*\t0\t0\tA\tI\n",
        "@CO\ta comment\n@SQ\tSN:a\tLN:9\n",
        "r\t0\ta\t1\t9\t1M\t*\t0\t0\tA\tI\n",
    ] {
        for command in ["stats", "verify", "sanitize"] {
            let (good, _, errors) = on_text(&[command], text.as_bytes());
            assert!(!good && errors.contains("SAM, which is not read"), "{command}: {errors}");
        }
    }
}

#[test]
fn shares_of_good_scores_have_two_decimals() {
    let text = b"@r\nACG\n+\n!!I\n";
    let table = |args: &[&str]| on_text(args, text).1;
    assert!(table(&["stats", "-a"]).contains("33.33"), "{}", table(&["stats", "-a"]));
    assert!(table(&["stats", "-a", "--json"]).contains("\"Q20(%)\":33.33"));
    // As seqkit prints it with tabs.
    assert_eq!(cell(&table(&["stats", "-aT"]), "Q20(%)"), "33");
}

#[test]
fn one_left_out_record_is_singular() {
    let (_folder, file) = write("y.fa", ">p\nAC\n>q\n>r\nA\n");
    let output = run(&["index", "--names", &file]);
    assert!(stderr(&output).contains("1 record left out"), "{}", stderr(&output));
}

//! `pagecut qc`: its HTML pages.

use std::fs;
use std::path::Path;

use super::*;

/// Runs the command with a page, and returns the page if there is one.
fn page(args: &[&str], page: &Path) -> (Output, Option<String>) {
    let output = pagecut().args(["qc", "--html"]).arg(page).args(args).output().unwrap();
    (output, fs::read_to_string(page).ok())
}

#[test]
fn a_page_is_beside_the_zip_file_and_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["qc", "--extract", "illumina.fastq", "-o", folder.path().to_str().unwrap()];
    assert!(run(&args).status.success());
    let beside = fs::read(folder.path().join("illumina_fastqc.html")).unwrap();
    assert!(beside.starts_with(b"<!DOCTYPE html>") && beside.ends_with(b"</html>\n"));
    assert_eq!(fs::read(folder.path().join("illumina_fastqc/fastqc_report.html")).unwrap(), beside);
    let zip = folder.path().join("illumina_fastqc.zip");
    let script =
        "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    let mut python = Command::new("python3");
    let python =
        python.args(["-c", script]).arg(zip).arg("illumina_fastqc/fastqc_report.html").output().unwrap();
    assert_eq!(python.stdout, beside);
}

#[test]
fn inputs_are_in_the_order_of_the_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let (output, text) = page(&["nanopore.fastq", "illumina.fastq", "two.fastq"], &path);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).matches(": OK, ").count(), 3, "the terminal has its report too");
    let text = text.unwrap();
    assert!(text.contains("<h1>3 samples</h1>"));
    let places =
        ["nanopore", "illumina", "two"].map(|name| text.find(&format!("<bdi>{name}.fastq</bdi>")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn pages_are_equal_for_all_numbers_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let pages = ["1", "3"].map(|threads| {
        page(&["--threads", threads, "illumina.fastq", "nanopore.fastq"], &folder.path().join(threads))
            .1
            .unwrap()
    });
    assert!(pages[0] == pages[1]);
}

#[test]
fn a_page_shows_its_incomplete_reports() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("<cut>.fastq");
    fs::write(&cut, "@r1\nACGT\n+\nIIII\n@r2\nAC").unwrap();
    let args = ["illumina.fastq", cut.to_str().unwrap(), "absent.fastq"];
    let (output, text) = page(&args, &folder.path().join("page.html"));
    assert_eq!(output.status.code(), Some(1));
    let text = text.unwrap();
    let mark = text.find("Incomplete report of <bdi>&lt;cut&gt;.fastq</bdi>").unwrap();
    let end = mark + text[mark..].find("</p>").unwrap();
    assert!(text[mark..end].contains("the input ends in a sequence"), "{}", &text[mark..end]);
    assert!(text.contains("No report of <bdi>absent.fastq</bdi>"));
    assert!(mark < text.find("<section").unwrap());
    assert!(!text.contains("<cut>"));
}

#[test]
fn no_page_is_written_without_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, "previous").unwrap();
    let (output, text) = page(&["absent.fastq"], &path);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not written, since there is no report"), "{}", stderr(&output));
    assert_eq!(text.as_deref(), Some("previous"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn outputs_do_not_replace_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let reads = fs::read(testdata("two.fastq")).unwrap();
    let input = folder.path().join("x_fastqc.html");
    fs::write(&input, &reads).unwrap();
    let other = folder.path().join("x.fastq");
    fs::write(&other, &reads).unwrap();
    let [input_text, other_text] = [&input, &other].map(|path| path.to_str().unwrap());

    let (output, text) = page(&["illumina.fastq", input_text], &input);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the output is the input"), "{}", stderr(&output));
    assert_eq!(text.unwrap().as_bytes(), reads);
    assert!(stdout(&output).is_empty(), "nothing was read");

    let list = folder.path().join("adapters.txt");
    fs::write(&list, "A\tACGTACGTACGT\n").unwrap();
    let (output, text) = page(&["--adapters", list.to_str().unwrap(), "illumina.fastq"], &list);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the output is the input"), "{}", stderr(&output));
    assert_eq!(text.as_deref(), Some("A\tACGTACGTACGT\n"));

    // The page of x.fastq has the name of an input that is read later.
    let output = run(&["qc", "-o", folder.path().to_str().unwrap(), other_text, input_text]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the output is the input"), "{}", stderr(&output));
    assert_eq!(fs::read(&input).unwrap(), reads);
    assert!(!folder.path().join("x_fastqc.zip").exists());
}

#[test]
fn a_page_is_not_the_file_of_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two_fastqc.html");
    let (output, text) = page(&["-o", folder.path().to_str().unwrap(), "two.fastq"], &path);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("two_fastqc.html is the name of two outputs"), "{}", stderr(&output));
    assert_eq!((text, stdout(&output)), (None, ""), "nothing was read");
    assert!(!folder.path().join("two_fastqc.zip").exists());
}

#[test]
fn a_page_may_be_in_the_new_directory_of_reports() {
    let folder = tempfile::tempdir().unwrap();
    let outdir = folder.path().join("new/reports");
    let (output, text) = page(&["-o", outdir.to_str().unwrap(), "two.fastq"], &outdir.join("all.html"));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(text.unwrap().contains("two.fastq") && outdir.join("two_fastqc.zip").exists());
}

#[test]
fn a_page_of_pairs_has_both_mates_and_insert_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let (output, text) = page(&["--interleaved", "illumina.fastq", "-q"], &path);
    // The reads are no mates of each other.
    assert_eq!(output.status.code(), Some(1));
    let text = text.unwrap();
    assert!(text.contains("<h1>2 samples</h1>") && text.contains(r#"<section id="insert-sizes">"#));
    for mate in ["illumina_R1.fastq", "illumina_R2.fastq"] {
        assert!(text.contains(&format!("Incomplete report of <bdi>{mate}</bdi>")), "{mate}");
    }
}

#[test]
fn a_page_on_stdout_is_alone() {
    let output = run(&["qc", "--html", "-", "illumina.fastq"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"));
    let output = run(&["qc", "--html", "-", "--json", "illumina.fastq"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("`--json` and `--html -` both write to standard output"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_page_in_an_absent_directory_is_an_error() {
    let output = run(&["qc", "--html", "/absent/page.html", "illumina.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).is_empty(), "nothing was read");
    assert!(stderr(&output).contains("/absent/page.html"), "{}", stderr(&output));
}

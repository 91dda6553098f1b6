//! Pages: markup, requests, escaping, and numbers.

mod markup;
mod tables;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pagecut::qc::pairs::PairedReport;
use pagecut::qc::{Limits, Qc, Report};
use pagecut::{PairedSource, Source};

use super::Examined;
use markup::Element;

/// The name of an input that tries to be markup.
const HOSTILE: &str = "<img src=x onerror=alert(1)>&\x1b[1m'\"</script>\u{202e}.fastq";

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// Examines a file of testdata, with k-mers.
fn examined(file: &str, name: &str) -> Report {
    let mut bytes = std::fs::read(testdata(file)).unwrap();
    if file.ends_with(".gz") {
        let packed = std::mem::take(&mut bytes);
        flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    }
    examined_bytes(bytes, name)
}

fn examined_bytes(bytes: Vec<u8>, name: &str) -> Report {
    let limits = Limits::read(&b"kmer ignore 0\n"[..]).unwrap();
    let source = Source::from_reader(std::io::Cursor::new(bytes), Default::default());
    Qc::new().limits(limits).run(&source, name).unwrap()
}

/// Examines pairs of reads of 60 bases with insert sizes from 40 on.
fn examined_pairs() -> PairedReport {
    let mut state = 1_u64;
    let mut letters = |count: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            b"ACGT"[(state >> 62) as usize]
        };
        (0..count).map(|_| next()).collect()
    };
    let mut mates = [Vec::new(), Vec::new()];
    for number in 0..80 {
        let insert = letters(40 + number);
        let complement = |letter: &u8| b"TGCA"[b"ACGT".iter().position(|other| other == letter).unwrap()];
        for strand in [insert.clone(), insert.iter().rev().map(complement).collect()].iter().enumerate() {
            let (mate, strand) = strand;
            let bases = [&strand[..], &letters(60)].concat()[..60].to_vec();
            let bases = String::from_utf8(bases).unwrap();
            mates[mate].extend(format!("@r{number}\n{bases}\n+\n{}\n", "I".repeat(60)).into_bytes());
        }
    }
    let [first, second] =
        mates.map(|mate| Source::from_reader(std::io::Cursor::new(mate), Default::default()));
    Qc::new().run_pairs(&PairedSource::new(first, second), ["p_R1.fastq", "p_R2.fastq"]).unwrap()
}

/// Examines inputs of many kinds.
fn examined_all() -> Vec<Report> {
    let mut reports = vec![
        examined("illumina.fastq", "illumina.fastq"),
        examined("nanopore.fastq", "nanopore.fastq"),
        examined("illumina.fastq", HOSTILE),
        examined_bytes(b"@r1\nACGT\n+\nIIII\n@r2\nAC".to_vec(), "cut.fastq"),
    ];
    for name in
        ["empty_file", "n_only", "one_read", "short_reads", "tiles_5", "zero_length", "filtered_reads"]
    {
        reports.push(examined(&format!("qc/{name}.fastq.gz"), "reads.fastq"));
    }
    reports
}

fn page(inputs: &[Examined<'_>]) -> String {
    let mut out = Vec::new();
    super::write(inputs, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn page_of(reports: &[Report]) -> String {
    page(&reports.iter().map(Examined::Alone).collect::<Vec<_>>())
}

/// Returns the pages of each report alone, of all of them, and of pairs.
fn pages() -> Vec<String> {
    let reports = examined_all();
    let paired = examined_pairs();
    let mut all: Vec<_> = reports.iter().map(Examined::Alone).collect();
    all.push(Examined::Failed { name: HOSTILE, error: HOSTILE });
    all.push(Examined::Pairs(&paired));
    let alone = reports.iter().map(|report| page(&[Examined::Alone(report)]));
    alone.chain([page(&all), page(&[Examined::Pairs(&paired)])]).collect()
}

fn attributes(page: &Element) -> impl Iterator<Item = (&str, &str)> {
    let all = page.all().into_iter().flat_map(|element| &element.attributes);
    all.map(|(name, value)| (name.as_str(), value.as_str()))
}

#[test]
fn pages_are_well_formed() {
    for text in pages() {
        let page = markup::read(&text);
        assert_eq!(page.named("main").len(), 1);
        let mut ids: Vec<_> = attributes(&page).filter(|(name, _)| *name == "id").map(|(_, id)| id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id occurs twice");
        for (_, link) in attributes(&page).filter(|(name, _)| *name == "href") {
            assert!(ids.contains(&link.trim_start_matches('#')), "{link} leads nowhere");
        }
        for table in page.named("table") {
            let widths: Vec<_> = table.rows().iter().map(Vec::len).collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
            assert!(!table.named("caption").is_empty());
        }
    }
}

#[test]
fn pages_make_no_request() {
    for text in pages() {
        let page = markup::read(&text);
        for (name, value) in attributes(&page) {
            assert!(
                !matches!(name, "src" | "srcset" | "data" | "action" | "poster" | "background"),
                "{name}={value}"
            );
            assert!(name != "href" || value.starts_with('#'), "{value}");
            assert!(!name.starts_with("on") && name != "style", "{name}={value}");
        }
        let names =
            ["link", "img", "iframe", "object", "embed", "base", "image", "use", "foreignObject", "form"];
        for element in page.all() {
            assert!(!names.contains(&element.name.as_str()), "{}", element.name);
        }
        let [policy] =
            page.named("meta").into_iter().filter_map(|meta| meta.attribute("content")).collect::<Vec<_>>()
                [..1]
        else {
            panic!("no policy");
        };
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        let own: String =
            page.named("style").into_iter().chain(page.named("script")).map(Element::text).collect();
        for address in
            ["@import", "url(", "fetch(", "XMLHttpRequest", "import(", "WebSocket", "sendBeacon", "new Image"]
        {
            assert!(!own.contains(address), "{address}");
        }
        let places =
            text.match_indices("://").map(|(at, _)| &text[at.saturating_sub(5)..(at + 24).min(text.len())]);
        let others: Vec<_> = places.filter(|place| !place.contains("http://www.w3.org/2000/svg")).collect();
        assert!(others.is_empty(), "{others:?}");
    }
}

#[test]
fn names_cannot_become_markup() {
    let reports = [examined("illumina.fastq", HOSTILE), examined("nanopore.fastq", HOSTILE)];
    for text in [page_of(&reports[..1]), page_of(&reports)] {
        let page = markup::read(&text);
        assert!(page.named("img").is_empty());
        assert_eq!(page.named("script").len(), 1);
        assert!(!text.contains('\x1b'));
        let shown = HOSTILE.replace('\x1b', "\u{fffd}");
        assert!(page.named("bdi").iter().any(|name| name.text().starts_with(&shown)));
        assert!(page.named("title")[0].text().contains(&shown) || reports.len() > 1);
    }
}

#[test]
fn incomplete_reports_are_marked_at_the_top() {
    let cut = || examined_bytes(b"@r1\nACGT\n+\nIIII\n@r2\nAC".to_vec(), "cut.fastq");
    let error = cut().error.unwrap().to_string();
    for reports in [vec![cut()], vec![examined("illumina.fastq", "illumina.fastq"), cut()]] {
        let text = page_of(&reports);
        let page = markup::read(&text);
        let body = page.named("body")[0];
        let blocks: Vec<_> = body
            .all()
            .into_iter()
            .filter(|element| matches!(element.name.as_str(), "p" | "section"))
            .collect();
        let mark = blocks.iter().position(|block| block.attribute("class") == Some("incomplete")).unwrap();
        let first = blocks.iter().position(|block| block.name == "section").unwrap();
        assert!(mark < first);
        let text = blocks[mark].text();
        assert!(text.contains("Incomplete report of cut.fastq.") && text.contains(&error), "{text}");
        assert!(text.contains("The report is of the 1 read before it."), "{text}");
        let statistics = page.with_id("summary").text();
        assert_eq!(statistics.matches("✗ incomplete").count(), reports.len(), "{statistics}");
    }
}

#[test]
fn inputs_without_a_report_are_named() {
    let report = examined("illumina.fastq", "a.fastq");
    let inputs = [Examined::Alone(&report), Examined::Failed { name: "b.fastq", error: "x & y" }];
    let page = markup::read(&page(&inputs));
    let marks: Vec<_> =
        page.named("p").into_iter().filter(|mark| mark.attribute("class") == Some("incomplete")).collect();
    assert_eq!(marks.len(), 1);
    let text = marks[0].text();
    assert!(text.contains("No report of b.fastq.") && text.contains("x & y"), "{text}");
}

#[test]
fn verdicts_are_those_of_the_reports() {
    let reports = examined_all();
    let all = markup::read(&page_of(&reports));
    let table =
        all.named("table").into_iter().find(|table| table.attribute("class") == Some("verdicts")).unwrap();
    let rows = table.rows();
    for (report, row) in reports.iter().zip(&rows[1..]) {
        let shown: Vec<_> = row[1..].iter().map(|cell| cell.split(' ').next_back().unwrap()).collect();
        let verdicts: Vec<_> = super::SECTIONS
            .iter()
            .filter(|section| reports.iter().any(|report| (section.status)(report).is_some()))
            .map(|section| (section.status)(report))
            .map(|status| status.map_or_else(|| "none".to_owned(), |status| status.to_string()))
            .collect();
        assert_eq!(shown, verdicts, "{}", report.name);
        assert_eq!(shown.len(), 11, "the modules of FastQC but the basic statistics");

        let alone = markup::read(&page(&[Examined::Alone(report)]));
        let list = alone.named("nav")[0];
        let shown: Vec<_> = list.named("a").into_iter().map(Element::text).collect();
        let badges: Vec<_> =
            list.named("span").into_iter().filter_map(|badge| badge.attribute("class")).collect();
        for (name, status) in report.verdicts().into_iter().filter(|(name, _)| *name != "Basic Statistics") {
            let place = shown.iter().position(|shown| shown == name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(badges[2 * place], format!("badge {status}"), "{name}");
        }
    }
}

#[test]
fn reports_of_one_name_are_numbered() {
    let reports =
        [examined("illumina.fastq", "a"), examined("nanopore.fastq", "b"), examined("illumina.fastq", "a")];
    let page = markup::read(&page_of(&reports));
    let names: Vec<_> =
        page.with_id("summary").named("tr")[1..4].iter().map(|row| row.named("bdi")[0].text()).collect();
    assert_eq!(names, ["a (1)", "b", "a (3)"]);
}

#[test]
fn the_page_of_a_usual_sample_is_light() {
    let page = page_of(&[examined("illumina.fastq", "illumina.fastq")]);
    assert!(page.len() < 400_000, "{}", page.len());
}

//! Comparison of boxes with fq.

use std::collections::HashMap;

use pagecut::media::mp4::{Boxes, Movie, Tree};
use pagecut::{ErrorKind, Format, record::Part};

use crate::common::oracle;
use crate::made::{container, mp4_box};
use crate::{data, files, path};

/// Type, offset and length of boxes.
type Found = Vec<(String, u64, u64)>;

/// Returns the boxes of all files from fq, in order; `None` without fq. A size of 0 or 1 stands for another size field.
fn boxes_of_fq() -> Option<HashMap<String, Found>> {
    let query = r#"
        input_filename as $file
        | grep_by(.type?!=null and .size?!=null)
        | "\($file),\(.type),\(tobytesrange.start),\(if .size > 1 then .size else tobytesrange.size end)"
    "#;
    let mut fq = oracle("fq")?;
    fq.args(["-d", "mp4", "-o", "decode_samples=false", "-r", query]).current_dir(path(""));
    let output = fq.args(files().iter().map(|(name, _)| name)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut boxes = HashMap::<_, Found>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap();
        // fq prints them unescaped.
        let escaped = |kind: &str| kind.replace('\0', "\\x00");
        let of_file = boxes.entry(next().to_owned()).or_default();
        of_file.push((escaped(next()), next().parse().unwrap(), next().parse().unwrap()));
    }
    Some(boxes)
}

#[test]
fn boxes_match_fq() {
    let Some(boxes) = boxes_of_fq() else { return };
    for (name, data) in files() {
        let found = Tree::new(&data).map(|node| {
            let found = node.unwrap().mp4_box;
            (found.kind().to_string(), found.range().start, found.range().end - found.range().start)
        });
        let mut found: Found = found.collect();
        if name == "text.mp4" {
            // fq does not descend into the sample entry.
            found.retain(|(kind, _, _)| !["ftab", "btrt"].contains(&kind.as_str()));
        }
        assert!(found.len() > 5);
        assert_eq!(found, boxes[&name], "{name}");
    }
}

#[test]
fn top_level_boxes_cover_the_file() {
    for (name, data) in files() {
        let mut records = Boxes.records(&data);
        let mut end = 0;
        for found in records.by_ref() {
            let found = found.unwrap();
            assert_eq!(found.range().start, end, "{name}");
            end = found.range().end;
        }
        assert_eq!((end, records.tally().bytes()), (data.len() as u64, data.len() as u64), "{name}");
        let depths = Tree::new(&data).filter(|node| node.as_ref().unwrap().depth == 0).count();
        assert_eq!(records.tally().records, depths as u64);
    }
}

#[test]
fn a_truncated_box_is_reported_with_its_number() {
    let data = data("faststart.mp4");
    let boxes: Vec<_> = Boxes.records(&data).map(Result::unwrap).collect();
    for len in 1..data.len() {
        let whole = boxes.iter().take_while(|found| found.range().end <= len as u64).count();
        let mut records = Boxes.records(&data[..len]);
        assert_eq!(records.by_ref().take(whole).filter(Result::is_ok).count(), whole);
        let position = boxes[..whole].last().map_or(0, |last| last.range().end);
        let rest = &data[usize::try_from(position).unwrap()..len];
        let Some(end) = records.next() else {
            // A size that starts with zeros looks like padding.
            assert!(rest.iter().all(|&byte| byte == 0));
            continue;
        };
        let error = end.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Incomplete { .. }), "{error}");
        let location = error.location().unwrap();
        assert_eq!((location.record, location.offset), (Some(whole as u64), boxes[whole].range().start));
    }
}

#[test]
fn a_box_of_size_0_needs_the_end_of_the_input() {
    let data = data("to_the_end.mp4");
    let boxes: Vec<_> = Boxes.records(&data).map(Result::unwrap).collect();
    assert_eq!(boxes.last().unwrap().header().size, None);
    assert_eq!(boxes.last().unwrap().range().end, data.len() as u64);
    let mut records = Boxes.records_of(Part::from_view(&data, data.len(), 0, false));
    let error = records.find_map(Result::err).unwrap();
    let expected =
        "mp4: record 3, byte 2140: the input ends in a box without a size: \"\\x00\\x00\\x00\\x00mdat";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn user_types_and_sizes_of_64_bits() {
    let data = data("large_sizes.mp4");
    let boxes: Vec<_> = Boxes.records(&data).map(Result::unwrap).collect();
    let headers: Vec<_> = boxes.iter().map(|found| found.header()).collect();
    let facts =
        headers.iter().map(|header| (header.kind.to_string(), header.header_len, header.user_type.is_some()));
    let expected = [
        ("ftyp", 8, false),
        ("uuid", 24, true),
        ("uuid", 32, true),
        ("mdat", 16, false),
        ("what", 8, false),
        ("moov", 16, false),
    ];
    assert_eq!(facts.collect::<Vec<_>>(), expected.map(|(kind, len, user)| (kind.to_owned(), len, user)));
    assert_eq!(headers[1].user_type.unwrap().map(usize::from), std::array::from_fn(|byte| byte));
    assert_eq!((boxes[1].payload(), boxes[4].payload()), (b"anything".as_slice(), b"is this".as_slice()));
}

#[test]
fn too_deeply_nested_boxes_are_an_error() {
    let mut data = Vec::new();
    for _ in 0..100_000_u32 {
        let size = u32::try_from(data.len() + 8).unwrap();
        data.extend(*b"voom");
        data.extend(size.to_le_bytes());
    }
    data.reverse();
    let nodes: Vec<_> = Tree::new(&data).collect();
    assert_eq!(nodes.len(), 33);
    let error = nodes[32].as_ref().unwrap_err();
    assert_eq!(
        (error.offset(), error.message().split(':').next()),
        (Some(31 * 8), Some("the box 'moov' is nested too deeply"))
    );
    let movie = Movie::read(&data).unwrap();
    let fault = movie.fault().unwrap();
    assert!(fault.message().starts_with("there is no box 'mvhd' in 'moov'"), "{fault}");
}

/// Returns the types of all boxes in a track whose only sample entry has this format and payload.
fn boxes_of_entry(handler: &[u8; 4], format: &[u8; 4], payload: &[u8]) -> Vec<String> {
    let stsd = mp4_box(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &mp4_box(format, payload)].concat());
    let minf = container(b"minf", &[container(b"stbl", &[stsd])]);
    let hdlr = mp4_box(b"hdlr", &[&[0; 8], handler.as_slice(), &[0; 13]].concat());
    // The handler applies wherever it is.
    let data = container(b"moov", &[container(b"trak", &[container(b"mdia", &[minf, hdlr])])]);
    Tree::new(&data).skip(7).map(|node| node.unwrap().mp4_box.kind().to_string()).collect()
}

#[test]
fn the_handler_gives_the_layout_of_unknown_entries() {
    let boxes = [mp4_box(b"lvcC", b"any"), mp4_box(b"btrt", &[0; 12])].concat();
    let of = |handler, fields: &[u8]| boxes_of_entry(handler, b"new1", &[fields, &boxes].concat());
    assert_eq!(of(b"vide", &[0; 78]), ["lvcC", "btrt", "hdlr"]);
    assert_eq!(of(b"soun", &[0; 28]), ["lvcC", "btrt", "hdlr"]);
    let mut version_2 = [0; 64];
    version_2[9] = 2;
    assert_eq!(of(b"soun", &version_2), ["lvcC", "btrt", "hdlr"]);
    // Additional fields before the boxes, another media kind, and no boxes.
    assert_eq!(of(b"vide", &[0; 82]), ["hdlr"]);
    assert_eq!(of(b"meta", &[0; 78]), ["hdlr"]);
    assert_eq!(boxes_of_entry(b"soun", b"new1", &[0; 20]), ["hdlr"]);
}

#[test]
fn a_nested_box_of_size_0_is_an_error() {
    for kind in [b"mvhd", b"trak", b"stbl", b"stsd"] {
        let mut data = data("faststart.mp4");
        let at = data.windows(4).position(|found| found == kind).unwrap();
        data[at - 4..at].fill(0);
        let error = Tree::new(&data).find_map(Result::err).unwrap();
        assert_eq!(error.location().unwrap().offset, at as u64 - 4);
        let expected = "has a size of 0, which is valid outside of other boxes only";
        assert!(error.to_string().contains(expected), "{error}");
    }
}

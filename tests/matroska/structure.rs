//! Comparison with the elements of fq and mkvinfo.

use pagecut::Format;
use pagecut::media::matroska::{ElementId, Matroska, Node, tree};

use super::common::oracle;
use super::{FILES, path, read};

fn nodes(data: &[u8]) -> Vec<Node<'_>> {
    tree(data).collect::<Result<_, _>>().unwrap()
}

/// Returns the letters and digits of a name in lower case, with names that the standard has changed since replaced.
fn plain(name: &str) -> String {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "segmentuid" => "segmentuuid".into(),
        "filemimetype" => "filemediatype".into(),
        "timecodescale" => "timestampscale".into(),
        "timecode" => "timestamp".into(),
        _ => name,
    }
}

#[test]
fn elements_match_fq() {
    const QUERY: &str = r#".. | select(type == "object" and has("id") and has("size"))? |
        "\(.id | tovalue) \(._start / 8) \(.size | tovalue)""#;
    // fq stops at an attached text file, and reads an unknown size of less than 8 bytes as a number.
    for name in FILES.into_iter().filter(|name| *name != "unknown_sizes.mkv") {
        let Some(mut fq) = oracle("fq") else { return };
        let output = fq.args(["-d", "matroska", "-r", QUERY]).arg(path(name)).output().unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let expected: Vec<_> = printed
            .lines()
            .map(|line| {
                let [name, offset, size] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
                (plain(name), offset.parse::<u64>().unwrap(), size.parse::<u64>().unwrap())
            })
            .collect();
        let data = read(name);
        let found: Vec<_> = nodes(&data)
            .iter()
            .map(|node| {
                let (id, header_len) = (node.element.id(), node.element.header_len());
                // An unknown size has all bits set.
                let ones = (1 << (7 * (header_len - super::write::id(id).len()))) - 1;
                (plain(&id.to_string()), node.element.offset(), node.element.size().unwrap_or(ones))
            })
            .collect();
        assert!(found.len() > 50, "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert!(found.len() == expected.len() || name == "groups.mkv", "{name}");
    }
}

#[test]
fn elements_match_mkvinfo() {
    for name in FILES {
        let Some(mut mkvinfo) = oracle("mkvinfo") else { return };
        let output =
            mkvinfo.args(["--ui-language", "en_US", "-a", "-P", "-z"]).arg(path(name)).output().unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        // `|+ Cluster at 33148 size 5605 data size 5599`
        let place = |line: &str| {
            let (rest, data_size) = line.rsplit_once(" data size ")?;
            let (rest, size) = rest.rsplit_once(" size ")?;
            let (_, offset) = rest.rsplit_once(" at ")?;
            let numbers = [offset, size, data_size].map(|number| number.parse::<u64>().ok());
            Some([numbers[0]?, numbers[1]?, numbers[2]?])
        };
        let expected: Vec<_> = printed.lines().filter_map(place).collect();
        let data = read(name);
        // mkvinfo shows neither checksums nor the end of elements of unknown size.
        let shown = nodes(&data)
            .into_iter()
            .map(|node| node.element)
            .filter(|element| element.id() != ElementId::CRC_32);
        let found: Vec<_> = shown
            .filter_map(|element| Some((element, element.size()?)))
            .map(|(element, size)| [element.offset(), size + element.header_len() as u64, size])
            .collect();
        assert!(found.len() > 50, "{name}");
        assert_eq!(found, expected, "{name}");
        let clusters = printed.lines().filter(|line| line.starts_with("|+ Cluster")).count();
        assert_eq!(clusters, super::clusters(&data).len(), "{name}");
    }
}

#[test]
fn depths_match_the_nesting() {
    for name in FILES {
        let data = read(name);
        let mut open: Vec<Node<'_>> = Vec::new();
        for node in nodes(&data) {
            open.truncate(node.depth);
            assert_eq!(open.len(), node.depth, "{name}: {node:?}");
            if let Some(parent) = open.last().filter(|parent| parent.element.id() != ElementId::SEGMENT) {
                let (inner, outer) = (node.element.range(), parent.element.range());
                assert!(outer.start < inner.start && inner.end <= outer.end, "{name}: {node:?}");
            }
            open.push(node);
        }
    }
}

#[test]
fn records_and_their_descendants_are_the_tree() {
    for name in FILES {
        let data = read(name);
        let found = Matroska.records(&data).flat_map(|record| {
            let element = record.unwrap().element();
            let inside = element.descendants().map(|node| node.unwrap().element);
            std::iter::once(element).chain(inside).collect::<Vec<_>>()
        });
        assert!(found.eq(nodes(&data).iter().map(|node| node.element)), "{name}");
    }
}

#[test]
fn an_unknown_element_at_the_end_of_the_input() {
    let end = |id: &[u8]| [&super::write::file(b"")[..], id, &[0x83, 1, 2, 3]].concat();
    let data = end(b"\x2a\xd1\xd3");
    assert_eq!(nodes(&data).last().unwrap().element.id(), ElementId(0x002a_d1d3));
    // A shorter ID does not prove an element.
    assert!(tree(&end(b"\x42\xd1")).any(|node| node.is_err()));
    assert!(tree(&data[..data.len() - 1]).any(|node| node.is_err()));
}

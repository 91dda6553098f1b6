//! Boxes as lines of a tree.

use pagecut::Result;
use pagecut::media::mp4::{FieldValue, FourCc, Node, Tree};

use crate::tree::{Field, Line, Printer, Value};

/// Prints all boxes and reports damage. Returns whether none is damaged.
pub(super) fn print(data: &[u8], printer: &mut Printer<'_>) -> Result<bool> {
    let mut all_good = true;
    for node in Tree::new(data) {
        match node {
            Ok(node) => printer.write(&line(&node))?,
            Err(error) => all_good = printer.report(&error)?,
        }
    }
    Ok(all_good)
}

fn line<'data>(node: &Node<'data>) -> Line<'data, FourCc> {
    let found = &node.mp4_box;
    let fields = found.main_fields().map(|field| match field.value {
        FieldValue::Number(number) => (field.name, Field::Number(number)),
        FieldValue::FourCc(name) => (field.name, Field::Text(name.to_string())),
    });
    Line {
        depth: node.depth,
        kind: found.kind(),
        offset: found.range().start,
        header_len: found.header().header_len,
        len: Some(found.as_bytes().len() as u64),
        value: Value::of_fields(fields),
    }
}

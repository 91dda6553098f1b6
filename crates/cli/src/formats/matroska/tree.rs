//! Elements as lines of a tree.

use pagecut::Result;
use pagecut::media::matroska::{self, Element, ElementId, ElementType, Node};

use crate::tree::{Line, Printer, Scalar, Value};

/// Prints all elements and reports damage. Returns whether none is damaged.
pub(super) fn print(data: &[u8], printer: &mut Printer<'_>) -> Result<bool> {
    let mut all_good = true;
    for node in matroska::tree(data) {
        match node {
            Ok(node) => printer.write(&line(&node))?,
            Err(error) => all_good = printer.report(&error)?,
        }
    }
    Ok(all_good)
}

fn line<'data>(node: &Node<'data>) -> Line<'data, ElementId> {
    let element = node.element;
    let header_len = element.header_len();
    // The bytes of a `Segment` element do not include its children.
    let len = match element.id() {
        ElementId::SEGMENT => element.size(),
        _ => Some(element.body().len() as u64),
    };
    Line {
        depth: node.depth,
        kind: element.id(),
        offset: element.offset(),
        header_len,
        len: len.map(|len| len.saturating_add(header_len as u64)),
        value: scalar(&element).map(Value::Value),
    }
}

/// Maximum number of bytes shown as a value.
const SHORT: usize = 16;

/// Returns the value of an element, if its type has one. A few bytes are shown as hexadecimal digits.
fn scalar<'data>(element: &Element<'data>) -> Option<Scalar<'data>> {
    match element.id().element_type()? {
        ElementType::Unsigned => element.unsigned().ok().map(Scalar::Unsigned),
        ElementType::Signed | ElementType::Date => element.signed().ok().map(Scalar::Signed),
        ElementType::Float => element.float_or(0.0).ok().map(Scalar::Float),
        ElementType::String | ElementType::Utf8 => {
            Some(Scalar::Text(String::from_utf8_lossy(element.text())))
        }
        ElementType::Binary if (1..=SHORT).contains(&element.body().len()) => {
            Some(Scalar::Text(element.body().iter().map(|byte| format!("{byte:02x}")).collect()))
        }
        ElementType::Binary | ElementType::Master => None,
    }
}

//! A strict reader of markup: XML, except for the document type.

use std::collections::BTreeMap;

/// An element with its children.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Node>,
}

/// A child.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// Returns this element and those in it, in the order of the document.
    pub(super) fn all(&self) -> Vec<&Element> {
        let inner = self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element.all()),
            Node::Text(_) => None,
        });
        std::iter::once(self).chain(inner.flatten()).collect()
    }

    /// Returns the elements of this name in it.
    pub(super) fn named(&self, name: &str) -> Vec<&Element> {
        self.all().into_iter().filter(|element| element.name == name).collect()
    }

    /// Returns the element with this id.
    pub(super) fn with_id(&self, id: &str) -> &Element {
        let found = self.all().into_iter().find(|element| element.attribute("id") == Some(id));
        found.unwrap_or_else(|| panic!("no element {id}"))
    }

    /// Returns the value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Returns the text in it.
    pub(super) fn text(&self) -> String {
        let text = |child: &Node| match child {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        };
        self.children.iter().map(text).collect()
    }

    /// Returns the texts of the cells of a table, row by row.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let is_cell = |element: &&&Element| matches!(element.name.as_str(), "th" | "td");
        let cells = |row: &&Element| row.all().iter().filter(is_cell).map(|cell| cell.text()).collect();
        self.named("tr").iter().map(cells).collect()
    }
}

/// Reads a document. Panics at the first fault.
pub(super) fn read(page: &str) -> Element {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("a document type");
    assert!(rest.chars().all(|letter| letter == '\n' || !letter.is_control()), "a control character");
    let mut open = vec![Element::default()];
    while let Some(start) = rest.find('<') {
        push_text(&mut open, &unescaped(&rest[..start]));
        let end = start + rest[start..].find('>').expect("the end of a tag");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, name);
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let element = element(tag);
        let name = element.name.clone();
        open.push(element);
        if is_empty {
            close(&mut open, &name);
        } else if matches!(name.as_str(), "style" | "script") {
            let end = rest.find(&format!("</{name}>")).expect("the end of a style or a script");
            push_text(&mut open, &rest[..end]);
            rest = &rest[end..];
        }
    }
    assert!(rest.trim().is_empty(), "text after the document: {rest}");
    assert_eq!(open.len(), 1, "{} is open", open[open.len() - 1].name);
    open.remove(0)
}

fn close(open: &mut Vec<Element>, name: &str) {
    let element = open.pop().unwrap();
    assert_eq!(element.name, name, "the end tag of another element");
    open.last_mut().expect("an open element").children.push(Node::Element(element));
}

fn push_text(open: &mut [Element], text: &str) {
    if !text.is_empty() {
        let element = open.last_mut().unwrap();
        assert!(!element.name.is_empty() || text.trim().is_empty(), "text outside of the document: {text}");
        element.children.push(Node::Text(text.into()));
    }
}

/// Reads the name and the attributes of a tag.
fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    assert!(!name.is_empty() && name.chars().all(is_letter), "the name {name}");
    let mut attributes = BTreeMap::new();
    while !rest.is_empty() {
        let (key, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("an attribute in {tag}"));
        assert!(!key.is_empty() && key.chars().all(is_letter), "the attribute {key} in {tag}");
        let (value, after) = value.split_once('"').expect("the end of a value");
        assert!(attributes.insert(key.to_owned(), unescaped(value)).is_none(), "{key} twice in {tag}");
        rest = after.strip_prefix(' ').unwrap_or(after);
        assert!(rest.is_empty() || rest.len() < after.len(), "no space between attributes of {tag}");
    }
    Element { name: name.into(), attributes, children: Vec::new() }
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut all = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, after) = part.split_once(';').expect("the end of a reference");
        all.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            _ => panic!("the reference {name}"),
        });
        all += after;
    }
    all
}

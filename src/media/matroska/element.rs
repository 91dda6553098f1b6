//! Elements: views of the input.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::crc32::crc32;
use super::header::{Found, Header};
use super::{ElementId, ElementType, fault, range};
use crate::error::{Error, ErrorKind, Result};

/// An EBML element (RFC 8794, section 3), borrowed from the input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Element<'data> {
    id: ElementId,
    size: Option<u64>,
    header_len: usize,
    offset: u64,
    body: &'data [u8],
}

impl<'data> Element<'data> {
    #[inline]
    pub(super) fn new(header: Header, offset: u64, body: &'data [u8]) -> Self {
        Self { id: header.id, size: header.size, header_len: header.len, offset, body }
    }

    /// Returns the `Element ID`.
    #[must_use]
    #[inline]
    pub fn id(&self) -> ElementId {
        self.id
    }

    /// Returns the declared `Element Data Size` in bytes; `None` if it is unknown.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns the length of ID and size in bytes.
    #[must_use]
    pub fn header_len(&self) -> usize {
        self.header_len
    }

    /// Returns the offset of the element from the start of the input.
    #[must_use]
    #[inline]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the offset of the body from the start of the input.
    #[must_use]
    #[inline]
    pub fn body_offset(&self) -> u64 {
        self.offset + self.header_len as u64
    }

    /// Returns the `Element Data`, the bytes after ID and size.
    ///
    /// It is empty for a `Segment`, whose children are separate records. For a `Cluster` with an unknown or wrong size, it
    /// holds the complete elements of the cluster.
    #[must_use]
    #[inline]
    pub fn body(&self) -> &'data [u8] {
        self.body
    }

    /// Returns the byte range of the element: its header and its [`body`](Element::body).
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.body_offset() + self.body.len() as u64
    }

    /// Returns the elements in the body.
    #[must_use]
    #[inline]
    pub fn children(&self) -> Elements<'data> {
        Elements { rest: self.body, offset: self.body_offset() }
    }

    /// Returns the first element with an ID in the body.
    ///
    /// # Errors
    ///
    /// The error of a damaged child before it.
    pub fn child(&self, id: ElementId) -> Result<Option<Element<'data>>> {
        self.children().find(|child| child.as_ref().map_or(true, |child| child.id == id)).transpose()
    }

    /// Reads an unsigned integer; `default` if the body is empty (RFC 8794, section 6.1).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedElement`] if the body has more than 8 bytes.
    pub fn unsigned_or(&self, default: u64) -> Result<u64> {
        match self.body {
            [] => Ok(default),
            body if body.len() <= 8 => Ok(body.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))),
            _ => Err(self.damaged("an integer of more than 8 bytes")),
        }
    }

    /// Reads an unsigned integer; 0 if the body is empty.
    ///
    /// # Errors
    ///
    /// Those of [`unsigned_or`](Element::unsigned_or).
    pub fn unsigned(&self) -> Result<u64> {
        self.unsigned_or(0)
    }

    /// Reads a signed integer; 0 if the body is empty. Also reads a date: nanoseconds since the start of 2001, UTC.
    ///
    /// # Errors
    ///
    /// Those of [`unsigned_or`](Element::unsigned_or).
    pub fn signed(&self) -> Result<i64> {
        let unused = 64 - 8 * self.body.len().min(8);
        let number = self.unsigned()?.checked_shl(u32::try_from(unused).unwrap_or(0));
        Ok(number.map_or(0, |number| number.cast_signed() >> unused))
    }

    /// Reads a floating-point number; `default` if the body is empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedElement`] if the body has neither 0, 4 nor 8 bytes.
    pub fn float_or(&self, default: f64) -> Result<f64> {
        if self.body.is_empty() {
            Ok(default)
        } else if let Ok(bytes) = self.body.try_into() {
            Ok(f32::from_be_bytes(bytes).into())
        } else if let Ok(bytes) = self.body.try_into() {
            Ok(f64::from_be_bytes(bytes))
        } else {
            Err(self.damaged("a floating point number of other than 0, 4 or 8 bytes"))
        }
    }

    /// Returns the text: the body up to the first zero byte (RFC 8794, section 13). It should be ASCII or UTF-8, but is not
    /// checked.
    #[must_use]
    pub fn text(&self) -> &'data [u8] {
        let end = memchr::memchr(0, self.body).unwrap_or(self.body.len());
        &self.body[..end]
    }

    /// Whether the `CRC-32` element at the start of the body matches the bytes after it (RFC 8794, section 11.3.1); `None`
    /// if there is none.
    #[must_use]
    pub fn crc32_is_right(&self) -> Option<bool> {
        let mut children = self.children();
        let stored = children.next()?.ok().filter(|first| first.id == ElementId::CRC_32)?;
        let stored = u32::from_le_bytes(stored.body.try_into().ok()?);
        Some(crc32(children.rest) == stored)
    }

    /// Checks the `CRC-32` element at the start of the body of a master element, if there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedElement`] if the CRC does not match.
    pub fn check_crc32(&self) -> Result<()> {
        // The body of another element may look like a CRC by chance.
        let is_of_elements = self.id.element_type() == Some(ElementType::Master);
        if is_of_elements && self.crc32_is_right() == Some(false) {
            return Err(self.damaged("its CRC-32 does not match"));
        }
        Ok(())
    }

    /// Reads a floating-point number that the standard allows in this element; `default` if the body is empty.
    ///
    /// # Errors
    ///
    /// Those of [`float_or`](Element::float_or), and [`ErrorKind::DamagedElement`] if the number is not finite or out of
    /// range.
    pub(super) fn float_in_range_or(&self, default: f64) -> Result<f64> {
        let value = self.float_or(default)?;
        range::fault(self.id, value).map_or(Ok(value), |why| Err(self.damaged(why)))
    }

    /// Checks the range of the floating-point number in the body, if there is one.
    pub(super) fn check_range(&self) -> Result<()> {
        if self.body.is_empty() { Ok(()) } else { self.float_in_range_or(0.0).map(drop) }
    }

    /// Checks that the element ends within an input of `input_len` bytes. Only this detects an input that was truncated
    /// between two children of a `Segment`, because the body of a `Segment` is not part of its element here.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ElementSize`] if the element ends after the input.
    pub fn check_size(&self, input_len: u64) -> Result<()> {
        let room = input_len.saturating_sub(self.body_offset());
        match self.size.filter(|&size| size > room) {
            Some(_) => Err(self.fault(ErrorKind::ElementSize { id: self.id.0, size: self.size, room })),
            None => Ok(()),
        }
    }

    /// Creates the error of a damaged body.
    #[cold]
    pub(super) fn damaged(&self, why: &'static str) -> Error {
        self.fault(ErrorKind::DamagedElement { id: self.id.0, why })
    }

    /// Creates the error of a size that does not match the body.
    #[cold]
    pub(super) fn wrong_size(&self) -> Error {
        self.fault(ErrorKind::ElementSize { id: self.id.0, size: self.size, room: self.body.len() as u64 })
    }

    fn fault(&self, kind: ErrorKind) -> Error {
        fault::at(kind, self.body_offset(), self.body)
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element")
            .field("id", &self.id)
            .field("size", &self.size)
            .field("range", &self.range())
            .finish()
    }
}

/// The elements in the body of another one.
///
/// The iterator ends after an error, because the next element cannot be located.
#[derive(Clone, Copy)]
pub struct Elements<'data> {
    rest: &'data [u8],
    offset: u64,
}

impl<'data> Elements<'data> {
    /// Returns views of the elements with one ID.
    pub(super) fn each<T>(self, id: ElementId, view: fn(Element<'data>) -> Result<T>) -> Each<'data, T> {
        Each { elements: self, id, view }
    }

    #[cold]
    fn end(&mut self, kind: ErrorKind) -> Option<Result<Element<'data>>> {
        let error = fault::at(kind, self.offset, self.rest);
        self.rest = &[];
        Some(Err(error))
    }
}

impl<'data> Iterator for Elements<'data> {
    type Item = Result<Element<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Found::Header(header) = Header::read(self.rest) else { return self.end(ErrorKind::NoElement) };
        let after_header = &self.rest[header.len..];
        let body = header.size.and_then(|size| after_header.get(..usize::try_from(size).ok()?));
        let Some(body) = body else {
            let room = after_header.len() as u64;
            return self.end(ErrorKind::ElementSize { id: header.id.0, size: header.size, room });
        };
        let element = Element::new(header, self.offset, body);
        self.rest = &after_header[body.len()..];
        self.offset += (header.len + body.len()) as u64;
        Some(Ok(element))
    }
}

impl FusedIterator for Elements<'_> {}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elements").field("offset", &self.offset).field("len", &self.rest.len()).finish()
    }
}

/// Views of the elements with one ID in the body of another element.
#[derive(Clone, Copy)]
pub struct Each<'data, T> {
    elements: Elements<'data>,
    id: ElementId,
    view: fn(Element<'data>) -> Result<T>,
}

impl<T> Iterator for Each<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let id = self.id;
        let found = self.elements.find(|element| element.as_ref().map_or(true, |element| element.id == id));
        Some(found?.and_then(self.view))
    }
}

impl<T> FusedIterator for Each<'_, T> {}

impl<T> fmt::Debug for Each<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Each").field("id", &self.id).field("elements", &self.elements).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(body: &[u8]) -> Element<'_> {
        let header = Header { id: ElementId::DURATION, size: Some(body.len() as u64), len: 3 };
        Element::new(header, 100, body)
    }

    #[test]
    fn integers_of_every_length() {
        for len in 0_u32..=8 {
            let ones = vec![0xff; len as usize];
            let largest = if len == 8 { u64::MAX } else { (1 << (8 * len)) - 1 };
            assert_eq!(element(&ones).unsigned_or(0).unwrap(), largest);
            assert_eq!(element(&ones).signed().unwrap(), if len == 0 { 0 } else { -1 });
        }
        assert_eq!(element(b"\x7f").signed().unwrap(), 127);
        assert_eq!(element(b"\x80\0").signed().unwrap(), -32768);
        assert_eq!(element(b"").unsigned_or(7).unwrap(), 7);
        let error = element(&[0; 9]).signed().unwrap_err();
        assert_eq!(error.location().unwrap().offset, 103);
    }

    #[test]
    fn floating_point_numbers() {
        assert!((element(&1.5_f32.to_be_bytes()).float_or(0.0).unwrap() - 1.5).abs() < f64::EPSILON);
        assert!((element(&1.5_f64.to_be_bytes()).float_or(0.0).unwrap() - 1.5).abs() < f64::EPSILON);
        assert!((element(b"").float_or(8000.0).unwrap() - 8000.0).abs() < f64::EPSILON);
        assert!(element(b"123").float_or(0.0).is_err());
    }

    #[test]
    fn text_ends_at_a_zero_byte() {
        assert_eq!(element(b"eng\0\0").text(), b"eng");
        assert_eq!(element(b"").text(), b"");
    }

    #[test]
    fn crc32_of_the_bytes_after_it() {
        let mut body = vec![0xbf, 0x84, 0, 0, 0, 0];
        body.extend_from_slice(b"\xec\x82ab");
        let crc = crc32(b"\xec\x82ab");
        body[2..6].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(element(&body).crc32_is_right(), Some(true));
        assert!(element(&body).check_crc32().is_ok());
        *body.last_mut().unwrap() ^= 1;
        assert_eq!(element(&body).crc32_is_right(), Some(false));
        // Only master elements have a CRC.
        assert!(element(&body).check_crc32().is_ok());
        let header = Header { id: ElementId::INFO, size: Some(body.len() as u64), len: 3 };
        let error = Element::new(header, 100, &body).check_crc32().unwrap_err();
        assert_eq!(error.location().unwrap().offset, 103);
        assert_eq!(element(b"\xec\x82ab").crc32_is_right(), None);
        assert!(element(b"\xec\x82ab").check_crc32().is_ok());
    }

    #[test]
    fn sizes_beyond_the_end_of_the_input() {
        // The body begins at byte 103.
        assert!(element(b"abc").check_size(106).is_ok());
        let error = element(b"abc").check_size(105).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ElementSize { size: Some(3), room: 2, .. }), "{error}");
        assert!(element(b"abc").check_size(0).is_err());
        let header = Header { id: ElementId::SEGMENT, size: None, len: 5 };
        assert!(Element::new(header, 100, b"").check_size(105).is_ok());
    }

    #[test]
    fn children_end_at_an_error() {
        let children: Vec<_> = element(b"\xec\x81a\xec\x85ab").children().collect();
        assert_eq!(children.len(), 2);
        let error = children[1].as_ref().unwrap_err();
        assert_eq!(error.location().unwrap().offset, 106);
        assert!(matches!(error.kind(), ErrorKind::ElementSize { id: 0xec, size: Some(5), room: 2 }));
        assert!(element(b"\xec\xff").children().next().unwrap().is_err());
    }
}

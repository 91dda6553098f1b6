//! Tags: names and values of the segment, of tracks, chapters and others.

use super::element::Each;
use super::{Element, ElementId};
use crate::error::Result;

/// `Tag` (RFC 9559, section 5.1.8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag<'data> {
    /// The element.
    pub element: Element<'data>,
    /// `Targets`: the subject of the tag; the whole segment if there are none.
    pub targets: Option<Element<'data>>,
}

impl<'data> Tag<'data> {
    /// Reads an [`ElementId::TAG`].
    ///
    /// # Errors
    ///
    /// The error of a damaged child.
    pub fn read(element: Element<'data>) -> Result<Self> {
        Ok(Self { element, targets: element.child(ElementId::TARGETS)? })
    }

    /// Returns the names and values.
    #[must_use]
    pub fn simple_tags(&self) -> Each<'data, SimpleTag<'data>> {
        self.element.children().each(ElementId::SIMPLE_TAG, SimpleTag::read)
    }

    /// Returns the UIDs of one kind in the targets, for example [`ElementId::TAG_TRACK_UID`]; empty if the tag does not
    /// target that kind.
    pub fn uids(&self, kind: ElementId) -> impl Iterator<Item = Result<u64>> + use<'data> {
        self.targets.into_iter().flat_map(move |targets| targets.children().each(kind, |uid| uid.unsigned()))
    }

    /// `TargetTypeValue`: 50 for a movie or album, 30 for a track or song, ...; 50 by default.
    ///
    /// # Errors
    ///
    /// The error of a damaged child.
    pub fn target_type_value(&self) -> Result<u64> {
        let Some(targets) = self.targets else { return Ok(50) };
        targets.child(ElementId::TARGET_TYPE_VALUE)?.map_or(Ok(50), |value| value.unsigned_or(50))
    }
}

/// `SimpleTag` (RFC 9559, section 5.1.8.1.2): a name and a value, with nested tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimpleTag<'data> {
    /// The element.
    pub element: Element<'data>,
    /// `TagName`.
    pub name: &'data [u8],
    /// `TagString`.
    pub string: Option<&'data [u8]>,
    /// `TagBinary`.
    pub binary: Option<&'data [u8]>,
    /// `TagLanguageBCP47`, else `TagLanguage`; `und` by default.
    pub language: &'data [u8],
}

impl<'data> SimpleTag<'data> {
    fn read(element: Element<'data>) -> Result<Self> {
        let mut tag = Self { element, name: b"", string: None, binary: None, language: b"und" };
        let mut language_bcp47 = None;
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::TAG_NAME => tag.name = child.text(),
                ElementId::TAG_STRING => tag.string = Some(child.text()),
                ElementId::TAG_BINARY => tag.binary = Some(child.body()),
                ElementId::TAG_LANGUAGE => tag.language = child.text(),
                ElementId::TAG_LANGUAGE_BCP47 => language_bcp47 = Some(child.text()),
                _ => {}
            }
        }
        tag.language = language_bcp47.unwrap_or(tag.language);
        Ok(tag)
    }

    /// Returns the nested tags.
    #[must_use]
    pub fn simple_tags(&self) -> Each<'data, SimpleTag<'data>> {
        self.element.children().each(ElementId::SIMPLE_TAG, Self::read)
    }
}

//! Chapters.

use super::element::Each;
use super::{Element, ElementId};
use crate::error::Result;

/// `EditionEntry` (RFC 9559, section 5.1.7.1): a list of chapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditionEntry<'data> {
    /// The element.
    pub element: Element<'data>,
    /// `EditionUID`.
    pub uid: Option<u64>,
    /// `EditionFlagDefault`.
    pub is_default: bool,
    /// `EditionFlagOrdered`: the chapters define the playback order.
    pub is_ordered: bool,
}

impl<'data> EditionEntry<'data> {
    /// Reads an [`ElementId::EDITION_ENTRY`].
    ///
    /// # Errors
    ///
    /// The error of a damaged child.
    pub fn read(element: Element<'data>) -> Result<Self> {
        let mut edition = Self { element, uid: None, is_default: false, is_ordered: false };
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::EDITION_UID => edition.uid = Some(child.unsigned()?),
                ElementId::EDITION_FLAG_DEFAULT => edition.is_default = child.unsigned()? != 0,
                ElementId::EDITION_FLAG_ORDERED => edition.is_ordered = child.unsigned()? != 0,
                _ => {}
            }
        }
        Ok(edition)
    }

    /// Returns the chapters.
    #[must_use]
    pub fn chapters(&self) -> Each<'data, ChapterAtom<'data>> {
        self.element.children().each(ElementId::CHAPTER_ATOM, ChapterAtom::read)
    }
}

/// `ChapterAtom` (RFC 9559, section 5.1.7.1.4): a chapter and its nested chapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChapterAtom<'data> {
    /// The element.
    pub element: Element<'data>,
    /// `ChapterUID`.
    pub uid: u64,
    /// `ChapterTimeStart` in nanoseconds.
    pub time_start: u64,
    /// `ChapterTimeEnd` in nanoseconds.
    pub time_end: Option<u64>,
    /// `ChapterFlagHidden`.
    pub is_hidden: bool,
}

impl<'data> ChapterAtom<'data> {
    fn read(element: Element<'data>) -> Result<Self> {
        let mut chapter = Self { element, uid: 0, time_start: 0, time_end: None, is_hidden: false };
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::CHAPTER_UID => chapter.uid = child.unsigned()?,
                ElementId::CHAPTER_TIME_START => chapter.time_start = child.unsigned()?,
                ElementId::CHAPTER_TIME_END => chapter.time_end = Some(child.unsigned()?),
                ElementId::CHAPTER_FLAG_HIDDEN => chapter.is_hidden = child.unsigned()? != 0,
                _ => {}
            }
        }
        Ok(chapter)
    }

    /// Returns its titles, one for each language.
    #[must_use]
    pub fn displays(&self) -> Each<'data, ChapterDisplay<'data>> {
        self.element.children().each(ElementId::CHAPTER_DISPLAY, ChapterDisplay::read)
    }

    /// Returns its nested chapters.
    #[must_use]
    pub fn chapters(&self) -> Each<'data, ChapterAtom<'data>> {
        self.element.children().each(ElementId::CHAPTER_ATOM, Self::read)
    }
}

/// `ChapterDisplay` (RFC 9559, section 5.1.7.1.4.9): the title of a chapter in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChapterDisplay<'data> {
    /// `ChapString`.
    pub string: &'data [u8],
    /// The first `ChapLanguageBCP47`, else the first `ChapLanguage`; `eng` by default.
    pub language: &'data [u8],
}

impl<'data> ChapterDisplay<'data> {
    fn read(element: Element<'data>) -> Result<Self> {
        let (mut string, mut language, mut language_bcp47) = (b"".as_slice(), None, None);
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::CHAP_STRING => string = child.text(),
                ElementId::CHAP_LANGUAGE => language = language.or(Some(child.text())),
                ElementId::CHAP_LANGUAGE_BCP47 => language_bcp47 = language_bcp47.or(Some(child.text())),
                _ => {}
            }
        }
        Ok(Self { string, language: language_bcp47.or(language).unwrap_or(b"eng") })
    }
}

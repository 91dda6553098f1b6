//! Tags with ffprobe's names.

use std::collections::HashMap;

use pagecut::media::matroska::{
    AttachedFile, ContentEncoding, Element, ElementId, Encoding, Info, SimpleTag, Tag, Track, Video,
};
use pagecut::{Error, Result};

use crate::probe::tags::{Pairs, date_time};

/// Maximum length of a name in bytes; FFmpeg truncates longer ones too.
const MAX_NAME_LEN: usize = 1023;

impl Pairs {
    fn set_text(&mut self, name: &str, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.set(renamed(name), String::from_utf8_lossy(value));
        }
    }

    /// Adds the tags of a `Tag`, with an optional prefix.
    fn add(&mut self, tag: &Tag<'_>, prefix: Option<&str>, tell: &mut dyn FnMut(Error)) {
        for simple in tag.simple_tags() {
            match simple {
                Ok(simple) => self.add_simple(&simple, prefix, 0, tell),
                Err(error) => tell(error),
            }
        }
    }

    /// Adds a tag: under its name if it has no language or is the default, and under its name and its language.
    fn add_simple(
        &mut self,
        tag: &SimpleTag<'_>,
        prefix: Option<&str>,
        depth: usize,
        tell: &mut dyn FnMut(Error),
    ) {
        // Deeper tags are ignored; they could be nested as deeply as the file is long.
        const MAX_DEPTH: usize = 8;
        if depth > MAX_DEPTH || tag.name.is_empty() {
            return;
        }
        let name = String::from_utf8_lossy(tag.name);
        let name = cut(prefix.map_or_else(|| name.to_string(), |prefix| format!("{prefix}/{name}")));
        let (language, is_default) = language(tag.element, tell);
        let with_language =
            language.map(|language| cut(format!("{name}-{}", String::from_utf8_lossy(language))));
        let plain = (is_default || with_language.is_none()).then_some(name);
        for name in plain.into_iter().chain(with_language) {
            self.set_text(&name, tag.string);
            for inner in tag.simple_tags() {
                match inner {
                    Ok(inner) => self.add_simple(&inner, Some(&name), depth + 1, tell),
                    Err(error) => tell(error),
                }
            }
        }
    }
}

/// Returns ffprobe's name of a tag.
fn renamed(name: &str) -> &str {
    const NAMES: [(&str, &str); 2] = [("LEAD_PERFORMER", "performer"), ("PART_NUMBER", "track")];
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(name, |&(_, other)| other)
}

/// Truncates a name to the maximum length.
fn cut(mut name: String) -> String {
    if name.len() > MAX_NAME_LEN {
        let end = (0..=MAX_NAME_LEN).rfind(|&end| name.is_char_boundary(end));
        name.truncate(end.unwrap_or(0));
    }
    name
}

/// Returns `TagLanguage`, unless it is undetermined, and `TagDefault`, 0 by default as in ffprobe.
fn language<'data>(tag: Element<'data>, tell: &mut dyn FnMut(Error)) -> (Option<&'data [u8]>, bool) {
    let (mut language, mut is_default) = (None, false);
    for child in tag.children().map_while(Result::ok) {
        match child.id() {
            ElementId::TAG_LANGUAGE => language = Some(child.text()),
            ElementId::TAG_DEFAULT | ElementId::TAG_DEFAULT_BOGUS => match child.unsigned() {
                Ok(flag) => is_default = flag != 0,
                Err(error) => tell(error),
            },
            _ => {}
        }
    }
    (language.filter(|&language| !matches!(language, b"" | b"und")), is_default)
}

/// The tags of a file by target.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) format: Pairs,
    tracks: HashMap<u64, Pairs>,
    chapters: HashMap<u64, Pairs>,
    attachments: HashMap<u64, Pairs>,
}

impl Tags {
    /// Sorts tags by their targets as ffprobe does: an attachment, else a chapter, else a track, else the whole file. Of
    /// several UIDs, the last one applies. Only tags of the whole file have their `TargetType` in the name.
    pub(super) fn of(info: &Info<'_>, tags: &[Tag<'_>], tell: &mut dyn FnMut(Error)) -> Self {
        let mut sorted = Self::default();
        sorted.format.set_text("title", info.title);
        sorted.format.set_text("encoder", info.muxing_app);
        if let Some(date) = info.date {
            sorted.format.set("creation_time", creation_time(date));
        }
        for tag in tags {
            let mut uid = |kind| {
                let uids = tag.uids(kind).filter_map(|uid| uid.map_err(&mut *tell).ok());
                uids.last().filter(|&uid| uid != 0)
            };
            let attachment = uid(ElementId::TAG_ATTACHMENT_UID);
            let chapter = uid(ElementId::TAG_CHAPTER_UID);
            let track = uid(ElementId::TAG_TRACK_UID);
            match (attachment, chapter, track) {
                (Some(uid), ..) => sorted.attachments.entry(uid).or_default().add(tag, None, tell),
                (_, Some(uid), _) => sorted.chapters.entry(uid).or_default().add(tag, None, tell),
                (.., Some(uid)) => sorted.tracks.entry(uid).or_default().add(tag, None, tell),
                _ => {
                    let target = tag.targets.map(|targets| targets.child(ElementId::TARGET_TYPE));
                    let target = target.and_then(|target| target.map_err(&mut *tell).ok().flatten());
                    let prefix = target.map(|target| String::from_utf8_lossy(target.text()).into_owned());
                    let prefix = prefix.filter(|prefix| !prefix.is_empty());
                    sorted.format.add(tag, prefix.as_deref(), tell);
                }
            }
        }
        sorted
    }

    /// Returns language and name of a track, and its tags.
    pub(super) fn of_track(&self, track: &Track<'_>, tell: &mut dyn FnMut(Error)) -> Pairs {
        let mut pairs = Pairs::default();
        // ffprobe shows the three-letter code even if there is a BCP 47 code.
        let language = track.element.child(ElementId::LANGUAGE).map_err(&mut *tell).ok().flatten();
        let language = language.map(|language| language.text()).filter(|language| !language.is_empty());
        pairs.set_text("language", Some(language.unwrap_or(b"eng")).filter(|&language| language != b"und"));
        pairs.set_text("title", track.name.filter(|name| !name.is_empty()));
        if let Some(video) = track.video {
            add_video(&video, &mut pairs, tell);
        }
        let key_id =
            track.content_encodings().into_iter().flatten().find_map(|encoding| key_id(encoding.ok()?));
        if let Some(key_id) = key_id {
            pairs.set("enc_key_id", base64(key_id));
        }
        pairs.extend(self.tracks.get(&track.uid));
        pairs
    }

    /// Returns name, media type and description of an attachment, and its tags.
    pub(super) fn of_attachment(&self, file: &AttachedFile<'_>) -> Pairs {
        let mut pairs = Pairs::default();
        pairs.set_text("filename", Some(file.name));
        pairs.set_text("mimetype", Some(file.media_type));
        pairs.set_text("title", file.description);
        pairs.extend(self.attachments.get(&file.uid));
        pairs
    }

    /// Returns the title of a chapter, and its tags.
    pub(super) fn of_chapter(&self, uid: u64, title: Option<&[u8]>) -> Pairs {
        let mut pairs = Pairs::default();
        pairs.set_text("title", title);
        pairs.extend(self.chapters.get(&uid));
        pairs
    }
}

impl Pairs {
    fn extend(&mut self, others: Option<&Self>) {
        for (name, value) in others.into_iter().flat_map(|others| others.pairs()) {
            self.set(name, value.clone());
        }
    }
}

/// Adds the tags that ffprobe derives from elements of `Video`.
fn add_video(video: &Video<'_>, pairs: &mut Pairs, tell: &mut dyn FnMut(Error)) {
    /// `StereoMode` (RFC 9559, section 5.1.4.1.28.3).
    const STEREO_MODES: [&str; 15] = [
        "mono",
        "left_right",
        "bottom_top",
        "top_bottom",
        "checkerboard_rl",
        "checkerboard_lr",
        "row_interleaved_rl",
        "row_interleaved_lr",
        "col_interleaved_rl",
        "col_interleaved_lr",
        "anaglyph_cyan_red",
        "right_left",
        "anaglyph_green_magenta",
        "block_lr",
        "block_rl",
    ];
    let mut number = |id| {
        let child = video.element.child(id).and_then(|child| child.map_or(Ok(0), |child| child.unsigned()));
        child.map_err(&mut *tell).unwrap_or(0)
    };
    let mode = usize::try_from(number(ElementId::STEREO_MODE)).ok().filter(|&mode| mode > 0);
    if let Some(name) = mode.and_then(|mode| STEREO_MODES.get(mode)) {
        pairs.set("stereo_mode", *name);
    }
    if number(ElementId::ALPHA_MODE) != 0 {
        pairs.set("alpha_mode", "1");
    }
}

/// Returns `ContentEncKeyID`, if it is present.
fn key_id(encoding: ContentEncoding<'_>) -> Option<&[u8]> {
    let Encoding::Encryption(Some(encryption)) = encoding.encoding else { return None };
    let key_id = encryption.child(ElementId::CONTENT_ENC_KEY_ID).ok().flatten()?.body();
    Some(key_id).filter(|key_id| !key_id.is_empty())
}

/// Formats bytes like ffprobe's keys (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number =
            (0..3).fold(0, |number, index| number << 8 | usize::from(group.get(index).copied().unwrap_or(0)));
        for index in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * index) & 0x3f];
            text.push(if index <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// Formats `DateUTC` like ffprobe: nanoseconds since the start of 2001.
fn creation_time(date: i64) -> String {
    /// Microseconds from the start of 1970 to the start of 2001.
    const EPOCH: i64 = 978_307_200_000_000;
    date_time(date / 1000 + EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        const SECOND: i64 = 1_000_000_000;
        for (seconds, expected) in [
            (0, "2001-01-01T00:00:00.000000Z"),
            (-1, "2000-12-31T23:59:59.000000Z"),
            (-307 * 86_400, "2000-02-29T00:00:00.000000Z"),
            (788_918_400 + 5_097_600, "2026-03-01T00:00:00.000000Z"),
        ] {
            assert_eq!(creation_time(seconds * SECOND), expected);
        }
    }

    #[test]
    fn keys() {
        let keys =
            [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"\xff\xef\xfe", "/+/+")];
        for (bytes, text) in keys {
            assert_eq!(base64(bytes), text);
        }
    }

    #[test]
    fn names_are_joined_whatever_their_case() {
        let mut pairs = Pairs::default();
        for (name, value) in [("ARTIST", "a"), ("artist", "b"), ("Part_Number", "1"), ("TRACK", "2")] {
            pairs.set_text(name, Some(value.as_bytes()));
        }
        assert_eq!(
            pairs.into_vec(),
            [("artist".to_owned(), "b".to_owned()), ("TRACK".to_owned(), "2".to_owned())]
        );
    }
}

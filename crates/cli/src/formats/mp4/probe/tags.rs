//! Tags with ffprobe's names.

use pagecut::media::mp4::{FourCc, MetadataItem, MetadataKey, MetadataValue, Movie, SampleEntry, Track};

use super::tables::{MAC_ROMAN, genre, quicktime_language};
use crate::probe::codec_tag;
use crate::probe::tags::{Pairs, date_time};

/// The form of a value in its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    /// Text without a length and a language before it.
    Raw,
    /// A byte.
    Byte,
    /// The last of four bytes.
    FourthByte,
    /// A number and a total.
    NumberOf,
    Genre,
    Location,
}

/// Adds the tags of a movie, including those of its tracks that ffprobe lists with them.
pub(super) fn of_movie(movie: &Movie<'_>, pairs: &mut Pairs) {
    if let Some(time) = creation_time(movie.header().creation_time) {
        pairs.set("creation_time", time);
    }
    for item in movie.metadata() {
        match item.key() {
            MetadataKey::UserData(kind) => add_user_data(kind, item.mp4_box().payload(), pairs),
            _ => add_item(&item, pairs),
        }
    }
}

/// Returns the tags of a track.
pub(super) fn of_track(track: &Track<'_>) -> Vec<(String, String)> {
    let mut pairs = Pairs::default();
    if let Some(time) = creation_time(track.creation_time()) {
        pairs.set("creation_time", time);
    }
    if let Some(language) = track.language_code().and_then(language) {
        pairs.set("language", language);
    }
    if !track.handler_name().is_empty() {
        pairs.set("handler_name", String::from_utf8_lossy(track.handler_name()));
    }
    if let Some(vendor) = last_entry(track, |entry| entry.vendor()) {
        pairs.set("vendor_id", codec_tag::string(vendor.0));
    }
    let compressor = |entry: &SampleEntry<'_>| {
        let name = mac_roman(entry.visual().ok()??.compressor_name);
        (!name.is_empty()).then_some(name)
    };
    if let Some(encoder) = last_entry(track, compressor) {
        pairs.set("encoder", encoder);
    }
    pairs.into_vec()
}

/// Returns a value of the last sample entry with the format of the first one.
fn last_entry<T>(track: &Track<'_>, read: impl Fn(&SampleEntry<'_>) -> Option<T>) -> Option<T> {
    let mut entries = track.sample_entries().map_while(Result::ok).peekable();
    let format = entries.peek()?.format();
    entries.filter(|entry| entry.format() == format).filter_map(|entry| read(&entry)).last()
}

/// Formats seconds since the start of 1904. A number below that of the seconds from 1904 to 1970 counts from 1970, because
/// some encoders write it so.
fn creation_time(seconds: u64) -> Option<String> {
    const BETWEEN: u64 = 2_082_844_800;
    let seconds = Some(seconds).filter(|&seconds| seconds > 0)?;
    let seconds = i64::try_from(seconds.checked_sub(BETWEEN).unwrap_or(seconds)).ok()?;
    seconds.checked_mul(1_000_000).map(date_time)
}

/// Returns a language: three letters of five bits each, or a QuickTime language code.
fn language(code: u16) -> Option<String> {
    const UNSPECIFIED: u16 = 0x7fff;
    match code {
        UNSPECIFIED => None,
        ..0x400 => quicktime_language(code).map(str::to_owned),
        _ => Some(
            [10, 5, 0]
                .map(|shift| char::from(((code >> shift) & 0x1f).to_le_bytes()[0] + 0x60))
                .iter()
                .collect(),
        ),
    }
}

/// Adds a box of `udta`: a string after its length and its language.
fn add_user_data(kind: FourCc, payload: &[u8], pairs: &mut Pairs) {
    let Some((name, form)) = named(kind) else { return };
    let (mut code, mut text) = (0, payload);
    match form {
        Form::Location => {
            add_location(payload, pairs);
            return;
        }
        Form::Raw => {}
        _ => {
            if let Some((&[l0, l1, c0, c1], rest)) = payload.split_first_chunk() {
                let len = usize::from(u16::from_be_bytes([l0, l1]));
                // An impossible length is the start of the text.
                if !rest.is_empty() && len <= payload.len() {
                    code = u16::from_be_bytes([c0, c1]);
                    text = rest.get(..len).unwrap_or(rest);
                } else if len > payload.len() {
                    pairs.set(name, utf8(payload));
                    return;
                }
            }
        }
    }
    let value = match form {
        Form::Text if code < 0x400 || code == 0x7fff => Some(mac_roman(text)),
        Form::Text | Form::Raw => Some(utf8(text)),
        _ => number(form, text),
    };
    let Some(value) = value else { return };
    let has_language = form == Form::Text && text.len() < payload.len();
    let language = language(code).filter(|language| has_language && language != "und");
    pairs.set(name, value.clone());
    if let Some(language) = language {
        pairs.set(&format!("{name}-{language}"), value);
    }
}

/// Adds an item of `ilst`.
fn add_item(item: &MetadataItem<'_>, pairs: &mut Pairs) {
    let Some(value) = item.values().next() else { return };
    match item.key() {
        MetadataKey::Item(kind) => {
            if let Some((name, form)) = named(kind) {
                let value = if matches!(form, Form::Text | Form::Raw) {
                    text(value)
                } else {
                    number(form, value.bytes)
                };
                if let Some(value) = value {
                    pairs.set(name, value);
                }
            }
        }
        // The artwork is a stream.
        MetadataKey::Listed(b"" | b"com.apple.quicktime.artwork") => {}
        MetadataKey::Listed(key) => {
            if let Some(value) = text(value) {
                pairs.set(&utf8(key), value);
            }
        }
        MetadataKey::Named { name, .. } if name != b"cdec" && !value.bytes.is_empty() => {
            pairs.set(&utf8(name), utf8(value.bytes));
        }
        _ => {}
    }
}

/// Returns a value as text; `None` for types other than text and numbers.
fn text(value: MetadataValue<'_>) -> Option<String> {
    match value.data_type {
        0 | 3 => Some(mac_roman(value.bytes)),
        1 | 4 => Some(utf8(value.bytes)),
        21 => Some(signed(value.bytes).to_string()),
        22 => Some(unsigned(value.bytes).to_string()),
        23 => {
            let &bits = value.bytes.first_chunk()?;
            Some(format!("{:.6}", f32::from_bits(u32::from_be_bytes(bits))))
        }
        _ => None,
    }
}

/// Reads an unsigned integer of up to four bytes; 0 for longer ones.
fn unsigned(bytes: &[u8]) -> u32 {
    let bytes = if bytes.len() <= 4 { bytes } else { &[] };
    bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// Reads a signed integer of up to four bytes; 0 for longer ones.
fn signed(bytes: &[u8]) -> i32 {
    let unused = 32 - 8 * u32::try_from(bytes.len()).unwrap_or(0).clamp(1, 4);
    (unsigned(bytes) << unused).cast_signed() >> unused
}

/// Formats a value that is not text.
fn number(form: Form, bytes: &[u8]) -> Option<String> {
    let short = |at: usize| Some(i16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    match form {
        Form::Byte => Some(bytes.first()?.to_string()),
        Form::FourthByte => Some(bytes.get(3)?.to_string()),
        Form::Genre => genre(*bytes.get(1)?).map(str::to_owned),
        Form::NumberOf => Some(match (short(2)?, short(4).unwrap_or(0)) {
            (number, 0) => number.to_string(),
            (number, total) => format!("{number}/{total}"),
        }),
        Form::Text | Form::Raw | Form::Location => None,
    }
}

/// Adds `loci` of 3GPP (TS 26.244, 8.10): the name and the coordinates of a place, in the form of ISO 6709.
fn add_location(payload: &[u8], pairs: &mut Pairs) {
    let place = || {
        let (&[_, _, _, _, c0, c1], rest) = payload.split_first_chunk()?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        // The role precedes the coordinates.
        let fixed = |at: usize| {
            let &bytes = rest.get(end + 2 + at..)?.first_chunk()?;
            Some(f64::from(i32::from_be_bytes(bytes)) / 65_536.0)
        };
        let (longitude, latitude, altitude) = (fixed(0)?, fixed(4)?, fixed(8)?);
        let altitude = if altitude == 0.0 { String::new() } else { format!("{altitude:+.6}") };
        let name = utf8(rest.get(..end)?);
        Some((u16::from_be_bytes([c0, c1]), format!("{latitude:+08.4}{longitude:+09.4}{altitude}/{name}")))
    };
    let Some((code, place)) = place() else { return };
    if let Some(language) = language(code).filter(|language| language != "und") {
        pairs.set(&format!("location-{language}"), place.clone());
    }
    pairs.set("location", place);
}

/// Returns zero-terminated text in UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// Returns zero-terminated text in Mac OS Roman.
fn mac_roman(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_ascii() {
        return String::from_utf8_lossy(text).into_owned();
    }
    let upper = MAC_ROMAN.chars().collect::<Vec<_>>();
    let letter = |&byte: &u8| match usize::from(byte).checked_sub(0x80) {
        Some(index) => upper.get(index).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        None => char::from(byte),
    };
    text.iter().map(letter).collect()
}

/// Returns the tag name of a box, and the form of its value.
fn named(kind: FourCc) -> Option<(&'static str, Form)> {
    let name = match &kind.0 {
        b"aART" => "album_artist",
        b"apID" => "account_id",
        b"catg" => "category",
        b"cprt" | b"\xa9cpy" => "copyright",
        b"desc" => "description",
        b"keyw" => "keywords",
        b"ldes" => "synopsis",
        b"manu" | b"\xa9mak" => "make",
        b"modl" | b"\xa9mod" => "model",
        b"purd" => "purchase_date",
        b"soaa" => "sort_album_artist",
        b"soal" => "sort_album",
        b"soar" => "sort_artist",
        b"soco" => "sort_composer",
        b"sonm" => "sort_name",
        b"sosn" => "sort_show",
        b"tven" => "episode_id",
        b"tvnn" => "network",
        b"tvsh" => "show",
        b"\xa9ART" | b"\xa9aut" => "artist",
        b"\xa9PRD" | b"\xa9prd" => "producer",
        b"\xa9alb" => "album",
        b"\xa9chp" => "chapter",
        b"\xa9cmt" | b"\xa9inf" => "comment",
        b"\xa9com" | b"\xa9wrt" => "composer",
        b"\xa9day" => "date",
        b"\xa9dir" => "director",
        b"\xa9dis" => "disclaimer",
        b"\xa9ed1" => "edit_date",
        b"\xa9enc" | b"\xa9swr" | b"\xa9too" => "encoder",
        b"\xa9fmt" => "original_format",
        b"\xa9gen" => "genre",
        b"\xa9grp" => "grouping",
        b"\xa9hst" => "host_computer",
        b"\xa9lyr" => "lyrics",
        b"\xa9nam" => "title",
        b"\xa9ope" => "original_artist",
        b"\xa9prf" => "performers",
        b"\xa9req" => "playback_requirements",
        b"\xa9src" => "original_source",
        b"\xa9st3" => "subtitle",
        b"\xa9trk" => "track",
        b"\xa9url" => "URL",
        b"\xa9wrn" => "warning",
        b"\xa9xyz" => "location",
        _ => return of_other_form(kind),
    };
    Some((name, Form::Text))
}

fn of_other_form(kind: FourCc) -> Option<(&'static str, Form)> {
    Some(match &kind.0 {
        b"@PRM" => ("premiere_version", Form::Raw),
        b"@PRQ" => ("quicktime_version", Form::Raw),
        b"FIRM" => ("firmware", Form::Raw),
        b"akID" => ("account_type", Form::Byte),
        b"cpil" => ("compilation", Form::Byte),
        b"egid" => ("episode_uid", Form::Byte),
        b"hdvd" => ("hd_video", Form::Byte),
        b"pcst" => ("podcast", Form::Byte),
        b"pgap" => ("gapless_playback", Form::Byte),
        b"rtng" => ("rating", Form::Byte),
        b"stik" => ("media_type", Form::Byte),
        b"tves" => ("episode_sort", Form::FourthByte),
        b"tvsn" => ("season_number", Form::FourthByte),
        b"disk" => ("disc", Form::NumberOf),
        b"trkn" => ("track", Form::NumberOf),
        b"gnre" => ("genre", Form::Genre),
        b"loci" => ("location", Form::Location),
        _ => return None,
    })
}

//! Stream fields from descriptors: tag, languages, dispositions.

use pagecut::media::mpegts::{Coding, Descriptor, ListedStream};

use crate::probe::coding::vorbis_layout;
use crate::probe::report::Stream;

/// `descriptor_tag`s (§2.6; ETSI EN 300 468, §6.1).
const VIDEO_STREAM: u8 = 0x02;
const LANGUAGE: u8 = 0x0a;
const METADATA: u8 = 0x26;
const TELETEXT: u8 = 0x56;
const SUBTITLING: u8 = 0x59;
const AC3: u8 = 0x6a;
const ENHANCED_AC3: u8 = 0x7a;
const EXTENSION: u8 = 0x7f;

/// The tag of the data component descriptor of ARIB (ARIB STD-B10, 6.2.20).
const DATA_COMPONENT: u8 = 0xfd;

/// `descriptor_tag_extension` of the supplementary audio descriptor (ETSI EN 300 468, §6.4.11).
const SUPPLEMENTARY_AUDIO: u8 = 0x06;

/// `descriptor_tag_extension` of the descriptor of Opus (Opus Interactive Audio Codec Transport Multiplexing Standard, draft 0.1.3, 4.2).
const OPUS: u8 = 0x80;

/// Returns channels by `channel_config_code`, and their layout if it is one of Vorbis. `rest` holds the bytes after the
/// code.
fn opus_channels(code: u8, rest: &[u8]) -> (Option<u64>, Option<&'static str>) {
    const EXPLICIT: u8 = 0x81;
    let vorbis = |channels: u8| (Some(channels.into()), vorbis_layout(channels.into()));
    match (code, rest) {
        // Two mono channels.
        (0x00 | 0x80, _) => (Some(2), None),
        (1..=8, _) => vorbis(code),
        // `channel_count` and `mapping_family`; families 0 and 1 have the order of Vorbis.
        (EXPLICIT, &[channels, 0 | 1, ..]) => vorbis(channels),
        (EXPLICIT, &[channels, ..]) => (Some(channels.into()), None),
        // As many streams as channels.
        (0x82..=0x88, _) => vorbis(code & 0x0f),
        _ => (None, None),
    }
}

/// Returns the format in the last registration or metadata descriptor of a stream.
pub(super) fn registered_tag(stream: &ListedStream) -> Option<[u8; 4]> {
    let tags = stream
        .descriptors()
        .filter_map(|descriptor| descriptor.registration().or_else(|| metadata(&descriptor)));
    tags.last()
}

/// Returns `metadata_format_identifier` of a metadata descriptor (§2.6.60).
fn metadata(descriptor: &Descriptor<'_>) -> Option<[u8; 4]> {
    if descriptor.tag() != METADATA {
        return None;
    }
    let rest = match descriptor.body() {
        [0xff, 0xff, rest @ ..] => rest.get(4..)?,
        [_, _, rest @ ..] => rest,
        _ => return None,
    };
    rest.strip_prefix(&[0xff])?.first_chunk().copied()
}

/// Adds the language and the dispositions of a stream, and the decoder data of subtitles.
pub(super) fn describe(of: &ListedStream, stream: &mut Stream) {
    let mut language = None;
    let mut set = |names: &[&'static str]| {
        for &name in names {
            match stream.disposition.iter_mut().find(|(other, _)| *other == name) {
                Some((_, value)) => *value = 1,
                None => stream.disposition.push((name, 1)),
            }
        }
    };
    for descriptor in of.descriptors() {
        let body = descriptor.body();
        match (descriptor.tag(), body) {
            (VIDEO_STREAM, [flags, ..]) if flags & 1 != 0 => set(&["still_image"]),
            (LANGUAGE, _) => {
                let (entries, _) = body.as_chunks::<4>();
                entries.iter().for_each(|entry| set(of_audio_type(entry[3])));
                // A language from a more specific descriptor takes precedence.
                if entries.first().is_some_and(|entry| entry[0] != 0) && language.is_none() {
                    language = languages::<4>(body);
                }
            }
            (TELETEXT, _) if body.len() % 5 == 0 => {
                language = languages::<5>(body).or(language);
                stream.extradata_size = Some(body.len() / 5 * 2).filter(|&len| len > 0);
            }
            (SUBTITLING, _) if body.len() % 8 == 0 => {
                let (entries, _) = body.as_chunks::<8>();
                // `component_type` of subtitles for the hard of hearing (table 26).
                if entries.iter().any(|entry| matches!(entry[3], 0x20..=0x25)) {
                    set(&["hearing_impaired"]);
                }
                language = languages::<8>(body).or(language);
                stream.extradata_size = Some(entries.len() * 5).filter(|&len| len > 0);
            }
            // `component_type` with the service type of a description for the visually impaired (Annex D).
            (AC3 | ENHANCED_AC3, [flags, component_type, ..])
                if flags & 0x80 != 0 && component_type >> 3 & 7 == 2 =>
            {
                set(&["descriptions"]);
            }
            (EXTENSION, [SUPPLEMENTARY_AUDIO, flags, rest @ ..]) => {
                if flags & 0x80 == 0 {
                    set(&["dependent"]);
                }
                set(of_editorial_classification(flags >> 2 & 0x1f));
                if let Some(code) = rest.first_chunk::<3>().filter(|code| flags & 1 != 0 && code[0] != 0) {
                    language = Some(text(code));
                }
            }
            (DATA_COMPONENT, [0x00, component, ..]) if of.coding() == Some(Coding::AribCaption) => {
                // For fixed and for mobile receivers.
                let profile = if *component == 0x12 { "Profile C" } else { "Profile A" };
                stream.profile = Some(profile.to_owned());
            }
            (EXTENSION, [OPUS, code, rest @ ..]) if of.coding() == Some(Coding::Opus) => {
                let sound = stream.sound.get_or_insert_default();
                (sound.channels, sound.channel_layout) = opus_channels(*code, rest);
            }
            _ => {}
        }
    }
    if !matches!(of.coding(), Some(Coding::DvbSubtitle | Coding::DvbTeletext)) {
        stream.extradata_size = None;
    }
    stream.tags.extend(language.map(|language| ("language".to_owned(), language)));
}

/// Returns the dispositions of an `audio_type` of a language descriptor (table 2-60).
fn of_audio_type(audio_type: u8) -> &'static [&'static str] {
    match audio_type {
        1 => &["clean_effects"],
        2 => &["hearing_impaired"],
        3 => &["visual_impaired", "descriptions"],
        _ => &[],
    }
}

/// Returns the dispositions of an `editorial_classification` of supplementary audio (table 99).
fn of_editorial_classification(classification: u8) -> &'static [&'static str] {
    match classification {
        1 => &["visual_impaired", "descriptions"],
        2 => &["hearing_impaired"],
        3 => &["visual_impaired"],
        _ => &[],
    }
}

/// Returns the languages of entries of `LEN` bytes, separated by commas; `None` if there is no entry.
fn languages<const LEN: usize>(body: &[u8]) -> Option<String> {
    let (entries, _) = body.as_chunks::<LEN>();
    let codes: Vec<_> = entries.iter().map(|entry| text(&entry[..3])).collect();
    (!codes.is_empty()).then(|| codes.join(","))
}

fn text(code: &[u8]) -> String {
    String::from_utf8_lossy(code).into_owned()
}

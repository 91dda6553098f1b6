//! FFmpeg's codec names by the names in containers.

use pagecut::media::mp4::{CodecConfiguration, FourCc};

/// Returns the codec of a sample entry of MP4.
pub(crate) fn of_sample_entry(
    format: FourCc,
    configuration: Option<CodecConfiguration>,
) -> Option<&'static str> {
    if let Some(CodecConfiguration::Mpeg4 { object_type, .. }) = configuration {
        return of_object_type(object_type);
    }
    Some(match &format.0 {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"dva1" | b"dvav" => "h264",
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" | b"dvh1" | b"dvhe" => "hevc",
        b"vvc1" | b"vvi1" => "vvc",
        b"av01" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"mp4v" => "mpeg4",
        b"s263" | b"h263" => "h263",
        b"jpeg" => "mjpeg",
        b"mjpa" => "mjpeg",
        b"mjpb" => "mjpegb",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "prores",
        b"SVQ3" => "svq3",
        b"SVQ1" => "svq1",
        b"FFV1" => "ffv1",
        b"png " => "png",
        b"rle " => "qtrle",
        b"cvid" => "cinepak",
        b"mp4a" => "aac",
        b"ac-3" => "ac3",
        b"ec-3" => "eac3",
        b"ac-4" => "ac4",
        b"mha1" | b"mhm1" => "mpegh_3d_audio",
        b"alac" => "alac",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => "dts",
        b"mlpa" => "truehd",
        b"samr" => "amr_nb",
        b"sawb" => "amr_wb",
        b".mp3" => "mp3",
        b"ima4" => "adpcm_ima_qt",
        b"tx3g" | b"text" => "mov_text",
        b"wvtt" => "webvtt",
        b"stpp" => "ttml",
        b"c608" => "eia_608",
        _ => return None,
    })
}

/// Returns the codec of an `objectTypeIndication` (ISO/IEC 14496-1, table 5).
fn of_object_type(object_type: u8) -> Option<&'static str> {
    Some(match object_type {
        0x20 => "mpeg4",
        0x21 => "h264",
        0x23 => "hevc",
        0x40 | 0x66..=0x68 => "aac",
        0x60..=0x65 => "mpeg2video",
        0x69 | 0x6b => "mp3",
        0x6a => "mpeg1video",
        0x6c => "mjpeg",
        0x6d => "png",
        0xa5 => "ac3",
        0xa6 => "eac3",
        0xa9 => "dts",
        0xad => "opus",
        0xb1 => "vp9",
        0xdd => "vorbis",
        0xe0 => "dvd_subtitle",
        0xe1 => "qcelp",
        _ => return None,
    })
}

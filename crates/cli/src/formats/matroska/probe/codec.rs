//! Codec names of ffprobe.

use pagecut::media::matroska::{ElementId, Track};
use pagecut::media::mp4::FourCc;

use crate::probe::codec_names;

/// The codec of a track.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Codec<'data> {
    pub(super) name: Option<&'static str>,
    /// The codec tag of another container, or 0.
    pub(super) tag: [u8; 4],
    /// The part of `CodecPrivate` for the decoder.
    pub(super) extradata: &'data [u8],
    /// The bit rate in bits per second of a `WAVEFORMATEX`.
    pub(super) bit_rate: Option<u64>,
}

/// Length of the `BITMAPINFOHEADER` before the extradata of Video for Windows.
const BITMAP_INFO_LEN: usize = 40;

/// Length of the `WAVEFORMATEX` before the extradata of the Audio Compression Manager.
const WAVE_FORMAT_LEN: usize = 18;

impl<'data> Codec<'data> {
    /// Returns the codec by `CodecID` (RFC 9559, section 27.3, and the codec mappings), and by `CodecPrivate` if that holds
    /// it.
    pub(super) fn of(track: &Track<'data>) -> Self {
        let private = track.codec_private.unwrap_or_default();
        let bit_depth = track.audio.and_then(|audio| audio.bit_depth);
        let plain = Self { extradata: private, ..Self::default() };
        match track.codec_id {
            b"V_MS/VFW/FOURCC" => Self::of_bitmap(private).unwrap_or(plain),
            b"A_MS/ACM" => Self::of_wave(private).unwrap_or(plain),
            b"V_QUICKTIME" | b"A_QUICKTIME" => Self::of_quicktime(private).unwrap_or(plain),
            b"V_UNCOMPRESSED" => Self { name: Some("rawvideo"), tag: uncompressed(track), ..plain },
            b"V_PRORES" => {
                let tag = private.first_chunk().copied().unwrap_or_default();
                Self { name: Some("prores"), tag, ..plain }
            }
            // Nothing in it is for the decoder.
            b"V_VP9" => Self { name: Some("vp9"), extradata: b"", ..plain },
            codec_id => Self { name: of_codec_id(codec_id, bit_depth), ..plain },
        }
    }

    /// Reads Video for Windows: a `BITMAPINFOHEADER` with the codec in `biCompression`.
    fn of_bitmap(private: &'data [u8]) -> Option<Self> {
        let extradata = private.get(BITMAP_INFO_LEN..)?;
        let tag = *private.get(16..)?.first_chunk()?;
        Some(Self { name: of_four_cc(tag), tag, extradata, bit_rate: None })
    }

    /// Reads the Audio Compression Manager: a `WAVEFORMATEX`.
    fn of_wave(private: &'data [u8]) -> Option<Self> {
        const EXTENSIBLE: u16 = 0xfffe;
        let number = |at: usize| Some(u16::from_le_bytes(*private.get(at..)?.first_chunk()?));
        let (mut format, bits) = (number(0)?, number(14)?);
        let bytes_per_second = u32::from_le_bytes(*private.get(8..)?.first_chunk()?);
        if format == EXTENSIBLE {
            // The first two bytes of SubFormat.
            format = number(24).unwrap_or(format);
        }
        let [low, high] = format.to_le_bytes();
        Some(Self {
            name: of_wave_format(format, bits),
            tag: [low, high, 0, 0],
            extradata: private.get(WAVE_FORMAT_LEN..).unwrap_or_default(),
            bit_rate: Some(u64::from(bytes_per_second) * 8).filter(|&rate| rate > 0),
        })
    }

    /// Reads QuickTime: a sample description, whose size some writers omit.
    fn of_quicktime(private: &'data [u8]) -> Option<Self> {
        let four_cc = |at: usize| -> Option<[u8; 4]> { private.get(at..)?.first_chunk().copied() };
        let name = |tag: [u8; 4]| codec_names::of_sample_entry(FourCc(tag), None);
        let (first, second) = (four_cc(0)?, four_cc(4)?);
        let tag = if name(first).is_some() { first } else { second };
        Some(Self { name: name(tag), tag, extradata: private, bit_rate: None })
    }
}

/// `UncompressedFourCC`.
fn uncompressed(track: &Track<'_>) -> [u8; 4] {
    let four_cc =
        track.video.and_then(|video| video.element.child(ElementId::UNCOMPRESSED_FOUR_CC).ok().flatten());
    four_cc.and_then(|four_cc| four_cc.body().first_chunk().copied()).unwrap_or_default()
}

/// Returns the codec of a `CodecID`, which may have a suffix.
fn of_codec_id(codec_id: &[u8], bit_depth: Option<u64>) -> Option<&'static str> {
    const NAMES: [(&str, &str); 60] = [
        ("A_AAC", "aac"),
        ("A_AC3", "ac3"),
        ("A_ALAC", "alac"),
        ("A_ATRAC/AT1", "atrac1"),
        ("A_DTS", "dts"),
        ("A_EAC3", "eac3"),
        ("A_FLAC", "flac"),
        ("A_MLP", "mlp"),
        ("A_MPEG/L1", "mp1"),
        ("A_MPEG/L2", "mp2"),
        ("A_MPEG/L3", "mp3"),
        ("A_OPUS", "opus"),
        ("A_QUICKTIME/QDMC", "qdmc"),
        ("A_QUICKTIME/QDM2", "qdm2"),
        ("A_REAL/14_4", "ra_144"),
        ("A_REAL/28_8", "ra_288"),
        ("A_REAL/ATRC", "atrac3"),
        ("A_REAL/COOK", "cook"),
        ("A_REAL/SIPR", "sipr"),
        ("A_TRUEHD", "truehd"),
        ("A_TTA1", "tta"),
        ("A_VORBIS", "vorbis"),
        ("A_WAVPACK4", "wavpack"),
        ("D_WEBVTT/SUBTITLES", "webvtt"),
        ("D_WEBVTT/CAPTIONS", "webvtt"),
        ("D_WEBVTT/DESCRIPTIONS", "webvtt"),
        ("D_WEBVTT/METADATA", "webvtt"),
        ("S_TEXT/UTF8", "subrip"),
        ("S_TEXT/ASCII", "text"),
        ("S_TEXT/ASS", "ass"),
        ("S_TEXT/SSA", "ass"),
        ("S_TEXT/WEBVTT", "webvtt"),
        ("S_ASS", "ass"),
        ("S_SSA", "ass"),
        ("S_VOBSUB", "dvd_subtitle"),
        ("S_DVBSUB", "dvb_subtitle"),
        ("S_HDMV/PGS", "hdmv_pgs_subtitle"),
        ("S_HDMV/TEXTST", "hdmv_text_subtitle"),
        ("V_AV1", "av1"),
        ("V_AVS2", "avs2"),
        ("V_AVS3", "avs3"),
        ("V_DIRAC", "dirac"),
        ("V_FFV1", "ffv1"),
        ("V_MJPEG", "mjpeg"),
        ("V_MPEG1", "mpeg1video"),
        ("V_MPEG2", "mpeg2video"),
        ("V_MPEG4/ISO/ASP", "mpeg4"),
        ("V_MPEG4/ISO/AP", "mpeg4"),
        ("V_MPEG4/ISO/SP", "mpeg4"),
        ("V_MPEG4/ISO/AVC", "h264"),
        ("V_MPEGH/ISO/HEVC", "hevc"),
        ("V_MPEGI/ISO/VVC", "vvc"),
        ("V_MPEG4/MS/V3", "msmpeg4v3"),
        ("V_REAL/RV10", "rv10"),
        ("V_REAL/RV20", "rv20"),
        ("V_REAL/RV30", "rv30"),
        ("V_REAL/RV40", "rv40"),
        ("V_SNOW", "snow"),
        ("V_THEORA", "theora"),
        ("V_VP8", "vp8"),
    ];
    let is_plain = |name: &str| codec_id.starts_with(name.as_bytes());
    if is_plain("A_PCM/FLOAT/IEEE") {
        return Some(if bit_depth == Some(64) { "pcm_f64le" } else { "pcm_f32le" });
    }
    if is_plain("A_PCM/INT/LIT") {
        return Some(of_depth(bit_depth, ["pcm_s16le", "pcm_s24le", "pcm_s32le"]));
    }
    if is_plain("A_PCM/INT/BIG") {
        return Some(of_depth(bit_depth, ["pcm_s16be", "pcm_s24be", "pcm_s32be"]));
    }
    NAMES.iter().find(|(known, _)| codec_id.starts_with(known.as_bytes())).map(|&(_, name)| name)
}

/// Returns the codec of PCM with 8 bits, or one of three more depths.
fn of_depth(bit_depth: Option<u64>, [of_16, of_24, of_32]: [&'static str; 3]) -> &'static str {
    match bit_depth {
        Some(8) => "pcm_u8",
        Some(24) => of_24,
        Some(32) => of_32,
        _ => of_16,
    }
}

/// Returns the codec of a `wFormatTag`.
fn of_wave_format(format: u16, bits: u16) -> Option<&'static str> {
    Some(match (format, bits) {
        (1, _) => of_depth(Some(bits.into()), ["pcm_s16le", "pcm_s24le", "pcm_s32le"]),
        (2, _) => "adpcm_ms",
        (3, 64) => "pcm_f64le",
        (3, _) => "pcm_f32le",
        (6, _) => "pcm_alaw",
        (7, _) => "pcm_mulaw",
        (0x11, _) => "adpcm_ima_wav",
        (0x22, _) => "truespeech",
        (0x31 | 0x32, _) => "gsm_ms",
        (0x45, _) => "adpcm_g726",
        (0x50, _) => "mp2",
        (0x55, _) => "mp3",
        (0x57, _) => "amr_nb",
        (0x58, _) => "amr_wb",
        (0x61, _) => "adpcm_ima_dk4",
        (0x62, _) => "adpcm_ima_dk3",
        (0xff | 0x1600 | 0x706d | 0xa106, _) => "aac",
        (0x160, _) => "wmav1",
        (0x161, _) => "wmav2",
        (0x162, _) => "wmapro",
        (0x163, _) => "wmalossless",
        (0x270, _) => "atrac3",
        (0x1602, _) => "aac_latm",
        (0x2000, _) => "ac3",
        (0x2001, _) => "dts",
        (0x5756, _) => "wavpack",
        (0x674f | 0x6750 | 0x6751 | 0x676f | 0x6770 | 0x6771, _) => "vorbis",
        (0x704f, _) => "opus",
        (0x77a1, _) => "tta",
        (0xf1ac, _) => "flac",
        _ => return None,
    })
}

/// Returns the codec of a `biCompression`.
fn of_four_cc(four_cc: [u8; 4]) -> Option<&'static str> {
    Some(match &four_cc.to_ascii_uppercase()[..] {
        b"FMP4" | b"XVID" | b"DIVX" | b"DX50" | b"MP4V" | b"MP4S" | b"M4S2" | b"3IV2" | b"RMP4" | b"DIV1" => {
            "mpeg4"
        }
        b"DIV3" | b"DIV4" | b"DIV5" | b"DIV6" | b"MP43" | b"MPG3" | b"DVX3" | b"COL1" => "msmpeg4v3",
        b"DIV2" | b"MP42" => "msmpeg4v2",
        b"MPG4" | b"MP41" => "msmpeg4v1",
        b"H264" | b"X264" | b"AVC1" | b"DAVC" => "h264",
        b"HEVC" | b"H265" => "hevc",
        b"H263" | b"X263" => "h263",
        b"FLV1" | b"S263" => "flv1",
        b"MJPG" => "mjpeg",
        b"LJPG" => "ljpeg",
        b"MPG1" | b"PIM1" => "mpeg1video",
        b"MPG2" | b"MPEG" => "mpeg2video",
        b"DVSD" | b"DVHD" | b"DVSL" | b"DV25" | b"DV50" => "dvvideo",
        b"WMV1" => "wmv1",
        b"WMV2" => "wmv2",
        b"WMV3" => "wmv3",
        b"WVC1" | b"WMVA" => "vc1",
        b"VP30" | b"VP31" => "vp3",
        b"VP50" => "vp5",
        b"VP60" | b"VP61" | b"VP62" => "vp6",
        b"VP6F" => "vp6f",
        b"VP70" | b"VP71" => "vp7",
        b"VP80" => "vp8",
        b"VP90" => "vp9",
        b"AV01" => "av1",
        b"FFV1" => "ffv1",
        b"FFVH" => "ffvhuff",
        b"HFYU" => "huffyuv",
        b"LAGS" => "lagarith",
        b"ULRG" | b"ULRA" | b"ULY0" | b"ULY2" | b"ULY4" | b"ULH0" | b"ULH2" | b"ULH4" => "utvideo",
        b"CVID" => "cinepak",
        b"CRAM" | b"MSVC" | b"WHAM" => "msvideo1",
        b"IV31" | b"IV32" => "indeo3",
        b"IV41" => "indeo4",
        b"IV50" => "indeo5",
        b"TSCC" => "tscc",
        b"THEO" => "theora",
        b"DRAC" => "dirac",
        b"SNOW" => "snow",
        b"CFHD" => "cfhd",
        b"\0\0\0\0" | b"I420" | b"IYUV" | b"YV12" | b"YUY2" | b"UYVY" | b"Y422" | b"Y800" | b"Y8  "
        | b"NV12" | b"V210" | b"YVYU" | b"RGB\x18" | b"BGRA" => "rawvideo",
        b"\x01\0\0\0" | b"\x02\0\0\0" => "msrle",
        _ => return None,
    })
}

/// Returns ffprobe's name of a font media type.
pub(super) fn of_font(media_type: &[u8]) -> Option<&'static str> {
    const NAMES: [(&[u8], &str); 4] = [
        (b"application/x-truetype-font", "ttf"),
        (b"application/x-font", "ttf"),
        (b"application/vnd.ms-opentype", "otf"),
        (b"binary", "bin_data"),
    ];
    NAMES.iter().find(|(known, _)| media_type.starts_with(known)).map(|&(_, name)| name)
}

/// Returns the stored bits per sample of PCM; 0 for compressed audio.
pub(super) fn bits_per_sample(name: &str) -> u64 {
    match name {
        "pcm_mulaw" | "pcm_alaw" | "pcm_u8" | "pcm_s8" => 8,
        "pcm_s16le" | "pcm_s16be" => 16,
        "pcm_s24le" | "pcm_s24be" => 24,
        "pcm_s32le" | "pcm_s32be" | "pcm_f32le" | "pcm_f32be" => 32,
        "pcm_f64le" | "pcm_f64be" => 64,
        "adpcm_ima_qt" | "adpcm_ima_wav" | "adpcm_ms" => 4,
        _ => 0,
    }
}

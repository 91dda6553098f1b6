//! The codec of a track.

use super::{ElementId, Track};
use crate::media::codec_name::{of_bitmap, of_depth, of_sample_entry, of_wave_format};

/// The codec of a track ([`Track::codec`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackCodec<'data> {
    /// The name that ffmpeg has for it, such as `h264` or `opus`; `None` if the codec is unknown.
    pub name: Option<&'static str>,
    /// The code of another container in `CodecPrivate` or `UncompressedFourCC`; zeros if there is none.
    pub tag: [u8; 4],
    /// The part of `CodecPrivate` for the decoder.
    pub extradata: &'data [u8],
    /// The bit rate of a `WAVEFORMATEX` in bits per second.
    pub bit_rate: Option<u64>,
}

/// Length of the `BITMAPINFOHEADER` before the extradata of Video for Windows.
const BITMAP_INFO_LEN: usize = 40;

/// Length of the `WAVEFORMATEX` before the extradata of the Audio Compression Manager.
const WAVE_FORMAT_LEN: usize = 18;

impl<'data> Track<'data> {
    /// Returns the codec by `CodecID` (RFC 9559, section 27.3, and the codec mappings), and by `CodecPrivate` if that holds it.
    ///
    /// ```
    /// use pagecut::media::matroska::Segment;
    ///
    /// let data = std::fs::read("testdata/media/vp9_opus.webm")?;
    /// let segment = Segment::read(&data)?;
    /// let codecs: Vec<_> = segment.tracks().iter().map(|track| track.codec().name).collect();
    /// assert_eq!(codecs, [Some("vp9"), Some("opus")]);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn codec(&self) -> TrackCodec<'data> {
        TrackCodec::of(self)
    }
}

impl<'data> TrackCodec<'data> {
    fn of(track: &Track<'data>) -> Self {
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
        Some(Self { name: of_bitmap(tag), tag, extradata, bit_rate: None })
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
        let (first, second) = (four_cc(0)?, four_cc(4)?);
        let tag = if of_sample_entry(first).is_some() { first } else { second };
        Some(Self { name: of_sample_entry(tag), tag, extradata: private, bit_rate: None })
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

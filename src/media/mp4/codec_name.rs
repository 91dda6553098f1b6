//! The names that ffmpeg has for the codecs of sample entries.

use super::{CodecConfiguration, FourCc, Pcm, PcmEncoding, SampleEntry};
use crate::media::codec_name;

/// `audioObjectType` of MPEG-4 audio lossless coding (ISO/IEC 14496-3, table 1.17).
const MPEG4_ALS: u8 = 36;

impl SampleEntry<'_> {
    /// Returns the name that ffmpeg has for the codec, such as `h264`, `aac` or `pcm_s16le`; for encrypted samples, of the codec before
    /// encryption. `None` if the codec is unknown.
    ///
    /// ```
    /// use pagecut::media::mp4::Movie;
    ///
    /// let data = std::fs::read("testdata/media/mp4/faststart.mp4")?;
    /// let movie = Movie::read(&data)?;
    /// let entry = movie.tracks()[0].sample_entries().next().unwrap()?;
    /// assert_eq!((entry.codec_name(), &*entry.codec_string()), (Some("h264"), "avc1.4d400a"));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn codec_name(&self) -> Option<&'static str> {
        if let Some(pcm) = self.pcm() {
            return of_pcm(pcm);
        }
        let format = self.original_format();
        of_quicktime_sound(format).or_else(|| match self.configuration() {
            Some(CodecConfiguration::Mpeg4 {
                object_type: 0x40, audio_object_type: Some(MPEG4_ALS), ..
            }) => Some("mp4als"),
            Some(CodecConfiguration::Mpeg4 { object_type, .. }) => of_object_type(object_type),
            _ => codec_name::of_sample_entry(format.0),
        })
    }
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

/// Returns the codec of QuickTime audio. The last two bytes of the formats that begin with `ms` are those of a
/// `WAVEFORMATEX`.
fn of_quicktime_sound(format: FourCc) -> Option<&'static str> {
    Some(match &format.0 {
        b"ms\0\x02" => "adpcm_ms",
        b"ms\0\x11" => "adpcm_ima_wav",
        b"ms\0\x31" => "gsm_ms",
        b"ms\0\x50" => "mp2",
        b"ms\0\x55" => "mp3",
        b"MAC3" => "mace3",
        b"MAC6" => "mace6",
        b"QDM2" => "qdm2",
        b"QDMC" => "qdmc",
        b"Qclp" => "qcelp",
        b"agsm" => "gsm",
        _ => return None,
    })
}

/// Returns the codec of PCM samples.
fn of_pcm(pcm: Pcm) -> Option<&'static str> {
    use PcmEncoding::{ALaw, Float, MuLaw, Signed, Unsigned};
    Some(match (pcm.encoding, pcm.bits, pcm.is_big_endian) {
        (MuLaw, ..) => "pcm_mulaw",
        (ALaw, ..) => "pcm_alaw",
        (Signed, 8, _) => "pcm_s8",
        (Unsigned, 8, _) => "pcm_u8",
        (Signed, 16, true) => "pcm_s16be",
        (Signed, 16, false) => "pcm_s16le",
        (Signed, 24, true) => "pcm_s24be",
        (Signed, 24, false) => "pcm_s24le",
        (Signed, 32, true) => "pcm_s32be",
        (Signed, 32, false) => "pcm_s32le",
        (Signed, 64, true) => "pcm_s64be",
        (Signed, 64, false) => "pcm_s64le",
        (Float, 32, true) => "pcm_f32be",
        (Float, 32, false) => "pcm_f32le",
        (Float, 64, true) => "pcm_f64be",
        (Float, 64, false) => "pcm_f64le",
        _ => return None,
    })
}

//! Codings of MP4 with FFmpeg's names.

use pagecut::media::mp4::{CodecConfiguration, FourCc, Pcm, PcmEncoding, SampleEntry};

use crate::probe::codec_names;

/// `audioObjectType` of MPEG-4 audio lossless coding (ISO/IEC 14496-3, table 1.17).
const MPEG4_ALS: u8 = 36;

/// Returns the coding of the samples of an entry; for encrypted samples, the coding before encryption.
pub(super) fn name(entry: &SampleEntry<'_>) -> Option<&'static str> {
    if let Some(pcm) = entry.pcm() {
        return of_pcm(pcm);
    }
    let configuration = entry.configuration();
    if let Some(CodecConfiguration::Mpeg4 { object_type: 0x40, audio_object_type: Some(MPEG4_ALS), .. }) =
        configuration
    {
        return Some("mp4als");
    }
    let format = entry.original_format();
    of_quicktime_sound(format).or_else(|| codec_names::of_sample_entry(format, configuration))
}

/// Returns the stored bits per sample; 0 for compressed audio without a fixed sample size.
pub(super) fn bits_per_sample(entry: &SampleEntry<'_>, name: Option<&str>) -> u64 {
    match (entry.pcm(), name) {
        (Some(pcm), _) => pcm.bits.into(),
        (None, Some("adpcm_ima_qt" | "adpcm_ms" | "adpcm_ima_wav")) => 4,
        _ => 0,
    }
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

//! The stored bits per sample of audio.

use pagecut::media::mp4::SampleEntry;

/// Returns the stored bits per sample; 0 for compressed audio without a fixed sample size.
pub(super) fn bits_per_sample(entry: &SampleEntry<'_>, name: Option<&str>) -> u64 {
    match (entry.pcm(), name) {
        (Some(pcm), _) => pcm.bits.into(),
        (None, Some("adpcm_ima_qt" | "adpcm_ms" | "adpcm_ima_wav")) => 4,
        _ => 0,
    }
}

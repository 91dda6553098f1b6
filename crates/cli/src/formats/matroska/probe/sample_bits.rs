//! The stored bits per sample of audio.

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

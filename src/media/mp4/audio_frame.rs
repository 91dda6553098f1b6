//! Frames of audio whose sample table counts samples.

use super::SampleEntry;

/// A frame: samples of all channels stored together, and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AudioFrame {
    /// Samples per channel: 1 for PCM.
    pub(super) samples: u32,
    /// 0 if the entry does not state them.
    pub(super) bytes: u32,
}

/// Returns the frame of audio whose sample table counts samples, not frames; `None` if the entry does not state it.
pub(super) fn stated(entry: &SampleEntry<'_>) -> Option<AudioFrame> {
    let audio = entry.audio().ok()??;
    let channels = audio.channel_count;
    let of = |samples, bytes_per_channel: u32| {
        Some(AudioFrame { samples, bytes: bytes_per_channel.saturating_mul(channels) })
    };
    match &entry.format().0 {
        b"MAC3" => return of(6, 2),
        b"MAC6" => return of(6, 1),
        b"ima4" => return of(64, 34),
        b"agsm" => return Some(AudioFrame { samples: 160, bytes: 33 }),
        _ => {}
    }
    match (audio.samples_per_packet, audio.bytes_per_frame) {
        (Some(samples @ 2..), Some(bytes)) => Some(AudioFrame { samples, bytes }),
        (_, Some(bytes @ 1..)) if audio.format_flags.is_some() && entry.format() == *b"lpcm" => {
            Some(AudioFrame { samples: 1, bytes })
        }
        _ => of(1, u32::from(entry.pcm()?.bits / 8)),
    }
}

//! The layout of PCM samples.

use super::audio_entry::boxes_of_coding;
use super::{AudioSampleEntry, SampleEntry};

/// The layout of PCM samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Pcm {
    /// Stored bits of a sample of one channel: a multiple of 8.
    pub bits: u8,
    /// The encoding of the bits.
    pub encoding: PcmEncoding,
    /// Whether the most significant byte comes first.
    pub is_big_endian: bool,
}

/// The encoding of a PCM sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PcmEncoding {
    /// A signed integer.
    Signed,
    /// An unsigned integer, with silence in the middle.
    Unsigned,
    /// A floating-point number.
    Float,
    /// ITU-T G.711, mu-law.
    MuLaw,
    /// ITU-T G.711, A-law.
    ALaw,
}

/// Flags of `lpcm` (QuickTime File Format, *Sound Sample Description (Version 2)*, `formatSpecificFlags`).
const IS_FLOAT: u32 = 1;
const IS_BIG_ENDIAN: u32 = 2;
const IS_SIGNED: u32 = 4;

impl SampleEntry<'_> {
    /// Returns the layout of PCM samples, with the byte order of `enda`, `pcmC` or the flags of `lpcm`; `None` for other
    /// samples.
    #[must_use]
    pub fn pcm(&self) -> Option<Pcm> {
        layout(self, &self.audio().ok()??)
    }
}

/// Returns the layout of the samples of an entry; `None` if they are compressed, or the format is unknown.
fn layout(entry: &SampleEntry<'_>, audio: &AudioSampleEntry) -> Option<Pcm> {
    use PcmEncoding::{ALaw, Float, MuLaw, Signed, Unsigned};
    let of = |bits, encoding, is_big_endian| Some(Pcm { bits, encoding, is_big_endian });
    // The formats have 16 bits unless the entry states another size.
    let width = match audio.sample_size {
        8 => 8,
        24 => 24,
        32 => 32,
        _ => 16,
    };
    match &entry.format().0 {
        b"ulaw" => of(8, MuLaw, true),
        b"alaw" => of(8, ALaw, true),
        b"sowt" => of(width, Signed, false),
        b"twos" => of(width, Signed, !is_little_endian(entry)),
        b"in24" => of(24, Signed, !is_little_endian(entry)),
        b"in32" => of(32, Signed, !is_little_endian(entry)),
        b"fl32" => of(32, Float, !is_little_endian(entry)),
        b"fl64" => of(64, Float, !is_little_endian(entry)),
        b"raw " | b"NONE" if audio.sample_size == 16 => of(16, Signed, !is_little_endian(entry)),
        b"raw " | b"NONE" => of(8, Unsigned, true),
        // The earliest movies have no format code for PCM.
        [0, 0, 0, 0] if audio.sample_size == 16 => of(16, Signed, true),
        [0, 0, 0, 0] if audio.sample_size == 8 => of(8, Unsigned, true),
        b"lpcm" => match audio.format_flags {
            Some(flags) => {
                let bits = u8::try_from(audio.sample_size.div_ceil(8) * 8)
                    .ok()
                    .filter(|bits| (8..=64).contains(bits))?;
                let encoding = match (flags & IS_FLOAT != 0, flags & IS_SIGNED != 0) {
                    (true, _) => Float,
                    (false, true) => Signed,
                    (false, false) => Unsigned,
                };
                of(bits, encoding, flags & IS_BIG_ENDIAN != 0)
            }
            None => of(width, Signed, false),
        },
        b"ipcm" => pcm_configuration(entry, Signed),
        b"fpcm" => pcm_configuration(entry, Float),
        _ => None,
    }
}

/// Returns the layout in `pcmC` (ISO/IEC 23003-5 §5.1).
fn pcm_configuration(entry: &SampleEntry<'_>, encoding: PcmEncoding) -> Option<Pcm> {
    let found = boxes_of_coding(entry.mp4_box()).find(|found| found.kind() == *b"pcmC")?;
    let &[_, _, _, _, flags, bits] = found.payload().first_chunk()?;
    Some(Pcm { bits, encoding, is_big_endian: flags & 1 == 0 })
}

/// Whether a box `enda` states little-endian samples (QuickTime File Format, *siDecompressionParam*).
fn is_little_endian(entry: &SampleEntry<'_>) -> bool {
    boxes_of_coding(entry.mp4_box())
        .any(|found| found.kind() == *b"enda" && found.payload().get(1) == Some(&1))
}

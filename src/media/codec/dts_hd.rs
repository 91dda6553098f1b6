//! The extension substream of DTS.

use memchr::memmem;

use super::audio_headers::EXPRESS_FREQUENCIES;
use super::bits::Bits;

/// What an extension substream adds to the core of DTS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DtsCoding {
    /// Extensions of the core: more channels, samples or bits (DTS-HD High Resolution Audio).
    Core,
    /// The samples without loss (DTS-HD Master Audio).
    Lossless,
    /// A coding of its own for low bit rates, which [`DtsExpressHeader`](super::DtsExpressHeader) describes.
    LowBitRate,
}

/// The header of an extension substream and the description of its first asset (ETSI TS 102 114, 7.4 and 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DtsExtension {
    /// The coding of the first asset.
    pub coding: DtsCoding,
    /// `nuMaxSampleRate` in hertz.
    pub sampling_frequency: u32,
    /// `nuTotalNumChs`.
    pub channels: u16,
    /// `nuBitResolution`.
    pub bits_per_sample: u8,
    /// `nuSpkrActivityMask`, if it is there: bit 0 is centre, bit 1 left and right, ...
    pub speakers: Option<u16>,
}

const SYNC: [u8; 4] = [0x64, 0x58, 0x20, 0x25];
const SYNC_LOSSLESS: [u8; 4] = [0x41, 0xa2, 0x95, 0x47];
const SYNC_LOW_BIT_RATE: [u8; 4] = [0x0a, 0x80, 0x19, 0x21];

impl DtsExtension {
    /// Finds and reads the first substream in a packet, which may begin with a frame of the core.
    #[must_use]
    pub fn find(packet: &[u8]) -> Option<Self> {
        let at = memmem::find(packet, &SYNC)?;
        Self::read(&packet[at..])
    }

    /// Reads a substream; `None` if it does not describe its assets.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes.get(SYNC.len()..)?);
        // `UserDefinedBits`.
        bits.skip(8)?;
        let index = bits.take(2)?;
        let (header_bits, size_bits) = if bits.flag()? { (12, 20) } else { (8, 16) };
        let header_len = bits.take(header_bits)? as usize + 1;
        bits.skip(size_bits)?;
        // Without `bStaticFieldsPresent` nothing is described.
        if !bits.flag()? {
            return None;
        }
        let assets = skip_static_fields(&mut bits, index)?;
        bits.skip(assets * size_bits)?;
        let (bits_per_sample, frequency, channels, speakers) = asset(&mut bits)?;
        let body = bytes.get(header_len..)?;
        let coding = if body.starts_with(&SYNC_LOW_BIT_RATE) {
            DtsCoding::LowBitRate
        } else if memmem::find(body, &SYNC_LOSSLESS).is_some() {
            DtsCoding::Lossless
        } else {
            DtsCoding::Core
        };
        let sampling_frequency = EXPRESS_FREQUENCIES[frequency as usize & 15];
        Some(Self { coding, sampling_frequency, channels, bits_per_sample, speakers })
    }
}

/// Skips what describes all assets. Returns how many there are.
fn skip_static_fields(bits: &mut Bits<'_>, index: u32) -> Option<u32> {
    // `nuRefClockCode`, `nuExSSFrameDurationCode`.
    bits.skip(2 + 3)?;
    if bits.flag()? {
        // `nuTimeStamp`, `nLSB`.
        bits.skip(32 + 4)?;
    }
    let (presentations, assets) = (bits.take(3)? + 1, bits.take(3)? + 1);
    let mut masks = 0;
    for _ in 0..presentations {
        masks += bits.take(index + 1)?.count_ones();
    }
    // `nuActiveAssetMask`.
    bits.skip(masks * 8)?;
    if bits.flag()? {
        // `nuMixMetadataAdjLevel`.
        bits.skip(2)?;
        let (mask_bits, configurations) = ((bits.take(2)? + 1) << 2, bits.take(2)? + 1);
        bits.skip(configurations * mask_bits)?;
    }
    Some(assets)
}

/// Bits of a sample, code of the sampling frequency, channels and speakers of the asset that is described next.
fn asset(bits: &mut Bits<'_>) -> Option<(u8, u32, u16, Option<u16>)> {
    // `nuAssetDescriptFsize`, `nuAssetIndex`.
    bits.skip(9 + 3)?;
    // `bAssetTypeDescrPresent`, `bLanguageDescrPresent`.
    for len in [4, 24] {
        if bits.flag()? {
            bits.skip(len)?;
        }
    }
    if bits.flag()? {
        // `nuInfoTextByteSize`.
        let len = bits.take(10)? + 1;
        bits.skip(len * 8)?;
    }
    let (depth, frequency) = (bits.byte(5)? + 1, bits.take(4)?);
    let channels = u16::from(bits.byte(8)?) + 1;
    let mut speakers = None;
    // `bOne2OneMapChannels2Speakers`.
    if bits.flag()? {
        // `bEmbeddedStereoFlag`, `bEmbeddedSixChFlag`.
        bits.skip(u32::from(channels > 2) + u32::from(channels > 6))?;
        if bits.flag()? {
            let mask_bits = (bits.take(2)? + 1) << 2;
            speakers = u16::try_from(bits.take(mask_bits)?).ok();
        }
    }
    Some((depth, frequency, channels, speakers))
}

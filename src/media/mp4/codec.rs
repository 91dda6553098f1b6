//! Configuration boxes of codings, and codec strings.

use std::fmt::Write;

use super::{Children, FourCc, Mp4Box, fields::Fields};
use crate::error::{Error, Result};

/// The decoder configuration, as far as it identifies the coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodecConfiguration {
    /// H.264: `avcC` (ISO/IEC 14496-15 §5.3.3).
    Avc {
        /// `AVCProfileIndication`: 66 Baseline, 77 Main, 100 High, ...
        profile: u8,
        /// `profile_compatibility`.
        compatibility: u8,
        /// `AVCLevelIndication`: ten times the level.
        level: u8,
        /// Length in bytes of the size before each NAL unit.
        nal_length_size: u8,
    },
    /// H.265: `hvcC` (ISO/IEC 14496-15 §8.3.3).
    Hevc {
        /// `general_profile_space`.
        profile_space: u8,
        /// `general_tier_flag`: the High tier.
        high_tier: bool,
        /// `general_profile_idc`: 1 Main, 2 Main 10, ...
        profile: u8,
        /// `general_profile_compatibility_flags`.
        compatibility: u32,
        /// `general_constraint_indicator_flags`.
        constraints: [u8; 6],
        /// `general_level_idc`: thirty times the level.
        level: u8,
        /// Length in bytes of the size before each NAL unit.
        nal_length_size: u8,
    },
    /// AV1: `av1C` (AV1 Codec ISO Media File Format Binding §2.3).
    Av1 {
        /// `seq_profile`.
        profile: u8,
        /// `seq_level_idx_0`.
        level: u8,
        /// `seq_tier_0`: the High tier.
        high_tier: bool,
        /// Bits per sample of a plane.
        bit_depth: u8,
    },
    /// VP8, VP9: `vpcC` (VP Codec ISO Media File Format Binding).
    Vp {
        /// `profile`.
        profile: u8,
        /// `level`: ten times the level.
        level: u8,
        /// `bitDepth`.
        bit_depth: u8,
    },
    /// A coding with an MPEG-4 object type: `esds` (ISO/IEC 14496-1 §7.2.6).
    Mpeg4 {
        /// `objectTypeIndication`: 0x40 MPEG-4 Audio, 0x6b MP3, ...
        object_type: u8,
        /// The audio object type of MPEG-4 Audio (ISO/IEC 14496-3 §1.5.1): 2 is AAC LC, 5 is HE-AAC, ...
        audio_object_type: Option<u8>,
        /// `maxBitrate` in bits per second; 0 if unknown.
        max_bit_rate: u32,
        /// `avgBitrate` in bits per second; 0 if unknown.
        average_bit_rate: u32,
    },
}

/// Reads the configuration from the boxes of a sample entry, as far as it is readable.
pub(super) fn read(boxes: Children<'_>) -> Option<CodecConfiguration> {
    boxes.map_while(Result::ok).find_map(|found| match &found.kind().0 {
        b"avcC" => CodecConfiguration::from_avc(found.payload()),
        b"hvcC" => CodecConfiguration::from_hevc(found.payload()),
        b"av1C" => CodecConfiguration::from_av1(found.payload()),
        b"vpcC" => vp(found).ok(),
        b"esds" => Esds::read(found).configuration(),
        // QuickTime nests it in another box.
        b"wave" => found.find(b"esds").ok()?.and_then(|esds| Esds::read(esds).configuration()),
        _ => None,
    })
}

/// Checks that the boxes of a sample entry are complete, and the configuration has everything that a decoder needs.
pub(super) fn check(boxes: Children<'_>) -> Result<()> {
    for found in boxes {
        let found = found?;
        match &found.kind().0 {
            b"avcC" => record(found, CodecConfiguration::from_avc)?,
            b"hvcC" => record(found, CodecConfiguration::from_hevc)?,
            b"av1C" => record(found, CodecConfiguration::from_av1)?,
            b"vpcC" => vp(found).map(drop)?,
            b"esds" => Esds::read(found).check()?,
            b"wave" => found.find(b"esds")?.map_or(Ok(()), |esds| Esds::read(esds).check())?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks that a box with a configuration record has all fields of the record.
fn record(found: Mp4Box<'_>, read: impl FnOnce(&[u8]) -> Option<CodecConfiguration>) -> Result<()> {
    read(found.payload()).map(drop).ok_or_else(|| found.error("ends before its last field"))
}

impl CodecConfiguration {
    /// Reads an `AVCDecoderConfigurationRecord`, which is also the `CodecPrivate` of `V_MPEG4/ISO/AVC` in Matroska; `None`
    /// if it is truncated.
    #[must_use]
    pub fn from_avc(record: &[u8]) -> Option<Self> {
        let &[_, profile, compatibility, level, length] = record.first_chunk()?;
        Some(Self::Avc { profile, compatibility, level, nal_length_size: (length & 3) + 1 })
    }

    /// Reads an `HEVCDecoderConfigurationRecord`, which is also the `CodecPrivate` of `V_MPEGH/ISO/HEVC` in Matroska; `None`
    /// if it is truncated.
    #[must_use]
    pub fn from_hevc(record: &[u8]) -> Option<Self> {
        let &[_, general, f0, f1, f2, f3, c0, c1, c2, c3, c4, c5, level, _, _, _, _, _, _, _, _, length] =
            record.first_chunk()?;
        Some(Self::Hevc {
            profile_space: general >> 6,
            high_tier: general & 0x20 != 0,
            profile: general & 0x1f,
            compatibility: u32::from_be_bytes([f0, f1, f2, f3]),
            constraints: [c0, c1, c2, c3, c4, c5],
            level,
            nal_length_size: (length & 3) + 1,
        })
    }

    /// Reads an `AV1CodecConfigurationRecord`, which is also the `CodecPrivate` of `V_AV1` in Matroska; `None` if it is
    /// truncated.
    #[must_use]
    pub fn from_av1(record: &[u8]) -> Option<Self> {
        let &[_, profile, depth] = record.first_chunk()?;
        let bit_depth = match depth >> 5 & 3 {
            0 | 1 => 8,
            2 => 10,
            _ => 12,
        };
        let (level, high_tier) = (profile & 0x1f, depth & 0x80 != 0);
        Some(Self::Av1 { profile: profile >> 5, level, high_tier, bit_depth })
    }
}

/// Returns the configuration record, or the `DecoderSpecificInfo` of a coding with an MPEG-4 object type; `None` if there is
/// none.
pub(super) fn decoder_configuration<'data>(boxes: Children<'data>) -> Option<&'data [u8]> {
    boxes.map_while(Result::ok).find_map(|found| match &found.kind().0 {
        b"avcC" | b"hvcC" | b"av1C" => Some(found.payload()).filter(|record| !record.is_empty()),
        b"esds" => Esds::read(found).decoder_specific_info,
        b"wave" => found.find(b"esds").ok()?.and_then(|esds| Esds::read(esds).decoder_specific_info),
        _ => None,
    })
}

fn vp(found: Mp4Box<'_>) -> Result<CodecConfiguration> {
    let (_, _, mut fields) = Fields::full(found)?;
    let [profile, level, depth] = *fields.array()?;
    Ok(CodecConfiguration::Vp { profile, level, bit_depth: depth >> 4 })
}

/// Tags of descriptors (ISO/IEC 14496-1 §7.2.2.1).
const ES_DESCRIPTOR: u8 = 3;
const DECODER_CONFIG_DESCRIPTOR: u8 = 4;
const DECODER_SPECIFIC_INFO: u8 = 5;

/// `objectTypeIndication` of MPEG-4 audio.
const MPEG4_AUDIO: u8 = 0x40;

/// The readable contents of `esds`. Encoders omit descriptors and write wrong lengths.
struct Esds<'data> {
    esds: Mp4Box<'data>,
    object_type: Option<u8>,
    /// `maxBitrate` and `avgBitrate`.
    bit_rates: (u32, u32),
    decoder_specific_info: Option<&'data [u8]>,
    /// The fault of the descriptors.
    fault: Option<Error>,
}

impl<'data> Esds<'data> {
    fn read(esds: Mp4Box<'data>) -> Self {
        let mut found =
            Self { esds, object_type: None, bit_rates: (0, 0), decoder_specific_info: None, fault: None };
        found.fault = found.read_descriptors().err();
        found
    }

    fn read_descriptors(&mut self) -> Result<()> {
        let (_, _, mut fields) = Fields::full(self.esds)?;
        let (tag, _) = descriptor(&mut fields)?;
        fields.skip(2)?;
        // Some writers store only the identifier.
        if tag == ES_DESCRIPTOR {
            let flags = fields.u8()?;
            if flags & 0x80 != 0 {
                fields.skip(2)?;
            }
            if flags & 0x40 != 0 {
                let len = fields.u8()?;
                fields.skip(len.into())?;
            }
            if flags & 0x20 != 0 {
                fields.skip(2)?;
            }
        }
        let (tag, len) = descriptor(&mut fields)?;
        if tag != DECODER_CONFIG_DESCRIPTOR {
            return Err(fields.error("has no DecoderConfigDescriptor"));
        }
        self.object_type = Some(fields.u8()?);
        fields.skip(4)?;
        self.bit_rates = (fields.u32()?, fields.u32()?);
        if fields.clone().u8().ok() != Some(DECODER_SPECIFIC_INFO) {
            return Ok(());
        }
        let (_, info_len) = descriptor(&mut fields)?;
        let rest = fields.clone().rest();
        self.decoder_specific_info = Some(&rest[..info_len.min(rest.len())]);
        // 13 bytes of fields, then a tag and a length of at least one byte.
        if info_len > rest.len() || len < 15 + info_len {
            return Err(fields.error("has descriptors with wrong lengths"));
        }
        Ok(())
    }

    fn configuration(&self) -> Option<CodecConfiguration> {
        let object_type = self.object_type?;
        let info = self.decoder_specific_info.filter(|_| object_type == MPEG4_AUDIO);
        let audio_object_type = match info {
            Some(&[first, ..]) if first >> 3 != 31 => Some(first >> 3),
            Some(&[first, second, ..]) => Some(32 + ((first & 7) << 3 | second >> 5)),
            _ => None,
        };
        let (max_bit_rate, average_bit_rate) = self.bit_rates;
        Some(CodecConfiguration::Mpeg4 { object_type, audio_object_type, max_bit_rate, average_bit_rate })
    }

    fn check(&self) -> Result<()> {
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None if self.object_type == Some(MPEG4_AUDIO)
                && self.decoder_specific_info.is_none_or(<[_]>::is_empty) =>
            {
                Err(self.esds.error("has no DecoderSpecificInfo, which MPEG-4 audio needs"))
            }
            None => Ok(()),
        }
    }
}

/// Reads the tag and the length of the next descriptor.
fn descriptor(fields: &mut Fields<'_>) -> Result<(u8, usize)> {
    let tag = fields.u8()?;
    // Seven bits of the length in each of up to four bytes.
    let mut len = 0;
    for _ in 0..4 {
        let byte = fields.u8()?;
        len = len << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok((tag, len))
}

/// Returns the `codecs` parameter (RFC 6381 §3; ISO/IEC 14496-15 annex E; the bindings of AV1 and VP).
pub(super) fn string(format: FourCc, configuration: Option<CodecConfiguration>) -> String {
    let mut text = format.to_string().trim_end().to_owned();
    match configuration {
        Some(CodecConfiguration::Avc { profile, compatibility, level, .. }) => {
            text += &format!(".{profile:02x}{compatibility:02x}{level:02x}");
        }
        Some(CodecConfiguration::Hevc {
            profile_space,
            high_tier,
            profile,
            compatibility,
            constraints,
            level,
            ..
        }) => {
            let space = ["", "A", "B", "C"][usize::from(profile_space & 3)];
            let tier = if high_tier { 'H' } else { 'L' };
            text += &format!(".{space}{profile}.{:X}.{tier}{level}", compatibility.reverse_bits());
            let used = constraints.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            for byte in &constraints[..used] {
                let _ = write!(text, ".{byte:X}");
            }
        }
        Some(CodecConfiguration::Av1 { profile, level, high_tier, bit_depth }) => {
            let tier = if high_tier { 'H' } else { 'M' };
            text += &format!(".{profile}.{level:02}{tier}.{bit_depth:02}");
        }
        Some(CodecConfiguration::Vp { profile, level, bit_depth }) => {
            text += &format!(".{profile:02}.{level:02}.{bit_depth:02}");
        }
        Some(CodecConfiguration::Mpeg4 { object_type, audio_object_type, .. }) => {
            text += &format!(".{object_type:02x}");
            if let Some(audio) = audio_object_type {
                text += &format!(".{audio}");
            }
        }
        None => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the codec string of a format with this configuration box.
    fn name(format: &[u8; 4], kind: &[u8; 4], payload: &[u8]) -> String {
        let size = u32::try_from(8 + payload.len()).unwrap();
        let bytes = [&size.to_be_bytes(), kind.as_slice(), payload].concat();
        string(FourCc(*format), read(Children::of_input(&bytes, 0)))
    }

    #[test]
    fn codec_strings_of_the_specifications() {
        assert_eq!(name(b"avc1", b"avcC", &[1, 0x64, 0, 0x1f, 0xff]), "avc1.64001f");
        // The examples of ISO/IEC 14496-15 annex E.
        let mut hevc = [0; 23];
        hevc[..14].copy_from_slice(&[1, 1, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93, 0]);
        assert_eq!(name(b"hev1", b"hvcC", &hevc), "hev1.1.6.L93.B0");
        hevc[1..6].copy_from_slice(&[0x64, 0x08, 0, 0, 0]);
        hevc[6..12].fill(0);
        hevc[12] = 120;
        assert_eq!(name(b"hvc1", b"hvcC", &hevc), "hvc1.A4.10.H120");
        assert_eq!(name(b"av01", b"av1C", &[0x81, 0x04, 0x40, 0]), "av01.0.04M.10");
        assert_eq!(name(b"vp09", b"vpcC", &[1, 0, 0, 0, 2, 10, 0xa0]), "vp09.02.10.10");
        let esds = [
            0, 0, 0, 0, 3, 25, 0, 1, 0, 4, 17, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0x12, 0x10,
        ];
        assert_eq!(name(b"mp4a", b"esds", &esds), "mp4a.40.2");
        assert_eq!(name(b"ac-3", b"dac3", &[0, 0, 0]), "ac-3");
        assert_eq!(name(b"raw ", b"chan", &[]), "raw");
    }
}

//! Audio headers.

use pagecut::media::AudioSpecificConfig;
use pagecut::media::codec::{
    Ac3Header, AdtsHeader, AlacConfig, DtsCoding, DtsExtension, DtsHeader, FlacStreamInfo, MpegAudioHeader,
    OpusHead, VorbisHeader, audio_config_of_loas,
};

use crate::bytes;

pub(crate) const ADTS: &str = "fff14c8024fffcde02004c617663";
pub(crate) const LOAS: &str = "56e128200011901fe7f90ef01002630b";
pub(crate) const AC3: &str = "0b77b50b1e40ebf8403eff99ff0841fc";
pub(crate) const EAC3: &str = "0b77037f3f87c00020f8200002004000";
pub(crate) const DTS: &str = "7ffe8001fc3c75b276c005380009ef7b";
pub(crate) const MP2: &str = "fffde404";
pub(crate) const MP3_LOW: &str = "fff340c4";

#[test]
fn adts_and_loas() {
    let header = AdtsHeader::read(&bytes(ADTS)).unwrap();
    assert_eq!((header.object_type, header.sampling_frequency, header.channels), (2, 48_000, Some(2)));
    assert_eq!((header.frame_length, header.blocks), (295, 1));
    // A frame shorter than its header.
    assert_eq!(AdtsHeader::read(&bytes("fff14c800001fc")), None);
    // LOAS with the configuration of AAC LC, 48,000 Hz, stereo, and a frame that reuses it.
    let config = audio_config_of_loas(&bytes(LOAS)).unwrap();
    assert_eq!(Some(config), AudioSpecificConfig::read(&[0x11, 0x90]));
    assert_eq!(audio_config_of_loas(&bytes("56e128a000")), None);
}

#[test]
fn mpeg_audio_of_every_layer() {
    let header = MpegAudioHeader::read(&bytes(MP2)).unwrap();
    assert_eq!((header.layer, header.sampling_frequency, header.bit_rate), (2, 48_000, Some(384_000)));
    assert_eq!((header.channels, header.frame_length, header.samples), (2, Some(1152), 1152));
    let header = MpegAudioHeader::read(&bytes(MP3_LOW)).unwrap();
    assert_eq!((header.layer, header.sampling_frequency, header.has_low_frequency), (3, 22_050, true));
    assert_eq!((header.channels, header.samples, header.bit_rate), (1, 576, Some(32_000)));
    // Layer 1: slots of four bytes.
    let header = MpegAudioHeader::read(&bytes("ffff1000")).unwrap();
    assert_eq!((header.layer, header.bit_rate, header.frame_length), (1, Some(32_000), Some(32)));
    // Reserved values: version, layer, bit rate, frequency.
    for reserved in ["ffeb9000", "fff99000", "fffbf000", "fffb9c00"] {
        assert_eq!(MpegAudioHeader::read(&bytes(reserved)), None, "{reserved}");
    }
    // A free format.
    assert_eq!(MpegAudioHeader::read(&bytes("fffb0000")).unwrap().frame_length, None);
}

#[test]
fn ac3_and_enhanced_ac3() {
    let header = Ac3Header::read(&bytes(AC3)).unwrap();
    assert_eq!((header.is_enhanced, header.sampling_frequency, header.bit_rate), (false, 48_000, 448_000));
    assert_eq!((header.channel_mode, header.has_low_frequency_effects, header.channels()), (7, true, 6));
    assert_eq!((header.frame_length, header.service), (1792, Some(0)));
    let header = Ac3Header::read(&bytes(EAC3)).unwrap();
    assert_eq!((header.is_enhanced, header.sampling_frequency, header.bit_rate), (true, 48_000, 448_000));
    assert_eq!((header.channels(), header.frame_length, header.is_dependent), (6, 1792, false));
    let header = Ac3Header::from_dac3(&bytes("101140")).unwrap();
    assert_eq!((header.sampling_frequency, header.bit_rate, header.channels()), (48_000, 192_000, 2));
    let header = Ac3Header::from_dec3(&bytes("0e00200f00")).unwrap();
    assert_eq!((header.sampling_frequency, header.channels()), (48_000, 6));
}

#[test]
fn dts_core() {
    let header = DtsHeader::read(&bytes(DTS)).unwrap();
    assert_eq!((header.sampling_frequency, header.bit_rate), (48_000, Some(1_411_200)));
    assert_eq!((header.channels(), header.samples, header.frame_length), (Some(6), 512, 1884));
}

/// An extension substream: two presentations, mixing, a text; lossless, 8 channels of 24 bits.
pub(crate) const DTS_LOSSLESS: &str =
    "6458202500604600057040000000140c04060890000387842cadccf005050af80f34258041a2954700112233";

#[test]
fn dts_extensions() {
    let extension = DtsExtension::find(&bytes(DTS_LOSSLESS)).unwrap();
    assert_eq!(extension.coding, DtsCoding::Lossless);
    assert_eq!((extension.sampling_frequency, extension.channels), (48_000, 8));
    assert_eq!((extension.bits_per_sample, extension.speakers), (24, Some(0x84b)));
    let express =
        "0064 6458202500036005904000000014080800403c21656e675f016c01e00a801921020c0f0001081755e0cbe0cb84";
    let extension = DtsExtension::find(&bytes(express)).unwrap();
    assert_eq!(extension.coding, DtsCoding::LowBitRate);
    assert_eq!((extension.channels, extension.speakers), (6, Some(0xf)));
    let core = "64582025000360047040000000140808001c3c21656e675f41a60470655e315e00112233";
    let extension = DtsExtension::find(&bytes(core)).unwrap();
    assert_eq!((extension.coding, extension.sampling_frequency), (DtsCoding::Core, 96_000));
    assert_eq!((extension.channels, extension.speakers), (7, Some(0x47)));
}

#[test]
fn configurations_with_fixed_fields() {
    let head = OpusHead::read(&bytes("4f707573486561640101380180bb0000000000")).unwrap();
    assert_eq!((head.channels, head.pre_skip, head.input_sampling_frequency), (1, 312, 48_000));
    let head = OpusHead::from_dops(&bytes("000601380000bb80000001040200010305")).unwrap();
    assert_eq!((head.channels, head.pre_skip, head.mapping_family), (6, 312, 1));
    let id = "01766f7262697300000000 02 44ac0000 00000000 00ee0200 00000000 b801";
    let header = VorbisHeader::read(&bytes(id)).unwrap();
    assert_eq!((header.channels, header.sampling_frequency, header.nominal_bit_rate), (2, 44_100, 192_000));
    let laced = [&[2, 30, 255, 1][..], &bytes(id)].concat();
    assert_eq!(VorbisHeader::from_laced(&laced), Some(header));
    let info = "10001000000000000000 0bb802f0 00004b00 00000000000000000000000000000000";
    let stream_info = FlacStreamInfo::read(&bytes(info)).unwrap();
    assert_eq!((stream_info.sampling_frequency, stream_info.channels), (48_000, 2));
    assert_eq!((stream_info.bits_per_sample, stream_info.samples), (16, 19_200));
    let blocks = [b"fLaC\x80\0\0\x22".as_slice(), &bytes(info)].concat();
    assert_eq!(FlacStreamInfo::from_blocks(&blocks), Some(stream_info));
    let cookie = bytes("00001000 00 18 28 0a 0e 06 00ff 00000000 000493e0 00017700");
    let config = AlacConfig::read(&cookie).unwrap();
    assert_eq!((config.bits_per_sample, config.channels), (24, 6));
    assert_eq!((config.average_bit_rate, config.sampling_frequency), (300_000, 96_000));
}

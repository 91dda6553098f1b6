//! Video headers.

use pagecut::media::codec::h264::{self, FieldOrder};
use pagecut::media::codec::{
    Av1Sequence, Ffv1Parameters, JpegHeader, Mpeg4Visual, MpegVideoSequence, ProResHeader, Vp8Header,
    Vp9Header, h265,
};

use crate::bytes;

/// `avcC` of x264: 190 by 110, 25 frames per second.
pub(crate) const AVCC_HIGH: &str = "0164000bffe100196764000bacd9430feab011000003000100000300320f142996 \
    01000668ebe3cb22c0fdf8f800";

/// `avcC` of x264: 10 bits, 4:2:2, BT.2020, PQ, full range, samples of 4:3.
pub(crate) const AVCC_HIGH_422: &str = "017a000bffe1001c677a000bb6cd9430feaf0e6e12201280000003008000001907 \
    8a14cb01000668ebe3cb22c0fefafa00";

/// VPS and SPS of x265: 10 bits, BT.2020, PQ.
pub(crate) const HEVC_MAIN_10: &str = "00000001 40010c01ffff022000000300900000030000 03001e959809 \
    00000001 420101022000000300900000030000 03001ea0182071d5365959a4932bc05a84880482000003000200000300 3210 \
    00000001 4401c172b46240";

/// VPS and SPS of x265: 12 bits, 4:4:4, full range, samples of 2:1.
pub(crate) const HEVC_444_12: &str = "0000000140010c01ffff040800000300980800000300001e959809000000 \
    01420101040800000300980800000300001e9003040e3bb294b2b3492657 8836040000030004000003006420 \
    000000014401c172860c4624";

/// The start of a stream of ffmpeg's encoder: 4:2:2, interlaced.
pub(crate) const MPEG2_422: &str = "000001b30be06e13ffffe018000001b5185400010000000001b800080040 \
    00000100000ffff8000001b58ffff3800000000101237c3e94a44445a5f4";

/// The start of an MPEG-1 stream.
pub(crate) const MPEG1: &str = "000001b30be06e13ffffe018000001b80008004000000100000ffff80000010123f87d29";

/// `DecoderSpecificInfo` of ffmpeg's encoder: advanced simple profile.
pub(crate) const MPEG4: &str = "000001b0f1000001b5a913000001000000012008d48d0800cd05f40dd4103f \
    000001b24c61766335392e33372e313030";

/// `av1C` of libaom: 10 bits, 4:4:4, BT.2020, PQ, full range.
pub(crate) const AV1C_HIGH: &str = "812040000a0d20000003b5eed36be5848804c8";

/// A frame of libvpx.
pub(crate) const VP8: &str = "3039009d012abe006e0000070885858899";

/// A frame of libvpx: profile 3, 10 bits.
pub(crate) const VP9_444_10: &str = "b124c1a100005e8036b031c120e0c2c0";

/// A frame of libvpx: profile 1, RGB.
pub(crate) const VP9_RGB: &str = "a2498342e00bd006d60638241c184a00";

/// The start of an image: JFIF with square samples, and a 4:2:2 frame.
pub(crate) const JPEG: &str = "ffd8 ffe000104a46494600010200000100010000 fffe000661626364 \
    ffc0001108006e00be03012200021200031200 ffda";

/// The configuration record of FFV1 version 3: 4:2:2, 10 bits.
pub(crate) const FFV1_3: &str = "56061e2ffdb846d7709730018601eee11ce6bd454db5382774d82e107d75c5aae33d602cd88683fe5b47b10fc55ef17b \
    ff8178b57dc1212221be19c651d9310f08b67f7ab2c9dcca599ec7ddfde33307c787ddee7487e265c4fbfcd4c01ccd25 \
    e4684ad70edf1a5235be5667fe306fbe96c56002384c2e17c2334d3d63a079d1300a50489dbab46ddf204ce365a7a221 \
    9de799321bddca497ca2f179a74a265a67e463c8985cd8063ff058b154e98c41f384dff700902a10318e81942f93368b \
    3a61cf5bd0643555";

/// The start of a key frame of FFV1 version 0: RGB.
pub(crate) const FFV1_0: &str = "e4640b3e9d687384fea8e5a7e1e82942264cffe0000e32bf";

/// The start of a frame of ffmpeg's encoder: 4:4:4 with alpha.
pub(crate) const PRORES: &str = "00003ed269637066009400004c61766300be006ec000020202420003040404040404";

#[test]
fn h264_from_configurations_and_streams() {
    let sps = h264::SequenceParameterSet::from_configuration(&bytes(AVCC_HIGH)).unwrap();
    assert_eq!((sps.profile_idc, sps.constraint_flags, sps.level_idc), (100, 0, 11));
    assert_eq!((sps.width, sps.height, sps.coded_width, sps.coded_height), (190, 110, 192, 112));
    assert_eq!((sps.chroma_format_idc, sps.bit_depth_luma, sps.is_frames_only), (1, 8, true));
    let vui = sps.vui.unwrap();
    assert_eq!((vui.sample_aspect_ratio, vui.timing), (Some((1, 1)), Some((1, 50))));
    assert_eq!((vui.max_reorder_frames, vui.color.is_full_range), (Some(2), None));
    // The same parameter set in a sample and in a byte stream.
    let configuration = bytes(AVCC_HIGH);
    let unit = &configuration[8..8 + 0x19];
    assert_eq!(h264::SequenceParameterSet::read(unit), Some(sps));
    let stream = [&[0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1], unit, &[0, 0, 1, 0x68]].concat();
    assert_eq!(h264::SequenceParameterSet::from_byte_stream(&stream), Some(sps));
    let sample = [&[0, 0, 0, 2, 9, 0xf0, 0, 0, 0, 0x19], unit].concat();
    assert_eq!(h264::SequenceParameterSet::from_sample(&sample, 4), Some(sps));
    assert_eq!(sps.field_order_of_byte_stream(&[]), Some(FieldOrder::Progressive));
}

#[test]
fn h264_color_and_depth() {
    let sps = h264::SequenceParameterSet::from_configuration(&bytes(AVCC_HIGH_422)).unwrap();
    assert_eq!((sps.profile_idc, sps.chroma_format_idc), (122, 2));
    assert_eq!((sps.bit_depth_luma, sps.bit_depth_chroma), (10, 10));
    let vui = sps.vui.unwrap();
    assert_eq!(vui.sample_aspect_ratio, Some((4, 3)));
    assert_eq!((vui.color.is_full_range, vui.color.primaries), (Some(true), 9));
    assert_eq!((vui.color.transfer, vui.color.matrix), (16, 9));
}

#[test]
fn h265_from_byte_streams() {
    let sps = h265::SequenceParameterSet::from_byte_stream(&bytes(HEVC_MAIN_10)).unwrap();
    assert_eq!((sps.profile_idc, sps.level_idc, sps.max_reorder_pictures), (2, 30, 2));
    assert_eq!((sps.width, sps.height, sps.coded_width, sps.coded_height), (190, 110, 192, 112));
    assert_eq!((sps.chroma_format_idc, sps.bit_depth_luma, sps.bit_depth_chroma), (1, 10, 10));
    let vui = sps.vui.unwrap();
    assert_eq!((vui.color.is_full_range, vui.color.primaries), (Some(false), 9));
    assert_eq!((vui.color.transfer, vui.color.matrix, vui.timing), (16, 9, Some((1, 25))));
    let sps = h265::SequenceParameterSet::from_byte_stream(&bytes(HEVC_444_12)).unwrap();
    assert_eq!((sps.profile_idc, sps.chroma_format_idc, sps.bit_depth_luma), (4, 3, 12));
    assert_eq!((sps.width, sps.height), (190, 110));
    let vui = sps.vui.unwrap();
    assert_eq!((vui.sample_aspect_ratio, vui.color.is_full_range), (Some((2, 1)), Some(true)));
}

#[test]
fn mpeg_1_and_2_video() {
    let sequence = MpegVideoSequence::read(&bytes(MPEG2_422)).unwrap();
    assert_eq!((sequence.width, sequence.height, sequence.aspect_ratio), (190, 110, 1));
    assert_eq!((sequence.frame_rate, sequence.header_length), (Some((25, 1)), 22));
    let extension = sequence.extension.unwrap();
    assert_eq!((extension.is_escaped, extension.profile, extension.level), (true, 0, 5));
    assert_eq!((extension.chroma_format, extension.is_progressive), (2, false));
    assert_eq!(extension.first_picture, Some((true, false)));
    let sequence = MpegVideoSequence::read(&bytes(MPEG1)).unwrap();
    assert_eq!((sequence.extension, sequence.bit_rate, sequence.header_length), (None, 0x3ffff, 12));
}

#[test]
fn mpeg_4_visual() {
    let layer = Mpeg4Visual::read(&bytes(MPEG4)).unwrap();
    assert_eq!((layer.profile_and_level, layer.object_type), (Some(0xf1), 17));
    assert_eq!((layer.width, layer.height), (190, 110));
    assert_eq!((layer.sample_aspect_ratio, layer.has_low_delay), (Some((1, 1)), Some(false)));
    assert_eq!((layer.time_resolution, layer.is_interlaced, layer.has_quarter_samples), (25, false, false));
}

#[test]
fn av1_from_a_configuration() {
    let sequence = Av1Sequence::from_configuration(&bytes(AV1C_HIGH)).unwrap();
    assert_eq!((sequence.profile, sequence.level), (1, 0));
    assert_eq!((sequence.width, sequence.height, sequence.bit_depth), (190, 110, 10));
    assert_eq!((sequence.subsampling, sequence.is_monochrome), ((false, false), false));
    assert_eq!((sequence.color.is_full_range, sequence.color.primaries), (Some(true), 9));
    assert_eq!((sequence.color.transfer, sequence.color.matrix), (16, 9));
}

#[test]
fn length_of_av1_configuration_in_a_temporal_unit() {
    let header = &bytes(AV1C_HIGH)[4..];
    // A temporal delimiter, the sequence header, metadata, a tile list.
    let unit = [&[0x12, 0][..], header, &[0x2a, 2, 1, 2], &[0x42, 1, 0]].concat();
    assert_eq!(Av1Sequence::configuration_len(&unit), Some(header.len() + 4));
    assert_eq!(Av1Sequence::configuration_len(&unit[..2 + header.len() - 1]), None);
    assert_eq!(Av1Sequence::configuration_len(&[0x2a, 2, 1, 2]), None);
}

#[test]
fn reserved_values_of_ffv1() {
    let read = |record| Ffv1Parameters::from_configuration(&bytes(record)).unwrap();
    // `coder_type` 5.
    let parameters = read("560f70f543");
    assert_eq!((parameters.color_space, parameters.bits_per_sample, parameters.has_chroma), (0, 8, false));
    // `coder_type` 2 with its table.
    let parameters = read("560873ffffbc97d72c");
    assert_eq!((parameters.bits_per_sample, parameters.chroma_shift), (10, (1, 0)));
    assert_eq!(read("55fbb55eefff").color_space, 7);
    assert_eq!(read("560092a3b7ff").bits_per_sample, 65);
}

#[test]
fn ffv1_of_records_and_key_frames() {
    let parameters = Ffv1Parameters::from_configuration(&bytes(FFV1_3)).unwrap();
    assert_eq!((parameters.version, parameters.color_space, parameters.bits_per_sample), (3, 0, 10));
    assert_eq!((parameters.has_chroma, parameters.chroma_shift), (true, (1, 0)));
    assert_eq!(Ffv1Parameters::from_frame(&bytes(FFV1_3)), None);
    let parameters = Ffv1Parameters::from_frame(&bytes(FFV1_0)).unwrap();
    assert_eq!((parameters.version, parameters.color_space, parameters.bits_per_sample), (0, 1, 0));
    assert_eq!((parameters.has_transparency, parameters.chroma_shift), (false, (0, 0)));
}

#[test]
fn vp8_and_vp9_key_frames() {
    let header = Vp8Header::read(&bytes(VP8)).unwrap();
    assert_eq!((header.version, header.width, header.height), (0, 190, 110));
    let header = Vp9Header::read(&bytes(VP9_444_10)).unwrap();
    assert_eq!((header.profile, header.bit_depth, header.subsampling), (3, 10, (false, false)));
    assert_eq!((header.width, header.height, header.is_full_range), (190, 110, false));
    let header = Vp9Header::read(&bytes(VP9_RGB)).unwrap();
    assert_eq!((header.profile, header.color_space, header.is_full_range), (1, 7, true));
    assert_eq!((header.width, header.height), (190, 110));
    // Not key frames.
    assert_eq!(Vp8Header::read(&[1; 10]), None);
    assert_eq!(Vp9Header::read(&[0x86, 0, 0x40, 0x92]), None);
}

#[test]
fn jpeg_and_prores_frames() {
    let header = JpegHeader::read(&bytes(JPEG)).unwrap();
    assert_eq!((header.process, header.precision, header.width, header.height), (0xc0, 8, 190, 110));
    assert_eq!((header.components, header.sampling), (3, [(2, 2), (1, 2), (1, 2), (0, 0)]));
    assert_eq!((header.sample_aspect_ratio, header.adobe_transform), (Some((1, 1)), None));
    let header = ProResHeader::from_frame(&bytes(PRORES)).unwrap();
    assert_eq!((header.width, header.height), (190, 110));
    assert_eq!((header.chroma_format, header.interlace_mode, header.alpha), (3, 0, 2));
    assert_eq!((header.color.primaries, header.color.transfer, header.color.matrix), (2, 2, 2));
}

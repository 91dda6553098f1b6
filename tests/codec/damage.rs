//! Headers truncated at every byte and damaged at every bit.

use pagecut::media::AudioSpecificConfig;
use pagecut::media::codec::{
    Ac3Header, AdtsHeader, AlacConfig, Av1Sequence, DtsExtension, DtsHeader, Ffv1Parameters, FlacStreamInfo,
    JpegHeader, Mpeg4Visual, MpegAudioHeader, MpegVideoSequence, OpusHead, ProResHeader, VorbisHeader,
    Vp8Header, Vp9Header, audio_config_of_loas, h264, h265,
};

use crate::{audio, bytes, video};

/// Runs all parsers; returns the number of headers.
fn parse_all(bytes: &[u8]) -> usize {
    let h264_field_order = h264::SequenceParameterSet::from_configuration(bytes)
        .is_some_and(|sps| sps.field_order_of_sample(bytes, bytes).is_some());
    let h264_stream = h264::SequenceParameterSet::from_byte_stream(bytes)
        .is_some_and(|sps| sps.field_order_of_byte_stream(bytes).is_some());
    let sound = AudioSpecificConfig::read(bytes).is_some_and(|config| config.sampling_frequency < 1 << 24);
    [
        h264_field_order,
        h264_stream,
        sound,
        (0..=4).any(|size| h264::SequenceParameterSet::from_sample(bytes, size).is_some()),
        (0..=4).any(|size| h265::SequenceParameterSet::from_sample(bytes, size).is_some()),
        h264::SequenceParameterSet::read(bytes).is_some(),
        h265::SequenceParameterSet::read(bytes).is_some(),
        h265::SequenceParameterSet::from_byte_stream(bytes).is_some(),
        h265::SequenceParameterSet::from_configuration(bytes).is_some(),
        h265::timing_of_byte_stream(bytes).is_some(),
        MpegVideoSequence::read(bytes).is_some(),
        Mpeg4Visual::read(bytes).is_some(),
        Av1Sequence::from_obus(bytes).is_some(),
        Av1Sequence::from_configuration(bytes).is_some(),
        Ffv1Parameters::from_configuration(bytes).is_some(),
        Ffv1Parameters::from_frame(bytes).is_some(),
        Vp8Header::read(bytes).is_some(),
        Vp9Header::read(bytes).is_some(),
        JpegHeader::read(bytes).is_some(),
        ProResHeader::from_frame(bytes).is_some(),
        AdtsHeader::read(bytes).is_some(),
        audio_config_of_loas(bytes).is_some(),
        MpegAudioHeader::read(bytes).is_some(),
        Ac3Header::read(bytes).is_some_and(|header| header.channels() > 0),
        Ac3Header::from_dac3(bytes).is_some_and(|header| header.channels() > 0),
        Ac3Header::from_dec3(bytes).is_some_and(|header| header.channels() > 0),
        DtsHeader::read(bytes).is_some_and(|header| header.channels().is_some()),
        DtsExtension::find(bytes).is_some_and(|extension| extension.channels > 0),
        OpusHead::read(bytes).is_some(),
        OpusHead::from_dops(bytes).is_some(),
        VorbisHeader::from_laced(bytes).is_some(),
        FlacStreamInfo::from_blocks(bytes).is_some(),
        AlacConfig::read(bytes).is_some(),
    ]
    .into_iter()
    .filter(|&found| found)
    .count()
}

const VECTORS: [&str; 22] = [
    video::AVCC_HIGH,
    video::AVCC_HIGH_422,
    video::HEVC_MAIN_10,
    video::HEVC_444_12,
    video::MPEG2_422,
    video::MPEG1,
    video::MPEG4,
    video::AV1C_HIGH,
    video::VP8,
    video::FFV1_3,
    video::FFV1_0,
    video::VP9_444_10,
    video::VP9_RGB,
    video::JPEG,
    video::PRORES,
    audio::ADTS,
    audio::LOAS,
    audio::AC3,
    audio::EAC3,
    audio::DTS,
    audio::DTS_LOSSLESS,
    audio::MP2,
];

#[test]
fn headers_truncated_at_every_byte() {
    for vector in VECTORS {
        let whole = bytes(vector);
        assert!(parse_all(&whole) > 0, "{vector}");
        for len in 0..whole.len() {
            parse_all(&whole[..len]);
        }
        assert_eq!(parse_all(&[]), 0);
    }
}

#[test]
fn headers_with_every_bit_changed() {
    for vector in VECTORS {
        let mut damaged = bytes(vector);
        for bit in 0..damaged.len() * 8 {
            damaged[bit / 8] ^= 0x80 >> (bit % 8);
            parse_all(&damaged);
            damaged[bit / 8] ^= 0x80 >> (bit % 8);
        }
    }
}

#[test]
fn parsers_accept_long_constant_inputs() {
    for byte in [0x00, 0x01, 0x03, 0x47, 0x80, 0xff] {
        parse_all(&vec![byte; 100_000]);
    }
    // Start codes, and headers without contents.
    parse_all(&[0, 0, 1].repeat(30_000));
    parse_all(&[0, 0, 1, 0x67].repeat(30_000));
    parse_all(&[0x12, 0x00].repeat(30_000));
}

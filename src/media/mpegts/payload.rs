//! Detects the coding of an elementary stream without descriptors from the start of its payload.

use super::{Coding, PesPacket};
use crate::media::codec::{
    Ac3Header, AdtsHeader, DtsExtension, DtsHeader, MpegAudioHeader, h264, h265, units_of_byte_stream,
};

/// The number of payload bytes that are read: enough for two frames of most audio codings.
const LEN: usize = 4096;

/// The number of input bytes that are searched for the payload; packets of other PIDs may lie between.
const SEARCH_LEN: u64 = 64 << 10;

impl Coding {
    /// Finds the coding of a PES packet whose payload begins with an audio frame, video headers, or text.
    pub(super) fn of_payload(packet: &PesPacket<'_>) -> Option<Self> {
        let mut copy = [0; LEN];
        let mut len = 0;
        for piece in packet.pieces_within(SEARCH_LEN) {
            let piece = &piece[..piece.len().min(LEN - len)];
            copy[len..][..piece.len()].copy_from_slice(piece);
            len += piece.len();
            if len == LEN {
                break;
            }
        }
        let bytes = &copy[..len];
        Self::of_audio(bytes, packet.len()).or_else(|| Self::of_video(bytes)).or_else(|| Self::of_text(bytes))
    }

    /// Finds an audio coding by two successive frames, or by one that fills the packet; for codings with a long syncword, one is enough.
    fn of_audio(bytes: &[u8], packet_len: u64) -> Option<Self> {
        if let Some(header) = Ac3Header::read(bytes) {
            return Some(if header.is_enhanced { Self::Eac3 } else { Self::Ac3 });
        }
        if DtsHeader::read(bytes).is_some() || DtsExtension::begins(bytes) {
            return Some(Self::Dts);
        }
        let is_followed = |len: usize, is_frame: &dyn Fn(&[u8]) -> bool| {
            len as u64 == packet_len || bytes.get(len..).is_some_and(is_frame)
        };
        if let Some(header) = AdtsHeader::read(bytes) {
            let is_frame = |bytes: &[u8]| AdtsHeader::read(bytes).is_some();
            return is_followed(header.frame_length.into(), &is_frame).then_some(Self::Aac);
        }
        let header = MpegAudioHeader::read(bytes)?;
        let is_frame = |bytes: &[u8]| {
            MpegAudioHeader::read(bytes).is_some_and(|next| {
                (next.layer, next.sampling_frequency) == (header.layer, header.sampling_frequency)
            })
        };
        let len = usize::try_from(header.frame_length?).ok()?;
        is_followed(len, &is_frame).then_some(Self::MpegAudio)
    }

    /// Finds a video coding whose first start code begins a sequence header or an access unit with parameter sets.
    fn of_video(bytes: &[u8]) -> Option<Self> {
        let start = bytes.strip_prefix(&[0]).filter(|rest| rest.starts_with(&[0, 0, 1])).unwrap_or(bytes);
        let &[0, 0, 1, code, ..] = start else { return None };
        match code {
            // `sequence_header_code`.
            0xb3 => Some(Self::MpegVideo),
            // `visual_object_sequence_start_code`.
            0xb0 => Some(Self::Mpeg4Video),
            _ if begins_like_h264(bytes) => Some(Self::H264),
            _ => {
                // A video parameter set comes before the other ones (ITU-T H.265, 7.4.2.4.4).
                let has_video_set = units_of_byte_stream(bytes).any(|unit| unit.first() == Some(&0x40));
                let sps = || h265::SequenceParameterSet::from_byte_stream(bytes);
                (has_video_set && sps().is_some()).then_some(Self::Hevc)
            }
        }
    }

    /// Finds a text coding by `data_identifier` and the first data unit: of teletext (ETSI EN 300 472, 4.2 and 4.3), or of DVB subtitles
    /// (ETSI EN 300 743, 7.1).
    fn of_text(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x10..=0x1f, 0x02 | 0x03 | 0xff, 0x2c, ..] => Some(Self::DvbTeletext),
            [0x20, 0x00, 0x0f, 0x10..=0x14 | 0x80, ..] => Some(Self::DvbSubtitle),
            _ => None,
        }
    }
}

/// Whether a byte stream begins with an access unit delimiter or a sequence parameter set of H.264, and has parameter sets (ITU-T H.264,
/// 7.4.1.2.3).
fn begins_like_h264(bytes: &[u8]) -> bool {
    const PICTURE_PARAMETER_SET: u8 = 8;
    let mut units = units_of_byte_stream(bytes);
    let begins = match units.next() {
        // `primary_pic_type`, and the stop bit.
        Some(&[0x09, kind, ..]) => kind & 0x1f == 0x10,
        Some(&[header, ..]) => matches!(header, 0x27 | 0x47 | 0x67),
        _ => false,
    };
    begins
        && h264::SequenceParameterSet::from_byte_stream(bytes).is_some()
        && units.any(|unit| unit.first().is_some_and(|header| header & 0x9f == PICTURE_PARAMETER_SET))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_known_by_two_frames_or_a_long_syncword() {
        let adts = [&[0xff, 0xf1, 0x4c, 0x80, 0x02, 0x1f, 0xfc][..], &[0; 9]].concat();
        // Layer II, 32 kbit/s, 48 kHz: 96 bytes.
        let mpeg = [&[0xff, 0xfd, 0x14, 0xc0][..], &[0; 92]].concat();
        for (frame, coding) in [(&adts, Coding::Aac), (&mpeg, Coding::MpegAudio)] {
            let len = frame.len() as u64;
            assert_eq!(Coding::of_audio(frame, len), Some(coding));
            assert_eq!(Coding::of_audio(&frame.repeat(2), 2 * len), Some(coding));
            assert_eq!(Coding::of_audio(frame, len + 1), None);
            assert_eq!(Coding::of_audio(&[&frame[..], &[0; 96]].concat(), len + 96), None);
            assert_eq!(Coding::of_audio(&frame[1..], len - 1), None);
        }
        let ac3 = [0x0b, 0x77, 0x11, 0x22, 0x10, 0x40, 0x2f, 0x84];
        assert_eq!(Coding::of_audio(&ac3, 500), Some(Coding::Ac3));
        assert_eq!(Coding::of_audio(&ac3[..5], 5), None);
    }

    #[test]
    fn video_and_text_are_known_by_their_start() {
        assert_eq!(Coding::of_video(&[0, 0, 1, 0xb3, 0x16]), Some(Coding::MpegVideo));
        assert_eq!(Coding::of_video(&[0, 0, 0, 1, 0xb3, 0x16]), Some(Coding::MpegVideo));
        assert_eq!(Coding::of_video(&[0, 0, 1, 0x09, 0xf0]), None);
        assert_eq!(Coding::of_video(&[0, 0, 2, 0xb3]), None);
        assert_eq!(Coding::of_text(&[0x10, 0x02, 0x2c, 0xe7]), Some(Coding::DvbTeletext));
        assert_eq!(Coding::of_text(&[0x20, 0x00, 0x0f, 0x10]), Some(Coding::DvbSubtitle));
        assert_eq!(Coding::of_text(&[0x20, 0x00, 0x0f, 0x15]), None);
    }
}

//! The header of a PES packet.

/// The header of a PES packet (§2.4.3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PesHeader {
    /// `stream_id`: the kind of elementary stream.
    pub stream_id: u8,
    /// `PES_scrambling_control`, 0 to 3; 0 means not scrambled.
    pub scrambling_control: u8,
    /// `PES_priority`.
    pub priority: bool,
    /// `data_alignment_indicator`: the payload begins with a start code or a syncword.
    pub data_alignment: bool,
    /// `copyright`.
    pub copyright: bool,
    /// `original_or_copy`: the contents are the original.
    pub original: bool,
    /// `PTS`: the raw presentation time in units of 90 kHz, 33 bits with wrap-around (see
    /// [`Timeline`](crate::media::mpegts::Timeline)).
    pub pts: Option<u64>,
    /// `DTS`: the raw decoding time in units of 90 kHz, if it differs from the presentation time.
    pub dts: Option<u64>,
}

/// Length of the fields of every header, and of a long header up to and including `PES_header_data_length`.
const SHORT_LEN: usize = 6;
const LONG_LEN: usize = 9;

/// Maximum length of a header.
pub(super) const MAX_LEN: usize = LONG_LEN + 255;

/// Length of a timestamp in bytes.
const TIMESTAMP_LEN: usize = 5;

/// `stream_id`s whose packets end their header with the length (§2.4.3.6): program stream map, padding, private stream 2,
/// ECM, EMM, DSM-CC, H.222.1 type E, program stream directory.
const SHORT_HEADERS: [u8; 8] = [0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff];

const ENDS: &str = "it ends inside its header";

impl PesHeader {
    /// Returns the fault of a header that begins with these bytes, as far as they show it.
    pub(in crate::media::mpegts) fn fault_of_start(bytes: &[u8]) -> Option<&'static str> {
        let &[_, _, _, stream_id, high, low] = bytes.first_chunk::<SHORT_LEN>()?;
        let declared = match u16::from_be_bytes([high, low]) {
            0 => usize::MAX,
            len => SHORT_LEN + usize::from(len),
        };
        match Self::read(&bytes[..bytes.len().min(declared)]) {
            Ok(_) => None,
            // The header continues in the next transport packet, unless the declared length is too short for it.
            Err(ENDS) if declared > bytes.len() => {
                let header_len = LONG_LEN + usize::from(*bytes.get(LONG_LEN - 1)?);
                let is_long = !SHORT_HEADERS.contains(&stream_id);
                (is_long && declared < header_len).then_some(ENDS)
            }
            Err(why) => Some(why),
        }
    }

    /// Reads the header at the start of a PES packet; returns the header and its length, or the fault.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), &'static str> {
        let start: &[u8; SHORT_LEN] = bytes.first_chunk().ok_or(ENDS)?;
        let mut header = Self {
            stream_id: start[3],
            scrambling_control: 0,
            priority: false,
            data_alignment: false,
            copyright: false,
            original: false,
            pts: None,
            dts: None,
        };
        if SHORT_HEADERS.contains(&header.stream_id) {
            return Ok((header, SHORT_LEN));
        }
        let &[_, _, _, _, _, _, flags, fields, len] = bytes.first_chunk().ok_or(ENDS)?;
        let end = LONG_LEN + usize::from(len);
        let rest = bytes.get(LONG_LEN..end).ok_or(ENDS)?;
        header.scrambling_control = flags >> 4 & 3;
        header.priority = flags & 8 != 0;
        header.data_alignment = flags & 4 != 0;
        header.copyright = flags & 2 != 0;
        header.original = flags & 1 != 0;
        let (timestamps, _) = rest.as_chunks::<TIMESTAMP_LEN>();
        let timestamp = |number: usize| {
            timestamps.get(number).map(timestamp).ok_or("its header is too short for its timestamps")
        };
        // `PTS_DTS_flags`: the value 01 is forbidden and ignored.
        if fields & 0x80 != 0 {
            header.pts = Some(timestamp(0)?);
        }
        if fields & 0xc0 == 0xc0 {
            header.dts = Some(timestamp(1)?);
        }
        Ok((header, end))
    }
}

/// Reads a timestamp of 33 bits, with a marker bit after each group.
fn timestamp(bytes: &[u8; TIMESTAMP_LEN]) -> u64 {
    let &[high, a, b, c, d] = bytes;
    let middle = u16::from_be_bytes([a, b]) >> 1;
    let low = u16::from_be_bytes([c, d]) >> 1;
    u64::from(high >> 1 & 7) << 30 | u64::from(middle) << 15 | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_timestamp() {
        for bit in 0..33 {
            let time = 1_u64 << bit;
            let byte = |bits: u64| u8::try_from(bits & 0xff).unwrap();
            let high = byte((time >> 30) << 1);
            let middle = [byte(time >> 22), byte((time >> 15) << 1)];
            let low = [byte(time >> 7), byte(time << 1)];
            let bytes = [0x21 | high, middle[0], 1 | middle[1], low[0], 1 | low[1]];
            assert_eq!(timestamp(&bytes), time, "bit {bit}");
        }
        assert_eq!(timestamp(&[0xff; 5]), (1 << 33) - 1);
    }

    #[test]
    fn faults_in_the_start_of_a_header() {
        let start = |length: u8, flags: u8, header: u8| {
            let mut bytes = vec![0, 0, 1, 0xe0, 0, length, 0x80, flags, header];
            bytes.resize(20, 0x21);
            bytes
        };
        for (bytes, fault) in [
            (start(0, 0x80, 5), None),
            (start(0, 0x80, 100), None),
            (start(30, 0x80, 26), None),
            (start(30, 0x80, 28), Some(ENDS)),
            (start(8, 0x80, 5), None),
            (start(7, 0x80, 5), Some(ENDS)),
            (start(2, 0x80, 5), Some(ENDS)),
            (start(20, 0x80, 4), Some("its header is too short for its timestamps")),
        ] {
            assert_eq!(PesHeader::fault_of_start(&bytes), fault, "{bytes:?}");
            assert!((0..6).all(|len| PesHeader::fault_of_start(&bytes[..len]).is_none()));
        }
    }

    #[test]
    fn fields_of_a_header() {
        let mut bytes = vec![0, 0, 1, 0xe0, 0, 0, 0b1010_1101, 0xc0, 12];
        bytes.extend([0x31, 0, 1, 0, 7, 0x11, 0, 1, 0, 5, 0xff, 0xff]);
        let (header, len) = PesHeader::read(&bytes).unwrap();
        assert_eq!((header.stream_id, header.scrambling_control, len), (0xe0, 2, 21));
        assert!(header.priority && header.data_alignment && !header.copyright && header.original);
        assert_eq!((header.pts, header.dts), (Some(3), Some(2)));
        for len in 0..bytes.len() {
            assert_eq!(PesHeader::read(&bytes[..len]), Err("it ends inside its header"));
        }
        for (fields, len, times) in [
            (0x80, 5, Ok((Some(3), None))),
            (0x40, 5, Ok((None, None))),
            (0, 0, Ok((None, None))),
            (0xc0, 9, Err("its header is too short for its timestamps")),
            (0x80, 4, Err("its header is too short for its timestamps")),
        ] {
            (bytes[7], bytes[8]) = (fields, len);
            let found = PesHeader::read(&bytes).map(|(header, _)| (header.pts, header.dts));
            assert_eq!(found, times, "{fields:#x}, {len}");
        }
        for id in SHORT_HEADERS {
            bytes[3] = id;
            assert_eq!(
                PesHeader::read(&bytes[..6]).map(|(header, len)| (header.stream_id, len)),
                Ok((id, 6))
            );
        }
    }
}

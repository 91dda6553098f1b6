//! The adaptation field of a transport packet.

/// An adaptation field without its length byte (§2.4.3.4 and §2.4.3.5). An empty field has no flags either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AdaptationField<'data> {
    bytes: &'data [u8],
}

/// The flags of the first byte that announce optional fields, in the order of these fields.
const PCR: u8 = 0x10;
const OPCR: u8 = 0x08;
const SPLICING_POINT: u8 = 0x04;
const PRIVATE_DATA: u8 = 0x02;
const EXTENSION: u8 = 0x01;

/// Length of a clock reference in bytes.
const CLOCK_LEN: usize = 6;

impl<'data> AdaptationField<'data> {
    #[inline]
    pub(super) fn new(bytes: &'data [u8]) -> Self {
        Self { bytes }
    }

    /// Returns the bytes after the length: flags, optional fields, stuffing.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.bytes
    }

    #[inline]
    fn has(&self, flag: u8) -> bool {
        self.bytes.first().is_some_and(|flags| flags & flag != 0)
    }

    /// `discontinuity_indicator`: the continuity counter of the PID, or the clock of its program, may jump.
    #[must_use]
    #[inline]
    pub fn discontinuity(&self) -> bool {
        self.has(0x80)
    }

    /// `random_access_indicator`: a decoder can start at this packet.
    #[must_use]
    pub fn random_access(&self) -> bool {
        self.has(0x40)
    }

    /// `elementary_stream_priority_indicator`.
    #[must_use]
    pub fn elementary_stream_priority(&self) -> bool {
        self.has(0x20)
    }

    /// `program_clock_reference` in units of 27 MHz: `base * 300 + extension`. `None` if the field is absent or truncated.
    #[must_use]
    pub fn pcr(&self) -> Option<u64> {
        self.clock(PCR)
    }

    /// `original_program_clock_reference` in units of 27 MHz.
    #[must_use]
    pub fn opcr(&self) -> Option<u64> {
        self.clock(OPCR)
    }

    /// `splice_countdown`: the number of packets of the PID before the splicing point; negative after it.
    #[must_use]
    pub fn splice_countdown(&self) -> Option<i8> {
        let [count] = self.field(SPLICING_POINT)?.first_chunk()?;
        Some(i8::from_be_bytes([*count]))
    }

    /// `transport_private_data`.
    #[must_use]
    pub fn private_data(&self) -> Option<&'data [u8]> {
        length_prefixed(self.field(PRIVATE_DATA)?)
    }

    /// The adaptation field extension without its length byte.
    #[must_use]
    pub fn extension(&self) -> Option<&'data [u8]> {
        length_prefixed(self.field(EXTENSION)?)
    }

    fn clock(&self, flag: u8) -> Option<u64> {
        let &[a, b, c, d, e, f] = self.field(flag)?.first_chunk()?;
        // 33 bits of base, 6 reserved bits, 9 bits of extension.
        let base = u64::from(u32::from_be_bytes([a, b, c, d])) << 1 | u64::from(e >> 7);
        let extension = u64::from(u16::from_be_bytes([e & 1, f]));
        Some(base * 300 + extension)
    }

    /// Returns the bytes from the start of the optional field of a flag; `None` if the flag is not set or the field is
    /// truncated.
    fn field(&self, flag: u8) -> Option<&'data [u8]> {
        if !self.has(flag) {
            return None;
        }
        let mut at = 1;
        for before in
            [PCR, OPCR, SPLICING_POINT, PRIVATE_DATA].into_iter().take_while(|&before| before > flag)
        {
            if self.has(before) {
                at += match before {
                    SPLICING_POINT => 1,
                    PRIVATE_DATA => 1 + usize::from(*self.bytes.get(at)?),
                    _ => CLOCK_LEN,
                };
            }
        }
        self.bytes.get(at..)
    }
}

/// Reads a length byte and returns that number of bytes.
fn length_prefixed(bytes: &[u8]) -> Option<&[u8]> {
    let (&len, bytes) = bytes.split_first()?;
    bytes.get(..usize::from(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_optional_fields_in_sequence() {
        let clock = [0x80, 0, 0, 1, 0xff, 0xff];
        let mut bytes = vec![0b1011_1111];
        bytes.extend(clock);
        bytes.extend([0, 0, 0, 0, 0x7e, 7]);
        bytes.push(0xfe);
        bytes.extend([3, b'a', b'b', b'c']);
        bytes.extend([1, 0x1f]);
        let field = AdaptationField::new(&bytes);
        assert!(field.discontinuity() && !field.random_access() && field.elementary_stream_priority());
        assert_eq!(field.pcr(), Some(((0x8000_0001 << 1) + 1) * 300 + 511));
        assert_eq!(field.opcr(), Some(7));
        assert_eq!(field.splice_countdown(), Some(-2));
        assert_eq!(field.private_data(), Some(b"abc".as_slice()));
        assert_eq!(field.extension(), Some([0x1f].as_slice()));

        // A truncated field is absent; the fields before it are unchanged.
        for len in 0..bytes.len() {
            let short = AdaptationField::new(&bytes[..len]);
            assert_eq!(short.pcr().is_some(), len >= 7);
            assert_eq!(short.opcr().is_some(), len >= 13);
            assert_eq!(short.splice_countdown().is_some(), len >= 14);
            assert_eq!(short.private_data().is_some(), len >= 18);
            assert_eq!(short.extension(), None);
        }
    }

    #[test]
    fn each_optional_field_alone() {
        for (flag, rest) in
            [(PCR, [0; 6].as_slice()), (OPCR, &[0; 6]), (SPLICING_POINT, &[5]), (PRIVATE_DATA, &[0])]
        {
            let bytes = [&[flag], rest].concat();
            let field = AdaptationField::new(&bytes);
            let found = [
                field.pcr().is_some(),
                field.opcr().is_some(),
                field.splice_countdown().is_some(),
                field.private_data().is_some(),
                field.extension().is_some(),
            ];
            assert_eq!(
                found,
                [PCR, OPCR, SPLICING_POINT, PRIVATE_DATA, EXTENSION].map(|other| other == flag)
            );
        }
    }
}

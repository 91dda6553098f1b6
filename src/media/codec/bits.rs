//! Bit fields.

/// Reads bit fields, the most significant bit of a byte first. Every method returns `None` at the end of the bytes.
#[derive(Debug, Clone)]
pub(in crate::media) struct Bits<'a> {
    rest: &'a [u8],
    /// The current byte, and the number of its unread bits.
    byte: u8,
    left: u32,
    /// Number of zero bytes before the next byte; after two of them, a byte of 3 is an `emulation_prevention_three_byte`.
    zeros: u8,
    is_nal_unit: bool,
}

impl<'a> Bits<'a> {
    pub(in crate::media) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, byte: 0, left: 0, zeros: 0, is_nal_unit: false }
    }

    /// Creates a reader of a NAL unit that drops `emulation_prevention_three_byte` (ITU-T H.264, 7.3.1; ITU-T H.265,
    /// 7.3.1.1).
    pub(in crate::media) fn of_nal_unit(bytes: &'a [u8]) -> Self {
        Self { is_nal_unit: true, ..Self::new(bytes) }
    }

    fn next_byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn bit(&mut self) -> Option<u32> {
        if self.left == 0 {
            let mut byte = self.next_byte()?;
            if self.is_nal_unit && self.zeros >= 2 && byte == 3 {
                self.zeros = 0;
                byte = self.next_byte()?;
            }
            self.zeros = if byte == 0 { self.zeros.saturating_add(1) } else { 0 };
            (self.byte, self.left) = (byte, 8);
        }
        self.left -= 1;
        Some(u32::from(self.byte >> self.left & 1))
    }

    /// Reads an unsigned number of at most 32 bits.
    pub(in crate::media) fn take(&mut self, count: u32) -> Option<u32> {
        debug_assert!(count <= 32);
        let mut number = 0;
        for _ in 0..count {
            number = number << 1 | self.bit()?;
        }
        Some(number)
    }

    /// Reads an unsigned number of at most 8 bits.
    pub(in crate::media) fn byte(&mut self, count: u32) -> Option<u8> {
        u8::try_from(self.take(count)?).ok()
    }

    pub(in crate::media) fn flag(&mut self) -> Option<bool> {
        Some(self.bit()? == 1)
    }

    pub(in crate::media) fn skip(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            self.bit()?;
        }
        Some(())
    }

    /// Returns the bytes after the current one.
    pub(in crate::media) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Reads `ue(v)` (ITU-T H.264, 9.1); `None` also for values of 2^32 - 1 or more.
    pub(in crate::media) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros == 32 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }

    /// Reads `se(v)` (ITU-T H.264, 9.1.1).
    pub(in crate::media) fn se(&mut self) -> Option<i64> {
        let code = i64::from(self.ue()?);
        Some(if code % 2 == 0 { -code / 2 } else { code / 2 + 1 })
    }

    /// Reads `ue(v)`; `None` if it exceeds a limit.
    pub(in crate::media) fn ue_up_to(&mut self, limit: u32) -> Option<u32> {
        self.ue().filter(|&number| number <= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_bits() {
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0xff]);
        // 1, 010, 011, 00100, 0010.. are the codes of 0, 1, 2, 3.
        assert_eq!([bits.ue(), bits.ue(), bits.ue(), bits.ue()], [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!((bits.take(4), bits.rest()), (Some(2), &[0xff][..]));
        assert_eq!((bits.take(8), bits.take(1)), (Some(0xff), None));
        let mut bits = Bits::new(&[0b0100_1100, 0b1000_0101]);
        assert_eq!([bits.se(), bits.se(), bits.se(), bits.se()], [Some(1), Some(-1), Some(2), Some(-2)]);
        assert_eq!(Bits::new(&[0; 9]).ue(), None);
        assert_eq!(Bits::new(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]).ue(), Some(u32::MAX - 1));
    }

    #[test]
    fn emulation_prevention_bytes_are_dropped() {
        let nal_unit = [0, 0, 3, 1, 3, 0, 0, 3, 0, 0, 3, 3];
        let read = |mut bits: Bits<'_>| std::iter::from_fn(|| bits.byte(8)).collect::<Vec<_>>();
        assert_eq!(read(Bits::of_nal_unit(&nal_unit)), [0, 0, 1, 3, 0, 0, 0, 0, 3]);
        assert_eq!(read(Bits::new(&nal_unit)), nal_unit);
    }
}

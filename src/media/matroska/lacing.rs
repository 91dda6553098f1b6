//! Lacing: several frames in one block.

use std::iter::FusedIterator;

use super::header::{signed_vint, vint};

/// The lacing of a block (RFC 9559, section 10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lacing {
    /// The block has one frame.
    None,
    /// Each size is a sum of bytes; the size of the last frame is implied.
    Xiph,
    /// All frames have the same size.
    FixedSize,
    /// The size of the first frame, then differences; the size of the last frame is implied.
    Ebml,
}

impl Lacing {
    pub(super) fn of_flags(flags: u8) -> Self {
        match flags >> 1 & 3 {
            0 => Self::None,
            1 => Self::Xiph,
            2 => Self::FixedSize,
            _ => Self::Ebml,
        }
    }
}

/// A frame as stored in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'data> {
    /// Offset of its first byte from the start of the input.
    pub offset: u64,
    /// Its stored bytes; [`Track::payload`](super::Track::payload) returns its contents.
    pub data: &'data [u8],
}

/// The frames of a block.
#[derive(Debug, Clone, Copy)]
pub struct Frames<'data> {
    lacing: Lacing,
    /// Unread sizes.
    sizes: &'data [u8],
    /// EBML lacing: the size of the previous frame, if there is one. Fixed-size lacing: the size of each frame.
    size: Option<u64>,
    left: usize,
    /// The bytes of the remaining frames.
    rest: &'data [u8],
    offset: u64,
}

impl<'data> Frames<'data> {
    /// Reads the frames in the bytes after the header of a block, which lie at `offset`; or returns the fault.
    #[inline]
    pub(super) fn read(
        lacing: Lacing,
        bytes: &'data [u8],
        offset: u64,
    ) -> std::result::Result<Self, &'static str> {
        let one = Self { lacing, sizes: &[], size: None, left: 1, rest: bytes, offset };
        if lacing == Lacing::None { Ok(one) } else { one.laced() }
    }

    /// Reads laced frames, whose sizes must match the block.
    fn laced(self) -> std::result::Result<Self, &'static str> {
        let (&others, after_count) = self.rest.split_first().ok_or("its number of frames is missing")?;
        let mut frames = Self { sizes: after_count, left: usize::from(others) + 1, ..self };
        if self.lacing == Lacing::FixedSize {
            if !after_count.len().is_multiple_of(frames.left) {
                return Err("its frames do not have equal sizes");
            }
            let size = Some((after_count.len() / frames.left) as u64);
            return Ok(Self { size, sizes: &[], rest: after_count, offset: self.offset + 1, ..frames });
        }
        // A first pass finds the end of the sizes and checks their sum.
        let (first, mut sum) = (frames, 0_u64);
        for _ in 0..others {
            let size = frames.read_size().ok_or("a frame size is invalid")?;
            sum = sum.saturating_add(size);
        }
        let sizes_len = after_count.len() - frames.sizes.len();
        if sum > frames.sizes.len() as u64 {
            return Err("its frames exceed it");
        }
        let offset = self.offset + 1 + sizes_len as u64;
        Ok(Self { rest: frames.sizes, sizes: &after_count[..sizes_len], offset, ..first })
    }

    /// Reads the next size. The last frame has none.
    fn read_size(&mut self) -> Option<u64> {
        #[cfg(test)]
        super::step_count::count(1 + self.sizes.iter().take_while(|&&byte| byte == 0xff).count());
        match self.lacing {
            Lacing::Xiph => {
                let ones = self.sizes.iter().take_while(|&&byte| byte == 0xff).count();
                let last = *self.sizes.get(ones)?;
                self.sizes = &self.sizes[ones + 1..];
                return Some(255 * ones as u64 + u64::from(last));
            }
            Lacing::Ebml => {
                let (size, len) = match self.size {
                    None => vint(self.sizes)?,
                    Some(before) => {
                        let (difference, len) = signed_vint(self.sizes)?;
                        (before.checked_add_signed(difference)?, len)
                    }
                };
                self.sizes = &self.sizes[len..];
                self.size = Some(size);
            }
            Lacing::None | Lacing::FixedSize => {}
        }
        self.size
    }
}

impl<'data> Iterator for Frames<'data> {
    type Item = Frame<'data>;

    #[inline]
    fn next(&mut self) -> Option<Frame<'data>> {
        self.left = self.left.checked_sub(1)?;
        let size = if self.left == 0 {
            self.rest.len()
        } else {
            // The sizes were checked, but mapped bytes may have changed since.
            let size = self.read_size().and_then(|size| usize::try_from(size).ok());
            size.unwrap_or(0).min(self.rest.len())
        };
        let (data, rest) = self.rest.split_at(size);
        let frame = Frame { offset: self.offset, data };
        self.rest = rest;
        self.offset += size as u64;
        Some(frame)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Frames<'_> {}
impl FusedIterator for Frames<'_> {}

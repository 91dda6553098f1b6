//! Several frames in one block.

use std::iter::FusedIterator;

use super::header::{signed_vint, vint};

/// How several frames are put into a block (RFC 9559, section 10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lacing {
    /// The block is one frame.
    None,
    /// The sizes of all frames but the last one are sums of bytes.
    Xiph,
    /// All frames have the same size.
    FixedSize,
    /// The size of the first frame, and differences.
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

/// A frame as it stands in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'data> {
    /// Where it begins, in bytes from the start of the input.
    pub offset: u64,
    /// Its bytes; [`Track::payload`](super::Track::payload) tells what they stand for.
    pub data: &'data [u8],
}

/// The frames of a block.
#[derive(Debug, Clone, Copy)]
pub struct Frames<'data> {
    lacing: Lacing,
    /// The sizes that are still to be read.
    sizes: &'data [u8],
    /// Of EBML lacing: the size of the frame before, if there is one; of frames of the same size: that.
    size: Option<u64>,
    left: usize,
    /// The frames that are left.
    rest: &'data [u8],
    offset: u64,
}

impl<'data> Frames<'data> {
    /// The frames in what follows the header of a block, at an offset; or what is wrong with them.
    #[inline]
    pub(super) fn read(
        lacing: Lacing,
        bytes: &'data [u8],
        offset: u64,
    ) -> std::result::Result<Self, &'static str> {
        let one = Self { lacing, sizes: &[], size: None, left: 1, rest: bytes, offset };
        if lacing == Lacing::None { Ok(one) } else { one.laced() }
    }

    /// The frames behind the sizes, which add up.
    fn laced(self) -> std::result::Result<Self, &'static str> {
        let (&others, behind) = self.rest.split_first().ok_or("it has no number of frames")?;
        let mut frames = Self { sizes: behind, left: usize::from(others) + 1, ..self };
        if self.lacing == Lacing::FixedSize {
            if !behind.len().is_multiple_of(frames.left) {
                return Err("its frames have not all the same size");
            }
            let size = Some((behind.len() / frames.left) as u64);
            return Ok(Self { size, sizes: &[], rest: behind, offset: self.offset + 1, ..frames });
        }
        // Once to find where the sizes end, and whether there is as much as they say.
        let (first, mut sum) = (frames, 0_u64);
        for _ in 0..others {
            let size = frames.read_size().ok_or("a size of its frames is none")?;
            sum = sum.saturating_add(size);
        }
        let sizes_len = behind.len() - frames.sizes.len();
        if sum > frames.sizes.len() as u64 {
            return Err("its frames are longer than it is");
        }
        let offset = self.offset + 1 + sizes_len as u64;
        Ok(Self { rest: frames.sizes, sizes: &behind[..sizes_len], offset, ..first })
    }

    /// The next one of the sizes that are still to be read, of the frames before the last one.
    fn read_size(&mut self) -> Option<u64> {
        #[cfg(test)]
        super::linear::count(1 + self.sizes.iter().take_while(|&&byte| byte == 0xff).count());
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
            // All were read once, but bytes that are mapped may have changed since.
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

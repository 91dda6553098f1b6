//! DEFLATE by the libraries that are chosen for it.

#[cfg(feature = "libdeflate")]
mod whole {
    use libdeflater::{CompressionLvl, Compressor, DecompressionError, Decompressor};

    /// Inflates blocks that are there as a whole, by libdeflate.
    pub(crate) struct Inflater(Decompressor);

    impl Inflater {
        pub(crate) fn new() -> Self {
            Self(Decompressor::new())
        }

        /// Inflates a block that has as many bytes as there is room. Returns how many it has, if no more.
        pub(crate) fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> Result<usize, String> {
            self.0.deflate_decompress(deflated, room).map_err(|error| match error {
                DecompressionError::BadData => "invalid deflate data".to_owned(),
                DecompressionError::InsufficientSpace => {
                    format!("there are more bytes than the {} of which its end tells", room.len())
                }
            })
        }
    }

    /// Deflates blocks as a whole, by libdeflate.
    pub(crate) struct Deflater(Compressor);

    impl Deflater {
        /// The level that makes the shortest blocks, and takes the longest.
        pub(crate) const MAX_LEVEL: u8 = 12;

        /// At a level from 1 on; `None` if there is no such one.
        pub(crate) fn new(level: u8) -> Option<Self> {
            CompressionLvl::new(level.into()).ok().map(|level| Self(Compressor::new(level)))
        }

        /// Deflates a block into some room. Returns how many bytes that makes, if they fit.
        pub(crate) fn deflate(&mut self, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
            self.0.deflate_compress(bytes, room).ok()
        }
    }
}

#[cfg(not(feature = "libdeflate"))]
mod whole {
    use zlib_rs::{Deflate, DeflateFlush, Inflate, InflateFlush, Status};

    /// Inflates blocks that are there as a whole, by zlib-rs.
    pub(crate) struct Inflater(Inflate);

    impl Inflater {
        pub(crate) fn new() -> Self {
            Self(Inflate::new(false, super::WINDOW_BITS))
        }

        /// Inflates a block that has as many bytes as there is room. Returns how many it has, if no more.
        pub(crate) fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> Result<usize, String> {
            self.0.reset(false);
            match self.0.decompress(deflated, room, InflateFlush::Finish) {
                Ok(Status::StreamEnd) => Ok(usize::try_from(self.0.total_out()).unwrap_or(usize::MAX)),
                Ok(_) if self.0.total_out() == room.len() as u64 => {
                    Err(format!("there are more bytes than the {} of which its end tells", room.len()))
                }
                Ok(_) => Err("invalid deflate data".to_owned()),
                Err(error) => Err(super::reason(&self.0, error)),
            }
        }
    }

    /// Deflates blocks as a whole, by zlib-rs.
    pub(crate) struct Deflater(Deflate);

    impl Deflater {
        /// The level that makes the shortest blocks, and takes the longest.
        pub(crate) const MAX_LEVEL: u8 = 9;

        /// At a level from 1 on; `None` if there is no such one.
        pub(crate) fn new(level: u8) -> Option<Self> {
            let known = (1..=Self::MAX_LEVEL).contains(&level);
            known.then(|| Self(Deflate::new(level.into(), false, super::WINDOW_BITS)))
        }

        /// Deflates a block into some room. Returns how many bytes that makes, if they fit.
        pub(crate) fn deflate(&mut self, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
            self.0.reset();
            match self.0.compress(bytes, room, DeflateFlush::Finish) {
                Ok(Status::StreamEnd) => usize::try_from(self.0.total_out()).ok(),
                _ => None,
            }
        }
    }
}

use zlib_rs::{Inflate, InflateError, InflateFlush, Status};

pub(crate) use whole::{Deflater, Inflater};

/// The largest window that there is in DEFLATE, 32 KiB.
const WINDOW_BITS: u8 = 15;

/// Why bytes cannot be inflated.
fn reason(inflate: &Inflate, error: InflateError) -> String {
    inflate.error_message().unwrap_or(error.as_str()).to_owned()
}

/// Inflates what is had piece by piece.
pub(crate) struct Stream(Inflate);

/// What came of a step.
pub(crate) struct Step {
    /// Bytes that were taken.
    pub(crate) taken: usize,
    /// Bytes that were made.
    pub(crate) made: usize,
    /// Whether that is all.
    pub(crate) ended: bool,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Self(Inflate::new(false, WINDOW_BITS))
    }

    /// Begins with other bytes.
    pub(crate) fn restart(&mut self) {
        self.0.reset(false);
    }

    /// Inflates some bytes.
    pub(crate) fn step(&mut self, deflated: &[u8], room: &mut [u8]) -> Result<Step, String> {
        let (taken, made) = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(deflated, room, InflateFlush::NoFlush);
        let status = status.map_err(|error| reason(&self.0, error))?;
        // Each is the length of a part of a slice.
        let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        let (taken, made) = (since(self.0.total_in(), taken), since(self.0.total_out(), made));
        Ok(Step { taken, made, ended: matches!(status, Status::StreamEnd) })
    }
}

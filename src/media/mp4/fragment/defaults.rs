//! What holds for the samples of fragments unless they say otherwise.

use crate::error::{ErrorKind, Result};
use crate::media::mp4::{Mp4Box, fault, fields::Fields};

/// The box `mvex`, which has the defaults of each track.
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct Defaults<'data> {
    mvex: Mp4Box<'data>,
}

/// What holds for samples that do not say otherwise: `trex` (ISO/IEC 14496-12 §8.8.3), then `tfhd`.
#[derive(Debug, Clone, Copy)]
pub(super) struct SampleDefaults {
    pub(super) description: u32,
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

impl<'data> Defaults<'data> {
    /// Of a movie; `None` if it has no fragments.
    pub(in crate::media::mp4) fn of(moov: Mp4Box<'data>) -> Result<Option<Self>> {
        Ok(moov.find(b"mvex")?.map(|mvex| Self { mvex }))
    }

    /// Of a track.
    pub(super) fn get(&self, track_id: u32) -> Result<SampleDefaults> {
        for child in self.mvex.children().unwrap_or_default() {
            let child = child?;
            if child.kind() != *b"trex" {
                continue;
            }
            let (_, _, mut fields) = Fields::full(child)?;
            if fields.u32()? == track_id {
                return Ok(SampleDefaults {
                    description: fields.u32()?,
                    duration: fields.u32()?,
                    size: fields.u32()?,
                    flags: fields.u32()?,
                });
            }
        }
        let missing = ErrorKind::BoxMissing { kind: *b"trex", parent: Some(*b"mvex") };
        let offset = self.mvex.range().start;
        Err(fault::at(missing, offset, offset, self.mvex.as_bytes()))
    }
}

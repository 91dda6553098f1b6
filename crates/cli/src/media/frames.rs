//! Frames of Matroska as they were before they were stored.

use pagecut::Result;
use pagecut::media::matroska::{Packet, Track};

/// Takes a piece of a frame.
type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// Whether [`read`] gives the frames of a track as they were: they are stored plain, without their first bytes, or with zlib, which
/// the feature `gzip` undoes.
pub(crate) fn can_read(track: &Track<'_>) -> bool {
    !track.has_encoded_frames() || is_zlib(track)
}

/// Whether the frames of a track are stored with zlib and nothing else.
#[cfg(feature = "gzip")]
pub(crate) fn is_zlib(track: &Track<'_>) -> bool {
    use pagecut::media::matroska::Encoding;
    let mut encodings = track.content_encodings().into_iter().flatten();
    let first = encodings.next().and_then(Result::ok);
    let is_first = first.is_some_and(|encoding| encoding.encoding == Encoding::Zlib);
    track.has_encoded_frames() && is_first && encodings.next().is_none()
}

#[cfg(not(feature = "gzip"))]
pub(crate) fn is_zlib(_: &Track<'_>) -> bool {
    false
}

/// Gives a frame in pieces: what was stored if [`can_read`] is false.
///
/// # Errors
///
/// That the frame is damaged, after the pieces before the damage; those of `put`.
pub(crate) fn read(packet: &Packet<'_>, is_zlib: bool, put: Put<'_>) -> Result<()> {
    if !is_zlib {
        return packet.payload.slices().into_iter().try_for_each(put);
    }
    inflate(packet.payload.data, packet.offset, put)
}

#[cfg(not(feature = "gzip"))]
fn inflate(data: &[u8], _: u64, put: Put<'_>) -> Result<()> {
    put(data)
}

/// Undoes zlib, with a bounded buffer.
#[cfg(feature = "gzip")]
fn inflate(data: &[u8], offset: u64, put: Put<'_>) -> Result<()> {
    use std::io;

    use flate2::{Decompress, FlushDecompress, Status};

    const BUFFER_LEN: usize = 1 << 16;
    let mut buffer = vec![0; BUFFER_LEN];
    let mut decompress = Decompress::new(true);
    loop {
        let (read, written) = (decompress.total_in(), decompress.total_out());
        let rest = usize::try_from(read).ok().and_then(|read| data.get(read..)).unwrap_or_default();
        let status = decompress.decompress(rest, &mut buffer, FlushDecompress::None);
        let done = usize::try_from(decompress.total_out() - written).unwrap_or(usize::MAX);
        put(buffer.get(..done).unwrap_or(&buffer))?;
        match status {
            Ok(Status::StreamEnd) => return Ok(()),
            Ok(_) if done > 0 || decompress.total_in() > read => {}
            _ => {
                let fault = format!("the zlib data of the frame at byte {offset} is damaged");
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault).into());
            }
        }
    }
}

#[cfg(all(test, feature = "gzip"))]
mod tests {
    use std::io::Write;

    use super::*;

    fn inflated(data: &[u8]) -> (Vec<u8>, Result<()>) {
        let mut all = Vec::new();
        let result = inflate(data, 7, &mut |piece| {
            all.extend_from_slice(piece);
            Ok(())
        });
        (all, result)
    }

    #[test]
    fn frames_longer_than_the_buffer() {
        let frame: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&frame).unwrap();
        let stored = encoder.finish().unwrap();
        let (all, result) = inflated(&stored);
        assert!(result.is_ok() && all == frame);
        for cut in 0..stored.len() {
            let (all, result) = inflated(&stored[..cut]);
            assert!(result.is_err() && frame.starts_with(&all), "cut at {cut}");
        }
        let error = inflated(b"no zlib").1.unwrap_err();
        assert!(error.to_string().contains("byte 7"), "{error}");
    }
}

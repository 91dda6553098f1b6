//! bzip2.

use bzip2::{Decompress, Status};

use super::pieces::{Damaged, Decompressed, Put};

/// Decompresses a frame in pieces of a bounded buffer.
pub(super) fn decompress(data: &[u8], put: Put<'_>) -> Decompressed {
    const BUFFER_LEN: usize = 1 << 16;
    let mut buffer = vec![0; BUFFER_LEN];
    let mut decompress = Decompress::new(false);
    loop {
        let (read, written) = (decompress.total_in(), decompress.total_out());
        let rest = usize::try_from(read).ok().and_then(|read| data.get(read..)).unwrap_or_default();
        let status = decompress.decompress(rest, &mut buffer);
        let done = usize::try_from(decompress.total_out() - written).unwrap_or(usize::MAX);
        put(buffer.get(..done).unwrap_or(&buffer))?;
        match status {
            Ok(Status::StreamEnd) => return Ok(Ok(())),
            Ok(_) if done > 0 || decompress.total_in() > read => {}
            _ => return Ok(Err(Damaged)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::media::frames::tests::{long_frame, refuses_every_part};

    #[test]
    fn frames_longer_than_the_buffer() {
        let frame = long_frame();
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(&frame).unwrap();
        refuses_every_part(decompress, &encoder.finish().unwrap(), &frame);
    }
}

//! Checks of decompressors.

use super::pieces::{Decompressed, Put};

/// Returns all bytes from `decompress`, and whether the data is complete.
pub(super) fn all(decompress: fn(&[u8], Put<'_>) -> Decompressed, data: &[u8]) -> (Vec<u8>, bool) {
    let mut all = Vec::new();
    let result = decompress(data, &mut |piece| {
        all.extend_from_slice(piece);
        Ok(())
    });
    (all, result.unwrap().is_ok())
}

/// Builds a frame longer than every buffer.
#[cfg(any(feature = "gzip", feature = "bzip2"))]
pub(super) fn long_frame() -> Vec<u8> {
    (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect()
}

/// Checks that `stored` decompresses to `frame`, that each prefix is damaged and gives a prefix of the frame, and that
/// other bytes are damaged.
#[cfg(any(feature = "gzip", feature = "bzip2"))]
pub(super) fn refuses_every_part(
    decompress: fn(&[u8], Put<'_>) -> Decompressed,
    stored: &[u8],
    frame: &[u8],
) {
    assert!(all(decompress, stored) == (frame.to_vec(), true));
    let step = stored.len().div_ceil(500);
    for cut in (0..stored.len()).step_by(step).chain([stored.len() - 1]) {
        let (part, is_whole) = all(decompress, &stored[..cut]);
        assert!(!is_whole && frame.starts_with(&part), "cut at {cut}");
    }
    assert!(!all(decompress, b"not compressed").1);
}

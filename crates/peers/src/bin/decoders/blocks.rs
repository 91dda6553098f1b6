//! Decoders of whole BGZF blocks.

use crate::Decoder;
use crate::result::Result;

pub(crate) const DECODERS: [Decoder; 5] = [
    ("sirocco 0.3", sirocco),
    ("libdeflate 1.26 (C)", libdeflate),
    ("zlib-rs 0.6", zlib_rs),
    ("zune-inflate 0.2", zune),
    ("miniz_oxide 0.9", miniz),
];

/// Length of the header that all programs write.
const HEADER: usize = 18;
const TRAILER: usize = 8;

/// Calls `decode` with the deflated bytes of each block and a buffer of the decompressed length.
fn each(file: &[u8], mut decode: impl FnMut(&[u8], &mut [u8]) -> Result<usize>) -> Result<u64> {
    let mut room = vec![0; 1 << 16];
    let (mut rest, mut made) = (file, 0);
    while let Some(size) = rest.get(16..HEADER) {
        let (block, next) = rest.split_at(usize::from(u16::from_le_bytes([size[0], size[1]])) + 1);
        let len = block.last_chunk().map_or(0, |len| u32::from_le_bytes(*len)) as usize;
        made += decode(&block[HEADER..block.len() - TRAILER], &mut room[..len])? as u64;
        rest = next;
    }
    Ok(made)
}

fn sirocco(file: &[u8]) -> Result<u64> {
    let mut decoder = sirocco::inflate::Decoder::new(sirocco::Format::Deflate);
    each(file, |deflated, room| {
        decoder.reset();
        Ok(decoder.decompress(deflated, room, true)?.output.len())
    })
}

fn libdeflate(file: &[u8]) -> Result<u64> {
    let mut decoder = libdeflater::Decompressor::new();
    each(file, |deflated, room| Ok(decoder.deflate_decompress(deflated, room)?))
}

fn zlib_rs(file: &[u8]) -> Result<u64> {
    let mut decoder = flate2::Decompress::new(false);
    each(file, |deflated, room| {
        decoder.reset(false);
        decoder.decompress(deflated, room, flate2::FlushDecompress::Finish)?;
        Ok(usize::try_from(decoder.total_out())?)
    })
}

fn zune(file: &[u8]) -> Result<u64> {
    each(file, |deflated, room| {
        let options = zune_inflate::DeflateOptions::default().set_size_hint(room.len());
        let made = zune_inflate::DeflateDecoder::new_with_options(deflated, options).decode_deflate();
        Ok(made.map_err(|error| format!("{error:?}"))?.len())
    })
}

fn miniz(file: &[u8]) -> Result<u64> {
    let mut decoder = Box::<miniz_oxide::inflate::core::DecompressorOxide>::default();
    let flag = miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    each(file, |deflated, room| {
        decoder.init();
        Ok(miniz_oxide::inflate::core::decompress(&mut decoder, deflated, room, 0, flag).2)
    })
}

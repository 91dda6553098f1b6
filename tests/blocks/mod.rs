//! BGZF that is put together here, so that its blocks can be as they like.

/// A block with these bytes, which are stored as they are.
pub(crate) fn block(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap();
    let block_len = 18 + 5 + len + 8;
    let mut block = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0".to_vec();
    block.extend((block_len - 1).to_le_bytes());
    // The last block of DEFLATE, stored: its length and the complement of that.
    block.push(1);
    block.extend(len.to_le_bytes());
    block.extend((!len).to_le_bytes());
    block.extend(bytes);
    block.extend(crc32(bytes).to_le_bytes());
    block.extend(u32::from(len).to_le_bytes());
    block
}

/// Blocks of so many bytes, which come again and again, up to the end of the data; and the one that closes the file.
pub(crate) fn bgzf(data: &[u8], lens: &[usize]) -> Vec<u8> {
    let (mut rest, mut file) = (data, Vec::new());
    for &len in lens.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (bytes, others) = rest.split_at(len.min(rest.len()));
        file.extend(block(bytes));
        rest = others;
    }
    file.extend(block(b""));
    file
}

/// CRC-32 (RFC 1952, section 8).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}

//! Codec tags of four bytes, as ffprobe shows them.

/// Returns a tag in letters.
pub(crate) fn string(tag: [u8; 4]) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b' ' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("[{other}]"),
    };
    tag.map(letter).concat()
}

/// Returns a tag as a number, whose lowest byte is the first one.
pub(crate) fn number(tag: [u8; 4]) -> String {
    format!("0x{:04x}", u32::from_le_bytes(tag))
}

//! Headers of codings that other programs wrote. `ffprobe` gives the expected values.

mod audio;
mod damage;
mod video;

/// Bytes of a string of hexadecimal digits; spaces are for the reader.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

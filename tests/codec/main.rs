//! Headers written by other programs; the expected values are those of `ffprobe`.

mod audio;
mod damage;
mod video;

/// Decodes hexadecimal digits; spaces are ignored.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

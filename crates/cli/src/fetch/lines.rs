//! Letters in lines of one length.

use std::io::{self, Write};

use pagecut::Result;
use pagecut::index::Letters;

/// Writes letters in lines. With a function in `reversed`, the letters are in reverse order, and each is replaced by its result.
pub(super) fn write_lines(
    letters: &mut Letters<'_>,
    line_len: u64,
    reversed: Option<fn(u8) -> u8>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut lines = Lines::new(line_len);
    match reversed {
        None => {
            while let Some(piece) = letters.next_piece()? {
                lines.write(piece, out)?;
            }
        }
        Some(other) => {
            let mut all = Vec::new();
            while let Some(piece) = letters.next_piece()? {
                all.extend(piece.iter().map(|&letter| other(letter)));
            }
            all.reverse();
            lines.write(&all, out)?;
        }
    }
    Ok(lines.end(out)?)
}

/// Lines of one length, made from pieces of any.
struct Lines {
    len: usize,
    /// Letters in the line that is not full.
    filled: usize,
}

impl Lines {
    /// Lines of `len` letters; 0 for one line.
    fn new(len: u64) -> Self {
        let len = usize::try_from(len).ok().filter(|&len| len > 0).unwrap_or(usize::MAX);
        Self { len, filled: 0 }
    }

    fn write(&mut self, mut letters: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !letters.is_empty() {
            let (line, rest) = letters.split_at(letters.len().min(self.len - self.filled));
            out.write_all(line)?;
            (letters, self.filled) = (rest, self.filled + line.len());
            if self.filled == self.len {
                self.end(out)?;
            }
        }
        Ok(())
    }

    /// Ends the line that was begun, if one was.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.filled > 0 {
            out.write_all(b"\n")?;
        }
        self.filled = 0;
        Ok(())
    }
}

/// The nucleotides that pair with those of an IUPAC code, in the same case. Other letters do not change.
pub(super) fn complement(letter: u8) -> u8 {
    const CODES: &[u8; 34] = b"ATTAUACGGCRYYRKMMKBVVBDHHDSSWWNNXX";
    let pair = CODES.chunks_exact(2).find(|pair| pair[0] == letter.to_ascii_uppercase());
    let complement = pair.map_or(letter, |pair| pair[1]);
    if letter.is_ascii_lowercase() { complement.to_ascii_lowercase() } else { complement }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_same_length_for_all_pieces() {
        for piece_len in 1..12 {
            for (line_len, expected) in [(4, "ACGT\nACGT\nAC\n"), (5, "ACGTA\nCGTAC\n"), (0, "ACGTACGTAC\n")]
            {
                let mut out = Vec::new();
                let mut lines = Lines::new(line_len);
                for piece in b"ACGTACGTAC".chunks(piece_len) {
                    lines.write(piece, &mut out).unwrap();
                }
                lines.end(&mut out).unwrap();
                assert_eq!(out.escape_ascii().to_string(), expected.as_bytes().escape_ascii().to_string());
            }
        }
    }
}

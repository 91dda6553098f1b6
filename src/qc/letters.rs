//! Letters of sequences as columns of tables.

/// Number of columns for letters: A, C, G, T, N, other letters, and two that stay empty.
pub(super) const LETTERS: usize = 8;

pub(super) const A: usize = 0;
pub(super) const C: usize = 1;
pub(super) const G: usize = 2;
pub(super) const T: usize = 3;
pub(super) const N: usize = 4;
const OTHER: u8 = 5;

/// The column of each byte in upper case.
pub(super) static COLUMNS: [u8; 256] = {
    let mut columns = [OTHER; 256];
    let mut column = 0;
    while column < OTHER {
        columns[b"ACGTN"[column as usize] as usize] = column;
        column += 1;
    }
    columns
};

/// Returns the sequence in upper case, in `copy` if it is not.
pub(super) fn in_upper_case<'out>(sequence: &'out [u8], copy: &'out mut Vec<u8>) -> &'out [u8] {
    // Upper case letters lack this bit; so do not all other characters, which are only copied in vain.
    if sequence.iter().fold(0, |bits, letter| bits | letter) & 0x20 == 0 {
        return sequence;
    }
    copy.clear();
    copy.extend(sequence.iter().map(u8::to_ascii_uppercase));
    copy
}

/// Returns the number of G and C, in upper case.
pub(super) fn gc(sequence: &[u8]) -> u64 {
    // Sums of one byte are added with the widest vectors.
    let sum = |chunk: &[u8]| {
        chunk.iter().fold(0_u8, |sum, &letter| sum + u8::from(letter == b'G' || letter == b'C'))
    };
    sequence.chunks(255).map(|chunk| u64::from(sum(chunk))).sum()
}

/// Returns the sum of bytes.
pub(super) fn sum(bytes: &[u8]) -> u64 {
    let sum = |chunk: &[u8]| chunk.iter().fold(0_u32, |sum, &byte| sum + u32::from(byte));
    bytes.chunks(1 << 16).map(|chunk| u64::from(sum(chunk))).sum()
}

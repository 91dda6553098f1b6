//! The CRC of sections.

/// The polynomial of Annex A.
const POLYNOMIAL: u32 = 0x04c1_1db7;

/// CRC of each byte value.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte: u32 = 0;
    while byte < 256 {
        let mut crc = byte << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc << 1) ^ if crc >> 31 == 0 { 0 } else { POLYNOMIAL };
            bit += 1;
        }
        table[byte as usize] = crc;
        byte += 1;
    }
    table
};

/// Computes `CRC_32` (Annex A). The result is 0 if the last four bytes are the CRC of the bytes before them.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, &byte| {
        let [high, ..] = crc.to_be_bytes();
        (crc << 8) ^ TABLE[usize::from(high ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_matches_published_values() {
        // The check value of CRC-32/MPEG-2 in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc(b"123456789"), 0x0376_e6e7);
        assert_eq!(crc(b""), u32::MAX);
        assert_eq!(crc(&[b"123456789".as_slice(), &[0x03, 0x76, 0xe6, 0xe7]].concat()), 0);
    }
}

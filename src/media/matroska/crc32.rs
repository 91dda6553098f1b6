//! The CRC of the `CRC-32` element.

/// Number of bytes per step (slicing-by-8).
const SLICES: usize = 8;

/// By table number: the CRC of each byte value followed by that number of zero bytes, for the polynomial of ISO 3309 and
/// IEEE 802.3, least significant bit first.
static TABLES: [[u32; 256]; SLICES] = {
    let mut tables = [[0; 256]; SLICES];
    let mut byte = 0_u32;
    while byte < 256 {
        let mut crc = byte;
        let mut table = 0;
        while table < SLICES {
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
                bit += 1;
            }
            tables[table][byte as usize] = crc;
            table += 1;
        }
        byte += 1;
    }
    tables
};

/// Computes the CRC-32 (RFC 8794, section 11.3.1).
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let (slices, rest) = bytes.as_chunks::<SLICES>();
    let crc = slices.iter().fold(!0, |crc: u32, &[b0, b1, b2, b3, b4, b5, b6, b7]| {
        let [c0, c1, c2, c3] = crc.to_le_bytes();
        // The CRC of the slice is the XOR of the CRCs of its bytes, each followed by zeros.
        let slice = [b0 ^ c0, b1 ^ c1, b2 ^ c2, b3 ^ c3, b4, b5, b6, b7];
        slice.iter().zip(TABLES.iter().rev()).fold(0, |sum, (&byte, table)| sum ^ table[usize::from(byte)])
    });
    !rest.iter().fold(crc, |crc, &byte| {
        let [low, ..] = crc.to_le_bytes();
        crc >> 8 ^ TABLES[0][usize::from(low ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn crc_matches_crc32fast_at_every_length() {
        let data: Vec<u8> =
            (0..200_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        for start in 0..SLICES {
            for end in start..data.len() {
                assert_eq!(crc32(&data[start..end]), crc32fast::hash(&data[start..end]), "{start}..{end}");
            }
        }
    }
}

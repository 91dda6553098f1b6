//! NAL units in byte streams and samples.

use memchr::memmem;

/// Returns the units of a byte stream: the bytes after each start code, `00 00 01`, up to the next one.
///
/// Units are NAL units of H.264 (annex B) and H.265 (annex B), and headers of MPEG-1, MPEG-2 and MPEG-4 video. Trailing zero
/// bytes are part of a unit here.
pub fn units_of_byte_stream(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const START_CODE: [u8; 3] = [0, 0, 1];
    let mut rest = memmem::find(bytes, &START_CODE).map(|at| &bytes[at + START_CODE.len()..]);
    std::iter::from_fn(move || {
        let unit = rest?;
        let end = memmem::find(unit, &START_CODE);
        rest = end.map(|end| &unit[end + START_CODE.len()..]);
        Some(&unit[..end.unwrap_or(unit.len())])
    })
}

/// Returns the NAL units of a sample (ISO/IEC 14496-15, 4.3.3), each after its length of 1 to 4 bytes. Ends at an invalid
/// length.
pub(super) fn units_of_sample(bytes: &[u8], length_size: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if length_size == 0 {
            return None;
        }
        let (length, after) = rest.split_at_checked(length_size.into())?;
        let length = length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
        let (unit, after) = after.split_at_checked(length)?;
        rest = after;
        Some(unit)
    })
    .filter(|unit| !unit.is_empty())
}

/// Takes a NAL unit after its 16-bit length, as in decoder configuration records.
pub(super) fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (&length, after) = rest.split_first_chunk()?;
    let (unit, after) = after.split_at_checked(u16::from_be_bytes(length).into())?;
    *rest = after;
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_byte_streams_and_samples() {
        let stream = [9, 0, 0, 0, 1, 7, 8, 0, 0, 1, 5, 0, 0, 0, 0, 1, 0, 0, 1, 6];
        let units: Vec<_> = units_of_byte_stream(&stream).collect();
        assert_eq!(units, [&[7, 8][..], &[5, 0, 0], &[], &[6]]);
        assert_eq!(units_of_byte_stream(&[0, 0]).count(), 0);
        let sample = [0, 2, 7, 8, 0, 0, 0, 1, 5, 0, 9, 1];
        assert_eq!(units_of_sample(&sample, 2).collect::<Vec<_>>(), [&[7, 8][..], &[5]]);
        assert_eq!(units_of_sample(&sample, 0).count(), 0);
        let mut rest = &sample[..];
        assert_eq!(take(&mut rest), Some(&[7, 8][..]));
        assert_eq!(
            (take(&mut rest), take(&mut rest), take(&mut rest)),
            (Some(&[][..]), Some(&[5][..]), None)
        );
    }
}

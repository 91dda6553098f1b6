//! Logarithmic classes of lengths and positions: ten for each power of ten.

use super::axis;
use super::report::Positions;

/// Number of classes.
const CLASSES: usize = 191;

/// First length of each class. The classes above 0 begin at the preferred numbers 1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3 and 8 times a
/// power of ten, rounded up, without repetitions.
static STARTS: [u64; CLASSES] = {
    let digits = [100, 125, 160, 200, 250, 315, 400, 500, 630, 800];
    let mut starts = [0; CLASSES];
    let (mut class, mut digit, mut power) = (1, 0, 1_u128);
    while class < CLASSES {
        let start = (digits[digit] * power).div_ceil(100);
        #[expect(clippy::cast_possible_truncation, reason = "the last start is 1.6 times 10^19")]
        let start = start as u64;
        if start > starts[class - 1] {
            starts[class] = start;
            class += 1;
        }
        digit += 1;
        if digit == digits.len() {
            (digit, power) = (0, power * 10);
        }
    }
    starts
};

/// Returns the class of a length.
pub(super) fn class(len: u64) -> u8 {
    u8::try_from(STARTS.partition_point(|&start| start <= len) - 1).unwrap_or(u8::MAX)
}

/// Returns the lengths of a class.
pub(super) fn lengths(class: usize) -> Positions {
    let last = STARTS.get(class + 1).map_or(u64::MAX, |next| next - 1);
    Positions { first: STARTS[class], last }
}

/// Returns groups of the positions 1 to `len`. The last one has all positions that share a row of the tables.
pub(super) fn positions(len: u64) -> Vec<Positions> {
    let begins_row = |start: u64| {
        usize::try_from(start - 1).is_ok_and(|position| axis::first_in_row(axis::row(position)) == position)
    };
    let starts: Vec<u64> =
        STARTS[1..].iter().copied().take_while(|&start| start <= len && begins_row(start)).collect();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([len]);
    starts.iter().zip(ends).map(|(&first, last)| Positions { first, last }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_contiguous() {
        for class in 1..CLASSES {
            assert_eq!(lengths(class).first, lengths(class - 1).last + 1);
        }
        assert_eq!((lengths(0).first, lengths(0).last), (0, 0));
        assert_eq!(lengths(CLASSES - 1).last, u64::MAX);
        for len in (0..5000).chain([99_999, 100_000, 12_500_000, u64::MAX]) {
            let lengths = lengths(class(len).into());
            assert!((lengths.first..=lengths.last).contains(&len), "{len}: {lengths}");
        }
    }

    #[test]
    fn classes_begin_at_preferred_numbers() {
        let starts: Vec<u64> = (0..28).map(|class| lengths(class).first).collect();
        let small = [0, 1, 2, 3, 4, 5, 7, 8, 10, 13, 16, 20, 25, 32, 40, 50, 63, 80];
        assert_eq!(starts[..18], small);
        assert_eq!(starts[18..], [100, 125, 160, 200, 250, 315, 400, 500, 630, 800]);
    }

    #[test]
    fn groups_of_positions_have_whole_rows() {
        assert!(positions(0).is_empty());
        assert_eq!(positions(5).last().map(ToString::to_string).as_deref(), Some("5"));
        for len in [9, 1000, 70_000, 3_000_000, 50_000_000, u64::MAX] {
            let groups = positions(len);
            assert!(groups.windows(2).all(|pair| pair[0].last + 1 == pair[1].first));
            assert_eq!((groups[0].first, groups.last().unwrap().last), (1, len));
            let rows: Vec<_> = groups.iter().map(|&group| axis::rows_of(group)).collect();
            assert!(rows.windows(2).all(|pair| pair[0].end == pair[1].start), "{len}");
        }
        assert_eq!(positions(50_000_000).last().unwrap().first, 4_000_000);
    }
}

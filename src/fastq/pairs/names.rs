//! The comparison of the names of mates. The rules are in the documentation of [`pairs`](super).

use crate::sequence::split_definition;

/// The reason why two records are not a first and a second mate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// They have different names.
    Name,
    /// They have read numbers that do not ascend.
    Number {
        /// Of the first record.
        first: u8,
        /// Of the second record.
        second: u8,
    },
}

/// Compares two definitions. Returns `None` if they are those of a first and a second mate.
#[inline]
pub(crate) fn mismatch(first: &[u8], second: &[u8]) -> Option<Mismatch> {
    let (first_name, first_description) = split_definition(first);
    let (second_name, second_description) = split_definition(second);
    let numbers = if first_name == second_name {
        let in_name = slash_number(first_name).map(|number| (number, number));
        in_name.or_else(|| casava_number(first_description).zip(casava_number(second_description)))
    } else {
        match numbers_of_one_name(first_name, second_name) {
            None => return Some(Mismatch::Name),
            numbers => numbers,
        }
    };
    let (first, second) = numbers?;
    (first >= second).then_some(Mismatch::Number { first, second })
}

/// The number of classes of [`key`].
pub(crate) const CLASSES: u8 = 16;

/// Returns a part of the name that is equal in both mates, and a class below [`CLASSES`] for the read numbers. Records of equal keys and
/// classes have the same mates.
pub(crate) fn key(definition: &[u8]) -> (&[u8], u8) {
    let (name, description) = split_definition(definition);
    let casava = casava_number(description).unwrap_or(0);
    match split_number(name).filter(|(stem, _)| !is_run_of_spots(stem)) {
        Some((stem, number)) => (stem, 4 * number + casava),
        None => (name, casava),
    }
}

/// Returns the read numbers of two names that differ in them only.
fn numbers_of_one_name(first: &[u8], second: &[u8]) -> Option<(u8, u8)> {
    let (first_stem, first_number) = split_number(first)?;
    let (second_stem, second_number) = split_number(second)?;
    (first_stem == second_stem && !is_run_of_spots(first_stem)).then_some((first_number, second_number))
}

/// Splits a name into all but its last byte, with `/` or `.` at its end, and the read number.
fn split_number(name: &[u8]) -> Option<(&[u8], u8)> {
    let (&last, stem) = name.split_last()?;
    let number = read_number(last)?;
    matches!(stem, [.., b'/' | b'.']).then_some((stem, number))
}

/// Returns the read number of a name that ends in `/` and a number.
fn slash_number(name: &[u8]) -> Option<u8> {
    match name {
        &[.., b'/', digit] => read_number(digit),
        _ => None,
    }
}

/// Returns the read number in Casava's field after the name: `1:N:0:ATCACG`.
fn casava_number(description: Option<&[u8]>) -> Option<u8> {
    match description? {
        &[digit, b':', b'N' | b'Y', b':', ..] => read_number(digit),
        _ => None,
    }
}

/// Reads a read number. Number 3 is the second mate where read 2 is an index.
fn read_number(digit: u8) -> Option<u8> {
    matches!(digit, b'1'..=b'3').then(|| digit - b'0')
}

/// Returns whether a name up to a dot is the accession of a run in the Sequence Read Archive. The number of a spot follows it.
fn is_run_of_spots(stem: &[u8]) -> bool {
    match stem {
        [b'S' | b'E' | b'D', b'R', b'R', digits @ .., b'.'] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWAPPED: Option<Mismatch> = Some(Mismatch::Number { first: 2, second: 1 });
    const TWICE: Option<Mismatch> = Some(Mismatch::Number { first: 1, second: 1 });
    const NAME: Option<Mismatch> = Some(Mismatch::Name);

    fn of(first: &str, second: &str) -> Option<Mismatch> {
        mismatch(first.as_bytes(), second.as_bytes())
    }

    #[test]
    fn the_forms_of_names() {
        for (first, second, expected) in [
            // Equal names.
            ("r", "r", None),
            ("", "", None),
            ("r a", "r b", None),
            ("r\ta", "r", None),
            ("r", "s", NAME),
            ("r", "", NAME),
            ("r", "rr", NAME),
            ("r1", "r2", NAME),
            ("r_1", "r_2", NAME),
            // A slash.
            ("r/1", "r/2", None),
            ("r/1 x", "r/2 y", None),
            ("r/1", "r/3", None),
            ("r/2", "r/3", None),
            ("r/2", "r/1", SWAPPED),
            ("r/1", "r/1", TWICE),
            ("r/1", "s/2", NAME),
            ("r/1", "r", NAME),
            ("r", "r/2", NAME),
            ("r/1", "r.2", NAME),
            ("r/1", "r/4", NAME),
            ("r/11", "r/12", NAME),
            ("r/a", "r/a", None),
            ("r/0", "r/0", None),
            ("/1", "/2", None),
            ("1", "2", NAME),
            // A dot.
            ("r.1", "r.2", None),
            ("SRR001666.7.1", "SRR001666.7.2", None),
            ("SRR001666.7.1 x length=36", "SRR001666.7.2 x length=36", None),
            ("r.2", "r.1", SWAPPED),
            ("SRR001666.7.1", "SRR001666.8.2", NAME),
            // The number of a spot, or any other.
            ("r.1", "r.1", None),
            ("SRR001666.1", "SRR001666.1", None),
            ("SRR001666.1", "SRR001666.2", NAME),
            ("ERR1.1", "ERR1.2", NAME),
            ("DRR1.2", "DRR1.3", NAME),
            ("SRRX.1", "SRRX.2", None),
            // The field of Casava.
            ("r 1:N:0:ATCACG", "r 2:N:0:ATCACG", None),
            ("r 1:Y:0:1", "r 2:N:18:", None),
            ("r\t1:N:0:A", "r 2:N:0:A", None),
            ("r 1:N:0:A", "r 3:N:0:A", None),
            ("r 2:N:0:A", "r 1:N:0:A", SWAPPED),
            ("r 1:N:0:A", "r 1:N:0:A", TWICE),
            ("r 1:N:0:A", "s 2:N:0:A", NAME),
            ("r 1:N:0:A", "r", None),
            ("r 1:N:0:A", "r 1:x", None),
            ("r 1:x", "r 1:x", None),
            ("r 4:N:0:A", "r 4:N:0:A", None),
            // Both.
            ("r/1 1:N:0:A", "r/2 2:N:0:A", None),
            ("r/1 1:N:0:A", "r/1 2:N:0:A", TWICE),
        ] {
            assert_eq!(of(first, second), expected, "{first:?} {second:?}");
        }
    }

    #[test]
    fn mates_have_equal_keys_and_classes_have_equal_mates() {
        let names = [
            "r", "r/1", "r/2", "r/3", "r/4", "r.1", "r.2", "r/", "r.", "", "/1", "SRR1.1", "SRR1.2",
            "SRR1.1.1",
        ];
        let descriptions = ["", " x", " 1:N:0:A", " 2:N:0:A", "\t3:Y:0:A", " 4:N:0:A"];
        let all: Vec<String> = names
            .iter()
            .flat_map(|name| descriptions.iter().map(move |description| format!("{name}{description}")))
            .collect();
        let mates = |first: &String| all.iter().map(|second| of(first, second).is_none()).collect::<Vec<_>>();
        let is_mate_of =
            |second: &String| all.iter().map(|first| of(first, second).is_none()).collect::<Vec<_>>();
        for first in &all {
            let (stem, class) = key(first.as_bytes());
            assert!(class < CLASSES);
            for second in &all {
                let other = key(second.as_bytes());
                assert!(of(first, second).is_some() || stem == other.0, "{first:?} {second:?}");
                if (stem, class) == other {
                    assert_eq!(mates(first), mates(second), "{first:?} {second:?}");
                    assert_eq!(is_mate_of(first), is_mate_of(second), "{first:?} {second:?}");
                }
            }
        }
    }

    #[test]
    fn who_are_mates_are_none_the_other_way_round_if_they_have_numbers() {
        for (first, second) in [("r/1", "r/2"), ("r.1", "r.2"), ("r 1:N:0:A", "r 2:Y:0:A")] {
            assert_eq!((of(first, second), of(second, first)), (None, SWAPPED));
        }
    }
}

//! Lines, definitions and the byte order mark.

/// A line without its LF or CR LF.
pub(crate) fn without_eol(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A byte order mark in UTF-8, which some editors write at the start of a text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The length of the byte order mark that `bytes` begin with, `offset` bytes after the start of the input: 3, or 0 if there is none.
/// `None` if `bytes` end within a possible mark, and the input does not (`complete`).
pub(crate) fn byte_order_mark_len(offset: u64, bytes: &[u8], complete: bool) -> Option<usize> {
    if offset > 0 {
        return Some(0);
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Some(BYTE_ORDER_MARK.len());
    }
    (complete || !BYTE_ORDER_MARK.starts_with(bytes)).then_some(0)
}

/// What a record's last line lacks, so that another record can follow.
///
/// `last` are the last bytes of that line: what there is of its end, and maybe more. The end is completed if it has begun, and
/// is else the one of `first_line`.
pub(crate) fn missing_eol(first_line: &[u8], last: &[u8]) -> &'static [u8] {
    match last {
        [.., b'\n'] => b"",
        [.., b'\r'] => b"\n",
        _ if first_line.ends_with(b"\r\n") => b"\r\n",
        _ => b"\n",
    }
}

/// A definition up to the first space or tab, and what stands behind.
pub(crate) fn split_definition(definition: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr2(b' ', b'\t', definition) {
        Some(at) => (&definition[..at], Some(&definition[at + 1..])),
        None => (definition, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_loses_one_line_end() {
        for (line, expected) in [
            ("", ""),
            ("\n", ""),
            ("\r\n", ""),
            ("\r", ""),
            ("A", "A"),
            ("A\n", "A"),
            ("A\r\n", "A"),
            ("A\r", "A"),
            ("A\r\r\n", "A\r"),
            ("A\n\n", "A\n"),
        ] {
            assert_eq!(without_eol(line.as_bytes()), expected.as_bytes(), "{line:?}");
        }
    }

    #[test]
    fn a_last_line_gets_the_rest_of_its_end_or_that_of_the_first_one() {
        for (first_line, last, expected) in [
            ("@r\n", "I\n", ""),
            ("@r\r\n", "I\n", ""),
            ("@r\n", "I\r", "\n"),
            ("@r\r\n", "I\r", "\n"),
            ("@r\n", "I", "\n"),
            ("@r\r\n", "I", "\r\n"),
            ("@r\n", "", "\n"),
            ("@r\r\n", "", "\r\n"),
            (">r", ">r", "\n"),
            (">r\r", ">r\r", "\n"),
        ] {
            let found = missing_eol(first_line.as_bytes(), last.as_bytes());
            assert_eq!(found, expected.as_bytes(), "{first_line:?} {last:?}");
        }
    }

    #[test]
    fn a_definition_is_split_at_the_first_blank() {
        for (definition, name, description) in [
            ("", "", None),
            ("r", "r", None),
            ("r ", "r", Some("")),
            ("r a b", "r", Some("a b")),
            ("r\ta b", "r", Some("a b")),
            (" r", "", Some("r")),
        ] {
            let expected = (name.as_bytes(), description.map(str::as_bytes));
            assert_eq!(split_definition(definition.as_bytes()), expected, "{definition:?}");
        }
    }
}

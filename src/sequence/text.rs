//! Lines, definitions and the byte order mark.

/// Returns a line without its LF or CR LF.
pub(crate) fn without_eol(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The byte order mark in UTF-8, which some editors write at the start of a text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns the length of the byte order mark at the start of `bytes`, which begin `offset` bytes after the start of the input: 3,
/// or 0 if there is none. Returns `None` if `bytes` end inside a possible mark and the input continues (not `complete`).
pub(crate) fn byte_order_mark_len(offset: u64, bytes: &[u8], complete: bool) -> Option<usize> {
    if offset > 0 {
        return Some(0);
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Some(BYTE_ORDER_MARK.len());
    }
    (complete || !BYTE_ORDER_MARK.starts_with(bytes)).then_some(0)
}

/// Returns the missing end of a record's last line, so that another record can follow.
///
/// `last` are the last bytes of that line: its line end, if it has one, and maybe more. A CR gets its LF; a missing line end is
/// copied from `first_line`.
pub(crate) fn missing_eol(first_line: &[u8], last: &[u8]) -> &'static [u8] {
    match last {
        [.., b'\n'] => b"",
        [.., b'\r'] => b"\n",
        _ if first_line.ends_with(b"\r\n") => b"\r\n",
        _ => b"\n",
    }
}

/// Splits a definition at the first space or tab into name and description.
pub(crate) fn split_definition(definition: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr2(b' ', b'\t', definition) {
        Some(at) => (&definition[..at], Some(&definition[at + 1..])),
        None => (definition, None),
    }
}

/// The first byte of a text after a byte order mark and blank lines.
pub(crate) fn first_byte_of_text(head: &[u8]) -> Option<u8> {
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    text.iter().copied().find(|byte| !matches!(byte, b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_eol_removes_one_line_end() {
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
    fn a_missing_line_end_is_completed() {
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
    fn definitions_split_at_the_first_space_or_tab() {
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

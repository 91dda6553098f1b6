//! Text in markup. Names come from files, so every text is escaped.

use std::fmt::{self, Display, Write as _};

use pagecut::qc::report::Status;

/// Text for elements and for quoted attribute values, in HTML and in SVG.
pub(super) struct Escaped<'t>(pub(super) &'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' => f.write_char(' ')?,
                // XML allows none of them, and two non-characters neither.
                letter if letter.is_control() => f.write_char(char::REPLACEMENT_CHARACTER)?,
                '\u{fffe}' | '\u{ffff}' => f.write_char(char::REPLACEMENT_CHARACTER)?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// A name of unknown direction, which does not change the direction of the text around it.
pub(super) struct Name<'t>(pub(super) &'t str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<bdi>{}</bdi>", Escaped(self.0))
    }
}

/// A verdict: a symbol and a word, in its colour.
pub(super) struct Badge(pub(super) Status);

impl Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.0;
        write!(f, r#"<span class="badge {status}">{} {status}</span>"#, Symbol(status))
    }
}

/// The symbol of a verdict. It is hidden from screen readers: a word says the same.
pub(super) struct Symbol(pub(super) Status);

impl Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = match self.0 {
            Status::Pass => '✓',
            Status::Warn => '!',
            Status::Fail => '✗',
        };
        write!(f, r#"<span class="symbol" aria-hidden="true">{symbol}</span>"#)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let text = Escaped("<script>alert(\"&'\")</script>").to_string();
        assert_eq!(text, "&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;");
    }

    #[test]
    fn characters_that_xml_forbids_are_replaced() {
        assert_eq!(Escaped("a\0b\x1b[1m\tc\nd\u{ffff}é").to_string(), "a\u{fffd}b\u{fffd}[1m c d\u{fffd}é");
    }

    #[test]
    fn badges_have_a_symbol_and_a_word() {
        let badge = Badge(Status::Warn).to_string();
        assert!(badge.contains(">!</span> warn</span>"), "{badge}");
    }
}

//! Kinds of streams, and selection of streams.

use std::str::FromStr;

pub(crate) use pagecut::media::MediaKind as Kind;

/// The selected streams: by number, or by kind and number within the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    Number(usize),
    Kind(Kind, Option<usize>),
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not N, v, a, s or d, nor one of these letters with `:N`");
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let (kind, number) = match text.split_once(':') {
            Some((kind, number)) => (kind, Some(number.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let kind = match kind {
            "v" => Kind::Video,
            "a" => Kind::Audio,
            "s" => Kind::Subtitle,
            "d" => Kind::Data,
            _ => return Err(wrong()),
        };
        Ok(Self::Kind(kind, number))
    }
}

impl Selection {
    /// Returns, for each stream of these kinds, whether it is selected.
    pub(crate) fn among(self, kinds: &[Kind]) -> Vec<bool> {
        let mut of_kind = 0..;
        let wanted = kinds.iter().enumerate().map(|(stream, &kind)| match self {
            Self::Number(number) => stream == number,
            Self::Kind(wanted, number) => {
                kind == wanted && of_kind.next().is_some_and(|nth| number.is_none_or(|number| nth == number))
            }
        });
        wanted.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_chosen_by_number_or_by_kind() {
        let kinds = [Kind::Audio, Kind::Video, Kind::Audio];
        let among = |text: &str| text.parse::<Selection>().unwrap().among(&kinds);
        assert_eq!(among("1"), [false, true, false]);
        assert_eq!(among("a"), [true, false, true]);
        assert_eq!(among("a:1"), [false, false, true]);
        assert_eq!(among("v:1"), [false, false, false]);
        assert_eq!(among("s"), [false, false, false]);
        for wrong in ["", "x", "a:", "a:x", "-1", "v:0:1"] {
            assert!(wrong.parse::<Selection>().is_err(), "{wrong}");
        }
    }
}

//! Limits for the verdicts of modules.

use std::io::BufRead;

use super::list::{self, Line};
use crate::error::Result;

/// Limits of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Limit for a warning.
    pub warn: f64,
    /// Limit for a failure.
    pub error: f64,
}

impl Limit {
    const fn new(warn: f64, error: f64) -> Self {
        Self { warn, error }
    }
}

/// Limits for the verdicts of modules, and the modules that are left out: `limits.txt` of FastQC. The default values are those of
/// FastQC 0.11.9.
///
/// ```
/// use pagecut::qc::Limits;
///
/// let limits = Limits::read(&b"# stricter\nadapter\twarn\t1\nkmer ignore 0\n"[..])?;
/// assert_eq!((limits.adapters.warn, limits.adapters.error), (1.0, 10.0));
/// assert!(!limits.ignore_kmers);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Share of sequences left after deduplication in per cent: below.
    pub duplication: Limit,
    /// Negative decimal logarithm of the lowest p-value of a k-mer: above.
    pub kmers: Limit,
    /// Share of N at a position in per cent: above.
    pub n_content: Limit,
    /// Share of the most frequent sequence in per cent: above. A sequence above the limit for a warning is listed.
    pub overrepresented: Limit,
    /// Lower quartile of the scores at a position: below.
    pub base_quality_lower: Limit,
    /// Median of the scores at a position: below.
    pub base_quality_median: Limit,
    /// Difference of A and T, or of G and C, at a position in per cent: above.
    pub base_content: Limit,
    /// Deviation of the GC content from the normal distribution, in per cent of the reads: above.
    pub gc_content: Limit,
    /// Most frequent mean score of a read: at or below.
    pub read_quality: Limit,
    /// Deviation of a tile from the mean of all tiles: above.
    pub tile_quality: Limit,
    /// Lengths of reads: not 0 to warn of different lengths, or to fail if there is a read without bases.
    pub lengths: Limit,
    /// Share of reads with an adapter in per cent: above.
    pub adapters: Limit,
    /// Whether the qualities by position are left out.
    pub ignore_base_quality: bool,
    /// Whether the qualities by tile are left out.
    pub ignore_tile_quality: bool,
    /// Whether the qualities of reads are left out.
    pub ignore_read_quality: bool,
    /// Whether the shares of bases by position are left out.
    pub ignore_base_content: bool,
    /// Whether the GC content of reads is left out.
    pub ignore_gc_content: bool,
    /// Whether the share of N by position is left out.
    pub ignore_n_content: bool,
    /// Whether the lengths of reads are left out.
    pub ignore_lengths: bool,
    /// Whether the duplication levels are left out.
    pub ignore_duplication: bool,
    /// Whether the frequent sequences are left out.
    pub ignore_overrepresented: bool,
    /// Whether the adapter content is left out.
    pub ignore_adapters: bool,
    /// Whether k-mers are left out: `true` by default.
    pub ignore_kmers: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            duplication: Limit::new(70.0, 50.0),
            kmers: Limit::new(2.0, 5.0),
            n_content: Limit::new(5.0, 20.0),
            overrepresented: Limit::new(0.1, 1.0),
            base_quality_lower: Limit::new(10.0, 5.0),
            base_quality_median: Limit::new(25.0, 20.0),
            base_content: Limit::new(10.0, 20.0),
            gc_content: Limit::new(15.0, 30.0),
            read_quality: Limit::new(27.0, 20.0),
            tile_quality: Limit::new(5.0, 10.0),
            lengths: Limit::new(1.0, 1.0),
            adapters: Limit::new(5.0, 10.0),
            ignore_base_quality: false,
            ignore_tile_quality: false,
            ignore_read_quality: false,
            ignore_base_content: false,
            ignore_gc_content: false,
            ignore_n_content: false,
            ignore_lengths: false,
            ignore_duplication: false,
            ignore_overrepresented: false,
            ignore_adapters: false,
            ignore_kmers: true,
        }
    }
}

impl Limits {
    /// Reads limits in the format of FastQC: a name, `warn`, `error` or `ignore`, and a number on each line, separated by white space.
    /// A limit that the list does not name keeps its default value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) with the number of the line, if a line has another number of columns, an
    /// unknown name or level, or no number; [`ErrorKind::Io`](crate::ErrorKind::Io) if the list cannot be read.
    pub fn read(input: impl BufRead) -> Result<Self> {
        let mut limits = Self::default();
        list::read("limits", input, |line| limits.set(line))?;
        Ok(limits)
    }

    fn set(&mut self, line: &Line<'_>) -> Result<()> {
        let columns = line.text.split(u8::is_ascii_whitespace).filter(|column| !column.is_empty());
        let columns: Vec<_> = columns.map(|column| std::str::from_utf8(column).unwrap_or_default()).collect();
        let [name, level, value] = columns[..] else {
            return Err(line.error("expected a name, `warn`, `error` or `ignore`, and a number"));
        };
        let Some(value) = value.parse().ok().filter(|value: &f64| value.is_finite()) else {
            return Err(line.error("expected a number in the third column"));
        };
        let no_level = || Err(line.error(&format!("`{name}` has no level `{level}`")));
        let known = match level {
            "warn" => self.limit(name).map(|limit| limit.warn = value),
            "error" => self.limit(name).map(|limit| limit.error = value),
            "ignore" => self.ignore(name).map(|ignore| *ignore = value > 0.0),
            _ => return Err(line.error("expected `warn`, `error` or `ignore` in the second column")),
        };
        match known {
            Some(()) => Ok(()),
            None if self.limit(name).is_some() || self.ignore(name).is_some() => no_level(),
            None => Err(line.error("unknown name of a limit")),
        }
    }

    /// Returns the limit of a name in FastQC's list.
    fn limit(&mut self, name: &str) -> Option<&mut Limit> {
        Some(match name {
            "duplication" => &mut self.duplication,
            "kmer" => &mut self.kmers,
            "n_content" => &mut self.n_content,
            "overrepresented" => &mut self.overrepresented,
            "quality_base_lower" => &mut self.base_quality_lower,
            "quality_base_median" => &mut self.base_quality_median,
            "sequence" => &mut self.base_content,
            "gc_sequence" => &mut self.gc_content,
            "quality_sequence" => &mut self.read_quality,
            "tile" => &mut self.tile_quality,
            "sequence_length" => &mut self.lengths,
            "adapter" => &mut self.adapters,
            _ => return None,
        })
    }

    /// Returns the switch of a name in FastQC's list.
    fn ignore(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "duplication" => &mut self.ignore_duplication,
            "kmer" => &mut self.ignore_kmers,
            "n_content" => &mut self.ignore_n_content,
            "overrepresented" => &mut self.ignore_overrepresented,
            "quality_base" => &mut self.ignore_base_quality,
            "sequence" => &mut self.ignore_base_content,
            "gc_sequence" => &mut self.ignore_gc_content,
            "quality_sequence" => &mut self.ignore_read_quality,
            "tile" => &mut self.ignore_tile_quality,
            "sequence_length" => &mut self.ignore_lengths,
            "adapter" => &mut self.ignore_adapters,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the list that FastQC 0.11.9 comes with.
    const OF_FASTQC: &str = "
        duplication ignore 0\nkmer ignore 1\nn_content ignore 0\noverrepresented ignore 0\nquality_base ignore 0\nsequence ignore 0
        gc_sequence ignore 0\nquality_sequence ignore 0\ntile ignore 0\nsequence_length ignore 0\nadapter ignore 0
        duplication warn 70\nduplication error 50\nkmer warn 2\nkmer error 5\nn_content warn 5\nn_content error 20
        overrepresented warn 0.1\noverrepresented error 1\nquality_base_lower warn 10\nquality_base_lower error 5
        quality_base_median warn 25\nquality_base_median error 20\nsequence warn 10\nsequence error 20\ngc_sequence warn 15
        gc_sequence error 30\nquality_sequence warn 27\nquality_sequence error 20\ntile warn 5\ntile error 10
        sequence_length warn 1\nsequence_length error 1\nadapter warn 5\nadapter error 10";

    #[test]
    fn the_list_of_fastqc_is_the_default() {
        let text: Vec<_> = OF_FASTQC.lines().map(str::trim).collect();
        assert_eq!(Limits::read(text.join("\n").as_bytes()).unwrap(), Limits::default());
    }

    #[test]
    fn every_limit_and_switch_can_be_set() {
        let mut differs = 0;
        for line in OF_FASTQC.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let value = if name.ends_with("ignore") { 1.0 - value.parse::<f64>().unwrap() } else { 99.5 };
            let limits = Limits::read(format!("{name}\t{value}").as_bytes()).unwrap();
            assert_ne!(limits, Limits::default(), "{name}");
            differs += 1;
        }
        assert_eq!(differs, 35);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (line, what) in [
            ("adapter warn", "expected a name, `warn`, `error` or `ignore`, and a number: \"adapter warn\""),
            (
                "adapter warn 1 2",
                "expected a name, `warn`, `error` or `ignore`, and a number: \"adapter warn 1 2\"",
            ),
            ("adapter warn x", "expected a number in the third column: \"adapter warn x\""),
            ("adapter warn nan", "expected a number in the third column: \"adapter warn nan\""),
            (
                "adapter fail 1",
                "expected `warn`, `error` or `ignore` in the second column: \"adapter fail 1\"",
            ),
            ("adaptor warn 1", "unknown name of a limit: \"adaptor warn 1\""),
            ("quality_base warn 1", "`quality_base` has no level `warn`: \"quality_base warn 1\""),
            ("\u{fffd} warn 1", "unknown name of a limit: \"\\xef\\xbf\\xbd warn 1\""),
        ] {
            let error = Limits::read(format!("# a comment\n\n{line}\r\n").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("limits: line 3: {what}"));
        }
    }
}

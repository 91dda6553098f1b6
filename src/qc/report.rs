//! The report of a quality control.

use std::fmt;

use crate::error::Error;
use crate::fastq::EncodingGuess;

/// Verdict of a module, by the [limits](super::Limits) of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// No limit is exceeded.
    Pass,
    /// A limit for warnings is exceeded.
    Warn,
    /// A limit for failures is exceeded.
    Fail,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        })
    }
}

/// Results of a module, and their verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Module<R> {
    /// The verdict.
    pub status: Status,
    /// The results.
    pub results: R,
}

/// Positions in reads, from 1, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Positions {
    /// The first position.
    pub first: u64,
    /// The last position.
    pub last: u64,
}

impl fmt::Display for Positions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

/// Quality control of one input: the modules of FastQC 0.11.9, in its order. A module is `None` if it is turned off, or if the
/// reads have nothing for it.
#[derive(Debug)]
pub struct Report {
    /// Name of the input.
    pub name: String,
    /// The error that ended reading. The report is of the reads before it.
    pub error: Option<Error>,
    /// Totals of the reads.
    pub basic: BasicStatistics,
    /// Quality scores by position. `None` without any.
    pub base_quality: Option<Module<Vec<BaseQuality>>>,
    /// Quality scores by tile and position, from every tenth read. `None` if definitions name no tile, there are more than 1001 tiles, or
    /// the reads of all tiles together have more than 2^20 positions.
    pub tile_quality: Option<Module<Vec<TileQuality>>>,
    /// Number of reads for each mean quality, from the lowest to the highest that occurs.
    pub read_quality: Option<Module<Vec<(i64, u64)>>>,
    /// Number of reads for each score of their mean error probability, from the lowest to the highest that occurs. Not a module of FastQC,
    /// whose means are those of the scores.
    pub read_quality_by_error: Vec<(u8, u64)>,
    /// Shares of the bases by position.
    pub base_content: Option<Module<Vec<BaseContent>>>,
    /// GC content of reads.
    pub gc_content: Option<Module<GcContent>>,
    /// Share of N by position, in per cent.
    pub n_content: Option<Module<Vec<(Positions, f64)>>>,
    /// Number of reads for each range of lengths.
    pub lengths: Option<Module<Vec<(Positions, u64)>>>,
    /// Duplication of sequences, as FastQC estimates it from the first 100 000 different sequences.
    pub duplication: Option<Module<Duplication>>,
    /// Duplication of sequences, estimated from all reads. Not a module of FastQC. `None` without reads, or if
    /// [`duplication`](Report::duplication) is turned off.
    pub duplication_estimate: Option<DuplicationEstimate>,
    /// The most frequent sequences. Reads of more than 75 bases are compared by their first 50.
    pub overrepresented: Option<Module<Vec<Overrepresented>>>,
    /// Adapters by position.
    pub adapters: Option<Module<AdapterContent>>,
    /// K-mers that are frequent at some positions, from every fiftieth read.
    pub kmers: Option<Module<Vec<Kmer>>>,
    /// Lengths, and quality by length, on logarithmic scales. Not a module of FastQC. `None` without reads.
    pub long_reads: Option<LongReads>,
}

/// Encoding of quality scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Offset 33: Sanger, and Illumina since 1.8.
    Sanger,
    /// Offset 64, with scores from 1: Illumina 1.3.
    Illumina13,
    /// Offset 64, with scores from 2: Illumina 1.5.
    Illumina15,
}

/// The name of FastQC.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sanger => "Sanger / Illumina 1.9",
            Self::Illumina13 => "Illumina 1.3",
            Self::Illumina15 => "Illumina 1.5",
        })
    }
}

impl Encoding {
    /// The character of score 0 in Illumina 1.3 and 1.5.
    pub(super) const OFFSET_64: u8 = 64;

    /// Returns the encoding that FastQC guesses from the lowest character of the quality scores; `None` without any.
    pub(super) fn of_lowest(lowest: Option<u8>) -> Self {
        match lowest {
            Some(..=63) => Self::Sanger,
            Some(65) => Self::Illumina13,
            _ => Self::Illumina15,
        }
    }

    /// Returns the character of score 0.
    #[must_use]
    pub fn offset(self) -> u8 {
        match self {
            Self::Sanger => 33,
            Self::Illumina13 | Self::Illumina15 => Self::OFFSET_64,
        }
    }
}

/// Totals of the reads.
#[derive(Debug, Clone, PartialEq)]
pub struct BasicStatistics {
    /// Encoding by the lowest character, as FastQC guesses it. [`guess`](BasicStatistics::guess) has the confidence.
    pub encoding: Encoding,
    /// Lowest and highest character of the quality scores; `None` without any.
    pub characters: Option<(u8, u8)>,
    /// Number of reads, without those filtered.
    pub reads: u64,
    /// Number of reads that the sequencer has marked as failing its filter, if they are left out.
    pub filtered: u64,
    /// Number of bases.
    pub bases: u64,
    /// Length of the shortest read; 0 without reads.
    pub min_len: u64,
    /// Length of the longest read; 0 without reads.
    pub max_len: u64,
    /// Share of G and C of all A, C, G and T, in whole per cent, cut off.
    pub gc_percent: u64,
}

impl BasicStatistics {
    /// Returns the encoding by the lowest and the highest character, with its confidence. It can differ from that of FastQC, which takes
    /// scores of 31 and more in Phred + 33 for Phred + 64. `None` without quality scores.
    #[must_use]
    pub fn guess(&self) -> Option<EncodingGuess> {
        self.characters.map(|(lowest, highest)| EncodingGuess::from_byte_range(lowest, highest))
    }
}

/// Quality scores of positions.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseQuality {
    /// The positions of the row.
    pub positions: Positions,
    /// Mean of the scores.
    pub mean: f64,
    /// Score of the mean error probability. Not a value of FastQC.
    pub mean_by_error: f64,
    /// Median of the scores: the average of the medians at positions that more than 100 reads have; NaN if there is no such position.
    /// The same holds for the next numbers.
    pub median: f64,
    /// 25th percentile of the scores.
    pub lower_quartile: f64,
    /// 75th percentile of the scores.
    pub upper_quartile: f64,
    /// 10th percentile of the scores.
    pub percentile_10: f64,
    /// 90th percentile of the scores.
    pub percentile_90: f64,
}

/// Mean quality of a tile at positions, less the mean of all tiles.
#[derive(Debug, Clone, PartialEq)]
pub struct TileQuality {
    /// Number of the tile.
    pub tile: i32,
    /// The positions of the row.
    pub positions: Positions,
    /// The deviation from the mean of all tiles. A tile without reads of this length counts as 0.
    pub deviation: f64,
}

/// Shares of bases at positions, in per cent of A, C, G and T.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseContent {
    /// The positions of the row.
    pub positions: Positions,
    /// Share of G.
    pub g: f64,
    /// Share of A.
    pub a: f64,
    /// Share of T.
    pub t: f64,
    /// Share of C.
    pub c: f64,
}

/// GC content of reads.
#[derive(Debug, Clone, PartialEq)]
pub struct GcContent {
    /// Number of reads for each per cent from 0 to 100. A read of few bases stands for several.
    pub counts: Vec<f64>,
    /// The normal distribution with the mode and the standard deviation of the reads.
    pub theoretical: Vec<f64>,
}

/// Duplication of sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplication {
    /// Sequences left after deduplication, in per cent.
    pub deduplicated: f64,
    /// Level, share of the deduplicated sequences, and share of all sequences, in per cent.
    pub levels: Vec<(&'static str, f64, f64)>,
}

/// An estimate of the duplication of sequences in the whole input. Reads of more than 75 bases are compared by their first 50.
///
/// The first 100 000 different sequences are counted exactly, and so is a sample of the others: those whose hashes are below a limit that
/// leaves 32 768 to 65 536 of them, or all others if they are fewer.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicationEstimate {
    /// Number of different sequences, in per cent of the reads.
    pub deduplicated: f64,
    /// Standard error of `deduplicated`, in per cent of the reads; 0 if all sequences were counted.
    pub standard_error: f64,
    /// Number of different sequences.
    pub distinct: f64,
    /// Number of different sequences that were counted.
    pub counted: u64,
    /// Level, share of the different sequences, and share of the reads, in per cent. The levels are those of [`Duplication`].
    pub levels: Vec<(&'static str, f64, f64)>,
}

/// A frequent sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Overrepresented {
    /// The sequence, in upper case.
    pub sequence: Vec<u8>,
    /// Number of reads with it.
    pub count: u64,
    /// Share of all reads in per cent.
    pub percentage: f64,
    /// The best match in the list of contaminants.
    pub source: Option<Source>,
}

/// Match of a frequent sequence with a known one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name of the known sequence.
    pub name: String,
    /// Equal bases in per cent.
    pub identity: u64,
    /// Length of the match in bases.
    pub len: u64,
}

/// Adapters in reads.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterContent {
    /// Names of the adapters.
    pub names: Vec<String>,
    /// Share of the reads in which each adapter starts at or before these positions, in per cent. Empty if no read is as long as the
    /// longest adapter.
    pub rows: Vec<(Positions, Vec<f64>)>,
}

/// A sequence of k bases that is frequent at some positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Kmer {
    /// The bases.
    pub sequence: Vec<u8>,
    /// Number of occurrences in the sample, multiplied by 5, as in FastQC.
    pub count: u64,
    /// Lowest probability that a group of positions has the k-mer at least as often by chance, multiplied by the number of k-mers.
    pub p_value: f32,
    /// Largest ratio of the observed and the expected number.
    pub max_ratio: f32,
    /// The positions with this ratio.
    pub max_positions: Positions,
}

/// Lengths of reads, and quality scores by length and position, on logarithmic scales.
#[derive(Debug, Clone, PartialEq)]
pub struct LongReads {
    /// The largest length in bases such that reads of at least this length have half of the bases; 0 without bases.
    pub n50: u64,
    /// Number of the longest reads that together have half of the bases.
    pub l50: u64,
    /// As [`n50`](LongReads::n50), for 90 per cent of the bases.
    pub n90: u64,
    /// As [`l50`](LongReads::l50), for 90 per cent of the bases.
    pub l90: u64,
    /// Length in bases that half of the reads do not exceed.
    pub median_len: u64,
    /// Mean length in bases.
    pub mean_len: f64,
    /// Reads by length, from the class of the shortest read to that of the longest.
    pub classes: Vec<LengthClass>,
    /// Quality scores by position. Positions from 4 000 000 on share a row.
    pub positions: Vec<PositionQuality>,
    /// Quality scores at both ends. `None` if no read is long enough.
    pub ends: Option<EndQuality>,
}

/// Reads of similar length. There are ten classes for each power of ten, and one for reads without bases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LengthClass {
    /// Lengths of the class in bases.
    pub lengths: Positions,
    /// Number of reads in the class.
    pub reads: u64,
    /// Number of bases in the reads of the class.
    pub bases: u64,
    /// Number of reads in this class and those of longer reads.
    pub reads_at_least: u64,
    /// Number of bases in the reads of this class and those of longer reads.
    pub bases_at_least: u64,
    /// Score of the mean error probability, rounded down, and number of reads with it: those that occur, in ascending order.
    pub qualities: Vec<(u8, u64)>,
}

/// Means of quality scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanQuality {
    /// Mean of the scores.
    pub mean: f64,
    /// Score of the mean error probability.
    pub mean_by_error: f64,
}

/// Quality scores of positions.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionQuality {
    /// The positions of the row.
    pub positions: Positions,
    /// Number of bases at these positions.
    pub bases: u64,
    /// Means over the bases.
    pub quality: MeanQuality,
}

/// Quality scores at the ends of reads with bases for two of them.
#[derive(Debug, Clone, PartialEq)]
pub struct EndQuality {
    /// Number of bases at each end.
    pub bases: u64,
    /// Number of reads with at least twice as many bases.
    pub reads: u64,
    /// Means over the first bases.
    pub start: MeanQuality,
    /// Means over the last bases.
    pub end: MeanQuality,
}

//! Arguments.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, builder::styling};

pub(crate) use crate::args::{Common, Compress, Io, Limit, Output};
use crate::completion::Completion;
use crate::fetch::Fetch;
use crate::head::Head;
use crate::man::Man;
use crate::packets::Field;
use crate::pairs::{Mates, MatesByName};
use crate::sample::Sample;
use crate::streams::Selection;

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

/// FASTQ reads, FASTA sequences and media containers, as fast as memory allows
#[derive(Debug, Parser)]
#[command(name = "pagecut", version, styles = STYLES, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 all was well, 1 bad data or a file that cannot be read, 2 wrong usage."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Count records and letters: the columns of `seqkit stats`; packets by PID, samples by track
    Stats(Stats),
    /// Read everything, and prove that every byte is accounted for
    Verify(Verify),
    /// Write the good records of a damaged file, and report what was left out
    Sanitize(Sanitize),
    /// Print the first records
    Head(Head),
    /// Print a random sample of the records: a fraction or a number of them, the same for both files of pairs
    Sample(Sample),
    /// Write indexes next to files: of names (`.fai`, as `samtools faidx` and `fqidx`), of numbers (`.pgi`)
    Index(Index),
    /// Print sequences, regions and records, by name, number or offset
    Fetch(Fetch),
    /// Divide a file into pieces of whole records, and print or write them
    Shard(Shard),
    /// List every box, element or transport packet of media, with its offset
    Tree(Tree),
    /// Extract a track, an attached file or a box from media
    Extract(Extract),
    /// Show how much of each file is cached, the speed of each I/O backend, and the backend that is chosen
    Inspect(Inspect),
    /// Print the format, duration, streams and codecs of media files
    Probe(Probe),
    /// List the packets of media files, as `ffprobe -show_packets` does
    Packets(Packets),
    /// Print completions for a shell
    Completion(Completion),
    /// Print the manual page, or write one for each subcommand
    Man(Man),
}

#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Files; `-`, or none at all, for standard input
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) mates: MatesByName,
    /// All columns: quartiles of the lengths, gaps, N50, qualities, GC content
    #[arg(short, long)]
    pub(crate) all: bool,
    /// Columns separated by tabs, numbers without commas
    #[arg(short = 'T', long)]
    pub(crate) tabular: bool,
    /// One JSON object per file, one per line
    #[arg(long, conflicts_with = "tabular")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Each line has the type, the offset (bytes from the start of the input), the lengths of header + contents, and a \
                  summary; the children follow, indented by two columns. A packet has the lengths of header + adaptation field + \
                  payload.\n\n\
                  The objects of --json have file, depth, type, offset, header_len and len (header included; null for a Segment of \
                  unknown size), then fields, value, or pid, unit_start, continuity_counter, adaptation_len and payload_len."
)]
pub(crate) struct Tree {
    /// Files of media containers; `-`, or none at all, for standard input
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// One JSON object per box, element or packet, one per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The samples of a track are written in storage order, one after the other; bytes that Matroska stripped from the start \
                  of every frame are restored. Codec data outside of the samples is not written. H.264 and H.265 from MP4 and Matroska \
                  are NAL units with length prefixes, not an Annex B byte stream; AAC has no ADTS headers.\n\n\
                  Of a damaged input, the samples that can be read are written, and the exit status is 1."
)]
#[command(group = ArgGroup::new("what").required(true).args(["track", "pid", "attachment", "mp4_box"]))]
pub(crate) struct Extract {
    /// File; `-`, or none at all, for standard input
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// The samples of a track, by the number that `pagecut stats` prints
    #[arg(long, value_name = "N")]
    pub(crate) track: Option<u64>,
    /// The elementary stream of a PID of MPEG-TS: the payload of its PES packets
    #[arg(long, value_name = "PID", value_parser = parse_pid)]
    pub(crate) pid: Option<u16>,
    /// A file attached to Matroska, by its name, or by its number, from 1
    #[arg(long, value_name = "NAME|N")]
    pub(crate) attachment: Option<String>,
    /// Boxes of MP4 with their headers, as `moov/trak/tkhd` (of all tracks) or `moov/trak[1]/tkhd` (of the second one)
    #[arg(long = "box", value_name = "PATH")]
    pub(crate) mp4_box: Option<String>,
    /// Output file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// A PID, as `256` or `0x100`.
fn parse_pid(text: &str) -> Result<u16, String> {
    let pid = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    pid.ok().filter(|pid| *pid < 0x2000).ok_or_else(|| "a PID is a number below 8192 (0x2000)".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object per file, one per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "With --recover, damaged blocks of BGZF are skipped too, up to the next intact one, and reported with their gap. gzip, \
                  zstd, bzip2 and xz, wrapped FASTQ and formats without boundaries, such as MP4, have no certain place to continue \
                  after a fault: reading ends there.\n\n\
                  If the contents of a compressed file are bad, the rest of the file is decompressed all the same, to find out whether \
                  it is damaged: the checksum that shows it comes after the fault."
)]
pub(crate) struct Verify {
    /// Files; `-`, or none at all, for standard input
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) mates: MatesByName,
    /// Check the letters, the range of the quality scores, and the definition on the plus line too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Continue after every fault, and list the gaps
    #[arg(long, conflicts_with_all = ["paired", "interleaved", "pairs_by_name"])]
    pub(crate) recover: bool,
    /// Stop after this many gaps
    #[arg(long, value_name = "N", requires = "recover", default_value_t = u64::MAX, hide_default_value = true)]
    pub(crate) max_gaps: u64,
    /// Print how many bytes are records, blank lines and gaps, and how many were decompressed
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// One JSON object for each file, a line each
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Damaged blocks of BGZF are left out up to the next whole block, and listed with their gap. gzip, zstd, bzip2 and xz have no \
                  certain place to continue after a fault: reading ends there.\n\n\
                  From a pipe, FASTQ records after the first fault are held in a temporary file (in TMPDIR) until the whole input proves \
                  that they are records, and not quality scores of wrapped FASTQ."
)]
pub(crate) struct Sanitize {
    /// File; `-`, or none at all, for standard input
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Also leave out records that fail the checks of `verify --strict`
    #[arg(long)]
    pub(crate) strict: bool,
    /// Stop after this many gaps
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    pub(crate) max_gaps: u64,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Without an option, FASTA gets both, and every other format an index of numbers: an index of the names of \
                  reads is nearly as long as the reads. BGZF also gets FILE.gzi, where its blocks begin, as `bgzip -r` writes it."
)]
pub(crate) struct Index {
    /// Files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write the index of names, FILE.fai
    #[arg(long)]
    pub(crate) names: bool,
    /// Write the index of numbers, FILE.pgi
    #[arg(long)]
    pub(crate) numbers: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Each line of output is an argument of `pagecut fetch FILE` that prints a piece. Pieces of about equal length are found \
                  without reading the bytes between.\n\n\
                  Pieces of pairs (--paired, --interleaved) have equal numbers of pairs, so that the pieces of both files begin with the \
                  same pair. They are written to PREFIX.0_1, PREFIX.0_2, PREFIX.1_1, ... (interleaved: PREFIX.0, ...) with the \
                  extension of the file, without blank lines. The files are read twice. Pieces of gzip and BGZF are BGZF, which is \
                  gzip; those of other compressed files are not compressed."
)]
pub(crate) struct Shard {
    /// File
    pub(crate) file: PathBuf,
    /// File of the second mates, with --paired
    #[arg(requires = "paired")]
    pub(crate) mate_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) mates: Mates,
    /// Pieces to make
    #[arg(short = 'n', long, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) number: u32,
    /// Put the same number of records into each piece, by the index of numbers or, without one, by reading the file
    #[arg(long)]
    pub(crate) records: bool,
    /// Write the pieces to PREFIX.0, PREFIX.1, ..., with the extension of the file; those of BGZF are not compressed
    #[arg(short, long, value_name = "PREFIX")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Rows, order and values are those of `ffprobe -show_packets -of csv=p=0`, without a header line; the order of the \
                  fields is fixed, whatever the order of --entries. With several files, each row starts with the name of its file, and \
                  JSON has one object per file.\n\n\
                  Nothing is decoded, so fields that ffprobe obtains by decoding or guesses are N/A: the dts of Matroska, the duration \
                  in MPEG-TS. Other durations are those of the file, some of which ffprobe -fflags +nofillin+noparse prints. Packets of \
                  MPEG-TS are whole PES packets, and key frames those with random_access_indicator.\n\n\
                  pos is the start of the data in MP4, of the body of the block in Matroska, which all frames of the block share, and of \
                  the first transport packet in MPEG-TS (for packets of 204 bytes: 16 bytes before it, as in ffprobe). data_pos is the \
                  first byte of the data in all of them. Payloads are read for data_hash only; size and data_hash of compressed Matroska \
                  frames are those of the stored bytes.\n\n\
                  Times of MP4 are shifted by the edit list, and packets outside of the edit have the flag D; ffprobe omits some of \
                  them. With several edits, the first one counts, and no packet has the flag. After damage, formats with boundaries \
                  are read on, and so is every other track of MP4."
)]
pub(crate) struct Packets {
    /// Files; `-`, or none at all, for standard input
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub(crate) of: PacketsFormat,
    /// Fields to print, separated by commas [default: the fields of ffprobe without codec_type and seconds in CSV, all of them in JSON]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) entries: Vec<Field>,
    /// Also print the CRC-32 of each payload (data_hash)
    #[arg(long)]
    pub(crate) crc32: bool,
    /// Print one stream (N), the streams of a kind (v, a, s, d), or one of a kind (v:0)
    #[arg(long, value_name = "STREAMS")]
    pub(crate) select_streams: Option<Selection>,
    /// Print all packets of MP4, with the times of the sample tables, ignoring the edit list
    #[arg(long)]
    pub(crate) raw_times: bool,
}

/// Output format of `packets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PacketsFormat {
    /// One line per packet, with commas between the fields
    Csv,
    /// One object per file, with one line per packet
    Json,
}

#[derive(Debug, Args)]
#[command(
    after_help = "JSON has the names and the forms of `ffprobe -v error -count_packets -show_format -show_streams -show_chapters \
                  -show_programs -of json` of FFmpeg 5.1, one object per file. Nothing is decoded: values come from the container, from \
                  parameter sets and from the first bytes of each stream. Fields without a value in these are omitted. Where ffprobe \
                  contradicts the file or does not know a coding, the value of the file is printed."
)]
pub(crate) struct Probe {
    /// Files; `-`, or none at all, for standard input
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) of: ProbeFormat,
    /// Also count packets where that requires reading each of them, as in Matroska
    #[arg(long)]
    pub(crate) count_packets: bool,
}

/// Output format of `probe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProbeFormat {
    /// Lines of text
    Text,
    /// An object for each file
    Json,
}

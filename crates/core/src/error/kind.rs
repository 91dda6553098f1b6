//! Kinds of errors.

use std::borrow::Cow;
use std::fmt;
use std::io;

use super::compressed::{CompressedFault, CompressedPlace};
use super::mates::{MatePlace, PairFile, TheFile};
use super::mp4::Mp4Fault;

/// The kind of an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused an operation.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The path leads to something that cannot be mapped.
    #[error("{what} cannot be mapped")]
    Unmappable {
        /// Its type, with an article: `a directory`, `a pipe`, ...
        what: &'static str,
    },
    /// A requested range exceeds the mapping or file.
    #[error("bytes {start}..{end} are outside of the {len} available bytes")]
    OutOfRange {
        /// First byte of the range.
        start: u64,
        /// End of the range.
        end: u64,
        /// Length of the mapping or file.
        len: u64,
    },
    /// A setting has an invalid value.
    #[error("invalid {name} {value}: expected {expected}")]
    InvalidConfig {
        /// Name of the setting.
        name: &'static str,
        /// The value.
        value: u64,
        /// The valid values.
        expected: &'static str,
    },
    /// The file was truncated while it was read.
    #[error("the file was truncated to {offset} of {len} bytes while it was read")]
    Truncated {
        /// The first lost byte.
        offset: u64,
        /// Length of the file when it was opened.
        len: u64,
    },
    /// The file was changed while it was read.
    #[error("the file was changed while it was read")]
    Changed,
    /// Another process waits to write to the file, and the lease is being released.
    #[error("another process waits to write to the file, so its lease is being released")]
    LeaseBroken,
    /// The content has no format that pagecut reads.
    #[error("{0}")]
    UnknownFormat(&'static str),
    /// A fault of a format that has no kinds of its own: a message in lower case. Formats outside of this crate give this kind too.
    #[error("{0}")]
    Invalid(Cow<'static, str>),

    /// The input, or the available part of it, ends inside of a record.
    #[error("the input ends {within}")]
    Incomplete {
        /// The position of the end: `before a plus line`, `in a transport packet`, ...
        within: &'static str,
    },
    /// FASTQ, FASTA: a record does not start with `@`, or `>`.
    #[error("expected {} at the start of a record, found {}", Byte(*expected), Byte(*found))]
    RecordStart {
        /// The expected byte.
        expected: u8,
        /// The byte found instead.
        found: u8,
    },
    /// FASTQ: a sequence line starts with `@` or `+`, which no sequence does and which would make boundaries ambiguous.
    #[error("a sequence cannot begin with {}", Byte(*found))]
    SequenceStart {
        /// The byte found.
        found: u8,
    },
    /// FASTQ: the third line of a record does not start with `+`.
    #[error("expected '+' after the sequence, found {} (or is it wrapped?)", Byte(*found))]
    PlusLine {
        /// The byte found.
        found: u8,
    },
    /// FASTQ: the numbers of sequence letters and quality scores of a record differ.
    #[error("the sequence has {sequence} letters, but there are {quality_scores} quality scores")]
    LengthMismatch {
        /// Number of sequence letters.
        sequence: u64,
        /// Length of the quality line in bytes.
        quality_scores: u64,
    },
    /// FASTQ: the header of the next record takes the place of quality scores.
    #[error("expected quality scores, found the header of the next record")]
    QualityLine,
    /// FASTQ: a stream turns out to be wrapped after some of it was read as four-line records.
    #[error("the input is wrapped FASTQ, and a stream cannot be read again as that; a file can")]
    WrappedStream,
    /// FASTQ, on request: the plus line repeats a definition different from that of the record.
    #[error("the plus line does not repeat the definition of its record")]
    PlusName,
    /// FASTQ, on request: a quality score is outside of `!` to `~` (33 to 126).
    #[error("quality score {} is outside of '!' to '~'", Byte(*found))]
    QualityRange {
        /// The byte found.
        found: u8,
    },
    /// FASTQ, FASTA, on request: a byte of the sequence is not a letter, gap or mask of the checked code.
    #[error("{} is not a sequence letter", Byte(*found))]
    SequenceLetter {
        /// The byte found.
        found: u8,
    },
    /// FASTA: a definition contains a carriage return, so it may be several lines.
    #[error("a carriage return in a definition (a line ends in LF or CR LF)")]
    CarriageReturn,
    /// FASTQ, FASTA, writing: a byte would be read differently at its place in the output. Nothing of its record was
    /// written.
    #[error("byte {position} of the {field} cannot be written: {} would {role}", Byte(*found))]
    Unwritable {
        /// The field of the byte: `definition`, `sequence`, `quality scores`; or `record`, with its position in its
        /// input.
        field: &'static str,
        /// Position of the byte in the field, counted from 0.
        position: u64,
        /// The byte.
        found: u8,
        /// Its effect in the output: `end its line`, `begin a record`, ...
        role: &'static str,
    },
    /// FASTQ, FASTA, writing: an earlier write failed and left the output inside of a record.
    #[error("the output ends inside of record {record}, since an earlier write failed")]
    TornRecord {
        /// The record, counted from 0 by the writer.
        record: u64,
    },
    /// FASTQ, pairs: the names of two mates differ.
    #[error("the mate has another name, {mate}")]
    MateName {
        /// The second mate.
        mate: MatePlace,
    },
    /// FASTQ, pairs: two mates have the same name and read numbers that do not ascend: the files are swapped, or the
    /// same file was given twice.
    #[error(
        "read numbers {number} and {mate_number} are not those of a first and a second mate; the other record is {mate}"
    )]
    MateNumber {
        /// The read number of the first mate.
        number: u8,
        /// The read number of the second mate.
        mate_number: u8,
        /// The second mate.
        mate: MatePlace,
    },
    /// FASTQ, pairs: a record has no mate, because the other file has ended or the number of interleaved records is
    /// odd.
    #[error("there is no mate: {} ends after {records} records, at byte {len}", TheFile(*file))]
    MateMissing {
        /// The file that has ended; `None` for one interleaved file.
        file: Option<PairFile>,
        /// Its number of records.
        records: u64,
        /// Its length in bytes.
        len: u64,
    },

    /// The compressed input is damaged or truncated.
    #[error("{place}: {fault}")]
    Compressed {
        /// Location in the compressed input.
        place: CompressedPlace,
        /// The fault.
        fault: CompressedFault,
    },
    /// The input exceeds the allowed length.
    #[error("the input exceeds the limit of {most} bytes")]
    InputTooLong {
        /// The limit in bytes.
        most: u64,
    },
    /// A record, or an input that is read as a whole, exceeds the memory limit.
    #[error("longer than the memory limit of {most} bytes")]
    TooLong {
        /// The limit in bytes.
        most: u64,
    },
    /// The input has more gaps than allowed.
    #[error("more than {most} gap{}", if *most == 1 { "" } else { "s" })]
    TooManyGaps {
        /// The limit.
        most: u64,
    },

    /// FASTQ, FASTA: an index of five or six columns cannot describe the layout of a record.
    #[error("the record cannot be indexed: {why}")]
    Unindexable {
        /// The reason: `its lines differ in length`, ...
        why: &'static str,
    },
    /// The content of an index is invalid, or does not match the file.
    #[error("the index is damaged: {why}")]
    DamagedIndex {
        /// The reason.
        why: String,
    },
    /// An index was made from another file, or the file has changed since.
    #[error("stale index: {difference} differs")]
    StaleIndex {
        /// The property that differs: `the length`, `the modification time`, ...
        difference: &'static str,
    },
    /// The input has no record of this number.
    #[error("record {record} does not exist: the input has {records} records, counted from 0")]
    NoRecord {
        /// The requested record.
        record: u64,
        /// The number of records.
        records: u64,
    },
    /// A region is malformed, or names an unknown sequence.
    #[error("{}: {why}", region.escape_ascii())]
    Region {
        /// The requested region.
        region: Vec<u8>,
        /// The reason.
        why: &'static str,
    },

    /// MPEG-TS: no transport packet starts here.
    #[error("synchronisation is lost")]
    SyncLost,
    /// MPEG-TS: packets of a PID are missing before this one, or repeated too often.
    #[error("packets of PID {pid:#06x} are missing: the continuity counter is {found}, expected {expected}")]
    Discontinuity {
        /// The PID.
        pid: u16,
        /// The expected counter.
        expected: u8,
        /// The counter of the packet.
        found: u8,
    },
    /// MPEG-TS: an adaptation field exceeds its packet (13818-1, 2.4.3.5).
    #[error("the adaptation field of PID {pid:#06x} has a length of {len}, which exceeds the packet")]
    AdaptationField {
        /// The PID of the packet.
        pid: u16,
        /// `adaptation_field_length`.
        len: u8,
    },
    /// MPEG-TS: `transport_error_indicator` is set: the receiver could not correct the packet.
    #[error("the packet in PID {pid:#06x} has a bit error: transport_error_indicator is set")]
    TransportError {
        /// Its PID.
        pid: u16,
    },
    /// MPEG-TS: a packet has the continuity counter of the previous one, but different bytes.
    #[error("the packet in PID {pid:#06x} repeats the counter of the one before with other bytes")]
    UnequalRepetition {
        /// Its PID.
        pid: u16,
    },
    /// MPEG-TS: a section is invalid or incomplete.
    #[error("the section in PID {pid:#06x} is damaged: {why}")]
    DamagedSection {
        /// Its PID.
        pid: u16,
        /// The fault: `its CRC does not match`, ...
        why: &'static str,
    },
    /// MPEG-TS: a PES packet has an invalid header.
    #[error("the PES packet in PID {pid:#06x} is damaged: {why}")]
    DamagedPes {
        /// Its PID.
        pid: u16,
        /// The fault: `it ends inside its header`, ...
        why: &'static str,
    },

    /// MP4: a box or a sample is invalid.
    #[error("{0}")]
    Mp4(Mp4Fault),
    /// EBML: no element starts here, or none that is valid here.
    #[error("no valid element starts here")]
    NoElement,
    /// EBML: an element is longer than its parent or the input, or has an unknown size where that is not allowed.
    #[error("element {id:#x} has {}, and there are {room} bytes", ElementSize(*size))]
    ElementSize {
        /// Its ID.
        id: u32,
        /// Its size in bytes; `None` for an unknown size.
        size: Option<u64>,
        /// Available bytes.
        room: u64,
    },
    /// EBML: the content of an element is invalid.
    #[error("element {id:#x} is damaged: {why}")]
    DamagedElement {
        /// Its ID.
        id: u32,
        /// The reason.
        why: &'static str,
    },

    /// A writer of fixed size has no room for the bytes; none of them was written.
    #[error("{requested} bytes exceed the free capacity of {free} bytes")]
    CapacityExceeded {
        /// Number of bytes to write.
        requested: u64,
        /// Free bytes.
        free: u64,
    },
    /// A range of a mapping overlaps a borrowed one, and the two kinds of access conflict.
    #[error("bytes {start}..{end} overlap bytes {held_start}..{held_end}, which are borrowed {held}")]
    RangeInUse {
        /// First byte of the requested range.
        start: u64,
        /// End of the requested range.
        end: u64,
        /// First byte of the borrowed range.
        held_start: u64,
        /// End of the borrowed range.
        held_end: u64,
        /// Access of the borrow: `for reading`, `for writing`, `as 32-bit atomics`, `as 64-bit atomics`.
        held: &'static str,
    },
    /// A range of integers does not start and end at multiples of their size.
    #[error("bytes {start}..{end} are not aligned to {align} bytes")]
    Misaligned {
        /// First byte of the range.
        start: u64,
        /// End of the range.
        end: u64,
        /// Size of an integer in bytes.
        align: u64,
    },
}

impl ErrorKind {
    /// Returns a stable, machine-readable name of the kind, in lower case with underscores, as printed by `pagecut
    /// verify --json`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Unmappable { .. } => "unmappable",
            Self::OutOfRange { .. } => "out_of_range",
            Self::InvalidConfig { .. } => "invalid_config",
            Self::Compressed { .. } => "compressed",
            Self::InputTooLong { .. } => "input_too_long",
            Self::TooLong { .. } => "too_long",
            Self::TooManyGaps { .. } => "too_many_gaps",
            Self::Truncated { .. } => "truncated",
            Self::Changed => "changed",
            Self::LeaseBroken => "lease_broken",
            Self::UnknownFormat(_) => "unknown_format",
            Self::Invalid(_) => "invalid",
            Self::Incomplete { .. } => "incomplete",
            Self::RecordStart { .. } => "record_start",
            Self::SequenceStart { .. } => "sequence_start",
            Self::PlusLine { .. } => "plus_line",
            Self::LengthMismatch { .. } => "length_mismatch",
            Self::QualityLine => "quality_line",
            Self::WrappedStream => "wrapped_stream",
            Self::PlusName => "plus_name",
            Self::QualityRange { .. } => "quality_range",
            Self::SequenceLetter { .. } => "sequence_letter",
            Self::CarriageReturn => "carriage_return",
            Self::Unwritable { .. } => "unwritable",
            Self::TornRecord { .. } => "torn_record",
            Self::Unindexable { .. } => "unindexable",
            Self::DamagedIndex { .. } => "damaged_index",
            Self::StaleIndex { .. } => "stale_index",
            Self::NoRecord { .. } => "no_record",
            Self::Region { .. } => "region",
            Self::MateName { .. } => "mate_name",
            Self::MateNumber { .. } => "mate_number",
            Self::MateMissing { .. } => "mate_missing",
            Self::SyncLost => "sync_lost",
            Self::Discontinuity { .. } => "discontinuity",
            Self::AdaptationField { .. } => "adaptation_field",
            Self::TransportError { .. } => "transport_error",
            Self::UnequalRepetition { .. } => "unequal_repetition",
            Self::DamagedSection { .. } => "damaged_section",
            Self::DamagedPes { .. } => "damaged_pes",
            Self::Mp4(fault) => fault.name(),
            Self::NoElement => "no_element",
            Self::ElementSize { .. } => "element_size",
            Self::DamagedElement { .. } => "damaged_element",
            Self::CapacityExceeded { .. } => "capacity_exceeded",
            Self::RangeInUse { .. } => "range_in_use",
            Self::Misaligned { .. } => "misaligned",
        }
    }
}

/// Displays a byte in a message: `'A'`, `'\t'`, `'\xff'`.
struct Byte(u8);

impl fmt::Display for Byte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", std::ascii::escape_default(self.0))
    }
}

/// Displays the size of an element in a message: `a size of 7`, `an unknown size`.
struct ElementSize(Option<u64>);

impl fmt::Display for ElementSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(size) => write!(f, "a size of {size}"),
            None => f.write_str("an unknown size"),
        }
    }
}

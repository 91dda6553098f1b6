//! What can go wrong.

use std::borrow::Cow;
use std::fmt;
use std::io;

use super::compressed::{CompressedFault, CompressedPlace};
use super::mates::{MatePlace, PairFile, TheFile};
use super::mp4::Mp4Fault;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The system refused to open, read or map.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The path leads to something that has no bytes to map.
    #[error("{what} cannot be mapped")]
    Unmappable {
        /// What it is, with its article: `a directory`, `a pipe`, ...
        what: &'static str,
    },
    /// A range that was asked for does not lie inside the mapping or file.
    #[error("bytes {start}..{end} lie outside of the {len} bytes there are")]
    OutOfRange {
        /// First byte asked for.
        start: u64,
        /// End of the range asked for.
        end: u64,
        /// Bytes there are.
        len: u64,
    },
    /// A setting has a value that it cannot have.
    #[error("{name} cannot be {value}: it has to be {expected}")]
    InvalidConfig {
        /// What is set.
        name: &'static str,
        /// The value.
        value: u64,
        /// Which values it can have.
        expected: &'static str,
    },
    /// The file was cut short while it was read.
    #[error("the file was cut short to {offset} of {len} bytes while it was read")]
    Truncated {
        /// The first byte that is lost.
        offset: u64,
        /// Bytes there were when the file was opened.
        len: u64,
    },
    /// The file was changed while it was read.
    #[error("the file was changed while it was read")]
    Changed,
    /// Somebody waits to write to the file, and the lease on it is being given back.
    #[error("somebody waits to write to the file, and its lease is being given back")]
    LeaseBroken,
    /// The content is of no format that pagecut reads.
    #[error("{0}")]
    UnknownFormat(&'static str),
    /// A fault of a format outside of this crate.
    #[error("{0}")]
    Invalid(Cow<'static, str>),

    /// The input, or what there is of it, ends inside of a record.
    #[error("the input ends {within}")]
    Incomplete {
        /// Where it ends: `before a plus line`, `in a transport packet`, ...
        within: &'static str,
    },
    /// FASTQ, FASTA: a record does not begin with `@`, or `>`.
    #[error("expected {} at the start of a record, found {}", Byte(*expected), Byte(*found))]
    RecordStart {
        /// The byte that has to stand there.
        expected: u8,
        /// The byte that stands there.
        found: u8,
    },
    /// FASTQ: a sequence line begins with `@` or `+`, which no sequence does and which would make boundaries undecidable.
    #[error("a sequence cannot begin with {}", Byte(*found))]
    SequenceStart {
        /// The byte that stands there.
        found: u8,
    },
    /// FASTQ: the third line of a record does not begin with `+`.
    #[error("expected '+' after the sequence, found {} (or is it wrapped?)", Byte(*found))]
    PlusLine {
        /// The byte that stands there.
        found: u8,
    },
    /// FASTQ: a record has not as many quality scores as letters.
    #[error("the sequence has {sequence} letters, but there are {quality_scores} quality scores")]
    LengthMismatch {
        /// Letters of the sequence.
        sequence: u64,
        /// Bytes of the quality line.
        quality_scores: u64,
    },
    /// FASTQ: where the quality scores of a record have to be stands the header of the next one.
    #[error("expected quality scores, found the header of the next record")]
    QualityLine,
    /// FASTQ: the records of a stream turn out to be wrapped, after bytes of it were read as four lines a record.
    #[error("the input is wrapped FASTQ, and a stream cannot be read again as that; a file can")]
    WrappedStream,
    /// FASTQ, on request: the plus line repeats another definition than the record's.
    #[error("the plus line does not repeat the definition of its record")]
    PlusName,
    /// FASTQ, on request: a quality score is outside of `!` to `~` (33 to 126).
    #[error("a quality score has to be one of '!' to '~', found {}", Byte(*found))]
    QualityRange {
        /// The byte that stands there.
        found: u8,
    },
    /// FASTQ, FASTA, on request: a byte of the sequence is no letter of the codes that are checked for, gap or mask.
    #[error("{} is no letter of a sequence", Byte(*found))]
    SequenceLetter {
        /// The byte that stands there.
        found: u8,
    },
    /// FASTA: a definition holds a carriage return, so that it may be more lines than one.
    #[error("a carriage return in a definition (a line ends in LF or CR LF)")]
    CarriageReturn,
    /// FASTQ, FASTA, writing: a byte would be read as something else than it is, where it would stand; nothing of its record
    /// was written.
    #[error("byte {position} of the {field} cannot be written: {} would {role}", Byte(*found))]
    Unwritable {
        /// What the byte belongs to: `definition`, `sequence`, `quality scores`; or `record`, where that stands in its input.
        field: &'static str,
        /// Which byte of it, counted from 0.
        position: u64,
        /// The byte.
        found: u8,
        /// What it would do where it would stand: `end its line`, `begin a record`, ...
        role: &'static str,
    },
    /// FASTQ, FASTA, writing: a write failed before, and left the output inside of a record.
    #[error("the output ends inside of record {record}, since an earlier write failed")]
    TornRecord {
        /// The record, counted from 0 by the writer.
        record: u64,
    },
    /// FASTQ, pairs: the names of two records that have to be mates differ.
    #[error("the mate has another name, {mate}")]
    MateName {
        /// Where the second one is.
        mate: MatePlace,
    },
    /// FASTQ, pairs: two records that have to be mates have one name, and read numbers that do not ascend: the files are swapped,
    /// or one of them was given twice.
    #[error("read {number} and read {mate_number} are no first and second mate, the other one is {mate}")]
    MateNumber {
        /// The read number of the first one.
        number: u8,
        /// The read number of the second one.
        mate_number: u8,
        /// Where the second one is.
        mate: MatePlace,
    },
    /// FASTQ, pairs: a record has no mate, since the other file has no more, or since the number of interleaved records is odd.
    #[error("there is no mate: {} ends after {records} records, at byte {len}", TheFile(*file))]
    MateMissing {
        /// The file that has no more; `None` for one interleaved file.
        file: Option<PairFile>,
        /// Records that it has.
        records: u64,
        /// Bytes that it has.
        len: u64,
    },

    /// The compressed input is damaged, or ends too early.
    #[error("{place}: {fault}")]
    Compressed {
        /// Where in the compressed input.
        place: CompressedPlace,
        /// What is wrong there.
        fault: CompressedFault,
    },
    /// The input has more bytes than were allowed.
    #[error("the input has more than the {most} bytes that were allowed")]
    InputTooLong {
        /// How many were allowed.
        most: u64,
    },
    /// A record, or an input that is read as a whole, is longer than may be held in memory.
    #[error("it is longer than the {most} bytes that may be held in memory at once")]
    TooLong {
        /// How many bytes may be.
        most: u64,
    },
    /// More of the input than was allowed is damaged.
    #[error("there are more than {most} gaps")]
    TooManyGaps {
        /// How many were allowed.
        most: u64,
    },

    /// FASTQ, FASTA: the letters of a record cannot be found by an index of five or six columns.
    #[error("the record cannot be indexed: {why}")]
    Unindexable {
        /// What is against it: `its lines differ in length`, ...
        why: &'static str,
    },
    /// An index does not hold what an index holds, or not what fits the file.
    #[error("the index is damaged: {why}")]
    DamagedIndex {
        /// What is wrong with it.
        why: String,
    },
    /// An index was made of a file that was another one then, or has changed since.
    #[error("the index is not of this file as it is now: {difference} is another")]
    StaleIndex {
        /// What is another: `its length`, `its time`, ...
        difference: &'static str,
    },
    /// An input has no record of this number.
    #[error("there is no record {record}: there are {records}, and they are counted from 0")]
    NoRecord {
        /// The record asked for.
        record: u64,
        /// Records there are.
        records: u64,
    },
    /// A region of a sequence is not written as one, or of no sequence that there is.
    #[error("{}: {why}", region.escape_ascii())]
    Region {
        /// What was asked for.
        region: Vec<u8>,
        /// What is against it.
        why: &'static str,
    },

    /// MPEG-TS: no transport packet begins here.
    #[error("synchronisation is lost")]
    SyncLost,
    /// MPEG-TS: packets of a PID are missing before this one, or come too often.
    #[error("packets of PID {pid:#06x} are missing: the continuity counter is {found}, expected {expected}")]
    Discontinuity {
        /// The PID.
        pid: u16,
        /// The counter that the packet has to have.
        expected: u8,
        /// The counter that it has.
        found: u8,
    },
    /// MPEG-TS: the length of an adaptation field leads out of its packet (13818-1, 2.4.3.5).
    #[error("the adaptation field of PID {pid:#06x} has a length of {len}, which leads out of the packet")]
    AdaptationField {
        /// The PID of the packet.
        pid: u16,
        /// `adaptation_field_length`.
        len: u8,
    },
    /// MPEG-TS: `transport_error_indicator` is set: a receiver could not correct the packet.
    #[error("the packet in PID {pid:#06x} has a bit error: transport_error_indicator is set")]
    TransportError {
        /// Its PID.
        pid: u16,
    },
    /// MPEG-TS: a packet has the continuity counter of the one before, but not its bytes.
    #[error("the packet in PID {pid:#06x} repeats the counter of the one before with other bytes")]
    UnequalRepetition {
        /// Its PID.
        pid: u16,
    },
    /// MPEG-TS: a section is not what it has to be, or ends nowhere.
    #[error("the section in PID {pid:#06x} is damaged: {why}")]
    DamagedSection {
        /// Its PID.
        pid: u16,
        /// The fault: `its CRC does not match`, ...
        why: &'static str,
    },
    /// MPEG-TS: a PES packet does not begin with what it has to.
    #[error("the PES packet in PID {pid:#06x} is damaged: {why}")]
    DamagedPes {
        /// Its PID.
        pid: u16,
        /// The fault: `it ends inside its header`, ...
        why: &'static str,
    },

    /// MP4: a box or a sample is not what it has to be.
    #[error("{0}")]
    Mp4(Mp4Fault),
    /// EBML: no element begins here, or none that can stand here.
    #[error("no element begins here that can stand here")]
    NoElement,
    /// EBML: an element says that it is longer than its parent or the input, or, where this cannot be, not how long it is.
    #[error("element {id:#x} has {}, and there are {room} bytes", ElementSize(*size))]
    ElementSize {
        /// Its ID.
        id: u32,
        /// Its size in bytes; `None` if it says that it does not know it.
        size: Option<u64>,
        /// Bytes there are for it.
        room: u64,
    },
    /// EBML: what an element holds cannot be.
    #[error("element {id:#x} is damaged: {why}")]
    DamagedElement {
        /// Its ID.
        id: u32,
        /// What is wrong with it.
        why: &'static str,
    },

    /// A writer of a fixed length has no room for the bytes; none of them was taken.
    #[error("{asked} bytes do not fit into the {free} that are free")]
    Full {
        /// Bytes to be written.
        asked: u64,
        /// Bytes there is room for.
        free: u64,
    },
    /// A range of a mapping overlaps one that is lent out in a way that does not go with it.
    #[error("bytes {start}..{end} overlap bytes {held_start}..{held_end}, which are lent {held}")]
    Lent {
        /// First byte asked for.
        start: u64,
        /// End of the range asked for.
        end: u64,
        /// First byte of the range that is lent.
        held_start: u64,
        /// End of the range that is lent.
        held_end: u64,
        /// What it is lent for: `to read`, `to write`, `as 32-bit atomics`, `as 64-bit atomics`.
        held: &'static str,
    },
    /// A range of integers does not begin and end at multiples of their length.
    #[error("bytes {start}..{end} do not begin and end at multiples of {align}")]
    Misaligned {
        /// First byte asked for.
        start: u64,
        /// End of the range asked for.
        end: u64,
        /// Bytes of an integer.
        align: u64,
    },
}

impl ErrorKind {
    /// A stable name of the kind for machines, in lower case with underscores, as `pagecut verify --json` prints it.
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
            Self::Full { .. } => "full",
            Self::Lent { .. } => "lent",
            Self::Misaligned { .. } => "misaligned",
        }
    }
}

/// A byte as a message shows it: `'A'`, `'\t'`, `'\xff'`.
struct Byte(u8);

impl fmt::Display for Byte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", std::ascii::escape_default(self.0))
    }
}

/// The size of an element as a message has it: `a size of 7`, `an unknown size`.
struct ElementSize(Option<u64>);

impl fmt::Display for ElementSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(size) => write!(f, "a size of {size}"),
            None => f.write_str("an unknown size"),
        }
    }
}

//! `pagecut verify`: reads everything, and proves that every byte is accounted for.

mod damage;
mod media;
mod places;

use std::io::{self, Write};
use std::path::Path;

use pagecut::compress::CompressionStats;
use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::media::matroska::Matroska;
use pagecut::media::mpegts::Packets;
use pagecut::{Account, Error, ErrorKind, FileKind, Format, Gap, Result, Resync, Source, Tally};
use serde::Serialize;

use crate::cli::{Common, Verify};
use crate::report::counted;
use crate::{formats, input, progress, report};
use places::{Blocks, LostBytes, Place};

/// What an input came to.
#[derive(Debug, Serialize)]
struct Verdict {
    file: String,
    format: Option<&'static str>,
    records: u64,
    /// The length of the input, as far as it was read.
    bytes: u64,
    record_bytes: u64,
    blank_bytes: u64,
    gap_bytes: u64,
    complete: bool,
    /// Of a compressed input only.
    #[serde(skip_serializing_if = "Option::is_none")]
    compressed: Option<Compressed>,
    error: Option<Fault>,
    /// Told with `--recover` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    gaps: Option<Vec<Hole>>,
    /// What is wrong inside of records, of media and with `--recover` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<Fault>>,
}

/// What was decompressed.
#[derive(Debug, Serialize)]
struct Compressed {
    format: &'static str,
    /// What its pieces are called: `member`, `block`, `frame`, `stream`.
    #[serde(skip)]
    unit: &'static str,
    /// How many of them there are.
    members: u64,
    /// The length of the compressed input, as far as it was read.
    bytes: u64,
    padding_bytes: u64,
    /// Decompressed bytes of the pieces whose check sums were reached and are right.
    proven_bytes: u64,
    /// Told with `--recover` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_bytes: Option<u64>,
    closed: bool,
    /// The first fault of the compressed bytes, where `error` is one of what they hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<Fault>,
}

/// Bytes in which no record was found.
#[derive(Debug, Serialize)]
struct Hole {
    start: u64,
    end: u64,
    /// Compressed bytes that were lost in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<LostBytes>,
    error: Fault,
}

/// An error.
#[derive(Debug, Serialize)]
struct Fault {
    kind: &'static str,
    offset: Option<u64>,
    /// Of a file that is BGZF and has no damaged block.
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_offset: Option<u64>,
    record: Option<u64>,
    line: Option<u64>,
    /// Where it lies in a compressed input, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    compressed: Option<Place>,
    message: String,
}

/// Verifies every input, and notes whether all of them are well.
pub(crate) fn run(
    args: &Verify,
    common: &Common,
    out: &mut dyn Write,
    all_good: &mut bool,
) -> io::Result<()> {
    for path in input::inputs(&args.files) {
        let name = path.display().to_string();
        let verdict = verify(&path, &name, args, common).unwrap_or_else(|error| {
            report::error(&name, &error);
            Verdict::unread(name, &error)
        });
        *all_good &= verdict.is_good();
        if args.json {
            serde_json::to_writer(&mut *out, &verdict)?;
            writeln!(out)?;
        } else if !(common.quiet && verdict.is_good()) {
            verdict.write(out)?;
        }
        // Whoever reads need not wait for the next file.
        out.flush()?;
    }
    Ok(())
}

/// Reads one input, and tells what is wrong with it.
fn verify(path: &Path, name: &str, args: &Verify, common: &Common) -> Result<Verdict> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let mut read = read(&source, name, args, common)?;
    read.tell(name);
    if let Some(error) = read.error.as_ref().filter(|_| !read.complete) {
        read.damage = damage::find(&source, error, path, name, args, common);
    }
    Ok(Verdict::of(name.to_owned(), &read))
}

/// An input that was read.
struct Read {
    /// `None` for an empty input, which is of every format.
    format: Option<&'static str>,
    /// Length of the input, decompressed; of one that is compressed or a stream, as far as it was read.
    bytes: u64,
    /// Length of the file, if that is known.
    file_len: Option<u64>,
    tally: Tally,
    /// The first error.
    error: Option<Error>,
    /// Whether the input was read to its end.
    complete: bool,
    /// Why reading does not go on behind an error, though it should.
    ends_at_fault: Option<&'static str>,
    packed: Option<CompressionStats>,
    /// What is wrong with the compressed bytes, where the error is one of what they hold. Looked for when that was told.
    damage: Option<Error>,
    gaps: Option<Vec<Gap>>,
    faults: Option<Vec<Error>>,
    blocks: Blocks,
}

/// Reads one input, up to the first error or, if the format can, behind it.
fn read(source: &Source, name: &str, args: &Verify, common: &Common) -> Result<Read> {
    let kind = if args.recover { source.detect_after_damage()? } else { source.detect()? };
    let ends_at_fault = input::lacks_boundaries(kind).filter(|_| args.recover);
    if matches!(kind, FileKind::Mp4 | FileKind::Matroska) {
        return Ok(Read { ends_at_fault, ..media::read(source, kind, name, args, common)? });
    }
    let mut gaps = (args.recover && ends_at_fault.is_none()).then(Vec::new);
    let (format, account, fault) = progress::show(source, name, common.quiet, || match kind {
        FileKind::MpegTs(packets) => {
            let (account, fault) = transport_stream(source, &packets, args, &mut gaps);
            (Some(Packets::NAME), account, fault)
        }
        _ => {
            let (format, account) = records(source, kind, args, &mut gaps);
            (format, account, None)
        }
    });
    let file_len = source.len_hint();
    let bytes = match (account.packed, file_len) {
        (None, Some(len)) => len,
        (Some(packed), _) if account.complete => packed.unpacked_bytes,
        (None, None) if account.complete => source.bytes_done(),
        // What lies behind the error may have been read or not.
        _ => account.tally.bytes(),
    };
    let Account { tally, error, complete, packed, .. } = account;
    let faults =
        (args.recover && matches!(kind, FileKind::MpegTs(_))).then(|| fault.clone().into_iter().collect());
    let error = if complete { media::first(error, fault) } else { error };
    // Where something is lost, there are more bytes than were decompressed.
    let is_whole = packed.is_some_and(|packed| packed.lost_bytes == 0);
    let has_offset = error.as_ref().is_some_and(|error| error.offset().is_some());
    let blocks = if is_whole && has_offset { Blocks::of(source) } else { Blocks::default() };
    Ok(Read {
        format,
        bytes,
        file_len,
        tally,
        error,
        complete,
        ends_at_fault,
        packed,
        damage: None,
        gaps,
        faults,
        blocks,
    })
}

/// The account of a transport stream, which is read on after every gap, and the first packet or table with a fault.
fn transport_stream(
    source: &Source,
    packets: &Packets,
    args: &Verify,
    gaps: &mut Option<Vec<Gap>>,
) -> (Account, Option<Error>) {
    let most_gaps = if args.recover { args.max_gaps } else { u64::MAX };
    let (account, summary, fault) = source.check_transport_stream(packets, most_gaps, |gap| {
        gaps.iter_mut().for_each(|gaps| gaps.push(gap.clone()));
        Ok(())
    });
    (account, media::first(summary.first_continuity_error(), fault))
}

/// The account of an input that is read part by part, and what its format is called.
fn records(
    source: &Source,
    kind: FileKind,
    args: &Verify,
    gaps: &mut Option<Vec<Gap>>,
) -> (Option<&'static str>, Account) {
    let strict = args.strict;
    let fastq = if strict { Fastq::strict() } else { Fastq::new() };
    let fasta = if strict { Fasta::strict() } else { Fasta::new() };
    match kind {
        FileKind::Fasta if args.recover => (Some(Fasta::NAME), list_gaps(source, &fasta, args, gaps)),
        FileKind::Fastq | FileKind::WrappedFastq if args.recover => {
            let guess = formats::guess(kind);
            let account = source.for_each_fastq_gap(&fastq, guess, args.max_gaps, |gap| {
                gaps.get_or_insert_default().push(gap);
                Ok(())
            });
            if account.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::WrappedStream)) {
                // They are those of four lines a record.
                gaps.get_or_insert_default().clear();
            }
            (Some(Fastq::NAME), account)
        }
        FileKind::Fasta => (Some(Fasta::NAME), source.account(&fasta)),
        FileKind::Empty => (None, source.account(&fastq)),
        _ => (Some(Fastq::NAME), source.account_fastq(&fastq, formats::guess(kind))),
    }
}

/// The account of an input that is read on behind every fault.
fn list_gaps<F: Resync>(source: &Source, format: &F, args: &Verify, gaps: &mut Option<Vec<Gap>>) -> Account {
    source.for_each_gap(format, args.max_gaps, |gap| {
        gaps.get_or_insert_default().push(gap);
        Ok(())
    })
}

impl Read {
    /// Tells what is wrong.
    fn tell(&self, name: &str) {
        self.gaps.iter().flatten().for_each(|gap| report::gap(name, gap));
        self.faults.iter().flatten().for_each(|fault| report::error(name, fault));
        // The first gap, or fault, was told.
        let is_told = self.complete && self.gaps.is_some();
        if let Some(error) = self.error.as_ref().filter(|_| !is_told) {
            report::error(name, error);
            if let Some(at) = self.blocks.virtual_offset_of(error) {
                let (block, within) = (at >> 16, at & 0xffff);
                let what =
                    format!("virtual offset {at}: byte {within} of the block at compressed byte {block}");
                report::note(name, &what);
            }
            if self.gaps.is_some() {
                input::tell_end(name, error);
            }
            if let Some(why) = self.ends_at_fault {
                report::note(name, &format_args!("reading ends there: {why}"));
            }
        }
        if let Some((_, complaint)) = self.complaint() {
            report::error(name, &complaint);
        }
    }

    /// What there is to say of a complete input that is not well. That its account comes to its length is always so; this is the
    /// proof.
    fn complaint(&self) -> Option<(&'static str, String)> {
        if !self.complete {
            return None;
        }
        let (counted, bytes) = (self.tally.bytes(), self.bytes);
        if counted != bytes {
            return Some(("unaccounted", format!("{counted} of {bytes} bytes are accounted for")));
        }
        let packed = self.packed?;
        match self.file_len {
            Some(len) if packed.packed_bytes != len => {
                let counted = packed.packed_bytes;
                Some(("unaccounted", format!("{counted} of {len} compressed bytes are accounted for")))
            }
            // Other programs read such a file with a warning. But a file that was cut between two blocks is one, and lost records.
            _ => (!packed.closed).then(|| ("unclosed", input::UNCLOSED.into())),
        }
    }
}

impl Verdict {
    fn of(file: String, read: &Read) -> Self {
        let Tally { records, record_bytes, blank_bytes, gap_bytes, .. } = read.tally;
        let compressed = read.packed.map(|packed| Compressed {
            format: packed.compression.name(),
            unit: packed.compression.unit(),
            members: packed.members,
            bytes: packed.packed_bytes,
            padding_bytes: packed.padding_bytes,
            lost_bytes: read.gaps.is_some().then_some(packed.lost_bytes),
            closed: packed.closed,
            proven_bytes: packed.proven_bytes,
            damage: read.damage.as_ref().map(|fault| Fault::of(fault, &read.blocks)),
        });
        Self {
            file,
            format: read.format,
            records,
            bytes: read.bytes,
            record_bytes,
            blank_bytes,
            gap_bytes,
            complete: read.complete && read.complaint().is_none(),
            compressed,
            error: match &read.error {
                Some(error) => Some(Fault::of(error, &read.blocks)),
                None => read.complaint().map(|(kind, complaint)| Fault::of_input(kind, complaint)),
            },
            gaps: read.gaps.as_ref().map(|gaps| gaps.iter().map(|gap| Hole::of(gap, &read.blocks)).collect()),
            faults: read
                .faults
                .as_ref()
                .map(|faults| faults.iter().map(|fault| Fault::of(fault, &read.blocks)).collect()),
        }
    }

    /// Of an input that could not be read at all.
    fn unread(file: String, error: &Error) -> Self {
        Self {
            file,
            format: None,
            records: 0,
            bytes: 0,
            record_bytes: 0,
            blank_bytes: 0,
            gap_bytes: 0,
            complete: false,
            compressed: None,
            error: Some(Fault::of(error, &Blocks::default())),
            gaps: None,
            faults: None,
        }
    }

    fn is_good(&self) -> bool {
        self.complete && self.error.is_none()
    }

    /// One line for a person.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { file, bytes, record_bytes, blank_bytes, gap_bytes, .. } = self;
        let records = counted(self.records, "record");
        let verdict = if self.is_good() { "good" } else { "bad" };
        let mut format = self.format.unwrap_or("empty").to_owned();
        if let Some(packed) = &self.compressed {
            let Compressed { format: compression, bytes, padding_bytes, .. } = packed;
            let pieces = counted(packed.members, packed.unit);
            let lost = packed.lost_bytes.filter(|&lost| lost > 0);
            let lost = lost.map_or_else(String::new, |lost| format!(", {lost} lost"));
            format = format!(
                "{format} in {compression} ({pieces}, {bytes} bytes, {padding_bytes} of them padding{lost})"
            );
        }
        // The coded media are not decoded.
        let unchecked = match self.format {
            Some("mp4" | Matroska::NAME | Packets::NAME) => ", payload not checked",
            _ => "",
        };
        if self.complete {
            writeln!(
                out,
                "{file}: {verdict}: {format}, {records}, \
                 {bytes} bytes = {record_bytes} in records + {blank_bytes} blank + {gap_bytes} in gaps{unchecked}"
            )
        } else if self.format.is_some() {
            writeln!(
                out,
                "{file}: {verdict}: {format}, {records}, \
                 {record_bytes} bytes in records + {blank_bytes} blank before the error"
            )
        } else {
            writeln!(out, "{file}: {verdict}: not read")
        }
    }
}

impl Hole {
    fn of(gap: &Gap, blocks: &Blocks) -> Self {
        let lost = gap.lost.as_deref().map(LostBytes::of);
        Self { start: gap.range.start, end: gap.range.end, lost, error: Fault::of(&gap.error, blocks) }
    }
}

impl Fault {
    /// A fault of the input as a whole.
    fn of_input(kind: &'static str, message: String) -> Self {
        Self { kind, offset: None, virtual_offset: None, record: None, line: None, compressed: None, message }
    }

    fn of(error: &Error, blocks: &Blocks) -> Self {
        let place = error.location();
        let virtual_offset = blocks.virtual_offset_of(error);
        Self {
            virtual_offset,
            kind: error.kind().name(),
            offset: error.offset(),
            record: place.and_then(|place| place.record),
            line: place.and_then(|place| place.line),
            compressed: error.compressed_place().map(Place::of),
            message: error.message(),
        }
    }
}

//! An input that was read.

use pagecut::compress::CompressionStats;
use pagecut::{Account, Error, Gap, Result, Resync, Source, record::Tally};

use super::args::Verify;
use super::places::Blocks;
use crate::named_source::{self, NamedSource};
use crate::{input, progress, report};

/// An input that was read.
pub(crate) struct Reading {
    /// `None` for an empty input, which fits every format.
    pub(super) format: Option<&'static str>,
    /// Whether the bytes of records are coded media.
    pub(super) is_media: bool,
    /// Length of the decompressed input; of a damaged one, up to the error.
    pub(super) bytes: u64,
    /// Length of the file, if known.
    pub(super) file_len: Option<u64>,
    pub(super) tally: Tally,
    /// The first error.
    pub(super) error: Option<Error>,
    /// Whether the input was read to its end.
    pub(super) complete: bool,
    /// Why reading did not continue after an error, although recovery was requested.
    pub(super) ends_at_fault: Option<&'static str>,
    pub(super) compression: Option<CompressionStats>,
    /// The fault of the compressed bytes, if the error is one of the decompressed bytes. The error is reported before this is determined.
    pub(super) damage: Option<Error>,
    pub(super) gaps: Option<Vec<Gap>>,
    pub(super) faults: Option<Vec<Error>>,
    pub(super) blocks: Blocks,
}

/// Results for an input that was read part by part.
pub(crate) struct Checked {
    pub(crate) account: Account,
    /// With `--recover` only, if the format can be read after a fault.
    pub(crate) gaps: Option<Vec<Gap>>,
    /// The first fault inside of a record.
    pub(crate) fault: Option<Error>,
    /// The faults inside of records, with `--recover` only.
    pub(crate) faults: Option<Vec<Error>>,
}

impl Checked {
    /// Creates the results from an account without gaps, of records that are checked while they are read.
    pub(crate) fn new(account: Account) -> Self {
        Self { account, gaps: None, fault: None, faults: None }
    }
}

/// Results for an input that is held in memory as a whole.
pub(crate) struct Found {
    pub(crate) tally: Tally,
    /// The first error.
    pub(crate) error: Option<Error>,
    pub(crate) complete: bool,
    /// With `--recover` only, if the format can be read after a fault.
    pub(crate) gaps: Option<Vec<Gap>>,
    /// The faults inside of records, with `--recover` only.
    pub(crate) faults: Option<Vec<Error>>,
}

/// Reads an input, continues after every fault, and lists the gaps.
pub(crate) fn list_gaps<F: Resync>(source: &Source, format: &F, args: &Verify) -> Checked {
    let mut gaps = Vec::new();
    let account = source.for_each_gap(format, args.max_gaps, |gap| {
        gaps.push(gap);
        Ok(())
    });
    Checked { gaps: Some(gaps), ..Checked::new(account) }
}

/// Returns the error that comes first in the input.
pub(crate) fn first(left: Option<Error>, right: Option<Error>) -> Option<Error> {
    match (left, right) {
        (Some(left), Some(right)) if right.offset() < left.offset() => Some(right),
        (left, right) => left.or(right),
    }
}

impl Reading {
    /// Reads an input part by part. `format` is `None` for an empty input.
    pub(crate) fn of_parts(
        input: NamedSource<'_>,
        format: Option<&'static str>,
        read: impl FnOnce() -> Checked,
    ) -> Self {
        let NamedSource { source, name, common } = input;
        let checked = progress::show(source, name, common.quiet, read);
        let Checked { account: Account { tally, error, complete, compression, .. }, gaps, fault, faults } =
            checked;
        let file_len = source.len_hint();
        let bytes = match (compression, file_len) {
            (None, Some(len)) if complete => len,
            (Some(stats), _) if complete => stats.decompressed_bytes,
            (None, None) if complete => source.bytes_done(),
            // The bytes after the error may have been read or not, and the length of a pipe is unknown.
            _ => tally.bytes(),
        };
        let error = if complete { first(error, fault) } else { error };
        // With losses, there are more bytes than were decompressed.
        let is_whole = compression.is_some_and(|stats| stats.lost_bytes == 0);
        let has_offset = error.as_ref().is_some_and(|error| error.offset().is_some());
        let blocks = if is_whole && has_offset { Blocks::of(source) } else { Blocks::default() };
        Self {
            format,
            is_media: false,
            bytes,
            file_len,
            tally,
            error,
            complete,
            ends_at_fault: None,
            compression,
            damage: None,
            gaps,
            faults,
            blocks,
        }
    }

    /// The reading of an input that was read to its end without a fault.
    pub(crate) fn of_tally(input: NamedSource<'_>, format: Option<&'static str>, tally: Tally) -> Self {
        let compression = input.source.compression_stats();
        let file_len = input.source.len_hint();
        let bytes = match (compression, file_len) {
            (None, Some(len)) => len,
            (Some(stats), _) => stats.decompressed_bytes,
            (None, None) => input.source.bytes_done(),
        };
        Self {
            format,
            is_media: false,
            bytes,
            file_len,
            tally,
            error: None,
            complete: true,
            ends_at_fault: None,
            compression,
            damage: None,
            gaps: None,
            faults: None,
            blocks: Blocks::default(),
        }
    }

    /// Reads an input that is held as a whole.
    ///
    /// # Errors
    ///
    /// If it does not fit into memory, or was truncated or changed in the meantime.
    pub(crate) fn of_whole(
        input: NamedSource<'_>,
        format: &'static str,
        read: impl FnOnce(&[u8]) -> Found,
    ) -> Result<Self> {
        let NamedSource { source, name, common } = input;
        let data = progress::show(source, name, common.quiet, || source.read_all())?;
        let Found { tally, error, complete, gaps, faults } =
            named_source::checked(source, || Ok(read(&data)))?;
        Ok(Self {
            format: Some(format),
            is_media: false,
            bytes: data.len() as u64,
            file_len: source.len_hint(),
            tally,
            error,
            complete,
            ends_at_fault: None,
            compression: source.compression_stats(),
            damage: None,
            gaps,
            faults,
            blocks: Blocks::default(),
        })
    }

    /// Reports the faults.
    pub(crate) fn report(&self, name: &str) {
        self.gaps.iter().flatten().for_each(|gap| report::gap(name, gap));
        self.faults.iter().flatten().for_each(|fault| report::error(name, fault));
        // The first gap or fault was reported before.
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
                input::report_end(name, error);
            }
            if let Some(why) = self.ends_at_fault {
                report::note(name, &format_args!("reading ends there: {why}"));
            }
        }
        if let Some((_, complaint)) = self.complaint() {
            report::error(name, &complaint);
        }
    }

    /// Returns the faults of a complete input as a whole. The account always adds up to the length of the input; this check proves it.
    pub(super) fn complaint(&self) -> Option<(&'static str, String)> {
        if !self.complete {
            return None;
        }
        let (counted, bytes) = (self.tally.bytes(), self.bytes);
        if counted != bytes {
            return Some(("unaccounted", format!("{counted} of {bytes} bytes are accounted for")));
        }
        let stats = self.compression?;
        match self.file_len {
            Some(len) if stats.compressed_bytes != len => {
                let counted = stats.compressed_bytes;
                Some(("unaccounted", format!("{counted} of {len} compressed bytes are accounted for")))
            }
            // Other programs read such a file with a warning. But it may have been truncated between two blocks, and lost records.
            _ => (!stats.closed).then(|| ("unclosed", input::UNCLOSED.into())),
        }
    }
}

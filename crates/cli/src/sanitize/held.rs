//! Records of a FASTQ stream that wait for the proof of its variant.

use std::fs::File;
use std::io::{self, Seek, Write};

use pagecut::{Account, ErrorKind};

use crate::output::Out;

/// The records after the first gap of a stream, which are discarded if the stream proves to be wrapped: they may be quality scores. An
/// unnamed temporary file holds them until that is known. Records of a file with positions are written at once.
#[derive(Default)]
pub(crate) struct Held {
    is_holding: bool,
    file: Option<File>,
}

impl Held {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Whether the following records are held.
    pub(crate) fn is_holding(&self) -> bool {
        self.is_holding
    }

    /// Holds the following records.
    pub(crate) fn hold(&mut self) {
        self.is_holding = true;
    }

    /// Holds records.
    ///
    /// # Errors
    ///
    /// Those of the system, with the directory of the temporary file.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> pagecut::Result<()> {
        let with_folder = |error: io::Error| {
            let what = format!("temporary file in {}: {error}", std::env::temp_dir().display());
            io::Error::new(error.kind(), what)
        };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile().map_err(with_folder)?),
        };
        Ok(file.write_all(bytes).map_err(with_folder)?)
    }

    /// Writes the records.
    ///
    /// # Errors
    ///
    /// Those of the temporary file and of the output.
    pub(super) fn release(self, out: &mut Out) -> io::Result<()> {
        let Some(mut file) = self.file else { return Ok(()) };
        file.rewind()?;
        io::copy(&mut file, out).map(drop)
    }

    /// Writes the records, or discards them if the stream proved to be wrapped. An error is added to the account.
    pub(crate) fn end(self, mut account: Account, out: &mut Out) -> Account {
        let is_wrapped =
            account.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::WrappedStream));
        if !is_wrapped && let Err(error) = self.release(out) {
            (account.error, account.complete) = (Some(error.into()), false);
        }
        account
    }
}

//! A file as an input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(feature = "gzip")]
use std::sync::OnceLock;

use crate::compress::Compression;
use crate::error::{Error, Result};
#[cfg(feature = "gzip")]
use crate::source::access::BgzfReader;
use crate::source::access::{ReadAt, Reader};

/// A file as an input: its bytes, and how they are compressed.
pub(in crate::source) struct FileInput {
    pub(in crate::source) reader: Arc<Reader>,
    pub(in crate::source) compression: Option<Compression>,
    #[cfg_attr(
        not(feature = "gzip"),
        expect(dead_code, reason = "only the `.gzi` next to a BGZF file needs it")
    )]
    path: Option<PathBuf>,
    /// Positioned access to BGZF, once it was requested.
    #[cfg(feature = "gzip")]
    bgzf: OnceLock<BgzfReader>,
}

impl FileInput {
    /// Takes a file, its reader, and the path that it was opened at, if known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`](crate::ErrorKind::Compressed) if the file is empty, but its name is that of a compressed file.
    pub(in crate::source) fn new(file: &File, reader: Reader, path: Option<&Path>) -> Result<Self> {
        // The reader would count these bytes as read by a task.
        let mut head = Vec::new();
        let mut wanted = Compression::wants(&head);
        while head.len() < wanted && file.take((wanted - head.len()) as u64).read_to_end(&mut head)? > 0 {
            wanted = Compression::wants(&head);
        }
        if let Some(compression) = path.and_then(by_name).filter(|_| reader.is_empty()) {
            return Err(compression.empty());
        }
        Ok(Self {
            reader: Arc::new(reader),
            compression: Compression::detect(&head),
            path: path.map(Path::to_path_buf),
            #[cfg(feature = "gzip")]
            bgzf: OnceLock::new(),
        })
    }

    /// Returns the file, if its contents allow positioned access.
    pub(in crate::source) fn with_positions(&self) -> Result<&Reader> {
        match self.compression {
            None => Ok(&self.reader),
            #[cfg(feature = "gzip")]
            Some(Compression::Bgzf) => Ok(&self.reader),
            #[cfg(not(feature = "gzip"))]
            Some(Compression::Bgzf) => Err(Compression::Bgzf.unread()),
            Some(other) => Err(no_positions(other)),
        }
    }

    /// Returns the contents of the file for positioned access.
    pub(in crate::source) fn content(&self) -> Result<&dyn ReadAt> {
        let reader = self.with_positions()?;
        #[cfg(feature = "gzip")]
        if self.compression.is_some() {
            return self.bgzf().map(|bgzf| bgzf as &dyn ReadAt);
        }
        Ok(reader)
    }

    /// Returns whether the file is BGZF that was opened for positioned access, and lacks an end-of-file block.
    pub(in crate::source) fn is_unclosed(&self) -> bool {
        #[cfg(feature = "gzip")]
        return self.bgzf.get().is_some_and(|bgzf| !bgzf.is_closed());
        #[cfg(not(feature = "gzip"))]
        false
    }

    #[cfg(feature = "gzip")]
    fn bgzf(&self) -> Result<&BgzfReader> {
        if let Some(bgzf) = self.bgzf.get() {
            return Ok(bgzf);
        }
        let reader = Arc::clone(&self.reader);
        let bgzf = match &self.path {
            Some(path) => BgzfReader::beside(reader, path)?,
            None => BgzfReader::new(reader)?,
        };
        Ok(self.bgzf.get_or_init(|| bgzf))
    }
}

/// Returns the compression that a file name implies.
fn by_name(path: &Path) -> Option<Compression> {
    Compression::by_extension(path.extension()?.to_str()?)
}

/// Returns the error for positioned access to contents that can be decompressed only from the start.
fn no_positions(compression: Compression) -> Error {
    let what = format!(
        "random access is impossible: {compression} is decompressed from its start \
         (`{compression} -dc FILE | bgzip > OTHER.gz` makes BGZF of it, which allows it)"
    );
    io::Error::new(io::ErrorKind::Unsupported, what).into()
}

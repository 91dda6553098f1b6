//! Outputs. Every file that the command writes goes through [`OutFile`], so it appears complete or not at all.

mod error;
mod file;
mod stdout;
mod unfinished;

#[cfg(unix)]
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

#[cfg(feature = "gzip")]
use pagecut::compress::bgzf;
use pagecut::{Error, ErrorKind};

use crate::args::{Common, Compress, Output};
use crate::{input, report};
pub(crate) use error::OutputError;
pub(crate) use file::{Complete, OutFile, STDOUT, commit};
pub(crate) use stdout::Stdout;

/// Destination of records.
pub(crate) struct Out {
    stream: Stream,
    /// Whether a write failed.
    has_failed: bool,
}

enum Stream {
    Plain(BufWriter<OutFile>),
    #[cfg(feature = "gzip")]
    Bgzf(Box<bgzf::Writer<BufWriter<OutFile>>>),
}

impl Out {
    /// Starts writing: to a file, unless it is the input, or to standard output.
    #[cfg_attr(not(feature = "gzip"), expect(unused_variables, reason = "nothing is compressed then"))]
    pub(crate) fn open(output: &Output, input: &Path, common: &Common) -> pagecut::Result<Self> {
        let compress = output.compress.map_or_else(|| by_name(output.path.as_deref()), Ok)?;
        let stream = BufWriter::new(create(output.path.as_deref(), input)?);
        match compress {
            Compress::None => Ok(Self::new(Stream::Plain(stream))),
            #[cfg(feature = "gzip")]
            Compress::Bgzf => {
                let options = bgzf::WriterOptions::new().threads(common.threads.into());
                let writer = bgzf::Writer::with_options(stream, options)?;
                Ok(Self::new(Stream::Bgzf(Box::new(writer))))
            }
        }
    }

    fn new(stream: Stream) -> Self {
        Self { stream, has_failed: false }
    }

    /// Returns whether a write failed, so that later ones will fail too.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Writes the remaining bytes, ends the compressed stream, and renames a file to its final name.
    pub(crate) fn finish(self) -> pagecut::Result<()> {
        Ok(commit(vec![self.complete()?])?)
    }

    /// Writes the remaining bytes, and ends the compressed stream. A file gets its name later.
    pub(crate) fn complete(self) -> pagecut::Result<Complete> {
        let stream = match self.stream {
            #[cfg(feature = "gzip")]
            Stream::Bgzf(writer) => writer.finish()?,
            Stream::Plain(stream) => stream,
        };
        let file = stream.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(file.complete()?)
    }

    /// Ends an incomplete output. A file is removed, and a previous file of its name stays. A pipe gets the remaining bytes, but no BGZF
    /// end-of-file block, so that readers detect the truncation.
    ///
    /// Returns whether a file was removed.
    pub(crate) fn abandon(mut self) -> pagecut::Result<bool> {
        let is_regular = match &self.stream {
            #[cfg(feature = "gzip")]
            Stream::Bgzf(writer) => writer.get_ref().get_ref().is_regular(),
            Stream::Plain(stream) => stream.get_ref().is_regular(),
        };
        if !is_regular {
            self.flush()?;
        }
        Ok(is_regular)
    }

    /// Finishes an output, or abandons it for a reason, which is reported if a file is removed. After a failed write, whose error was
    /// reported, there is no other reason. Returns whether the output is finished.
    pub(crate) fn end(
        self,
        refusal: Option<&str>,
        output: &Output,
        common: &Common,
    ) -> pagecut::Result<bool> {
        let Some(refusal) = refusal else { return self.finish().map(|()| true) };
        if !self.has_failed && self.abandon()? && !common.quiet {
            let path = output.path.as_deref().unwrap_or(Path::new(""));
            report::note(&path.display().to_string(), &format!("not written, since {refusal}"));
        }
        Ok(false)
    }

    fn stream(&mut self) -> &mut dyn Write {
        match &mut self.stream {
            Stream::Plain(stream) => stream,
            #[cfg(feature = "gzip")]
            Stream::Bgzf(writer) => writer,
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream().write(bytes);
        self.has_failed |= written.is_err();
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.stream().flush();
        self.has_failed |= flushed.is_err();
        flushed
    }
}

/// Returns whether an output is complete although reading the input ended with this error. It is if the bytes of the input are damaged, and
/// everything readable is in the output. After a system error, a change of the input, or a limit, another run may read more.
pub(crate) fn is_complete_with(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Io(_)
            | ErrorKind::Unmappable { .. }
            | ErrorKind::OutOfRange { .. }
            | ErrorKind::InvalidConfig { .. }
            | ErrorKind::Truncated { .. }
            | ErrorKind::Changed
            | ErrorKind::LeaseBroken
            | ErrorKind::InputTooLong { .. }
            | ErrorKind::TooLong { .. }
            | ErrorKind::WrappedStream
    )
}

/// Returns the compression that the name of an output implies.
fn by_name(path: Option<&Path>) -> io::Result<Compress> {
    let extension = path.and_then(Path::extension).unwrap_or_default().to_ascii_lowercase();
    let refuse = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    match extension.to_str() {
        #[cfg(feature = "gzip")]
        Some("gz" | "bgz" | "bgzf") => Ok(Compress::Bgzf),
        #[cfg(not(feature = "gzip"))]
        Some("gz" | "bgz" | "bgzf") => refuse(
            "this pagecut writes no gzip: build it with the feature `gzip`, or use --compress none"
                .to_owned(),
        ),
        Some(other @ ("bz2" | "lz4" | "xz" | "zip" | "zst")) => refuse(format!(
            "pagecut does not write .{other}: name the output .gz, or choose the compression with --compress"
        )),
        _ => Ok(Compress::None),
    }
}

/// Starts writing an output, unless it is the input: a file, or standard output if no path is given.
pub(crate) fn create(output: Option<&Path>, input: &Path) -> io::Result<OutFile> {
    check_distinct(output, input)?;
    output.map_or_else(OutFile::stdout, OutFile::create)
}

/// Returns an error if the output is the input.
pub(crate) fn check_distinct(output: Option<&Path>, input: &Path) -> io::Result<()> {
    match output {
        Some(output) if same_file(input, output) => {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "the output is the input");
            Err(OutputError::of_write(&output.display().to_string(), error))
        }
        _ => Ok(()),
    }
}

/// Returns an error if two outputs are the same file, or both standard output.
pub(crate) fn check_separate<'path>(outputs: impl Iterator<Item = &'path Path> + Clone) -> io::Result<()> {
    let is_special = |path: &Path| path.metadata().is_ok_and(|metadata| !metadata.is_file());
    for (number, output) in outputs.clone().enumerate() {
        let destination = file::destination(output);
        let is_named_again = |other: &Path| match &destination {
            Some(_) => file::destination(other) == destination || same_file(other, output),
            None => other == output && !is_special(output),
        };
        if outputs.clone().take(number).any(is_named_again) {
            return Err(file::two_outputs(&output.display().to_string()));
        }
    }
    Ok(())
}

/// Returns whether an output is the input, under any name.
#[cfg(unix)]
fn same_file(input: &Path, output: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let input = if input.as_os_str() == input::STDIN { Path::new("/dev/stdin") } else { input };
    let file = |path: &Path| fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let inode = |path: &Path| file(path).map(|metadata| (metadata.dev(), metadata.ino()));
    inode(input).is_some() && inode(input) == inode(output)
}

/// Returns whether an output is the input, judged by the paths.
#[cfg(not(unix))]
fn same_file(input: &Path, output: &Path) -> bool {
    let full = |path: &Path| path.canonicalize().ok();
    full(input).is_some() && full(input) == full(output)
}

/// Writes a file.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<OutFile>) -> pagecut::Result<()>,
) -> pagecut::Result<()> {
    Ok(commit(vec![prepare(path, write)?])?)
}

/// Writes a file, which gets its name later.
pub(crate) fn prepare(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<OutFile>) -> pagecut::Result<()>,
) -> pagecut::Result<Complete> {
    let mut out = BufWriter::new(OutFile::create(path)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(file.complete()?)
}

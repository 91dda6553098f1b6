//! Where output goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

#[cfg(feature = "gzip")]
use pagecut::compress::bgzf;

use crate::cli::{Common, Compress, Output};
use crate::input;

/// Where reads are written to.
pub(crate) enum Out {
    Plain(Stream),
    #[cfg(feature = "gzip")]
    Bgzf(Box<bgzf::Writer<Stream>>),
}

type Stream = Box<dyn Write + Send>;

impl Out {
    /// Begins to write: to a file, unless that is the input, or to standard output.
    #[cfg_attr(not(feature = "gzip"), expect(unused_variables, reason = "nothing is compressed then"))]
    pub(crate) fn open(output: &Output, input: &Path, common: &Common) -> pagecut::Result<Self> {
        // Before there is a file that nobody wants.
        let compress = output.compress.map_or_else(|| by_name(output.path.as_deref()), Ok)?;
        let stream: Stream = match &output.path {
            Some(path) => Box::new(BufWriter::new(create(path, input)?)),
            None => Box::new(BufWriter::new(io::stdout())),
        };
        match compress {
            Compress::None => Ok(Self::Plain(stream)),
            #[cfg(feature = "gzip")]
            Compress::Bgzf => {
                let options = bgzf::WriterOptions::new().threads(common.threads.into());
                Ok(Self::Bgzf(Box::new(bgzf::Writer::with_options(stream, options)?)))
            }
        }
    }

    /// Writes what is left. What is compressed is closed if it is `whole`, so that who reads it can tell.
    #[cfg_attr(not(feature = "gzip"), expect(unused_variables, reason = "nothing is compressed then"))]
    pub(crate) fn finish(mut self, whole: bool) -> pagecut::Result<()> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Bgzf(writer) if whole => writer.finish().map(drop),
            _ => Ok(self.flush()?),
        }
    }

    fn stream(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(stream) => stream,
            #[cfg(feature = "gzip")]
            Self::Bgzf(writer) => writer,
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream().flush()
    }
}

/// How an output of this name is compressed.
fn by_name(path: Option<&Path>) -> io::Result<Compress> {
    let extension = path.and_then(Path::extension).unwrap_or_default().to_ascii_lowercase();
    let refuse = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    match extension.to_str() {
        #[cfg(feature = "gzip")]
        Some("gz" | "bgz" | "bgzf") => Ok(Compress::Bgzf),
        #[cfg(not(feature = "gzip"))]
        Some("gz" | "bgz" | "bgzf") => refuse(
            "this pagecut writes no gzip: build it with the feature `gzip`, or say --compress none"
                .to_owned(),
        ),
        Some(other @ ("bz2" | "lz4" | "xz" | "zip" | "zst")) => refuse(format!(
            "pagecut does not compress as .{other} says: name it .gz, or say how with --compress"
        )),
        _ => Ok(Compress::None),
    }
}

/// A file to write to, empty, unless that is the input.
pub(crate) fn create(output: &Path, input: &Path) -> io::Result<File> {
    if same_file(input, output) {
        let what = "the output is the input";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let created = OpenOptions::new().write(true).create(true).truncate(true).open(output);
    created.map_err(|error| of_output(output, &error))
}

/// Says that an error is one of the output. With nothing said, it is one of the input.
fn of_output(output: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", output.display()))
}

/// Whether an output is the input, by whatever name.
#[cfg(unix)]
fn same_file(input: &Path, output: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let input = if input.as_os_str() == input::STDIN { Path::new("/dev/stdin") } else { input };
    let file = |path: &Path| fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let inode = |path: &Path| file(path).map(|metadata| (metadata.dev(), metadata.ino()));
    inode(input).is_some() && inode(input) == inode(output)
}

/// Whether an output is the input, as far as their names tell.
#[cfg(not(unix))]
fn same_file(input: &Path, output: &Path) -> bool {
    let full = |path: &Path| path.canonicalize().ok();
    full(input).is_some() && full(input) == full(output)
}

/// Puts a file in place when all of it is written, so that nobody finds a half of it.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> pagecut::Result<()>,
) -> pagecut::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", process::id()));
    let unfinished = PathBuf::from(name);
    let created = OpenOptions::new().write(true).create_new(true).open(&unfinished);
    let file = created.map_err(|error| of_output(path, &error))?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    let replaced = written.and_then(|()| Ok(fs::rename(&unfinished, path)?));
    if replaced.is_err() {
        // What went wrong before is what counts.
        let _ = fs::remove_file(&unfinished);
    }
    replaced
}

//! Opens what the arguments name.

use std::io;
use std::path::{Path, PathBuf};

use pagecut::io::ZeroCopyConfig;
use pagecut::{Reader, Result, Source, SourceOptions};

use crate::cli::{Common, Io};
use crate::report;

/// What standard input is called, as argument and in output.
const STDIN: &str = "-";

/// The inputs that the arguments name: standard input if they name none.
pub(crate) fn inputs(files: &[PathBuf]) -> Vec<PathBuf> {
    if files.is_empty() { vec![STDIN.into()] } else { files.to_vec() }
}

/// How files are to be read.
pub(crate) fn config(common: &Common) -> ZeroCopyConfig {
    ZeroCopyConfig::new().strategy(common.io.strategy()).mmap(!common.no_mmap)
}

/// Opens an input.
pub(crate) fn open(path: &Path, common: &Common) -> Result<Source> {
    let options = SourceOptions::new().config(config(common)).threads(common.threads.into());
    if path.as_os_str() == STDIN {
        return Ok(Source::from_reader(io::stdin(), options));
    }
    let source = Source::with_options(path, options)?;
    if !common.quiet && common.io != Io::Auto {
        for refusal in source.reader().map_or(&[][..], Reader::refusals) {
            let what = format!("{}: {}; it is read instead", refusal.way, refusal.reason);
            report::note(&path.display().to_string(), &what);
        }
    }
    Ok(source)
}

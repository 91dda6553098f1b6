//! Opens files by one configuration.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::reader::Reader;
use crate::error::Result;
use crate::io::{Counters, ZeroCopyConfig, ZeroCopyStats};

/// Opens a file the way that `config` says, or the next one that can be had: the result tells which it is, and what was against
/// the others.
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if the settings contradict each other; those of [`Reader::of`].
pub fn open_reader(path: impl AsRef<Path>, config: &ZeroCopyConfig) -> Result<Reader> {
    ReaderFactory::new(*config)?.open(path)
}

/// Opens files by a configuration that can be changed at run time, and counts what is moved by all of them.
///
/// ```
/// use pagecut::ReaderFactory;
/// use pagecut::io::{Strategy, Backend, ZeroCopyConfig};
///
/// let opener = ReaderFactory::new(ZeroCopyConfig::new().strategy(Strategy::Mapped))?;
/// let mapped = opener.open("testdata/two.fastq")?;
/// opener.set_config(ZeroCopyConfig::new().mmap(false))?;
/// let read = opener.open("testdata/two.fastq")?;
/// assert_eq!((mapped.backend(), read.backend()), (Backend::Mapped, Backend::Read));
///
/// assert_eq!(mapped.bytes_at(0..3)?, read.bytes_at(0..3)?);
/// assert_eq!(opener.stats().bytes_by(Backend::Mapped), 3);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ReaderFactory {
    config: RwLock<ZeroCopyConfig>,
    counters: Arc<Counters>,
}

impl ReaderFactory {
    /// Opens files by this configuration.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if its settings contradict each other.
    pub fn new(config: ZeroCopyConfig) -> Result<Self> {
        config.validate()?;
        Ok(Self { config: RwLock::new(config), counters: Arc::default() })
    }

    /// The configuration of what is opened next.
    pub fn config(&self) -> ZeroCopyConfig {
        *self.config.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens what is opened from now on by another configuration.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if its settings contradict each other; the configuration is then what it was.
    pub fn set_config(&self, config: ZeroCopyConfig) -> Result<()> {
        config.validate()?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::of`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Reader> {
        Reader::counted(File::open(path)?, self.config(), Arc::clone(&self.counters))
    }

    /// What was moved by all that was opened.
    #[must_use]
    pub fn stats(&self) -> ZeroCopyStats {
        self.counters.snapshot()
    }
}

//! Opening of files with a configuration.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::reader::Reader;
use crate::error::Result;
use crate::io::{Counters, ZeroCopyConfig, ZeroCopyStats};

/// Opens a file with the backend that `config` asks for, or with the next one that is available. The reader names the backend, and why
/// others were unavailable.
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if the settings contradict each other; those of [`Reader::from_file`].
pub fn open_reader(path: impl AsRef<Path>, config: &ZeroCopyConfig) -> Result<Reader> {
    ReaderFactory::new(*config)?.open(path)
}

/// Opens files with a configuration that can be changed at run time, and counts the bytes that all of them transfer.
///
/// ```
/// use pagecut::source::ReaderFactory;
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
    /// Creates a factory with a configuration.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if its settings contradict each other.
    pub fn new(config: ZeroCopyConfig) -> Result<Self> {
        config.validate()?;
        Ok(Self { config: RwLock::new(config), counters: Arc::default() })
    }

    /// Returns the configuration for files opened next.
    pub fn config(&self) -> ZeroCopyConfig {
        *self.config.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the configuration for files opened from now on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if its settings contradict each other; the configuration then stays
    /// unchanged.
    pub fn set_config(&self, config: ZeroCopyConfig) -> Result<()> {
        config.validate()?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::from_file`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Reader> {
        Reader::counted(File::open(path)?, self.config(), Arc::clone(&self.counters))
    }

    /// Returns the transfer statistics of all readers opened by this factory.
    #[must_use]
    pub fn stats(&self) -> ZeroCopyStats {
        self.counters.snapshot()
    }
}

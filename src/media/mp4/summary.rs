//! Counts of the samples of a track.

use super::Sample;

/// Number, total size and total duration of samples, collected sample by sample in any order and merged.
///
/// ```
/// use pagecut::media::mp4::{Movie, Summary};
///
/// let data = std::fs::read("testdata/media/mp4/faststart.mp4")?;
/// let movie = Movie::read(&data)?;
/// let audio = &movie.tracks()[1];
/// let mut summary = Summary::default();
/// for sample in audio.samples() {
///     summary.add(&sample?);
/// }
/// assert_eq!(summary.samples, 17);
/// assert_eq!(summary.bit_rate(audio.media().timescale), Some(16_973));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Number of samples.
    pub samples: u64,
    /// Number of sync samples.
    pub sync_samples: u64,
    /// Total size of the samples in bytes.
    pub bytes: u64,
    /// Total duration in time units of the track.
    pub duration: u64,
}

impl Summary {
    /// Counts a sample.
    #[inline]
    pub fn add(&mut self, sample: &Sample<'_>) {
        self.samples += 1;
        self.sync_samples += u64::from(sample.is_sync);
        self.bytes = self.bytes.saturating_add(sample.range.end - sample.range.start);
        self.duration = self.duration.saturating_add(sample.duration.into());
    }

    /// Adds the counts of another summary.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            sync_samples: self.sync_samples + other.sync_samples,
            bytes: self.bytes.saturating_add(other.bytes),
            duration: self.duration.saturating_add(other.duration),
        }
    }

    /// Returns the bit rate in bits per second, for a track with `timescale` time units per second; `None` if the duration
    /// is 0.
    #[must_use]
    pub fn bit_rate(&self, timescale: u32) -> Option<u64> {
        let bits = u128::from(self.bytes) * 8 * u128::from(timescale);
        u64::try_from(bits.checked_div(self.duration.into())?).ok()
    }
}

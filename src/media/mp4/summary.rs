//! What is told of the samples of a track.

use super::Sample;

/// How many samples there are, and of which lengths and times, collected sample by sample in any order and merged.
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
    /// Samples.
    pub samples: u64,
    /// Sync samples.
    pub sync_samples: u64,
    /// Bytes of the samples.
    pub bytes: u64,
    /// What the durations add up to, in time units of the track.
    pub duration: u64,
}

impl Summary {
    /// Takes in a sample.
    #[inline]
    pub fn add(&mut self, sample: &Sample<'_>) {
        self.samples += 1;
        self.sync_samples += u64::from(sample.is_sync);
        self.bytes = self.bytes.saturating_add(sample.range.end - sample.range.start);
        self.duration = self.duration.saturating_add(sample.duration.into());
    }

    /// Takes in what another one collected.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            sync_samples: self.sync_samples + other.sync_samples,
            bytes: self.bytes.saturating_add(other.bytes),
            duration: self.duration.saturating_add(other.duration),
        }
    }

    /// Bits in a second, of a track with so many time units in a second; `None` if the samples last no time.
    #[must_use]
    pub fn bit_rate(&self, timescale: u32) -> Option<u64> {
        let bits = u128::from(self.bytes) * 8 * u128::from(timescale);
        u64::try_from(bits.checked_div(self.duration.into())?).ok()
    }
}

//! Frame rates and bit rates from sample tables and fragments.

use pagecut::media::mp4::{CodecConfiguration, Movie, SampleEntry, Track};

use super::sums::{DeclaredTotals, Totals};
use super::times::media_duration;
use crate::probe::ratio::Ratio;
use crate::time_base::{TimeBase, rescale};

/// Returns ffprobe's `r_frame_rate`, if all samples have the same duration. For a track without samples, it is the number of time
/// units per second, except for H.265, whose rate ffprobe takes from the parameter sets.
pub(super) fn constant_frame_rate(
    time_base: TimeBase,
    codec_name: Option<&str>,
    stated: DeclaredTotals,
    totals: &Totals,
) -> Option<Ratio> {
    if totals.packets == 0 && stated.samples == 0 {
        return Ratio::new(time_base.denominator(), time_base.numerator())
            .filter(|_| codec_name != Some("hevc"));
    }
    let duration = totals.last_duration.filter(|_| !totals.is_uneven)?;
    Ratio::new(time_base.denominator(), time_base.numerator().checked_mul(duration)?)
}

/// Returns ffprobe's `avg_frame_rate`: the number of samples per second.
pub(super) fn average_frame_rate(timescale: u32, stated: DeclaredTotals, totals: &Totals) -> Option<Ratio> {
    let rate =
        stated.samples.checked_mul(timescale.into()).and_then(|units| Ratio::new(units, stated.duration));
    rate.or((totals.packets == 0).then_some(Ratio::NONE))
}

/// Returns the bit rate of the samples, rounded for a fragmented file and truncated for others, as in ffprobe. If the duration is
/// unknown, returns `avgBitrate` of `esds`.
pub(super) fn bit_rate(
    movie: &Movie<'_>,
    track: &Track<'_>,
    entry: Option<&SampleEntry<'_>>,
    stated: DeclaredTotals,
    duration: i64,
) -> Option<u64> {
    let bits = i128::from(stated.bytes) * 8;
    let timescale = i128::from(track.media().timescale);
    let of_table = || {
        let duration =
            i128::from(media_duration(track).filter(|&duration| duration > 0 && track.table_len() > 0)?);
        u64::try_from(bits * timescale / duration).ok()
    };
    let rate = if movie.is_fragmented() && duration > 0 {
        u64::try_from(rescale(i64::try_from(bits).ok()?, timescale, duration.into())).ok()
    } else {
        of_table()
    };
    let average = || match entry?.configuration()? {
        CodecConfiguration::Mpeg4 { average_bit_rate, .. } => Some(average_bit_rate.into()),
        _ => None,
    };
    rate.or_else(average).filter(|&rate| rate > 0)
}

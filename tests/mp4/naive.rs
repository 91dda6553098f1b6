//! An independent reader of sample tables.

use pagecut::media::mp4::Sample;

use crate::made::Tables;

/// Number of bytes before the media data.
pub(crate) const DATA_START: usize = 8;

/// Offset, length, decode time, presentation time, duration, sync flag and sample entry of a sample.
pub(crate) type Facts = (u64, u64, i64, i64, u32, bool, u32);

pub(crate) fn facts(sample: &Sample<'_>) -> Facts {
    let len = sample.range.end - sample.range.start;
    (sample.range.start, len, sample.dts, sample.pts, sample.duration, sample.is_sync, sample.description)
}

/// Returns the samples, table by table, as far as chunks and sizes reach. Samples without a duration have the last one;
/// without a composition offset, it is 0.
pub(crate) fn naive(tables: &Tables) -> Vec<Facts> {
    let repeat = |runs: &[(u32, i64)]| -> Vec<i64> {
        runs.iter().flat_map(|&(count, value)| std::iter::repeat_n(value, count as usize)).collect()
    };
    let durations =
        repeat(&tables.durations.iter().map(|&(count, value)| (count, value.into())).collect::<Vec<_>>());
    let last = tables.durations.last().map(|&(_, duration)| i64::from(duration));
    let offsets = tables
        .compositions
        .as_ref()
        .map(|runs| repeat(&runs.iter().map(|&(count, value)| (count, value.into())).collect::<Vec<_>>()));
    let mut samples = Vec::new();
    let mut dts = 0;
    'chunks: for (chunk, &start) in (1..).zip(&tables.chunk_offsets) {
        let run = tables.chunks.iter().rev().find(|run| run.0 <= chunk);
        let Some(&(_, per_chunk, entry)) = run else { break };
        let mut offset = start;
        for _ in 0..per_chunk {
            let index = samples.len();
            let Some(&len) = tables.sizes.get(index) else { break 'chunks };
            let duration = durations.get(index).copied().or(last).unwrap_or(0);
            let shift = offsets.as_ref().and_then(|offsets| offsets.get(index)).unwrap_or(&0);
            let number = u32::try_from(index + 1).unwrap();
            let is_sync = tables.sync.as_ref().is_none_or(|sync| sync.contains(&number));
            let duration_ = u32::try_from(duration).unwrap();
            samples.push((offset, len.into(), dts, dts + shift, duration_, is_sync, entry));
            offset += u64::from(len);
            dts += duration;
        }
    }
    samples
}

/// Whether a table of times has fewer samples than there are sizes.
pub(crate) fn lacks_times(tables: &Tables) -> bool {
    let count = |counts: &mut dyn Iterator<Item = u32>| counts.map(|count| count as usize).sum::<usize>();
    let durations = count(&mut tables.durations.iter().map(|run| run.0));
    let compositions = tables.compositions.as_ref().filter(|runs| !runs.is_empty());
    let compositions = compositions.map(|runs| count(&mut runs.iter().map(|run| run.0)));
    durations.min(compositions.unwrap_or(usize::MAX)) < tables.sizes.len()
}

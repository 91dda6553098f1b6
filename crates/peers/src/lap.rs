//! One pass over a file, and its cost.

use std::fs;
use std::time::{Duration, Instant};

use crate::row::{Count, Result};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Lap {
    pub(crate) count: Option<Count>,
    pub(crate) time: Duration,
    /// Number of page faults, with and without waiting for the disk.
    pub(crate) faults: u64,
}

impl Lap {
    pub(crate) fn of(run: impl FnOnce() -> Result<Option<Count>>) -> Result<Self> {
        let before = faults()?;
        let start = Instant::now();
        let count = run()?;
        let time = start.elapsed();
        Ok(Self { count, time, faults: faults()? - before })
    }
}

/// Returns the number of page faults of this process so far, with all its threads and the child processes that it waited for.
fn faults() -> Result<u64> {
    // proc_pid_stat(5): `minflt`, `cminflt`, `majflt` and `cmajflt` are the fields 10 to 13; the second field may contain spaces,
    // and ends with the last parenthesis.
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(7).take(4);
    Ok(fields.map(str::parse::<u64>).sum::<std::result::Result<u64, _>>()?)
}

/// Returns the median of at least one time.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn the_median_is_the_middle_time() {
        let of = |times: &[u64]| median(times.iter().copied().map(Duration::from_secs).collect());
        assert_eq!(of(&[9, 1, 2]), Duration::from_secs(2));
        assert_eq!(of(&[9, 1, 2, 4]), Duration::from_secs(3));
    }

    #[test]
    fn touching_fresh_memory_faults_once_per_page() {
        let touch = |len: usize| {
            Lap::of(|| {
                black_box(vec![1u8; len]);
                Ok(None)
            })
        };
        let faults = touch(64 << 20).unwrap().faults;
        // Huge pages are 512 times as long; other tests cause faults at the same time.
        assert!(faults >= 32, "{faults}");
    }
}

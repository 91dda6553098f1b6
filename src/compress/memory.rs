//! Memory limit of the process.

use std::sync::OnceLock;

/// Assumed memory in bytes if the system does not report it.
const UNKNOWN: u64 = 8 << 30;

/// Returns the number of bytes of memory that the process may use: the memory of the machine, or the limit of its
/// control group if that is lower. It is determined once per process.
pub(crate) fn available() -> u64 {
    static AVAILABLE: OnceLock<u64> = OnceLock::new();
    *AVAILABLE.get_or_init(|| sys::total().into_iter().chain(sys::limits()).min().unwrap_or(UNKNOWN))
}

#[cfg(target_os = "linux")]
mod sys {
    use std::fs;
    use std::path::Path;

    /// Returns the memory of the machine.
    pub(super) fn total() -> Option<u64> {
        of_meminfo(&fs::read_to_string("/proc/meminfo").ok()?)
    }

    /// Returns the limits of the process's control groups.
    pub(super) fn limits() -> Vec<u64> {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        groups.lines().flat_map(files_of).filter_map(|file| limit(&fs::read_to_string(file).ok()?)).collect()
    }

    /// Returns `MemTotal` of `/proc/meminfo` in bytes.
    pub(super) fn of_meminfo(text: &str) -> Option<u64> {
        let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    }

    /// Returns the files with the limits of a control group and its ancestors, for a line of `/proc/self/cgroup`.
    pub(super) fn files_of(line: &str) -> Vec<String> {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { return Vec::new() };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => return Vec::new(),
        };
        let groups = Path::new(path).ancestors().filter_map(Path::to_str);
        groups.map(|group| format!("{root}{}/{file}", group.trim_end_matches('/'))).collect()
    }

    /// Parses a limit; `None` for no limit.
    pub(super) fn limit(text: &str) -> Option<u64> {
        text.trim().parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod sys {
    pub(super) fn total() -> Option<u64> {
        None
    }

    pub(super) fn limits() -> Vec<u64> {
        Vec::new()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn system_files_are_parsed() {
        assert_eq!(sys::of_meminfo("MemFree: 1 kB\nMemTotal: many\n"), None);
        assert_eq!(sys::of_meminfo("MemTotal:       24683 kB\nMemFree: 1 kB\n"), Some(24683 * 1024));
        let files = sys::files_of("0::/user.slice/job 7");
        assert_eq!(
            files,
            [
                "/sys/fs/cgroup/user.slice/job 7/memory.max",
                "/sys/fs/cgroup/user.slice/memory.max",
                "/sys/fs/cgroup/memory.max",
            ]
        );
        assert_eq!(sys::files_of("4:cpu,memory:/"), ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]);
        assert!(sys::files_of("3:cpu:/a").is_empty() && sys::files_of("nonsense").is_empty());
        assert_eq!((sys::limit("max\n"), sys::limit("4096\n")), (None, Some(4096)));
    }

    #[test]
    fn available_memory_is_stable() {
        assert!(available() > 16 << 20 && available() == available());
    }
}

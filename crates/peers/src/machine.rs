//! The machine of the measurement.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;

/// Describes the processor, the kernel, and the disk of a folder.
pub(crate) fn describe(folder: &Path) -> String {
    let threads = thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{threads} x {}, {} GiB; Linux {}; {}; transparent huge pages: {}",
        cpu(),
        memory(),
        first_line("/proc/sys/kernel/osrelease"),
        disk(folder),
        first_line("/sys/kernel/mm/transparent_hugepage/enabled"),
    )
}

fn first_line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().next().map_or_else(|| "?".into(), |line| line.trim().into())
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown processor".into(), |(_, model)| model.into())
}

/// Returns the memory in gibibytes.
fn memory() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = info.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) >> 20
}

/// Describes the file system of a folder, and its read-ahead.
fn disk(folder: &Path) -> String {
    let Ok(device) = fs::metadata(folder).map(|metadata| metadata.dev()) else { return "?".into() };
    // Splits a device number like glibc's `major` and `minor`.
    let major = (device >> 8 & 0xfff) | (device >> 32 & !0xfff);
    let minor = (device & 0xff) | (device >> 12 & !0xff);
    let device = format!("{major}:{minor}");
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let kind = mounts.lines().find_map(|line| file_system(line, &device)).unwrap_or("?");
    format!("{kind}, read_ahead_kb {}", first_line(&format!("/sys/class/bdi/{device}/read_ahead_kb")))
}

/// Returns the file system in a line of `/proc/self/mountinfo`, if the line is of this device (proc_pid_mountinfo(5)).
fn file_system<'line>(line: &'line str, device: &str) -> Option<&'line str> {
    let (mount, system) = line.split_once(" - ")?;
    let is_this = mount.split(' ').nth(2) == Some(device);
    system.split(' ').next().filter(|_| is_this)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_of_the_device_is_found() {
        let line = "25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard";
        assert_eq!(file_system(line, "254:0"), Some("ext4"));
        assert_eq!(file_system(line, "254:1"), None);
    }
}

//! Mappings on huge pages.

#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::Command;

use common::{cold_file, file, noise};
use pagecut::ErrorKind;
use pagecut::mmap::{Advice, HugePageMmap, HugePages, Protection};

const HUGE: usize = 2 << 20;

/// Returns whether the file system uses large folios: ext4 from Linux 6.16, XFS from 5.18.
fn has_large_folios(path: &Path) -> bool {
    let kind = Command::new("stat").args(["-f", "-c", "%T"]).arg(path).output().unwrap().stdout;
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(['.', '-']).map(|number| number.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap(), numbers.next().unwrap());
    (kind.starts_with(b"ext2/ext3") && version >= (6, 16)) || (kind.starts_with(b"xfs") && version >= (5, 18))
}

#[test]
fn a_cold_file_is_read_into_huge_pages() {
    let data = noise(1, 32 * HUGE + 12_345);
    let (_folder, path) = cold_file(&data);
    let map = HugePageMmap::open(&path).unwrap();
    assert_eq!(map.as_slice().as_ptr().addr() % HUGE, 0);
    assert_eq!(map.as_slice(), data);
    match map.pages_used() {
        HugePages::File => {
            assert!(map.refused().is_none());
            // The last page of the file is not a complete huge page.
            let huge = map.huge_bytes().unwrap();
            if has_large_folios(&path) {
                assert!(huge >= map.len() as u64 * 95 / 100, "{huge} of {} bytes", map.len());
            } else {
                eprintln!(
                    "skipped: no large folios in {}, {huge} bytes on huge pages",
                    env!("CARGO_TARGET_TMPDIR")
                );
            }
        }
        HugePages::None => assert!(map.refused().is_some()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_copy_is_independent_of_the_file() {
    let data = noise(2, 4 * HUGE + 1);
    let (_folder, path) = file(&data);
    let map = HugePageMmap::copied(&path).unwrap();
    assert_eq!((map.pages_used(), map.protection()), (HugePages::Copy, Protection::Copied));
    assert!(map.huge_bytes().unwrap() >= 4 * HUGE as u64, "{:?}", map.huge_bytes());
    fs::write(&path, b"something else").unwrap();
    assert_eq!(map.as_slice(), data);
    map.check().unwrap();
    assert!(map.advise(Advice::DontNeed).is_err(), "that would lose the copy");
    assert_eq!(map.as_slice(), data);
}

#[test]
fn small_empty_and_unmappable_files() {
    for len in [0, 1, 4096, HUGE - 1, HUGE, HUGE + 1] {
        let data = noise(3, len);
        let (_folder, path) = file(&data);
        assert_eq!(HugePageMmap::open(&path).unwrap().as_slice(), data);
        assert_eq!(HugePageMmap::copied(&path).unwrap().as_slice(), data);
    }
    assert!(matches!(HugePageMmap::open("/dev/zero").unwrap_err().kind(), ErrorKind::Unmappable { .. }));
}

#[test]
fn a_huge_mapping_is_guarded() {
    let data = noise(4, 3 * HUGE);
    let (_folder, path) = cold_file(&data);
    let map = HugePageMmap::open(&path).unwrap();
    assert_eq!(map.as_slice(), data);
    OpenOptions::new().write(true).open(&path).unwrap().set_len(5000).unwrap();
    assert_eq!(map.as_slice()[2 * HUGE], 0);
    assert_eq!(map.as_slice()[..5000], data[..5000]);
    assert!(matches!(map.check().unwrap_err().kind(), ErrorKind::Truncated { .. }));
}

/// Needs reserved huge pages and a mount; runs where that is permitted.
#[test]
fn a_file_on_hugetlbfs() {
    let folder = tempfile::tempdir().unwrap();
    let reserve = |pages: &str| fs::write("/proc/sys/vm/nr_hugepages", pages);
    let before = fs::read_to_string("/proc/sys/vm/nr_hugepages").unwrap_or_default();
    let mounted = reserve("8").is_ok()
        && Command::new("mount")
            .args(["-t", "hugetlbfs", "none"])
            .arg(folder.path())
            .status()
            .is_ok_and(|s| s.success());
    if !mounted {
        eprintln!("skipped: hugetlbfs cannot be mounted here");
        let _ = reserve(before.trim());
        return;
    }
    let path = folder.path().join("file");
    let made = (|| {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        file.set_len(2 * HUGE as u64)?;
        HugePageMmap::open(&path).map_err(std::io::Error::other)
    })();
    let checked = made.map(|map| {
        let sum: u64 = map.as_slice().iter().map(|&byte| u64::from(byte)).sum();
        (map.pages_used(), sum, map.huge_bytes(), map.len())
    });
    let _ = fs::remove_file(&path);
    assert!(Command::new("umount").arg(folder.path()).status().unwrap().success());
    let _ = reserve(before.trim());
    assert_eq!(checked.unwrap(), (HugePages::Hugetlbfs, 0, Some(2 * HUGE as u64), 2 * HUGE));
}

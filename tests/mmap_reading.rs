//! Methods of reading a mapping (aligned, by windows, as a stream), and their statistics.

#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use common::{POOLS, cold_file, file, noise, reads, testdata};
use pagecut::fastq::Fastq;
use pagecut::io::{Backend, ReadAhead, Strategy, ZeroCopyConfig};
use pagecut::mmap::{Advice, Certainty, HugePageMmap, MmapOptions, MmapReader, MmapStream, PageAlignedMmap};
use pagecut::{ErrorKind, Format, Source, SourceOptions};
use rayon::prelude::*;

fn page_size() -> usize {
    MmapReader::open(testdata("one.fastq")).unwrap().stats().page_size
}

#[test]
fn aligned_windows_lie_in_the_mapping() {
    let page = page_size();
    let data = noise(5, 3 * page + 100);
    let (_folder, path) = file(&data);
    for start in [0, 1, page - 1, page, page + 7] {
        let options = MmapOptions::new().offset(start as u64);
        let map = PageAlignedMmap::new(MmapReader::with_options(&path, options).unwrap());
        let bytes = &data[start..];
        assert_eq!(map.page_size(), page);
        for offset in (0..bytes.len() + 10).step_by(97).chain([0, bytes.len()]) {
            for len in [0, 1, page - 1, page, page + 1, bytes.len(), usize::MAX] {
                let window = map.aligned_window(offset, len);
                assert!(window.start <= window.end && window.end <= bytes.len(), "{window:?}");
                let end = offset.saturating_add(len).min(bytes.len());
                if offset < end {
                    assert!(window.start <= offset && window.end >= end, "{window:?} of {offset}..{end}");
                    assert!(window.start == 0 || (start + window.start).is_multiple_of(page), "{window:?}");
                    assert!(
                        window.end == bytes.len() || (start + window.end).is_multiple_of(page),
                        "{window:?}"
                    );
                    assert!(
                        offset - window.start < page && window.end - end < page,
                        "{window:?} of {offset}..{end}"
                    );
                }
                match map.read_aligned(offset, len) {
                    Ok(found) => assert_eq!(found, &bytes[offset..offset + len]),
                    Err(error) => {
                        assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
                        assert!(offset.checked_add(len).is_none_or(|end| end > bytes.len()));
                    }
                }
            }
        }
    }
}

#[test]
fn advice_covers_only_the_pages_of_the_range() {
    let page = page_size();
    let (_folder, path) = file(&noise(6, 64 * page));
    let options = MmapOptions::new().populate(true);
    let map = PageAlignedMmap::new(MmapReader::with_options(&path, options).unwrap());
    let map = map.with_advice(Advice::DontNeed);
    assert_eq!(map.stats().resident, Some(64 * page as u64));
    map.read_aligned(10 * page + 5, 2 * page).unwrap();
    assert_eq!(map.stats().resident, Some(61 * page as u64));
    map.read_aligned(20 * page - 1, 2).unwrap();
    assert_eq!(map.stats().resident, Some(59 * page as u64));
}

#[test]
fn chunks_and_pages_are_borrowed_slices() {
    let page = page_size();
    let data = noise(7, 2 * page + 10);
    let (_folder, path) = file(&data);
    let reader = MmapReader::open(&path).unwrap();
    let chunks: Vec<&[u8]> = reader.chunks(1000).collect();
    assert_eq!(chunks.concat(), data);
    assert_eq!(chunks[1].as_ptr(), reader.as_slice()[1000..].as_ptr());
    for (offset, expected) in
        [(0, vec![page, page, 10]), (5, vec![page - 5, page, 10]), (page, vec![page, 10])]
    {
        let reader = MmapReader::with_options(&path, MmapOptions::new().offset(offset as u64)).unwrap();
        let pages: Vec<&[u8]> = reader.pages().collect();
        assert_eq!(pages.iter().map(|page| page.len()).collect::<Vec<_>>(), expected);
        assert_eq!(pages.concat(), &data[offset..]);
    }
    let (_folder, empty) = file(b"");
    assert_eq!(MmapReader::open(&empty).unwrap().pages().count(), 0);
}

#[test]
fn a_cursor_reads_seeks_and_reports_truncation() {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let (_folder, path) = file(&data);
    let reader = MmapReader::open(&path).unwrap();
    let mut cursor = reader.cursor();
    let mut all = Vec::new();
    cursor.read_to_end(&mut all).unwrap();
    assert_eq!(all, data);
    assert_eq!(cursor.seek(SeekFrom::End(-5)).unwrap(), data.len() as u64 - 5);
    assert_eq!(cursor.rest(), &data[data.len() - 5..]);
    cursor.seek(SeekFrom::Start(data.len() as u64 + 100)).unwrap();
    assert_eq!(cursor.read(&mut [0]).unwrap(), 0);
    assert_eq!(reader.cursor().lines().count(), 1000);

    OpenOptions::new().write(true).open(&path).unwrap().set_len(50_000).unwrap();
    let mut rest = Vec::new();
    let error = reader.cursor().read_to_end(&mut rest).unwrap_err();
    assert!(error.to_string().contains("truncated to 50000 of 152168 bytes"), "{error}");
    let error = reader.cursor().read_exact(&mut vec![0; 100_000]).unwrap_err();
    assert!(error.to_string().contains("truncated"), "{error}");
}

#[test]
fn a_stream_maps_no_more_than_its_limit() {
    let data = reads(20 << 20);
    let (_folder, path) = file(&data);
    let bound = 1 << 20;
    let mut stream = MmapStream::open(&path, bound, MmapOptions::new()).unwrap();
    let mut records = Vec::new();
    let mut most = 0;
    while let Some(window) = stream.next_window(&Fastq::new()) {
        let window = window.unwrap();
        assert!(window.len() <= bound);
        records.extend(Fastq::new().records_of(window).map(|record| record.unwrap().range()));
        most = most.max(resident(&path));
    }
    let expected: Vec<_> = pagecut::fastq::records(&data).map(|record| record.unwrap().range()).collect();
    assert_eq!(records, expected);
    assert_eq!(stream.longest_mapping(), bound);
    assert!(most > 0 && most <= bound as u64 + (64 << 10), "{most} bytes were resident");
    assert!(stream.next_window(&Fastq::new()).is_none());
}

/// Returns the bytes of all mappings of a file that are resident in this process.
fn resident(path: &Path) -> u64 {
    let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
    let path = path.canonicalize().unwrap();
    let mut inside = false;
    let mut sum = 0;
    for line in smaps.lines() {
        if line.split_once(' ').is_some_and(|(range, _)| range.contains('-')) {
            inside = line.ends_with(path.to_str().unwrap());
        } else if let Some(kib) = line.strip_prefix("Rss:").filter(|_| inside) {
            sum += kib.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024;
        }
    }
    sum
}

#[test]
fn a_stream_of_every_limit_has_every_record() {
    let data = fs::read(testdata("at_and_plus.fastq")).unwrap();
    let (_folder, path) = file(&data);
    let expected: Vec<_> =
        pagecut::fastq::records(&data).map(|record| record.unwrap().sequence().to_vec()).collect();
    for bound in [0, 1, 10, 30, 100, 4096, data.len(), usize::MAX] {
        let mut stream = MmapStream::open(&path, bound, MmapOptions::new()).unwrap();
        let mut found = Vec::new();
        while let Some(window) = stream.next_window(&Fastq::new()) {
            let window = window.unwrap();
            found.extend(Fastq::new().records_of(window).map(|record| record.unwrap().sequence().to_vec()));
        }
        assert_eq!(found, expected, "{bound} bytes at a time");
        assert_eq!(stream.position(), data.len() as u64);
    }
    let mut stream = MmapStream::open(&path, 1000, MmapOptions::new()).unwrap();
    assert!(stream.next_window(&Fastq::new()).unwrap().is_ok());
    OpenOptions::new().write(true).open(&path).unwrap().set_len(2000).unwrap();
    let error = stream.next_window(&Fastq::new()).unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Truncated { offset: 2000, .. }), "{error}");
    assert!(stream.next_window(&Fastq::new()).is_none());
}

#[test]
fn a_file_above_4_gib_is_mapped_by_windows() {
    let (_folder, path) = file(b"");
    let len = (1u64 << 32) + 9;
    let mut sparse = OpenOptions::new().write(true).open(&path).unwrap();
    sparse.set_len(len - 9).unwrap();
    sparse.seek(SeekFrom::End(0)).unwrap();
    sparse.write_all(b"@r\nA\n+\nI\n").unwrap();
    let reader = MmapReader::open(&path).unwrap();
    assert_eq!(reader.len() as u64, len);
    let options = MmapOptions::new().offset(len - 9);
    let reader = MmapReader::with_options(&path, options).unwrap();
    assert_eq!(reader.records(&Fastq::new()).map(Result::unwrap).count(), 1);
    let mut stream = MmapStream::open(&path, 4096, options).unwrap();
    assert_eq!(stream.next_window(&Fastq::new()).unwrap().unwrap().len(), 9);
    assert_eq!(stream.position(), len);
}

#[test]
fn residency_is_counted_for_own_files() {
    let data = noise(8, 4 << 20);
    let (_folder, path) = cold_file(&data);
    let reader = MmapReader::open(&path).unwrap();
    let whole = reader.residency(..).unwrap();
    assert_eq!((whole.cached, whole.len, whole.certainty), (0, 4 << 20, Certainty::Counted));
    let mut file = File::open(&path).unwrap();
    file.read_exact(&mut vec![0; 2 << 20]).unwrap();
    assert!(reader.residency(..2 << 20).unwrap().share() >= 1.0);
    file.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(reader.residency(..).unwrap().cached, 4 << 20);
    assert_eq!(reader.residency(100..200).unwrap().cached, 100);
    let page = page_size();
    let (_folder, path) = cold_file(&noise(11, 64 * page));
    let reader = MmapReader::open(&path).unwrap();
    reader.advise(Advice::Random).unwrap();
    assert!(reader.as_slice()[0] < 255 || reader.as_slice()[1] < 255);
    assert_eq!(reader.residency(..).unwrap().cached, page as u64, "one page was touched");
    assert_eq!(reader.residency(page / 2..page + page / 2).unwrap().cached, page as u64 / 2);
    assert_eq!(reader.residency(1..2).unwrap().cached, 1);
    assert_eq!(reader.residency(page + 1..page + 2).unwrap().cached, 0);
    assert!(reader.residency(..0).unwrap().share() >= 1.0);
    assert!(matches!(reader.residency(..=4 << 20).unwrap_err().kind(), ErrorKind::OutOfRange { .. }));
}

/// Runs a test of this file again as a user who may read the file but not write to it.
fn as_other_user(test: &str, path: &Path) -> Option<std::process::Output> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o444)).unwrap();
    for folder in path.ancestors().skip(1).take(3) {
        let _ = Command::new("chmod").arg("a+x").arg(folder).status();
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    if !root {
        eprintln!("skipped: only root can switch to another user");
        return None;
    }
    // The other user may lack access to the test binary, so it is copied.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = folder.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let shared = folder.path().join("file");
    fs::copy(path, &shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o444)).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"])
        .arg(&copy)
        .args(["--exact", test, "--nocapture"])
        .env("PAGECUT_TEST_INPUT", &shared)
        .current_dir("/")
        .output()
        .unwrap();
    Some(output)
}

#[test]
fn residency_is_sampled_for_foreign_files() {
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let reader = MmapReader::open(path).unwrap();
        let residency = reader.residency(..).unwrap();
        assert!(matches!(residency.certainty, Certainty::Sampled(64)), "{residency:?}");
        assert_eq!((residency.cached, residency.len), (1 << 20, 1 << 20));
        let refused = MmapReader::with_options(
            std::env::var_os("PAGECUT_TEST_INPUT").unwrap(),
            MmapOptions::new().lease(true),
        );
        let refused = refused.unwrap();
        assert_eq!(
            refused.grants()[0].refused.as_ref().and_then(|error| error.raw_os_error()),
            Some(libc::EACCES)
        );
        return;
    }
    let (_folder, path) = file(&noise(9, 1 << 20));
    if let Some(output) = as_other_user("residency_is_sampled_for_foreign_files", &path) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn faults_are_those_of_reading_threads() {
    let data = reads(8 << 20);
    let (_folder, path) = file(&data);
    let reader = MmapReader::open(&path).unwrap();
    let stats = reader.stats();
    assert_eq!((stats.minor_faults, stats.major_faults, stats.bytes, stats.accesses), (0, 0, 0, 0));
    let count = reader.records(&Fastq::new()).filter(Result::is_ok).count();
    let stats = reader.stats();
    assert_eq!((stats.bytes, stats.accesses), (data.len() as u64, 1));
    // At least one per two mebibytes, at most one per page.
    assert!((4..=data.len() as u64 / 4096 + 100).contains(&stats.minor_faults), "{stats:?}");
    let first_pass = stats.minor_faults;
    assert_eq!(reader.records(&Fastq::new()).filter(Result::is_ok).count(), count);
    let second_pass = reader.stats().minor_faults - first_pass;
    assert!(second_pass < first_pass / 2 + 10, "{second_pass} faults, and {first_pass} the first time");
    assert_eq!(reader.stats().bytes, 2 * data.len() as u64);

    reader.advise(Advice::DontNeed).unwrap();
    assert_eq!(reader.stats().dropped, data.len() as u64);
    assert_eq!(reader.stats().resident, Some(0));
    let before = reader.stats();
    for pool in POOLS.iter() {
        pool.install(|| reader.par_records(&Fastq::new()).for_each(drop));
    }
    let after = reader.stats();
    assert_eq!(after.bytes - before.bytes, 4 * data.len() as u64);
    assert!(after.accesses > before.accesses + 4 && after.minor_faults > before.minor_faults);
}

#[test]
fn moved_and_abandoned_readers_are_counted() {
    let data = reads(4 << 20);
    let (_folder, path) = file(&data);
    let (first, second) = (MmapReader::open(&path).unwrap(), MmapReader::open(&path).unwrap());
    let pairs = first.records(&Fastq::new()).zip(second.records(&Fastq::new()));
    assert!(pairs.count() > 1000);
    for reader in [&first, &second] {
        let stats = reader.stats();
        // The second reader does not learn that the first has ended.
        assert!(stats.bytes >= data.len() as u64 - (1 << 20) && stats.minor_faults > 0, "{stats:?}");
    }
    let moved = MmapReader::open(&path).unwrap();
    let mut records = moved.records(&Fastq::new());
    assert!(records.nth(1000).is_some());
    std::thread::scope(|scope| scope.spawn(move || records.for_each(drop)).join().unwrap());
    assert_eq!(moved.stats().bytes, data.len() as u64);

    let given_up = MmapReader::open(&path).unwrap();
    assert!(given_up.records(&Fastq::new()).next().is_some());
    let before = given_up.stats().minor_faults;
    let memory = vec![1u8; 64 << 20];
    assert!(given_up.records(&Fastq::new()).next().is_some() && memory[1] == 1);
    assert!(given_up.stats().minor_faults - before < 100, "the faults of something else were counted");
}

#[test]
fn major_faults_wait_for_the_disk() {
    let data = reads(8 << 20);
    let (_folder, path) = cold_file(&data);
    // Without read-ahead, which could already be reading the page at the first access; the kernel would count a minor
    // fault then.
    let config = ZeroCopyConfig::new().strategy(Strategy::Mapped).read_ahead(ReadAhead::None);
    let source = Source::with_options(&path, SourceOptions::new().config(config).threads(2)).unwrap();
    source.for_each(&Fastq::new(), |_| {}).unwrap();
    let stats = source.mapped().unwrap().stats();
    assert!(stats.major_faults > 0, "{stats:?}");
    assert_eq!(stats.bytes, data.len() as u64);
}

#[test]
fn ranges_are_locked_and_unlocked() {
    let page = page_size();
    let (_folder, path) = file(&noise(10, 16 * page));
    let reader = MmapReader::open(&path).unwrap();
    let locked = || {
        let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
        let start = reader.as_slice().as_ptr().addr();
        let mut inside = false;
        let mut sum = 0;
        for line in smaps.lines() {
            if let Some((range, _)) = line.split_once(' ').filter(|(range, _)| range.contains('-')) {
                let (from, _) = range.split_once('-').unwrap();
                let from = usize::from_str_radix(from, 16).unwrap();
                inside = (start..start + 16 * page).contains(&from);
            } else if let Some(kib) = line.strip_prefix("Locked:").filter(|_| inside) {
                sum += kib.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024;
            }
        }
        sum
    };
    reader.lock(3 * page + 1..5 * page).unwrap();
    assert_eq!(locked(), 2 * page);
    reader.unlock(3 * page..4 * page).unwrap();
    assert_eq!(locked(), page);
    reader.unlock(..).unwrap();
    assert_eq!(locked(), 0);
    assert!(matches!(reader.lock(..=16 * page).unwrap_err().kind(), ErrorKind::OutOfRange { .. }));
}

/// A file that exceeds the process's limit of address space is read instead.
#[test]
fn a_file_too_large_to_map_is_read() {
    const TEST: &str = "a_file_too_large_to_map_is_read";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let error = MmapReader::open(&path).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Io(error) if error.raw_os_error() == Some(libc::ENOMEM)),
            "{error}"
        );
        assert!(HugePageMmap::open(&path).is_err());
        let source = Source::with_options(&path, SourceOptions::new().threads(1)).unwrap();
        assert_eq!(
            (source.backend(), &*source.reason()),
            (Backend::Read, "a mapping would use up the limit of the address space")
        );
        return;
    }
    let (_folder, path) = file(b"@r\nA\n+\nI\n");
    OpenOptions::new().write(true).open(&path).unwrap().set_len(8 << 30).unwrap();
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 4000000; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env("PAGECUT_TEST_INPUT", &path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

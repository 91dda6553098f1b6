//! Mappings: lengths, ranges, options, advice, windows, and files that cannot be mapped.
//!

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use common::{all_testdata, noise, testdata};
use pagecut::fastq::Fastq;
use pagecut::media::mpegts::Packets;
use pagecut::mmap::{Advice, MmapOption, MmapOptions, MmapReader};
use pagecut::{ErrorKind, Format, Resync, record::Boundaries};
use tempfile::TempDir;

fn file(data: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    File::create(&path).unwrap().write_all(data).unwrap();
    (folder, path)
}

fn page_size() -> usize {
    MmapReader::open(testdata("one.fastq")).unwrap().stats().page_size
}

#[test]
fn files_of_every_length_around_a_page() {
    let page = page_size();
    assert!(page.is_power_of_two() && page >= 4096);
    for len in [0, 1, 2, page - 1, page, page + 1, 2 * page - 1, 2 * page, 2 * page + 1] {
        let data = noise(len as u64, len);
        let (_folder, path) = file(&data);
        let reader = MmapReader::open(&path).unwrap();
        assert_eq!(reader.as_slice(), data);
        assert_eq!((reader.len(), reader.is_empty()), (len, len == 0));
        for advice in Advice::ALL {
            reader.advise(advice).unwrap_or_else(|error| panic!("{advice:?} on {len} bytes: {error}"));
            assert_eq!(reader.as_slice(), data, "after {advice:?}");
        }
    }
}

#[test]
fn a_range_of_a_file_is_bounds_checked() {
    let page = page_size();
    let data = noise(1, 3 * page);
    let (_folder, path) = file(&data);
    for offset in [0, 1, page - 1, page, page + 1, 3 * page - 1, 3 * page] {
        for len in [None, Some(0), Some(1), Some(page - 1), Some(page)] {
            let mut options = MmapOptions::new().offset(offset as u64);
            if let Some(len) = len {
                options = options.len(len);
            }
            let end = len.map_or(data.len(), |len| offset + len);
            let mapped = MmapReader::with_options(&path, options);
            if end <= data.len() {
                let reader = mapped.unwrap();
                assert_eq!(reader.as_slice(), &data[offset..end]);
                reader.advise(Advice::DontNeed).unwrap();
                assert_eq!(reader.as_slice(), &data[offset..end]);
            } else {
                let error = mapped.unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
            }
        }
    }
    for (offset, len) in
        [(u64::MAX, None), (data.len() as u64 + 1, None), (0, Some(usize::MAX)), (u64::MAX, Some(usize::MAX))]
    {
        let mut options = MmapOptions::new().offset(offset);
        if let Some(len) = len {
            options = options.len(len);
        }
        let error = MmapReader::with_options(&path, options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
    }
}

#[test]
fn advice_on_every_kind_of_range() {
    let page = page_size();
    let data = noise(2, 3 * page + 5);
    let (_folder, path) = file(&data);
    for options in [MmapOptions::new(), MmapOptions::new().offset(7)] {
        let reader = MmapReader::with_options(&path, options).unwrap();
        let end = reader.len();
        for advice in [Advice::WillNeed, Advice::DontNeed, Advice::Cold, Advice::PopulateRead] {
            for range in [0..0, 0..1, 1..2, page - 1..page + 1, 5..end, end - 1..end, end..end] {
                reader.advise_range(range, advice).unwrap();
            }
            reader.advise_range(.., advice).unwrap();
            reader.advise_range(1..=1, advice).unwrap();
        }
        #[expect(clippy::reversed_empty_ranges, reason = "that is what is to be refused")]
        for range in [end..end + 1, end + 1..end + 1, 0..usize::MAX, 2..1, usize::MAX..usize::MAX] {
            let error = reader.advise_range(range.clone(), Advice::WillNeed).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{range:?}");
        }
        assert!(reader.advise_range(0..=usize::MAX, Advice::WillNeed).is_err());
    }
}

#[test]
fn every_option_is_granted_or_refused() {
    let (_folder, path) = file(&noise(3, 100_000));
    assert!(MmapReader::open(&path).unwrap().grants().is_empty());
    let options =
        MmapOptions::new().populate(true).lock(true).sequential(true).prefetch(true).huge_pages(true);
    let reader = MmapReader::with_options(&path, options).unwrap();
    let options: Vec<_> = reader.grants().iter().map(|grant| grant.option).collect();
    assert_eq!(
        options,
        [
            MmapOption::HugePages,
            MmapOption::Sequential,
            MmapOption::Prefetch,
            MmapOption::Populate,
            MmapOption::Lock
        ]
    );
    let stats = reader.stats();
    let refused = reader.grants().iter().filter(|grant| grant.refused.is_some()).count() as u64;
    assert_eq!((stats.advice_granted, stats.advice_refused), (5 - refused, refused));
}

#[cfg(target_os = "linux")]
#[test]
fn options_and_advice_have_an_effect() {
    let len = 1 << 20;
    let (_folder, path) = file(&noise(4, len));
    let resident = |options| MmapReader::with_options(&path, options).unwrap().stats().resident.unwrap();
    assert_eq!(resident(MmapOptions::new()), 0);
    assert_eq!(resident(MmapOptions::new().populate(true)), len as u64);

    let locked = MmapReader::with_options(&path, MmapOptions::new().lock(true)).unwrap();
    match &locked.grants()[0].refused {
        None => assert_eq!(locked.stats().resident, Some(len as u64)),
        Some(reason) => assert!(reason.raw_os_error().is_some(), "{reason}"),
    }

    let page = page_size();
    let reader = MmapReader::with_options(&path, MmapOptions::new().populate(true)).unwrap();
    reader.advise_range(..len / 2, Advice::DontNeed).unwrap();
    assert_eq!(reader.stats().resident, Some(len as u64 / 2));
    reader.advise_range(len - page - 1..len - page + 1, Advice::DontNeed).unwrap();
    assert_eq!(
        reader.stats().resident,
        Some((len / 2 - 2 * page) as u64),
        "both pages that the range touches"
    );
    // The kernel's flags of a mapping show the advice: sr is sequential, hg is huge pages, lo is locked.
    let flags = || {
        let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
        let start = format!("{:x}-", reader.as_slice().as_ptr().addr());
        let entry = &smaps[smaps.find(&start).unwrap()..];
        entry.lines().find(|line| line.starts_with("VmFlags:")).unwrap().to_owned()
    };
    assert!(!flags().contains(" sr"));
    reader.advise(Advice::Sequential).unwrap();
    assert!(flags().contains(" sr"), "{}", flags());
    reader.advise(Advice::Random).unwrap();
    assert!(flags().contains(" rr") && !flags().contains(" sr"), "{}", flags());
    reader.advise(Advice::HugePage).unwrap();
    assert!(flags().contains(" hg"), "{}", flags());
    reader.advise(Advice::NoHugePage).unwrap();
    assert!(flags().contains(" nh"), "{}", flags());
    reader.advise(Advice::DontDump).unwrap();
    assert!(flags().contains(" dd"), "{}", flags());
}

/// `RLIMIT_MEMLOCK` limits locks; the test runs itself again with a limit of 0.
#[cfg(target_os = "linux")]
#[test]
fn a_refusal_has_the_reason_of_the_system() {
    const INSIDE: &str = "PAGECUT_TEST_LOCK_REFUSED";
    if std::env::var_os(INSIDE).is_none() {
        let test = std::env::current_exe().unwrap();
        // The limit does not apply to root, so the test drops the privilege.
        let become_other = "if [ $(id -u) = 0 ]; then exec setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock \"$@\"; fi; exec \"$@\"";
        let output = Command::new("sh")
            .args(["-c", &format!("ulimit -l 0; {become_other}"), "sh"])
            .arg(test)
            .args(["--exact", "a_refusal_has_the_reason_of_the_system", "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    let reader = MmapReader::with_options(testdata("illumina.fastq"), MmapOptions::new().lock(true)).unwrap();
    let reason = reader.grants()[0].refused.as_ref().expect("locking is not allowed");
    assert!(matches!(reason.raw_os_error(), Some(1 | 11 | 12)), "{reason}"); // EPERM, EAGAIN, ENOMEM
    assert_eq!(reader.len(), 152_168);
}

#[cfg(unix)]
#[test]
fn unmappable_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, what) in [
        (folder.path().to_owned(), "a directory cannot be mapped"),
        (pipe, "a pipe cannot be mapped"),
        (socket, "a socket cannot be mapped"),
        ("/dev/null".into(), "a device cannot be mapped"),
        ("/dev/zero".into(), "a device cannot be mapped"),
        ("/proc/self/status".into(), "a file without a known length cannot be mapped"),
        ("/proc/cpuinfo".into(), "a file without a known length cannot be mapped"),
    ] {
        let error = MmapReader::open(&path).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unmappable { .. }), "{}: {error}", path.display());
        assert_eq!(error.to_string(), what);
    }
    let error = MmapReader::open(folder.path().join("none")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::NotFound));
}

#[test]
fn windows_of_every_length_end_on_boundaries() {
    for (name, data) in all_testdata("fastq") {
        let (_folder, path) = file(&data);
        let reader = MmapReader::open(&path).unwrap();
        let records: Vec<_> = Fastq::new().records(&data).map_while(Result::ok).collect();
        let page = page_size();
        let lens = [0, 1, 2, 10, 100, page - 1, page, data.len(), data.len() + 1, usize::MAX];
        for len in lens.into_iter().chain(0..60) {
            let windows: Vec<_> = reader.windows(Fastq::new(), len).map(Result::unwrap).collect();
            let joined: Vec<u8> = windows.iter().flat_map(|window| window.as_bytes()).copied().collect();
            assert_eq!(joined, data, "{name} in windows of {len}");
            assert!(windows.iter().all(|window| !window.is_empty()));
            let found: Vec<_> = windows
                .iter()
                .flat_map(|window| Fastq::new().records_of(*window).map_while(Result::ok))
                .take(records.len())
                .collect();
            assert_eq!(found, records, "{name} in windows of {len}");
            if let Some((_, all_but_last)) = windows.split_last() {
                assert!(
                    all_but_last.is_empty() || all_but_last.iter().all(|window| window.len() >= len.max(1))
                );
            }
        }
    }
}

#[test]
fn records_of_any_range_end_on_boundaries() {
    let data = fs::read(testdata("at_and_plus.fastq")).unwrap();
    let all: Vec<_> = Fastq::new().records(&data).map(Result::unwrap).collect();
    for range in (0..data.len()).step_by(37).flat_map(|start| [(start, start + 100), (start, data.len())]) {
        // The records that start in the range, found without reading the bytes before it.
        let cut = |at: usize| Fastq::new().find_boundary(&data, at).unwrap_or(data.len());
        let (start, end) = (cut(range.0), cut(range.1.min(data.len())));
        let part = pagecut::record::Part::from_range(&data, start..end);
        let found: Vec<_> = Fastq::new().records_of(part).map(Result::unwrap).collect();
        let expected: Vec<_> = all
            .iter()
            .filter(|record| (start as u64..end as u64).contains(&record.range().start))
            .copied()
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn windows_of_damaged_data_are_not_longer() {
    let good = b"@r\nACGT\n+\nIIII\n".repeat(1000);
    let data = [good.as_slice(), b"no record\n", &good].concat();
    let (_folder, path) = file(&data);
    let reader = MmapReader::open(&path).unwrap();
    let longest = reader.windows(Fastq::new(), 1000).map(|window| window.unwrap().len()).max();
    assert!(longest.unwrap() < 1100, "{longest:?}");
}

#[test]
fn a_window_of_length_0_is_one_record() {
    let reader = MmapReader::open(testdata("illumina.fastq")).unwrap();
    let windows: Vec<_> = reader.windows(Fastq::new(), 0).map(Result::unwrap).collect();
    assert_eq!(windows.len(), 250);
    assert_eq!(reader.windows(Fastq::new(), 50_000).count(), 4);
}

#[test]
fn a_record_longer_than_a_window_is_whole() {
    let long = "A".repeat(1_000_000);
    let data = format!("@a\nA\n+\nI\n@b\n{long}\n+\n{}\n@c\nA\n+\n@\n", "@".repeat(1_000_000));
    let (_folder, path) = file(data.as_bytes());
    let reader = MmapReader::open(&path).unwrap();
    let lens: Vec<_> = reader.windows(Fastq::new(), 4).map(|window| window.unwrap().len()).collect();
    assert_eq!(lens, [9, 2_000_007, 9]);
}

#[test]
fn windows_of_a_transport_stream() {
    let reader = MmapReader::open(testdata("small.ts")).unwrap();
    for len in [0, 188, 1000, 5000, 100_000] {
        let windows: Vec<_> = reader.windows(Packets::new(), len).map(Result::unwrap).collect();
        assert!(windows.iter().all(|window| window.len() % 188 == 0));
        assert_eq!(windows.iter().map(|window| window.len()).sum::<usize>(), reader.len());
        let packets: usize = windows.iter().map(|window| Packets::new().pieces_of(*window).count()).sum();
        assert_eq!(packets, 200);
    }
}

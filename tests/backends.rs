//! Promise 4: every backend and every division of the file gives the same result.

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use common::{damaged, facts, packets, testdata};
use pagecut::fastq::Fastq;
use pagecut::io::{Backend, ReadAhead, Strategy, ZeroCopyConfig};
use pagecut::media::mpegts::Packets;
use pagecut::{
    Account, ErrorKind, Resync, Source, SourceOptions, open_reader,
    source::{Reader, ReaderFactory},
};

/// Each backend, as far as it is available, and the automatic choice.
const STRATEGIES: [Strategy; 5] =
    [Strategy::Auto, Strategy::Mapped, Strategy::Read, Strategy::Direct, Strategy::Uring];

/// Creates a folder on a disk that supports direct reads, and one in memory, which may not.
fn folders() -> [tempfile::TempDir; 2] {
    let on_disk = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let in_memory = tempfile::TempDir::new_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap());
    [on_disk, in_memory]
}

fn write(folder: &tempfile::TempDir, data: &[u8]) -> PathBuf {
    let path = folder.path().join("input");
    fs::write(&path, data).unwrap();
    path
}

/// Without a threshold, so that short files use every backend, too.
fn config(strategy: Strategy) -> ZeroCopyConfig {
    ZeroCopyConfig::new().strategy(strategy).threshold(0)
}

fn options(strategy: Strategy, part_len: usize, threads: usize) -> SourceOptions {
    SourceOptions::new().config(config(strategy)).part_len(part_len).threads(threads)
}

type Facts = (pagecut::record::Tally, Option<(String, Option<pagecut::Location>)>, bool);

fn account_facts(account: &Account) -> Facts {
    (account.tally, account.error.as_ref().map(facts), account.complete)
}

/// Returns the result of one cursor that reads everything sequentially.
fn serial<F: Resync>(format: &F, data: &[u8]) -> Facts {
    let mut records = format.records(data);
    let error = records.by_ref().find_map(Result::err);
    let complete = error.is_none();
    (records.tally(), error.as_ref().map(facts), complete)
}

/// The same with recovery after faults.
fn serial_pieces<F: Resync>(format: &F, data: &[u8]) -> Facts {
    let mut pieces = format.pieces(data);
    let mut error = None;
    for piece in pieces.by_ref() {
        if let (pagecut::Piece::Gap(gap), None) = (piece, &error) {
            error = Some(facts(&gap.error));
        }
    }
    (pieces.tally(), error, true)
}

fn check<F: Resync>(format: &F, path: &Path, data: &[u8], part_len: usize, threads: usize) {
    let expected = [serial(format, data), serial_pieces(format, data)];
    for strategy in STRATEGIES {
        let source = Source::with_options(path, options(strategy, part_len, threads)).unwrap();
        for (recover, expected) in [false, true].into_iter().zip(&expected) {
            let account =
                if recover { source.parts(format).recover().account() } else { source.account(format) };
            let found = account_facts(&account);
            // Where reading ends at an error, its line is the last counted one.
            assert_eq!(
                &found,
                expected,
                "{strategy:?}, parts of {part_len}, {threads} threads, recover {recover}: {:?}",
                data.escape_ascii().to_string()
            );
        }
    }
}

#[test]
fn every_chunk_length_of_small_files() {
    let folders = folders();
    for name in ["blank_lines.fastq", "crlf.fastq", "mixed_eol.fastq", "zero_length.fastq", "truncated.fastq"]
    {
        let data = fs::read(testdata(name)).unwrap();
        for folder in &folders {
            let path = write(folder, &data);
            for part_len in 1..data.len() + 2 {
                check(&Fastq::strict(), &path, &data, part_len, 1 + part_len % 2);
            }
        }
    }
}

#[test]
fn every_byte_damaged_with_several_chunk_lengths() {
    let [_, folder] = folders();
    let data = b"@r1\nAC\n+\n@I\n\n@r2\r\nA\r\n+\r\n+\r\n@r3\n\n+\n\n@r4\nAC\n+\n@I\n";
    for damaged in damaged(data, b"@+\nA") {
        let path = write(&folder, &damaged);
        for part_len in [1, 7, 20] {
            check(&Fastq::new(), &path, &damaged, part_len, 1 + part_len % 2);
        }
    }
}

#[test]
fn transport_streams_with_junk_between_packets() {
    let [folder, _] = folders();
    let junk = common::noise(7, 400);
    for (at, len) in [(0, 0), (20, 1), (12, 187), (14, 189), (30, 400), (1, 17)] {
        let mut data = packets(40);
        data.splice(at * 188..at * 188, junk[..len].iter().copied());
        let path = write(&folder, &data);
        for part_len in [1, 187, 188, 940, 3000, 100_000] {
            check(&Packets::new(), &path, &data, part_len, 2);
        }
    }
}

#[test]
fn records_longer_than_a_chunk_and_its_lookahead() {
    let [folder, _] = folders();
    let mut data = Vec::new();
    for len in [1, 100_000, 3, 30_000, 200_000, 5, 5, 5, 70_000] {
        let (sequence, quality) = ("A".repeat(len), "@".repeat(len));
        write!(data, "@r\n{sequence}\n+\n{quality}\n").unwrap();
    }
    let path = write(&folder, &data);
    for part_len in [1000, 4096, 50_000, 65_536, 300_000, 1 << 20] {
        for threads in [1, 3] {
            check(&Fastq::new(), &path, &data, part_len, threads);
        }
    }
}

#[test]
fn boundary_search_is_local() {
    fn check<F: Resync>(format: &F, data: &[u8], step: usize) {
        use pagecut::record::Search;
        // For every position, the answer with the whole file in view.
        for from in 0..data.len() {
            let whole = format.search_boundary(data, from..from + 1);
            for before in [from, format.look_behind().min(from), (format.look_behind() + 5).min(from)] {
                for end in (from + 1..=data.len()).rev().step_by(step) {
                    let at = before..before + 1;
                    let found = match format.search_boundary(&data[from - before..end], at) {
                        Search::Boundary(cut) => Search::Boundary(cut + from - before),
                        other => other,
                    };
                    assert!(
                        found == whole || found == Search::Unknown && end < data.len(),
                        "{from}, {before} before, to {end}: {found:?} instead of {whole:?}"
                    );
                }
            }
        }
        // A search of a range finds its first boundary.
        for start in 0..data.len() {
            for end in (start..=data.len()).step_by(7 * step) {
                let each = (start..end).map(|at| format.search_boundary(data, at..at + 1));
                let expected =
                    each.into_iter().find(|found| *found != Search::NoBoundary).unwrap_or(Search::NoBoundary);
                assert_eq!(format.search_boundary(data, start..end), expected, "{start}..{end}");
            }
        }
    }
    for text in [
        "@r1\nAC\n+\n@I\n\n\n\r\n@r2\r\nA\r\n+\r\n+\r\n@r3\n\n+\n\n\n@r4\nAC\n+\n@I\n",
        "\n\n@\n@\n+\n@\n+\n\r\n\r\n",
    ] {
        check(&Fastq::new(), text.as_bytes(), 1);
    }
    let mut data = packets(16);
    data.truncate(15 * 188 + 100);
    data[188 * 7 + 3] = 0x47;
    check(&Packets::new(), &data[..2300], 94);
}

#[test]
fn one_record_may_span_the_chunks_of_all_workers() {
    // A file whose only boundary is its start: every worker that searches one finds none and stops.
    let [folder, _] = folders();
    let data = [b"@r\n".as_slice(), &b"A\n".repeat(500_000)].concat();
    let path = write(&folder, &data);
    for threads in [1, 3] {
        let account = Source::with_options(&path, options(Strategy::Read, 10_000, threads)).unwrap();
        let account = account.account(&Fastq::new());
        assert!(matches!(account.error.unwrap().kind(), ErrorKind::PlusLine { .. }));
        assert!(!account.complete);
    }
}

#[test]
fn a_reader_returns_every_range() {
    let [folder, _] = folders();
    let data = common::noise(3, 20_000);
    let path = write(&folder, &data);
    for strategy in STRATEGIES {
        let reader = open_reader(&path, &config(strategy)).unwrap();
        let ranges = (0..data.len() as u64).step_by(997).flat_map(|start| {
            [0, 1, 511, 512, 513, 4096, 9999].map(|len| start..(start + len).min(data.len() as u64))
        });
        for range in ranges.chain([0..20_000, 4096..8192, 19_999..20_000, 20_000..20_000]) {
            let position = |offset| usize::try_from(offset).unwrap();
            let expected = &data[position(range.start)..position(range.end)];
            let span = reader.bytes_at(range.clone()).unwrap();
            assert_eq!(
                (&*span, span.is_borrowed()),
                (expected, reader.backend() == Backend::Mapped),
                "{strategy:?}"
            );
            let mut copy = vec![0; expected.len()];
            reader.read_at(range.start, &mut copy).unwrap();
            assert_eq!(copy, expected, "{strategy:?} {range:?}");
        }
        for (start, end) in [(0, 20_001), (20_000, 20_001), (u64::MAX, u64::MAX), (5, 4)] {
            let error = reader.bytes_at(start..end).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
        }
        let error = reader.read_at(u64::MAX - 3, &mut [0; 10]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
    }
}

#[test]
fn a_truncated_file_is_an_error_with_every_backend() {
    let [folder, _] = folders();
    let data = common::reads(1 << 20);
    for strategy in STRATEGIES {
        let path = write(&folder, &data);
        let source = Source::with_options(&path, options(strategy, 10_000, 2)).unwrap();
        let reader = open_reader(&path, &config(strategy)).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(500_000).unwrap();
        let error = source.account(&Fastq::new()).error.unwrap();
        assert!(
            matches!(error.kind(), ErrorKind::Truncated { offset: 500_000, .. }),
            "{strategy:?}: {error}"
        );
        assert!(matches!(reader.check().unwrap_err().kind(), ErrorKind::Truncated { .. }), "{strategy:?}");
        let error = reader.read_at(499_999, &mut [0; 2]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Truncated { .. }), "{strategy:?}: {error}");
    }
}

/// These operations set `st_ctime` and change no byte of the file.
#[cfg(unix)]
#[test]
fn links_names_and_permissions_are_no_change() {
    use std::os::unix::fs::PermissionsExt;

    let [folder, _] = folders();
    let data = common::reads(100_000);
    let others = [folder.path().join("link"), folder.path().join("renamed")];
    for strategy in STRATEGIES {
        let path = write(&folder, &data);
        let source = Source::with_options(&path, options(strategy, 10_000, 2)).unwrap();
        let expected = source.account(&Fastq::new()).tally.records;
        let check = |what: &str| {
            let account = source.account(&Fastq::new());
            assert!(account.error.is_none(), "{strategy:?} {what}: {:?}", account.error);
            assert_eq!(account.tally.records, expected, "{strategy:?} {what}");
        };
        std::fs::hard_link(&path, &others[0]).unwrap();
        check("link");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        check("chmod");
        std::fs::rename(&others[0], &others[1]).unwrap();
        check("rename");
        std::fs::remove_file(&others[1]).unwrap();
        std::fs::remove_file(&path).unwrap();
        check("unlink");
    }
}

#[test]
fn a_changed_file_is_an_error_with_every_backend() {
    let [folder, _] = folders();
    for strategy in STRATEGIES {
        let path = write(&folder, &common::reads(100_000));
        let source = Source::with_options(&path, options(strategy, 10_000, 2)).unwrap();
        // File times have the resolution of the kernel's clock tick.
        std::thread::sleep(std::time::Duration::from_millis(20));
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"@r\nA\n+\nI\n").unwrap();
        let error = source.account(&Fastq::new()).error.unwrap();
        assert!(matches!(error.kind(), ErrorKind::Changed), "{strategy:?}: {error}");
    }
}

#[test]
fn a_refused_backend_is_reported_and_replaced() {
    let [folder, _] = folders();
    let path = write(&folder, b"@r\nA\n+\nI\n");
    let refused = |config: ZeroCopyConfig| {
        let reader = open_reader(&path, &config).unwrap();
        assert_eq!(reader.backend(), Backend::Read);
        let [refusal] = reader.refusals() else { panic!("{:?}", reader.refusals()) };
        assert_eq!((&reader.reason(), &reader.stats().fallbacks), (&refusal.reason, &vec![refusal.clone()]));
        (refusal.backend, refusal.reason.clone())
    };
    assert_eq!(
        refused(config(Strategy::Mapped).max_map_bytes(8)),
        (Backend::Mapped, "the file has 9 bytes, and at most 8 may be mapped".into())
    );
    assert_eq!(
        refused(config(Strategy::Auto).mmap(false)),
        (Backend::Mapped, "mapping is switched off".into())
    );
    assert_eq!(
        open_reader(&path, &config(Strategy::Mapped).max_map_bytes(9)).unwrap().backend(),
        Backend::Mapped
    );
}

#[test]
fn refused_direct_reads_have_the_reason() {
    // Files of `/proc` do not support direct reads anywhere, and have no known length.
    let error = pagecut::io::DirectReader::open("/proc/self/status").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(_)), "{error}");
    let [_, in_memory] = folders();
    let path = write(&in_memory, b"@r\nA\n+\nI\n");
    let reader = open_reader(&path, &config(Strategy::Direct)).unwrap();
    match reader.backend() {
        Backend::Direct => assert!(reader.refusals().is_empty()),
        _ => assert!(!reader.refusals()[0].reason.is_empty()),
    }
    assert_eq!(&*reader.bytes_at(0..9).unwrap(), b"@r\nA\n+\nI\n");
}

#[test]
fn a_reader_refuses_inputs_without_offsets() {
    let error = open_reader("/dev/null", &ZeroCopyConfig::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unmappable { .. }), "{error}");
    let error = open_reader("/proc/self/status", &ZeroCopyConfig::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unmappable { .. }), "{error}");
    let error = open_reader("no such file", &ZeroCopyConfig::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound));
}

#[test]
fn contradicting_settings_are_refused() {
    let good = ZeroCopyConfig::new();
    let opener = ReaderFactory::new(good).unwrap();
    for (bad, name) in [
        (good.strategy(Strategy::Mapped).mmap(false), "mmap"),
        (good.strategy(Strategy::Direct).direct(false), "direct"),
        (good.strategy(Strategy::Uring).io_uring(false), "io_uring"),
        (good.prefetch_size((1 << 30) + 1), "prefetch_size"),
    ] {
        for error in [opener.set_config(bad).unwrap_err(), ReaderFactory::new(bad).unwrap_err()] {
            assert!(
                matches!(error.kind(), ErrorKind::InvalidConfig { name: found, .. } if *found == name),
                "{error}"
            );
            assert!(error.to_string().starts_with(&format!("invalid {name} ")), "{error}");
        }
        assert!(Source::with_options(testdata("two.fastq"), SourceOptions::new().config(bad)).is_err());
        assert!(Reader::from_file(File::open(testdata("two.fastq")).unwrap(), bad).is_err());
    }
    assert_eq!(opener.config(), good);
}

#[test]
fn no_setting_changes_the_result() {
    let [folder, _] = folders();
    let data = common::reads(300_000);
    let path = write(&folder, &data);
    for strategy in STRATEGIES {
        let base = config(strategy);
        for config in [
            base.uncached(true),
            base.alignment(pagecut::io::Alignment::HUGE_PAGE),
            base.alignment(pagecut::io::Alignment::BYTE),
            base.prefetch_size(0),
            base.prefetch_size(100_000),
            base.read_ahead(ReadAhead::Sequential),
            base.read_ahead(ReadAhead::None),
            base.max_map_bytes(1000),
            base.threshold(u64::MAX),
        ] {
            let options = SourceOptions::new().config(config).part_len(20_000).threads(2);
            let source = Source::with_options(&path, options).unwrap();
            let account = source.account(&Fastq::new());
            assert_eq!(account_facts(&account), serial(&Fastq::new(), &data), "{config:?}");
        }
    }
}

#[test]
fn bytes_are_counted_by_backend() {
    let data = common::reads(1 << 20);
    let [folder, _] = folders();
    let path = write(&folder, &data);
    for (strategy, efficiency) in [(Strategy::Mapped, 1.0), (Strategy::Read, 0.0)] {
        let source = Source::with_options(&path, options(strategy, 10_000, 2)).unwrap();
        source.for_each(&Fastq::new(), |_| {}).unwrap();
        let reader = source.reader().unwrap();
        let stats = reader.stats();
        assert_eq!((stats.bytes_by(reader.backend()), stats.efficiency()), (data.len() as u64, efficiency));
        assert!(stats.reads_by(reader.backend()) > 50, "{stats:?}");
    }
    let reader = open_reader(&path, &config(Strategy::Read)).unwrap();
    let copy = folder.path().join("copy");
    let sent = reader.send(100..300_100, File::create(&copy).unwrap()).unwrap();
    assert_eq!((sent.bytes, &fs::read(&copy).unwrap()[..]), (300_000, &data[100..300_100]));
    let stats = reader.stats();
    assert_eq!((stats.transfers, stats.transferred, stats.efficiency()), (1, 300_000, 1.0));

    let opener = ReaderFactory::new(ZeroCopyConfig::new().threshold(1 << 30)).unwrap();
    opener.open(&path).unwrap();
    opener.open(&path).unwrap();
    assert_eq!(opener.stats().below_threshold, 2);
}

#[test]
fn the_choice_of_a_backend_is_reported() {
    let data = common::reads(4 << 20);
    let [folder, _] = folders();
    let path = write(&folder, &data);
    for threads in [1, 3] {
        let source = Source::with_options(&path, options(Strategy::Auto, 50_000, threads)).unwrap();
        assert_eq!(
            (source.backend(), &*source.reason()),
            (Backend::Mapped, "the backends were not tried yet")
        );
        let tally = source.for_each(&Fastq::new(), |_| {}).unwrap();
        assert_eq!(tally.bytes(), data.len() as u64);
        let stats = source.reader().unwrap().stats();
        assert!(
            stats.bytes_by(Backend::Mapped) > 100_000 && stats.bytes_by(Backend::Read) > 100_000,
            "{stats:?}"
        );
        assert_eq!(stats.bytes.iter().sum::<u64>(), data.len() as u64, "each byte was worked on once");
        assert!(source.reason().starts_with("measured on the file: mapped "), "{}", source.reason());
    }
}

/// Returns the share of a file in the page cache.
fn cached_share(path: &Path) -> f64 {
    pagecut::mmap::Residency::of_file(&File::open(path).unwrap()).unwrap().share()
}

#[test]
fn uncached_reads_leave_no_pages() {
    let data = common::reads(8 << 20);
    for uncached in [false, true] {
        let (_folder, path) = common::cold_file(&data);
        let config = config(Strategy::Read).uncached(uncached);
        let options = SourceOptions::new().config(config).threads(1);
        let source = Source::with_options(&path, options).unwrap();
        source.for_each(&Fastq::new(), |_| {}).unwrap();
        let is_refused = !source.reader().unwrap().refusals().is_empty();
        let share = cached_share(&path);
        assert_eq!(share > 0.5, !uncached || is_refused, "{share} of the file is cached");
    }
}

#[test]
fn read_ahead_can_be_disabled() {
    let data = common::reads(8 << 20);
    for (read_ahead, most) in [(ReadAhead::Normal, 1.0), (ReadAhead::None, 0.02)] {
        let (_folder, path) = common::cold_file(&data);
        let reader = open_reader(&path, &config(Strategy::Read).read_ahead(read_ahead)).unwrap();
        let mut byte = [0; 4096];
        (0..8).for_each(|page| reader.read_at(page * 4096, &mut byte).unwrap());
        let share = cached_share(&path);
        assert!(share <= most, "{share} of the file is cached, and no more than 32 KiB were read");
    }
}

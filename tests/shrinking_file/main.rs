//! Promise 6: truncation of a mapped file is an error, not a crash, and a change is detected.

#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
mod foreign_faults;

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use common::POOLS;
use pagecut::fastq::Fastq;
use pagecut::mmap::{MmapOptions, MmapPrivate, MmapReader, MmapShared, MmapWriter};
use pagecut::{Error, ErrorKind, Format, Piece, Resync, Source, SourceOptions};
use rayon::prelude::*;
use tempfile::TempDir;

const RECORD: &[u8] = b"@read of some length\nACGTACGTACGTACGT\n+\nIIIIIIIIIIIIIIII\n";

fn reads(len: usize) -> Vec<u8> {
    RECORD.repeat(len / RECORD.len() + 1)
}

fn file(data: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reads.fastq");
    fs::write(&path, data).unwrap();
    (folder, path)
}

/// A file of reads, and its mapping.
struct Mapped {
    data: Vec<u8>,
    path: PathBuf,
    reader: MmapReader,
    _folder: TempDir,
}

impl Mapped {
    fn new(len: usize) -> Self {
        let data = reads(len);
        let (folder, path) = file(&data);
        let reader = MmapReader::open(&path).unwrap();
        Self { data, path, reader, _folder: folder }
    }
}

fn cut(path: &Path, len: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(len).unwrap();
}

#[track_caller]
fn assert_truncated(error: &Error, offset: u64) {
    match error.kind() {
        ErrorKind::Truncated { offset: found, .. } => {
            // A fault gives the page; the length of the file gives the byte.
            assert!(*found == offset || *found == offset.next_multiple_of(4096), "{error}, not {offset}");
        }
        _ => panic!("{error}"),
    }
    assert!(error.offset().is_some());
}

#[test]
fn lost_pages_are_an_error_of_their_mapping() {
    let data = reads(1 << 20);
    let (_folder, path) = file(&data);
    let (_other_folder, other_path) = file(&data);
    for len in [0, 1, 4095, 4096, 4097, 100_000, data.len() - 1] {
        fs::write(&path, &data).unwrap();
        let other = MmapReader::open(&other_path).unwrap();
        let reader = MmapReader::open(&path).unwrap();
        reader.check().unwrap();
        cut(&path, len as u64);
        let sum: u64 = reader.as_slice().iter().map(|&byte| u64::from(byte)).sum();
        assert!(sum < data.iter().map(|&byte| u64::from(byte)).sum());
        assert_eq!(reader.as_slice()[..len], data[..len]);
        assert!(reader.as_slice()[len..].iter().all(|&byte| byte == 0));
        assert_truncated(&reader.check().unwrap_err(), len as u64);
        assert_eq!(other.as_slice(), data);
        other.check().unwrap();
    }
}

#[test]
fn a_second_fault_at_a_reused_address() {
    let data = reads(1 << 20);
    let mut addresses = Vec::new();
    for len in [0, 50_000, 0, 500_000, 4096] {
        let (_folder, path) = file(&data);
        let reader = MmapReader::open(&path).unwrap();
        addresses.push(reader.as_slice().as_ptr().addr());
        cut(&path, len);
        assert_eq!(reader.as_slice().last(), Some(&0));
        assert_truncated(&reader.check().unwrap_err(), reader_loss(&reader));
        drop(reader);
        let (_folder, path) = file(&data);
        let sound = MmapReader::open(&path).unwrap();
        assert_eq!(sound.as_slice(), data);
        sound.check().unwrap();
    }
    addresses.sort_unstable();
    addresses.dedup();
    assert!(addresses.len() < 5, "the system used an address again");
}

/// Returns the position at which a reader reports the truncation.
fn reader_loss(reader: &MmapReader) -> u64 {
    reader.check().unwrap_err().offset().unwrap()
}

#[test]
fn a_second_cut_reports_the_lowest_lost_page() {
    let Mapped { data, path, reader, _folder } = Mapped::new(1 << 20);
    cut(&path, 500_000);
    assert_eq!(reader.as_slice()[600_000], 0);
    cut(&path, 100_000);
    assert_eq!(reader.as_slice()[200_000], 0);
    assert!(reader_loss(&reader) <= 200_000);
    assert_eq!(reader.as_slice()[..100_000], data[..100_000]);
}

#[test]
fn a_range_of_a_file_is_guarded_wherever_it_begins() {
    let data = reads(1 << 20);
    for start in [1, 4095, 4096, 100_001] {
        let (_folder, path) = file(&data);
        let options = MmapOptions::new().offset(start);
        let reader = MmapReader::with_options(&path, options).unwrap();
        cut(&path, 300_000);
        assert_eq!(reader.as_slice().last(), Some(&0));
        fs::write(&path, &data).unwrap();
        let offset = reader_loss(&reader);
        // The page of the last byte, since no other page was accessed.
        assert_eq!(offset, (data.len() as u64 - 1) / 4096 * 4096, "from {start}");
    }
}

#[test]
#[expect(unsafe_code, reason = "memory files are made by a system call")]
fn a_file_in_huge_pages_is_guarded_in_huge_pages() {
    use std::os::fd::FromRawFd;
    const HUGE: usize = 2 << 20;
    let Ok(before) = fs::read_to_string("/proc/sys/vm/nr_hugepages") else { return };
    if fs::write("/proc/sys/vm/nr_hugepages", "16").is_err() {
        eprintln!("skipped: huge pages cannot be set aside here");
        return;
    }
    // SAFETY: creates a new file descriptor.
    let memory = unsafe { libc::memfd_create(c"pagecut".as_ptr(), libc::MFD_HUGETLB) };
    if memory >= 0 {
        // SAFETY: the descriptor was created above and has no other owner.
        let file = unsafe { File::from_raw_fd(memory) };
        file.set_len(2 * HUGE as u64).unwrap();
        let reader = MmapReader::from_file(&file, MmapOptions::new()).unwrap();
        assert_eq!(reader.as_slice()[HUGE], 0);
        file.set_len(HUGE as u64).unwrap();
        assert_eq!(reader.as_slice()[HUGE + 500_000], 0);
        assert_truncated(&reader.check().unwrap_err(), HUGE as u64);
    } else {
        eprintln!("skipped: no memory file in huge pages here");
    }
    fs::write("/proc/sys/vm/nr_hugepages", before.trim()).unwrap();
}

#[test]
fn every_reader_reports_a_changed_file() {
    let data = reads(100_000);
    let (_folder, path) = file(&data);
    std::thread::sleep(std::time::Duration::from_millis(20));
    let reader = MmapReader::open(&path).unwrap();
    OpenOptions::new().write(true).open(&path).unwrap().write_all(b"@READ").unwrap();
    let error = reader.records(&Fastq::new()).find_map(Result::err).unwrap();
    assert!(matches!(error.kind(), ErrorKind::Changed), "{error}");
    let error = reader.par_records(&Fastq::new()).find_map_any(Result::err).unwrap();
    assert!(matches!(error.kind(), ErrorKind::Changed), "{error}");
    let error = reader.windows(Fastq::new(), 1000).find_map(Result::err).unwrap();
    assert!(matches!(error.kind(), ErrorKind::Changed), "{error}");
    assert!(reader.cursor().read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn lost_bytes_stay_an_error_when_the_file_grows() {
    let Mapped { data, path, reader, _folder } = Mapped::new(1 << 20);
    cut(&path, 8192);
    assert_eq!(reader.as_slice()[20_000], 0);
    fs::write(&path, &data).unwrap();
    assert_truncated(&reader.check().unwrap_err(), 20_000 / 4096 * 4096);
}

/// Truncates a file to `len` bytes while workers parse it, when one of them is at the byte `at`.
fn cut_while_parsing(threads: usize, len: u64, at: u64) -> Error {
    let Mapped { path, reader, _folder, .. } = Mapped::new(4 << 20);
    let is_cut = AtomicBool::new(false);
    let pool = POOLS.iter().find(|pool| pool.current_num_threads() == threads).unwrap();
    let found: Result<Vec<_>, _> = pool.install(|| {
        reader
            .par_records(&Fastq::new())
            .map(|record| {
                let record = record?;
                if record.range().start >= at && !is_cut.swap(true, Ordering::SeqCst) {
                    cut(&path, len);
                }
                Ok(record.sequence().len())
            })
            .collect()
    });
    found.unwrap_err()
}

#[test]
fn parsing_workers_get_the_error() {
    for threads in [1, 2, 3, 16] {
        for len in [0, 1_000_000, 1_000_003, (2 << 20) + 17] {
            let error = cut_while_parsing(threads, len, 1_500_000);
            assert!(
                matches!(error.kind(), ErrorKind::Truncated { .. }),
                "{threads} threads, cut to {len}: {error}"
            );
        }
    }
}

#[test]
fn a_source_reports_the_loss_with_every_backend() {
    for mmap in [true, false] {
        for threads in [1, 3] {
            let data = reads(4 << 20);
            let (_folder, path) = file(&data);
            let options = SourceOptions::new().mmap(mmap).threads(threads).part_len(64 << 10);
            let source = Source::with_options(&path, options).unwrap();
            let is_cut = AtomicBool::new(false);
            let error = source
                .for_each(&Fastq::new(), |record| {
                    if record.range().start > 1_000_000 && !is_cut.swap(true, Ordering::SeqCst) {
                        cut(&path, 2_000_000);
                    }
                })
                .unwrap_err();
            assert_truncated(&error, 2_000_000);
        }
    }
}

#[test]
fn mappings_and_spans_are_checked_as_arguments() {
    let Mapped { data, path, reader, _folder } = Mapped::new(1 << 20);
    let source = Source::open(&path).unwrap();
    let span = source.read_all().unwrap();
    assert!(span.is_borrowed());
    let first_errors = || {
        [
            pagecut::fastq::records(&reader).find_map(Result::err),
            pagecut::fastq::par_records(&reader).find_map_first(Result::err),
            pagecut::fastq::records(&span).find_map(Result::err),
            pagecut::fastq::Pairs::new(&data, &reader, Fastq::new())
                .check_names(false)
                .iter()
                .find_map(Result::err),
        ]
    };
    assert!(first_errors().iter().all(Option::is_none));
    let unchecked = pagecut::fastq::records(&data);
    assert!(unchecked.last().unwrap().is_ok());
    // A cut between two records leaves whole records only.
    let records = Fastq::new().records(&data).map(Result::unwrap).map(|record| record.as_bytes().len());
    let len = records
        .scan(0, |end, len| {
            *end += len;
            Some(*end)
        })
        .find(|end| *end > 500_000)
        .unwrap();
    cut(&path, len as u64);
    for error in first_errors() {
        assert_truncated(&error.unwrap(), len as u64);
    }
    let mut pieces = Fastq::new().pieces(&reader);
    let gap = pieces
        .by_ref()
        .filter_map(|piece| if let Piece::Gap(gap) = piece { Some(gap) } else { None })
        .last()
        .unwrap();
    assert_truncated(&gap.error, len as u64);
    assert_eq!(gap.range, data.len() as u64..data.len() as u64);
    assert_eq!(pieces.tally().bytes(), data.len() as u64);
}

#[test]
fn windows_and_records_of_a_reader_report_the_loss() {
    let Mapped { path, reader, _folder, .. } = Mapped::new(1 << 20);
    let mut windows = reader.windows(Fastq::new(), 100_000);
    let mut records = reader.records(&Fastq::new());
    assert!(windows.next().unwrap().is_ok() && records.next().unwrap().is_ok());
    cut(&path, 500_000);
    assert_truncated(&windows.next().unwrap().unwrap_err(), 500_000);
    assert!(windows.next().is_none());
    assert_truncated(&records.find_map(Result::err).unwrap(), 500_000);
    assert!(records.next().is_none());
}

#[test]
fn a_file_that_was_changed_is_noticed() {
    let data = reads(100_000);
    let grown = |path: &Path| OpenOptions::new().append(true).open(path).unwrap().write_all(RECORD).unwrap();
    let rewritten = |path: &Path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all(b"@READ").unwrap();
    };
    let changes: [&dyn Fn(&Path); 2] = [&grown, &rewritten];
    for change in changes {
        for mmap in [true, false] {
            let (_folder, path) = file(&data);
            // File times have the resolution of the clock tick.
            std::thread::sleep(std::time::Duration::from_millis(20));
            let source = Source::with_options(&path, SourceOptions::new().mmap(mmap)).unwrap();
            assert!(source.account(&Fastq::new()).error.is_none());
            change(&path);
            let account = source.account(&Fastq::new());
            let error = account.error.unwrap();
            assert!(matches!(error.kind(), ErrorKind::Changed), "{error}");
            assert!(!account.complete);
        }
    }
}

#[test]
fn writes_during_parsing_give_errors_and_no_panic() {
    let data = reads(200_000);
    let (_folder, path) = file(&data);
    /// Ends the writer whenever the test ends.
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            let noise = common::noise(1, 1 << 16);
            for at in noise.chunks_exact(4).cycle().map_while(|at| at.first_chunk()) {
                let at = u32::from_le_bytes(*at);
                let byte = b"\r\n@+A"[at as usize % 5];
                file.write_all_at(&[byte], u64::from(at) % data.len() as u64).unwrap();
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let strict = Fastq::strict();
        let begun = std::time::Instant::now();
        let (mut records, mut rounds) = (0, 0);
        while begun.elapsed() < std::time::Duration::from_millis(800) {
            let reader = MmapReader::open(&path).unwrap();
            for piece in strict.pieces(reader.as_slice()) {
                if let Some(record) = piece.record() {
                    let fields =
                        [record.name(), record.sequence(), record.quality_scores(), record.as_bytes()];
                    assert!(fields.iter().all(|field| field.len() <= data.len()));
                    records += 1;
                }
            }
            POOLS[1].install(|| reader.par_records(&strict).for_each(drop));
            rounds += 1;
        }
        assert!(records > 0 && rounds > 1);
    });
}

#[test]
fn a_file_that_is_replaced_is_read_as_it_was() {
    let data = reads(100_000);
    let (folder, path) = file(&data);
    let reader = MmapReader::open(&path).unwrap();
    let new = folder.path().join("new");
    fs::write(&new, b"@r\nA\n+\nI\n").unwrap();
    fs::rename(&new, &path).unwrap();
    assert_eq!(reader.as_slice(), data);
    // The mapped inode has lost its name; its bytes are unchanged.
    reader.check().unwrap();
}

#[test]
fn many_mappings_are_guarded() {
    let data = reads(10_000);
    let (_folder, path) = file(&data);
    let readers: Vec<_> = (0..300).map(|_| MmapReader::open(&path).unwrap()).collect();
    cut(&path, 0);
    let barrier = Barrier::new(3);
    std::thread::scope(|scope| {
        for third in readers.chunks(100) {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for reader in third {
                    assert!(reader.as_slice().iter().all(|&byte| byte == 0));
                    assert_truncated(&reader.check().unwrap_err(), 0);
                }
            });
        }
    });
}

#[test]
fn writable_mappings_are_guarded() {
    let data = reads(1 << 20);
    for len in [0, 5000, 500_000] {
        let (_folder, path) = file(&data);
        let shared = MmapShared::open(&path).unwrap();
        shared.check().unwrap();
        cut(&path, len);
        assert_truncated(&shared.update(600_000, b"lost").unwrap_err(), len);
        assert_truncated(&shared.read_into(700_000, &mut [0; 10]).unwrap_err(), len);
        assert_truncated(&shared.flush().unwrap_err(), len);
        let mut view = shared.view_mut(800_000..800_010).unwrap();
        view.copy_from_slice(b"lost bytes");
        drop(view);
        assert_truncated(&shared.check().unwrap_err(), len);

        // After growing again, it has its length, but not its bytes.
        cut(&path, data.len() as u64);
        assert!(shared.check().unwrap_err().to_string().contains("could not be read or written"));

        let (_folder, path) = file(&data);
        let mut private = MmapPrivate::open(&path).unwrap();
        private.as_mut_slice()[..4].copy_from_slice(b"mine");
        private.check().unwrap();
        cut(&path, len);
        private.as_mut_slice()[600_000] = 1;
        assert_truncated(&private.check().unwrap_err(), len);

        let (_folder, path) = file(b"");
        let mut writer = MmapWriter::create(&path).unwrap();
        writer.write_all(&data[..600_000]).unwrap();
        cut(&path, len);
        assert!(writer.write_all(&data[600_000..700_000]).is_err());
        assert!(writer.write_all(&data).is_err(), "it would have to grow");
        assert_truncated(&writer.flush().unwrap_err(), len);
        assert_truncated(&writer.finish().unwrap_err(), len);
    }
}

#[test]
fn a_pipe_of_a_truncated_file_is_shorter() {
    let (_folder, path) = file(&reads(10_000));
    let mut source = File::open(&path).unwrap();
    let mut data = Vec::new();
    source.read_to_end(&mut data).unwrap();
    let records = Fastq::new().records(&data).filter_map(Result::ok).count();
    let source = Source::from_reader(File::open(&path).unwrap(), SourceOptions::new());
    assert_eq!(source.account(&Fastq::new()).tally.records, records as u64);
}

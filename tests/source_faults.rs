//! Faults in the middle of the work: nobody waits for ever, and the account is the same for every number of workers.

use std::fs::OpenOptions;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use pagecut::fastq::Fastq;
use pagecut::io::Strategy;
use pagecut::{
    ErrorKind, Format, Source, SourceOptions,
    record::{Boundaries, Part, Search, Step, Stop},
};

const RECORD: &[u8] = b"@rrr\nAC\n+\nII\n";

fn file(data: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), data).unwrap();
    file
}

/// FASTQ whose file is cut short while one worker searches for a cut.
#[derive(Clone)]
struct CutShort {
    path: Arc<Path>,
    done: Arc<AtomicBool>,
}

impl Format for CutShort {
    const NAME: &'static str = "fastq";
    const IS_TEXT: bool = true;
    type Record<'data> = <Fastq as Format>::Record<'data>;
    type Layout = <Fastq as Format>::Layout;
    type Lookahead = <Fastq as Format>::Lookahead;

    fn step(
        &self,
        ahead: &mut Self::Lookahead,
        part: &Part<'_>,
        position: usize,
    ) -> Result<Step<Self::Layout>, Stop> {
        Fastq::new().step(ahead, part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Self::Layout) -> Self::Record<'data> {
        Fastq::new().record(bytes, offset, layout)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for CutShort {
    fn look_behind(&self) -> usize {
        Fastq::new().look_behind()
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        Fastq::new().find_start(part, from)
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        let in_range = memchr::memmem::find(&data[range.clone()], b"@MARK").is_some();
        if in_range && !self.done.swap(true, Ordering::SeqCst) {
            // A slow disk; the other workers have values enough meanwhile.
            std::thread::sleep(Duration::from_millis(500));
            OpenOptions::new().write(true).open(&self.path).unwrap().set_len(0).unwrap();
            return Search::Unknown;
        }
        Fastq::new().search_boundary(data, range)
    }
}

#[test]
fn an_error_of_reading_leaves_nobody_waiting_for_its_turn() {
    let data = [RECORD.repeat(100), b"@MARK\nAC\n+\nII\n".to_vec(), RECORD.repeat(2000)].concat();
    let file = file(&data);
    let (done, is_done) = mpsc::channel();
    let path = file.path().to_owned();
    std::thread::spawn(move || {
        let options = SourceOptions::new().strategy(Strategy::Read).threads(4).part_len(130);
        let source = Source::with_options(&path, options).unwrap();
        let format = CutShort { path: path.into(), done: Arc::default() };
        let read = source.parts(&format).map_in_order(|records| Ok(records.count()), |_| Ok(()));
        done.send(read.is_err()).unwrap();
    });
    assert!(is_done.recv_timeout(Duration::from_secs(5)).expect("workers wait for ever"));
}

#[test]
fn an_error_of_taking_has_the_account_of_one_worker() {
    let path = file(&RECORD.repeat(1000));
    let account = |threads| {
        let options = SourceOptions::new().strategy(Strategy::Mapped).threads(threads).part_len(130);
        let source = Source::with_options(path.path(), options).unwrap();
        let mut taken = 0;
        let account = source.parts(&Fastq::new()).recover().map_in_order(
            |pieces| {
                if pieces.part().offset() == 0 {
                    std::thread::sleep(Duration::from_millis(200));
                }
                pieces.count()
            },
            |_| {
                taken += 1;
                if taken == 4 { Err(ErrorKind::Changed.into()) } else { Ok(()) }
            },
        );
        (account.tally, account.complete)
    };
    assert_eq!(account(4), account(1));
}

#[test]
fn any_number_of_threads_is_a_number_of_threads() {
    let path = file(RECORD);
    let options = SourceOptions::new().threads(usize::MAX);
    let source = Source::with_options(path.path(), options).unwrap();
    let read = source.parts(&Fastq::new()).map_in_order(|records| Ok(records.count()), |_| Ok(()));
    assert_eq!(read.unwrap().records, 1);
}

#[test]
fn the_number_of_scores_that_is_told_does_not_depend_on_what_is_in_view() {
    let data = [RECORD.to_vec(), vec![b'x'; 100_000], b"\n".to_vec()].concat();
    let path = file(&data);
    let error = |part_len, strategy| {
        let options = SourceOptions::new().strategy(strategy).threads(1).part_len(part_len);
        let source = Source::with_options(path.path(), options).unwrap();
        source.account(&Fastq::strict()).error.unwrap().to_string()
    };
    assert_eq!(error(5, Strategy::Read), error(1 << 20, Strategy::Read));
}

#[test]
fn nothing_is_taken_of_a_part_whose_bytes_were_lost() {
    let path = file(&RECORD.repeat(10_000));
    let options = SourceOptions::new().strategy(Strategy::Mapped).threads(1).part_len(50_000);
    let source = Source::with_options(path.path(), options).unwrap();
    let taken = Mutex::new(Vec::new());
    let read = source.parts(&Fastq::new()).map_in_order(
        |records| {
            let offset = records.part().offset();
            let count = records.count();
            if offset > 0 {
                // The bytes were changed under the worker's hands.
                let file = OpenOptions::new().write(true).open(path.path()).unwrap();
                file.set_len(10).unwrap();
            }
            Ok((offset, count))
        },
        |part| {
            taken.lock().unwrap().push(part);
            Ok(())
        },
    );
    let error = read.unwrap_err();
    let taken = taken.into_inner().unwrap();
    assert!(taken.len() <= 1, "{error} was found in the second part, and taken were {taken:?}");
}

#[test]
fn gaps_beyond_the_budget_give_the_same_account_for_every_number_of_workers() {
    let damaged = [RECORD.repeat(20), b"junk\n".to_vec()].concat().repeat(200);
    let path = file(&damaged);
    let account = |threads| {
        let options = SourceOptions::new().strategy(Strategy::Mapped).threads(threads).part_len(300);
        let source = Source::with_options(path.path(), options).unwrap();
        let mut written = 0;
        let account = source.recover(&Fastq::new(), 3, |salvaged| {
            if let pagecut::source::Recovered::Records(bytes) = salvaged {
                written += bytes.len() / RECORD.len();
            }
            Ok(())
        });
        (account.tally.records, written)
    };
    let (told, written) = account(1);
    assert_eq!(told, written as u64, "the records that the account tells of were handed out");
    for _ in 0..20 {
        assert_eq!(account(4), (told, written));
    }
}

/// How many system calls that read this thread has made.
#[cfg(all(feature = "io-uring", target_os = "linux"))]
fn reading_calls() -> u64 {
    let io = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    let calls = io.lines().find_map(|line| line.strip_prefix("syscr: ")).unwrap();
    calls.parse().unwrap()
}

#[cfg(all(feature = "io-uring", target_os = "linux"))]
#[test]
fn what_is_read_by_io_uring_is_not_read_by_ordinary_calls() {
    let path = file(&RECORD.repeat(100_000));
    let calls = |part_len| {
        let options = SourceOptions::new().strategy(Strategy::Uring).threads(1).part_len(part_len);
        let source = Source::with_options(path.path(), options).unwrap();
        if source.backend() != pagecut::io::Backend::Uring {
            return 0;
        }
        let before = reading_calls();
        assert!(source.account(&Fastq::new()).complete);
        reading_calls() - before
    };
    // Stretches that end, with what is read behind them, where a multiple of 64 KiB does; and others.
    let (exact, other) = (calls((64 << 10) - 4096), calls((64 << 10) - 5000));
    assert!(exact <= other + 2, "{exact} calls, and {other} with a little less in view");
}

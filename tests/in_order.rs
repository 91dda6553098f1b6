//! Ordered results: values of parts arrive in file order, whichever worker finishes first.

mod common;

use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{packets, testdata};
use pagecut::fastq::Fastq;
use pagecut::io::Strategy;
use pagecut::media::mpegts::Packets;
use pagecut::{Error, ErrorKind, Piece, Source, SourceOptions};

fn sources(name: &str, options: SourceOptions) -> [Source; 2] {
    let path = testdata(name);
    let file = Source::with_options(&path, options.strategy(Strategy::Mapped)).unwrap();
    [file, Source::from_reader(File::open(path).unwrap(), options)]
}

#[test]
fn joined_parts_equal_the_file_for_all_thread_counts() {
    let data = std::fs::read(testdata("illumina.fastq")).unwrap();
    for threads in [1, 2, 5] {
        for part_len in [300, 5000, 1 << 20] {
            for source in sources("illumina.fastq", SourceOptions::new().threads(threads).part_len(part_len))
            {
                let mut joined = Vec::new();
                let tally = source.parts(&Fastq::new()).map_in_order(
                    |records| {
                        // Some parts are slow.
                        if records.part().offset() % 7 == 0 {
                            std::thread::sleep(Duration::from_micros(300));
                        }
                        records
                            .map(|record| Ok(record?.as_bytes().to_vec()))
                            .collect::<Result<Vec<_>, Error>>()
                    },
                    |part| {
                        joined.extend(part.concat());
                        Ok(())
                    },
                );
                assert_eq!((tally.unwrap().records, joined.len()), (250, data.len()));
                assert_eq!(joined, data);
            }
        }
    }
}

#[test]
fn only_parts_before_the_first_error_are_taken() {
    let data = [b"@r\nAC\n+\nII\n".repeat(500), b"@bad\nA\n+\nII\n".to_vec(), b"@r\nAC\n+\nII\n".repeat(500)]
        .concat();
    for threads in [1, 4] {
        let options = SourceOptions::new().threads(threads).part_len(100);
        let source = Source::from_reader(std::io::Cursor::new(data.clone()), options);
        let mut records = 0;
        let error = source
            .parts(&Fastq::new())
            .map_in_order(
                |records| records.map(|record| record.map(|_| 1)).sum::<Result<u64, Error>>(),
                |part| {
                    records += part;
                    Ok(())
                },
            )
            .unwrap_err();
        assert_eq!(error.location().unwrap().record, Some(500));
        assert!((490..=500).contains(&records), "{records}");
    }
}

#[test]
fn an_error_of_the_receiver_ends_the_work() {
    for threads in [1, 4] {
        let options = SourceOptions::new().threads(threads).part_len(1000);
        for source in sources("illumina.fastq", options) {
            let mut taken = 0;
            let refused = source.parts(&Fastq::new()).map_in_order(
                |records| Ok(records.count()),
                |_| {
                    taken += 1;
                    if taken == 5 { Err(ErrorKind::Changed.into()) } else { Ok(()) }
                },
            );
            assert!(matches!(refused.unwrap_err().kind(), ErrorKind::Changed));
            assert_eq!(taken, 5);
        }
    }
}

#[test]
fn a_slow_part_limits_the_number_of_waiting_values() {
    let alive = AtomicUsize::new(0);
    let most = AtomicUsize::new(0);
    let options = SourceOptions::new().strategy(Strategy::Mapped).threads(4).part_len(500);
    let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
    let tally = source.parts(&Fastq::new()).map_in_order(
        |records| {
            if records.part().offset() == 0 {
                std::thread::sleep(Duration::from_millis(50));
            }
            most.fetch_max(alive.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            Ok(records.count())
        },
        |_| {
            alive.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        },
    );
    assert_eq!(tally.unwrap().records, 250);
    assert!((2..=13).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[test]
fn a_panicking_worker_blocks_nobody() {
    let options = SourceOptions::new().strategy(Strategy::Mapped).threads(3).part_len(500);
    let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
    let work = std::panic::AssertUnwindSafe(|| {
        source.parts(&Fastq::new()).map_in_order(
            |records| {
                assert!(records.part().offset() < 10_000, "intended panic");
                Ok(())
            },
            |()| Ok(()),
        )
    });
    assert!(std::panic::catch_unwind(work).is_err());
}

#[test]
fn records_and_gaps_arrive_in_order_too() {
    let mut data = packets(60);
    data.splice(188 * 50..188 * 50, *b"second");
    data.splice(188 * 20..188 * 20, *b"first");
    for threads in [1, 4] {
        for part_len in [188, 2000, 1 << 20] {
            let options = SourceOptions::new().threads(threads).part_len(part_len);
            let source = Source::from_reader(std::io::Cursor::new(data.clone()), options);
            let mut joined = Vec::new();
            let mut gaps = Vec::new();
            let account = source.parts(&Packets::new()).recover().map_in_order(
                |pieces| {
                    pieces
                        .map(|piece| match piece {
                            Piece::Record(packet) => Ok(packet.as_bytes().to_vec()),
                            Piece::Gap(gap) => Err(gap.range),
                        })
                        .collect::<Vec<_>>()
                },
                |part| {
                    for piece in part {
                        piece.map_or_else(|gap| gaps.push(gap), |packet| joined.extend(packet));
                    }
                    Ok(())
                },
            );
            assert_eq!((joined == packets(60), account.tally.gaps, account.complete), (true, 2, true));
            assert_eq!(gaps, [20 * 188..20 * 188 + 5, 50 * 188 + 5..50 * 188 + 11]);
            assert_eq!(account.error.unwrap().location().unwrap().record, Some(20));
        }
    }
}

#[test]
fn values_of_records_before_an_error_are_taken() {
    let records = |numbers: std::ops::Range<u64>| -> Vec<u8> {
        numbers.flat_map(|number| format!("@{number}\nAC\n+\nII\n").into_bytes()).collect()
    };
    let damaged = [records(0..500), b"@bad\nA\n+\nII\n".to_vec(), records(500..1000)].concat();
    for (data, expected) in [(records(0..1000), None), (damaged, Some(500))] {
        for threads in [1, 4] {
            for part_len in [1, 100, 1 << 20] {
                let options = SourceOptions::new().threads(threads).part_len(part_len);
                let source = Source::from_reader(std::io::Cursor::new(data.clone()), options);
                let mut names = Vec::new();
                let read = source.map_in_order(
                    &Fastq::new(),
                    |record| record.name().to_vec(),
                    |name| {
                        names.push(name);
                        Ok(())
                    },
                );
                let records = read
                    .as_ref()
                    .map_or_else(|error| error.location().unwrap().record.unwrap(), |tally| tally.records);
                assert_eq!(read.err().map(|_| records), expected);
                let all: Vec<_> = (0..records).map(|number| number.to_string().into_bytes()).collect();
                assert_eq!(names, all, "{threads} threads, parts of {part_len}");
            }
        }
    }
}

#[test]
fn no_value_is_taken_after_a_refused_one() {
    for source in sources("illumina.fastq", SourceOptions::new().threads(3).part_len(300)) {
        let mut taken = 0;
        let error = source
            .map_in_order(
                &Fastq::new(),
                |_| (),
                |()| {
                    taken += 1;
                    if taken == 100 { Err(ErrorKind::Invalid("enough".into()).into()) } else { Ok(()) }
                },
            )
            .unwrap_err();
        assert_eq!((taken, error.to_string().as_str()), (100, "enough"));
    }
}

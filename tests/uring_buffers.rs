//! No buffer is lost, whatever readers do: read, hold, wait, panic or end.
#![cfg(all(feature = "io-uring", target_os = "linux"))]

mod common;
mod ring;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind as IoErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use common::{cold_file, file, noise};
use pagecut::io::uring::{Completion, ReadOp, UringBuffer, UringOptions, UringReader};
use proptest::prelude::*;
use ring::{allowed, expected, io, of_pipe, ops, small, until};

#[test]
fn a_batch_larger_than_the_ring_is_split() {
    if !allowed() {
        return;
    }
    let data = noise(2, 100_000);
    let (_folder, path) = cold_file(&data);
    let reader = UringReader::open(&path, small()).unwrap();
    let all = ops((0..25).map(|block| block * 4096), 4096);
    let mut rest = &all[..];
    let mut found = BTreeMap::new();
    while found.len() < all.len() {
        let taken = reader.submit_batch(rest).unwrap();
        assert_eq!(taken, rest.len().min(4), "all buffers were free");
        assert_eq!(reader.submit_batch(&rest[taken..]).unwrap(), 0, "none is free");
        rest = &rest[taken..];
        let mut completions = reader.complete_batch(1);
        assert!(!completions.is_empty());
        completions.extend(reader.complete_batch(taken));
        assert_eq!((completions.len(), reader.in_flight(), reader.free()), (taken, 0, 4 - taken));
        for Completion { token, offset, result, .. } in completions {
            assert_eq!(offset, token * 4096);
            assert!(found.insert(token, result.unwrap().to_vec()).is_none());
        }
        assert_eq!(reader.free(), 4);
    }
    assert!(found.into_values().flatten().eq(data));
}

#[test]
fn waiting_is_limited_to_reads_in_flight() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    assert!(reader.complete_batch(0).is_empty() && reader.complete_batch(100).is_empty());
    assert_eq!(reader.submit_batch(&ops([0, 0, 0], 4)).unwrap(), 3);
    assert!(reader.complete_batch(0).is_empty());
    assert_eq!((reader.in_flight(), reader.free()), (3, 1));
    writer.write_all(b"one").unwrap();
    let first = reader.complete_batch(1);
    assert_eq!((first.len(), &**first[0].result.as_ref().unwrap()), (1, &b"one"[..]));
    drop(writer);
    let ends = reader.complete_batch(100);
    assert_eq!(ends.len(), 2);
    assert!(ends.iter().all(|end| end.result.as_ref().unwrap().is_empty()));
}

#[test]
fn every_byte_of_a_stream_is_read_once() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let sent = noise(3, 1 << 20);
    let theirs = sent.clone();
    let thread = thread::spawn(move || theirs.chunks(777).for_each(|part| writer.write_all(part).unwrap()));
    let (mut found, mut ended) = ([0_u64; 256], false);
    while !ended || reader.in_flight() > 0 {
        if !ended {
            reader.submit_batch(&ops([0, 0, 0, 0], 1000)).unwrap();
        }
        for completion in reader.complete_batch(1) {
            let bytes = completion.result.unwrap();
            ended |= bytes.is_empty();
            bytes.iter().for_each(|&byte| found[usize::from(byte)] += 1);
        }
    }
    thread.join().unwrap();
    let mut all = [0_u64; 256];
    sent.iter().for_each(|&byte| all[usize::from(byte)] += 1);
    assert_eq!(found, all);
}

#[test]
fn held_buffers_keep_their_bytes() {
    if !allowed() {
        return;
    }
    let data = noise(4, 1 << 20);
    let (_folder, path) = file(&data);
    let reader = UringReader::open(&path, small()).unwrap();
    let held: Vec<_> = (0..3).map(|at| (at * 5000, reader.read_at(at * 5000, 4096).unwrap())).collect();
    for round in 0..500 {
        let offset = round * 2039;
        assert_eq!(&*reader.read_at(offset, 4096).unwrap(), expected(&data, offset, 4096));
        assert_eq!(reader.free(), 1);
    }
    for (offset, buffer) in &held {
        assert_eq!(&**buffer, expected(&data, *offset, 4096));
    }
    drop(reader);
    for (offset, buffer) in held {
        assert_eq!(&*buffer, expected(&data, offset, 4096), "also when the reader is no more");
    }
}

#[test]
fn a_read_that_cannot_complete_is_refused() {
    if !allowed() {
        return;
    }
    let (_folder, path) = file(&noise(5, 9000));
    let reader = UringReader::open(&path, small().depth(2)).unwrap();
    let held = [reader.read_at(0, 1).unwrap(), reader.read_at(1, 1).unwrap()];
    assert_eq!(io(&reader.read_at(0, 1).unwrap_err()).kind(), IoErrorKind::ResourceBusy);
    drop(held);
    // Buffers of completions that were not taken are not free, either.
    assert_eq!(reader.submit_batch(&ops([0, 1], 1)).unwrap(), 2);
    assert_eq!(io(&reader.read_at(0, 1).unwrap_err()).kind(), IoErrorKind::ResourceBusy);
    assert_eq!(reader.complete_batch(0).len(), 2);
    assert_eq!(reader.read_at(0, 1).unwrap().len(), 1);
}

#[test]
fn a_queued_read_without_buffers_is_refused() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small().depth(1));
    assert_eq!(reader.submit_batch(&ops([0], 10)).unwrap(), 1);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| io(&reader.read_at(0, 10).unwrap_err()).kind());
        writer.write_all(b"batch").unwrap();
        let completions = reader.complete_batch(1);
        assert_eq!(&**completions[0].result.as_ref().unwrap(), b"batch");
        assert_eq!(waiting.join().unwrap(), IoErrorKind::ResourceBusy);
    });
}

#[test]
fn drop_cancels_reads_in_flight() {
    if !allowed() {
        return;
    }
    for depth in [1, 4, 100] {
        let (end, mut writer) = std::io::pipe().unwrap();
        let mut other = end.try_clone().unwrap();
        let reader = UringReader::new(File::from(OwnedFd::from(end)), small().depth(depth)).unwrap();
        assert_eq!(reader.submit_batch(&ops(0..depth as u64, 4096)).unwrap(), depth);
        assert_eq!(reader.in_flight(), depth);
        drop(reader);
        writer.write_all(b"no other reader gets this").unwrap();
        drop(writer);
        let mut left = String::new();
        other.read_to_string(&mut left).unwrap();
        assert_eq!(left, "no other reader gets this");
    }
}

#[test]
fn a_read_survives_its_thread() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(reader.submit_batch(&ops([0, 0], 100)).unwrap(), 2));
    });
    writer.write_all(b"late").unwrap();
    let completions = reader.complete_batch(1);
    assert_eq!((completions.len(), &**completions[0].result.as_ref().unwrap()), (1, &b"late"[..]));
    drop(writer);
    assert!(reader.complete_batch(1)[0].result.as_ref().unwrap().is_empty());

    let data = noise(9, 1 << 20);
    for _ in 0..20 {
        let (_folder, path) = cold_file(&data);
        let reader = UringReader::open(&path, small().depth(64)).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| reader.submit_batch(&ops((0..64).map(|block| block * 16_384), 4096)).unwrap());
        });
        let completions = reader.complete_batch(64);
        assert_eq!(completions.len(), 64);
        for completion in completions {
            assert_eq!(&*completion.result.unwrap(), expected(&data, completion.offset, 4096));
        }
    }
}

#[test]
fn a_panic_returns_the_buffer() {
    if !allowed() {
        return;
    }
    let reader = UringReader::open("/dev/zero", small()).unwrap();
    for _ in 0..10 {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _held = [reader.read_at(0, 10).unwrap(), reader.read_at(0, 10).unwrap()];
            std::panic::resume_unwind(Box::new("while two buffers are held"));
        }));
        assert!(caught.is_err());
        assert_eq!(reader.free(), 4);
    }
}

#[test]
fn threads_read_concurrently() {
    if !allowed() {
        return;
    }
    let data = noise(10, 1 << 20);
    let (_folder, path) = cold_file(&data);
    let reader = UringReader::open(&path, small().depth(8)).unwrap();
    thread::scope(|scope| {
        for thread in 0..6 {
            let (reader, data) = (&reader, &data);
            scope.spawn(move || {
                for round in 0..200 {
                    let offset = (thread * 200 + round) * 7919 % data.len() as u64;
                    assert_eq!(&*reader.read_at(offset, 4096).unwrap(), expected(data, offset, 4096));
                }
            });
        }
        let (reader, data) = (&reader, &data);
        scope.spawn(move || {
            for round in 0..200 {
                let begun = reader.submit_batch(&ops([round * 4096, round * 1000], 4096)).unwrap();
                for completion in reader.complete_batch(begun) {
                    let found = completion.result.unwrap();
                    assert_eq!(&*found, expected(data, completion.offset, 4096));
                }
            }
        });
    });
    assert_eq!((reader.free(), reader.in_flight()), (8, 0));
}

/// If one thread processes a completion while another is about to wait for it, the other must not wait for ever.
#[test]
fn a_waiting_thread_gets_its_completion() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small().depth(8));
    let (sender, receiver) = channel();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let (reader, over) = (&reader, &over);
        for _ in 0..8 {
            let sender = sender.clone();
            scope.spawn(move || {
                while let [byte] = *reader.read_at(0, 1).unwrap() {
                    sender.send(byte).unwrap();
                }
            });
        }
        scope.spawn(move || {
            while !over.load(Ordering::Relaxed) {
                assert!(reader.complete_batch(0).is_empty());
            }
        });
        for round in 0..3000_u64 {
            let byte = round.to_le_bytes()[0];
            writer.write_all(&[byte]).unwrap();
            let found = receiver.recv_timeout(Duration::from_secs(20));
            if found != Ok(byte) {
                // A thread that waits for ever would prevent the test from failing.
                eprintln!("{found:?} in round {round}");
                std::process::abort();
            }
        }
        drop(writer);
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn waiting_uses_no_processor_time() {
    if !allowed() {
        return;
    }
    let nanoseconds = || -> u64 {
        let times = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        times.split(' ').next().unwrap().parse().unwrap()
    };
    let (reader, mut writer) = of_pipe(small());
    thread::scope(|scope| {
        scope.spawn(|| {
            let before = nanoseconds();
            assert!(!reader.read_at(0, 1).unwrap().is_empty());
            let spent = nanoseconds() - before;
            assert!(spent < 50_000_000, "{spent} ns");
        });
        thread::sleep(Duration::from_millis(200));
        writer.write_all(b"x").unwrap();
    });
}

/// An operation on a reader.
#[derive(Debug, Clone)]
enum Step {
    Submit(Vec<(u64, usize)>),
    Complete(usize),
    ReadAt(u64, usize),
    Drop(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let place = || (0..12_000_u64, 0..=2000_usize);
    prop_oneof![
        prop::collection::vec(place(), 0..8).prop_map(Step::Submit),
        (0..6_usize).prop_map(Step::Complete),
        place().prop_map(|(offset, len)| Step::ReadAt(offset, len)),
        any::<usize>().prop_map(Step::Drop),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_sequence_of_calls_accounts_for_all_buffers(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        if !allowed() {
            return Ok(());
        }
        let data = noise(11, 10_000);
        let (_folder, path) = file(&data);
        let reader = UringReader::open(&path, UringOptions::new().depth(5).buffer_len(2000)).unwrap();
        let mut asked = BTreeMap::new();
        let mut held: Vec<(u64, usize, UringBuffer)> = Vec::new();
        let mut token = 0;
        for step in steps {
            match step {
                Step::Submit(places) => {
                    let all: Vec<_> = places.iter().zip(token..).collect();
                    let to_op = |&(&(offset, len), token): &(&(u64, usize), u64)| ReadOp { offset, len, token };
                    let begun = reader.submit_batch(&all.iter().map(to_op).collect::<Vec<_>>()).unwrap();
                    prop_assert_eq!(begun, places.len().min(5 - asked.len() - held.len()));
                    asked.extend(all[..begun].iter().map(|&(&place, token)| (token, place)));
                    token += begun as u64;
                }
                Step::Complete(at_least) => {
                    let completions = reader.complete_batch(at_least);
                    prop_assert!(completions.len() >= at_least.min(asked.len()));
                    for completion in completions {
                        let (offset, len) = asked.remove(&completion.token).unwrap();
                        prop_assert_eq!(offset, completion.offset);
                        held.push((offset, len, completion.result.unwrap()));
                    }
                }
                Step::ReadAt(offset, len) => match reader.read_at(offset, len) {
                    Ok(buffer) => held.push((offset, len, buffer)),
                    Err(error) => {
                        prop_assert_eq!(io(&error).kind(), IoErrorKind::ResourceBusy);
                        prop_assert_eq!(asked.len() + held.len(), 5);
                    }
                },
                Step::Drop(which) if !held.is_empty() => drop(held.swap_remove(which % held.len())),
                Step::Drop(_) => {}
            }
            prop_assert_eq!(reader.free(), 5 - asked.len() - held.len());
            for (offset, len, buffer) in &held {
                prop_assert_eq!(&**buffer, expected(&data, *offset, *len));
            }
        }
        drop(held);
        drop(reader.complete_batch(5));
        until(|| reader.free() == 5);
    }
}

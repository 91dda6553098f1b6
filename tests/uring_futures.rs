//! Reads as futures: until the kernel has completed a read, its buffer belongs to the reader.
#![cfg(all(feature = "io-uring", target_os = "linux"))]

mod common;
mod ring;

use std::fs::File;
use std::future::Future;
use std::io::{Read, Write};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use common::{cold_file, file, noise};
use pagecut::io::uring::{ReadOp, UringBuffer, UringRead, UringReader};
use pagecut::{Error, ErrorKind};
use pollster::block_on;
use ring::{allowed, io, of_pipe, small, until};

type Output = Result<UringBuffer, Error>;

/// Counts its wake-ups.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Count {
    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs an action when it is woken.
struct Act<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Act<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn poll(read: &mut UringRead, waker: &Waker) -> Poll<Output> {
    Pin::new(read).poll(&mut Context::from_waker(waker))
}

/// Polls a read that has no data yet.
fn begin(read: &mut UringRead) {
    assert!(poll(read, Waker::noop()).is_pending());
}

fn code(output: Output) -> Option<i32> {
    io(&output.unwrap_err()).raw_os_error()
}

#[test]
fn a_future_works_with_every_runtime() {
    if !allowed() {
        return;
    }
    let data = noise(1, 100_000);
    let (_folder, path) = cold_file(&data);
    let reader = UringReader::open(&path, small()).unwrap();
    block_on(async {
        for offset in (0..105_000).step_by(1021) {
            let found = reader.read(offset as u64, 4096).await.unwrap();
            assert_eq!(&*found, &data[offset.min(data.len())..data.len().min(offset + 4096)]);
        }
        let too_long = reader.read(0, 4097).await.unwrap_err();
        assert!(matches!(too_long.kind(), ErrorKind::InvalidConfig { name: "len", value: 4097, .. }));
        let too_far = reader.read(1 << 63, 1).await.unwrap_err();
        assert!(matches!(too_far.kind(), ErrorKind::InvalidConfig { name: "offset", .. }));
    });
    let folder = File::open(path.parent().unwrap()).unwrap();
    let reader = UringReader::new(folder, small()).unwrap();
    assert_eq!(code(block_on(reader.read(0, 1))), Some(libc::EISDIR));
    assert_eq!(reader.free(), 4);
}

#[test]
fn a_read_starts_when_polled() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let mut reads: Vec<_> = (0..3).map(|_| reader.read(0, 1)).collect();
    assert_eq!((reader.in_flight(), reader.free()), (0, 4));
    begin(&mut reads[1]);
    assert_eq!((reader.in_flight(), reader.free()), (1, 3));
    writer.write_all(b"1").unwrap();
    assert_eq!(&*block_on(&mut reads[1]).unwrap(), b"1");
}

#[test]
fn queued_reads_get_buffers_in_order() {
    if !allowed() {
        return;
    }
    let data = noise(2, 100_000);
    let (_folder, path) = file(&data);
    let reader = UringReader::open(&path, small().depth(1)).unwrap();
    let held = reader.read_at(0, 1).unwrap();
    let mut reads: Vec<_> = (0..100).map(|block| reader.read(block * 1000, 1000)).collect();
    let woken: Vec<_> = reads.iter().map(|_| Arc::<Count>::default()).collect();
    for (read, count) in reads.iter_mut().zip(&woken) {
        assert!(poll(read, &Waker::from(Arc::clone(count))).is_pending());
    }
    assert_eq!((reader.in_flight(), reader.free()), (0, 0));
    drop(held);
    for (number, mut read) in reads.into_iter().enumerate() {
        until(|| woken[number].get() == 1);
        assert!(woken[number + 1..].iter().all(|count| count.get() == 0));
        let Poll::Ready(found) = poll(&mut read, Waker::noop()) else { panic!("woken for nothing") };
        assert_eq!(&*found.unwrap(), &data[number * 1000..(number + 1) * 1000]);
    }
    assert_eq!(reader.free(), 1);
}

#[test]
fn a_returned_buffer_starts_a_queued_read() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small().depth(1));
    writer.write_all(b"first").unwrap();
    let held = reader.read_at(0, 5).unwrap();
    let (mut dropped, mut waiting) = (reader.read(0, 6), reader.read(0, 6));
    begin(&mut dropped);
    begin(&mut waiting);
    drop(dropped);
    assert_eq!((reader.in_flight(), reader.free()), (0, 0));
    drop(held);
    assert_eq!((reader.in_flight(), reader.free()), (1, 0), "without a poll");
    writer.write_all(b"second").unwrap();
    assert_eq!(&*block_on(waiting).unwrap(), b"second");
    assert_eq!(reader.free(), 1);
}

#[test]
fn a_dropped_read_returns_its_buffer() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    for round in 0..1000 {
        let mut read = reader.read(0, 4096);
        // At times there are more reads in flight than buffers; this one then waits for a buffer and is dropped.
        begin(&mut read);
        if round % 3 == 0 {
            until(|| reader.in_flight() > 0);
        }
        drop(read);
    }
    until(|| reader.free() == 4);
    assert_eq!(reader.in_flight(), 0);
    writer.write_all(b"nothing was taken").unwrap();
    assert_eq!(&*block_on(reader.read(0, 4096)).unwrap(), b"nothing was taken");
}

#[test]
fn a_dropped_read_writes_to_no_other_buffer() {
    if !allowed() {
        return;
    }
    let data: Vec<u8> = (0..=255).flat_map(|block| [block; 4096]).collect();
    let (_folder, path) = cold_file(&data);
    let reader = UringReader::open(&path, small()).unwrap();
    for round in 0..1000_usize {
        let mut dropped = [round * 7, round * 11].map(|block| reader.read((block % 256 * 4096) as u64, 4096));
        for read in &mut dropped {
            let _ = poll(read, Waker::noop());
        }
        drop(dropped);
        let block = round * 13 % 256;
        let found = block_on(reader.read(block as u64 * 4096, 4096)).unwrap();
        assert!(found.len() == 4096 && found.iter().all(|&byte| usize::from(byte) == block));
    }
    until(|| reader.free() == 4);
}

#[test]
fn a_poll_after_the_end_is_an_error() {
    if !allowed() {
        return;
    }
    let reader = UringReader::open("/dev/zero", small()).unwrap();
    for (offset, len) in [(0, 10), (0, 5000)] {
        let mut read = reader.read(offset, len);
        let first = block_on(&mut read);
        assert_eq!(first.is_ok(), len == 10);
        for _ in 0..3 {
            let Poll::Ready(Err(error)) = poll(&mut read, Waker::noop()) else { panic!("it was over") };
            assert_eq!(error.to_string(), "a read was polled after completion");
        }
    }
}

#[test]
fn only_the_last_waker_is_woken() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let mut read = reader.read(0, 10);
    let counts: [Arc<Count>; 3] = Default::default();
    for count in &counts {
        assert!(poll(&mut read, &Waker::from(Arc::clone(count))).is_pending());
    }
    assert!(counts[..2].iter().all(|count| Arc::strong_count(count) == 1), "the others are let go");
    writer.write_all(b"bytes").unwrap();
    until(|| counts[2].get() == 1);
    assert_eq!(&*block_on(read).unwrap(), b"bytes");
    assert_eq!(counts.map(|count| count.get()), [0, 0, 1]);
}

#[test]
fn a_read_moves_between_threads() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    for round in 0..50_u8 {
        let mut read = reader.read(0, 10);
        let read = thread::spawn(move || {
            begin(&mut read);
            read
        });
        let read = read.join().unwrap();
        let other = thread::spawn(move || block_on(read).unwrap().to_vec());
        writer.write_all(&[round]).unwrap();
        assert_eq!(other.join().unwrap(), [round]);
    }
}

#[test]
fn futures_and_blocking_reads_mix() {
    if !allowed() {
        return;
    }
    let data = noise(3, 1 << 20);
    let (_folder, path) = cold_file(&data);
    let reader = UringReader::open(&path, small().depth(12)).unwrap();
    let check = |offset: usize, found: &[u8]| assert_eq!(found, &data[offset..data.len().min(offset + 4096)]);
    let places = |thread: usize| (0..300).map(move |round| (thread * 300 + round) * 7919 % (1 << 20));
    thread::scope(|scope| {
        let (reader, check) = (&reader, &check);
        for thread in 0..4 {
            scope.spawn(move || {
                places(thread)
                    .for_each(|offset| check(offset, &block_on(reader.read(offset as u64, 4096)).unwrap()));
            });
        }
        for thread in 4..6 {
            scope.spawn(move || {
                places(thread)
                    .for_each(|offset| check(offset, &reader.read_at(offset as u64, 4096).unwrap()));
            });
        }
        scope.spawn(move || {
            for offset in places(6) {
                let op = ReadOp { offset: offset as u64, len: 4096, token: 0 };
                let begun = reader.submit_batch(&[op, op]).unwrap();
                let completions = reader.complete_batch(begun);
                assert_eq!(completions.len(), begun);
                completions.into_iter().for_each(|completion| check(offset, &completion.result.unwrap()));
            }
        });
        scope.spawn(move || {
            for offset in places(7) {
                let mut read = pin!(reader.read(offset as u64, 4096));
                let _ = read.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
        });
    });
    until(|| reader.free() == 12);
}

#[test]
fn a_blocking_read_does_not_delay_futures() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let reader = Arc::new(reader);
    let theirs = Arc::clone(&reader);
    let blocked = thread::spawn(move || theirs.complete_batch(1).len());
    assert_eq!(reader.submit_batch(&[ReadOp { offset: 0, len: 1, token: 0 }]).unwrap(), 1);
    let futures: Vec<_> = (0..3)
        .map(|_| {
            let read = reader.read(0, 1);
            thread::spawn(move || block_on(read).unwrap().len())
        })
        .collect();
    until(|| reader.in_flight() == 4);
    writer.write_all(b"1234").unwrap();
    assert!(futures.into_iter().all(|future| future.join().unwrap() == 1));
    // Whether it came before or after the start of the batch.
    assert_eq!(blocked.join().unwrap() + reader.complete_batch(1).len(), 1);
}

#[test]
fn a_dropped_reader_ends_its_futures() {
    if !allowed() {
        return;
    }
    let (end, mut writer) = std::io::pipe().unwrap();
    let mut other = end.try_clone().unwrap();
    let reader = UringReader::new(File::from(std::os::fd::OwnedFd::from(end)), small().depth(2)).unwrap();
    let mut never_polled = reader.read(0, 10);
    let mut reads: Vec<_> = (0..5).map(|_| reader.read(0, 10)).collect();
    let count = Arc::<Count>::default();
    for read in &mut reads {
        assert!(poll(read, &Waker::from(Arc::clone(&count))).is_pending());
    }
    drop(reader);
    assert_eq!(count.get(), 5, "also those that waited for a buffer");
    for mut read in reads {
        let Poll::Ready(output) = poll(&mut read, Waker::noop()) else { panic!("it is over") };
        assert_eq!(code(output), Some(libc::ECANCELED));
    }
    let Poll::Ready(output) = poll(&mut never_polled, Waker::noop()) else { panic!("it cannot begin") };
    assert_eq!(code(output), Some(libc::ECANCELED));
    writer.write_all(b"left").unwrap();
    drop(writer);
    let mut left = String::new();
    other.read_to_string(&mut left).unwrap();
    assert_eq!(left, "left");
}

#[test]
fn completed_reads_outlive_the_reader() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let mut read = reader.read(0, 10);
    let count = Arc::<Count>::default();
    assert!(poll(&mut read, &Waker::from(Arc::clone(&count))).is_pending());
    writer.write_all(b"kept").unwrap();
    until(|| count.get() == 1);
    drop(reader);
    assert_eq!(&*block_on(read).unwrap(), b"kept");
}

#[test]
fn a_dropped_reader_wakes_no_task() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let mut read = reader.read(0, 10);
    let begun_and_ended = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
    let theirs = Arc::clone(&begun_and_ended);
    let slow = Act(move || {
        theirs[0].store(true, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(50));
        theirs[1].store(true, Ordering::SeqCst);
    });
    assert!(poll(&mut read, &Waker::from(Arc::new(slow))).is_pending());
    writer.write_all(b"x").unwrap();
    until(|| begun_and_ended[0].load(Ordering::SeqCst));
    drop(reader);
    assert!(begun_and_ended[1].load(Ordering::SeqCst));
}

#[test]
fn a_waker_may_drop_the_reader() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let (mut read, mut other) = (reader.read(0, 10), reader.read(0, 10));
    let reader = Mutex::new(Some(reader));
    let (sender, receiver) = channel();
    let sender = Mutex::new(sender);
    let act = Act(move || {
        // Dropping it wakes the other read, and so calls this function again.
        let reader = reader.lock().unwrap().take();
        drop(reader);
        sender.lock().unwrap().send(thread::current().name().map(str::to_owned)).unwrap();
    });
    let waker = Waker::from(Arc::new(act));
    assert!(poll(&mut read, &waker).is_pending() && poll(&mut other, &waker).is_pending());
    writer.write_all(b"end").unwrap();
    for _ in 0..2 {
        assert_eq!(receiver.recv().unwrap().as_deref(), Some("pagecut-uring"));
    }
    // One of the two has completed and was woken; dropping the reader ended the other one.
    let ends = [block_on(read), block_on(other)].map(|end| end.map(|bytes| bytes.to_vec()).ok());
    assert!(ends.contains(&Some(b"end".to_vec())) && ends.contains(&None), "{ends:?}");
}

#[test]
fn a_waker_may_read_or_panic() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let reader = Arc::new(reader);
    let mut reads: Vec<_> = (0..4).map(|_| reader.read(0, 4096)).collect();
    let asked = Arc::new(AtomicBool::new(false));
    let (theirs, seen) = (Arc::downgrade(&reader), Arc::clone(&asked));
    let ask = Act(move || {
        let reader = theirs.upgrade().unwrap();
        begin_and_drop(&reader);
        seen.store(true, Ordering::SeqCst);
    });
    let panics = Act(|| std::panic::resume_unwind(Box::new("by a waker")));
    let count = Arc::<Count>::default();
    let wakers = [
        Waker::from(Arc::new(panics)),
        Waker::from(Arc::new(ask)),
        Waker::from(Arc::clone(&count)),
        Waker::from(Arc::clone(&count)),
    ];
    for (read, waker) in reads.iter_mut().zip(&wakers) {
        assert!(poll(read, waker).is_pending());
    }
    // Four reads get all of their bytes; the rest is shorter than a read.
    writer.write_all(&[7; 4 * 4096 + 100]).unwrap();
    until(|| count.get() == 2 && asked.load(Ordering::SeqCst));
    for read in reads {
        assert_eq!(block_on(read).unwrap().len(), 4096);
    }
    while reader.read_at(0, 4096).unwrap().len() == 4096 {}
    let (mut read, count) = (reader.read(0, 10), Arc::<Count>::default());
    assert!(poll(&mut read, &Waker::from(Arc::clone(&count))).is_pending());
    writer.write_all(b"x").unwrap();
    until(|| count.get() == 1);
}

/// Starts a read, or queues it if no buffer is free, and drops it.
fn begin_and_drop(reader: &UringReader) {
    let _ = poll(&mut reader.read(0, 1), Waker::noop());
}

/// A waker that drops a read of the same reader when its last copy is dropped.
#[test]
fn a_waker_may_own_a_read() {
    if !allowed() {
        return;
    }
    let (reader, mut writer) = of_pipe(small());
    let held = |reader: &UringReader| {
        let mut read = reader.read(0, 1);
        begin(&mut read);
        let read = Mutex::new(read);
        Waker::from(Arc::new(Act(move || drop(read.lock().unwrap()))))
    };
    let mut read = reader.read(0, 10);
    assert!(poll(&mut read, &held(&reader)).is_pending());
    assert!(poll(&mut read, &held(&reader)).is_pending(), "the first waker is dropped");
    drop(read);
    until(|| reader.free() == 4);
    writer.write_all(b"x").unwrap();
    assert_eq!(&*block_on(reader.read(0, 1)).unwrap(), b"x");
}

//! Ring buffers: bytes come out as they went in, with the semantics of a pipe.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufRead, Read, Write};
use std::thread;

use pagecut::ErrorKind;
use pagecut::io::{AlignedRingBuffer, Alignment, Consumer, Producer};
use proptest::prelude::*;

use super::common::{noise, testdata};
use super::is_out_of_memory;

fn ring(capacity: usize) -> (Producer, Consumer) {
    AlignedRingBuffer::new(capacity, Alignment::CACHE_LINE).unwrap().split()
}

#[test]
fn a_ring_holds_its_capacity() {
    let error = AlignedRingBuffer::new(0, Alignment::SIMD).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidConfig { name: "capacity", value: 0, .. }), "{error}");
    for capacity in [usize::MAX, isize::MAX as usize, usize::MAX >> 4] {
        assert!(is_out_of_memory(&AlignedRingBuffer::new(capacity, Alignment::SIMD).unwrap_err()));
    }
    for capacity in (1..70).chain([4096, 5000]) {
        let ring = AlignedRingBuffer::new(capacity, Alignment::page()).unwrap();
        assert_eq!(ring.capacity(), capacity);
        let (mut producer, mut consumer) = ring.split();
        assert_eq!((producer.capacity(), consumer.capacity()), (capacity, capacity));
        assert_eq!(producer.writable().as_ptr().addr() % Alignment::page().bytes(), 0);
        assert_eq!(producer.write(&noise(1, capacity + 1)).unwrap(), capacity);
        assert_eq!((producer.writable().len(), consumer.readable().len()), (0, capacity));
        assert!(*consumer.readable() == noise(1, capacity + 1)[..capacity]);
    }
}

/// A step: writes or reads this number of bytes.
#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize),
    Read(usize),
}

/// Returns all sequences of `steps` steps of up to `capacity` bytes each.
fn sequences(capacity: usize, steps: u32) -> impl Iterator<Item = Vec<Step>> {
    let kinds = 2 * (capacity + 1);
    (0..kinds.pow(steps)).map(move |number| {
        let digits = (0..steps).map(move |place| number / kinds.pow(place) % kinds);
        let step = |kind| if kind % 2 == 0 { Step::Write(kind / 2) } else { Step::Read(kind / 2) };
        digits.map(step).collect()
    })
}

/// Applies the steps to a ring and to a queue, up to one that exceeds the available bytes; both have to agree before
/// each.
fn compare_with_queue(capacity: usize, steps: &[Step]) {
    let (mut producer, mut consumer) = ring(capacity);
    let mut queue = VecDeque::new();
    let (mut written, mut read) = (0, 0);
    for step in steps {
        let space = producer.writable();
        let bytes = consumer.readable();
        assert_eq!(space.len(), (capacity - queue.len()).min(capacity - written % capacity), "{steps:?}");
        assert_eq!(bytes.len(), queue.len().min(capacity - read % capacity), "{steps:?}");
        assert!(bytes.iter().eq(queue.iter().take(bytes.len())), "{steps:?}");
        match *step {
            Step::Write(len) if len <= space.len() => {
                for byte in &mut space[..len] {
                    *byte = u8::try_from(written % 251).unwrap();
                    queue.push_back(*byte);
                    written += 1;
                }
                producer.commit(len / 2);
                producer.commit(len - len / 2);
            }
            Step::Read(len) if len <= bytes.len() => {
                queue.drain(..len);
                read += len;
                consumer.consume(len / 2);
                consumer.consume(len - len / 2);
            }
            _ => return,
        }
    }
}

#[test]
fn short_sequences_match_a_queue() {
    for (capacity, steps) in [(1, 7), (2, 6), (3, 5), (4, 4), (7, 3)] {
        for sequence in sequences(capacity, steps) {
            compare_with_queue(capacity, &sequence);
        }
    }
}

/// Writes all of `data` in pieces of these lengths, with three methods in turn.
fn write_in_pieces(mut producer: Producer, data: &[u8], pieces: &[usize]) {
    let mut rest = data;
    for (turn, &len) in pieces.iter().cycle().enumerate() {
        let piece;
        (piece, rest) = rest.split_at(len.min(rest.len()));
        match turn % 3 {
            0 => producer.write_all(piece).unwrap(),
            1 => {
                let mut left = piece;
                while !left.is_empty() {
                    let written = producer.wait_writable().unwrap().write(left).unwrap();
                    producer.commit(written);
                    left = &left[written..];
                }
            }
            _ => {
                let mut left = piece;
                while !left.is_empty() {
                    let written = producer.writable().write(left).unwrap();
                    producer.commit(written);
                    left = &left[written..];
                    thread::yield_now();
                }
            }
        }
        if rest.is_empty() {
            break;
        }
    }
}

/// Reads until the end, in pieces of up to these lengths, with three methods in turn.
fn read_in_pieces(mut consumer: Consumer, pieces: &[usize]) -> Vec<u8> {
    let mut all = Vec::new();
    for (turn, &len) in pieces.iter().cycle().enumerate() {
        let ended = match turn % 3 {
            0 => {
                let mut into = vec![0; len];
                let read = consumer.read(&mut into).unwrap();
                all.extend_from_slice(&into[..read]);
                read == 0
            }
            1 => {
                let bytes = consumer.fill_buf().unwrap();
                let read = bytes.len().min(len);
                all.extend_from_slice(&bytes[..read]);
                consumer.consume(read);
                read == 0
            }
            _ => {
                let abandoned = consumer.is_abandoned();
                let bytes = consumer.readable();
                let read = bytes.len().min(len);
                all.extend_from_slice(&bytes[..read]);
                consumer.consume(read);
                abandoned && read == 0
            }
        };
        if ended {
            break;
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// For all lengths of written and read pieces.
    #[test]
    fn one_thread_reads_what_another_writes(
        capacity in 1..50_usize,
        len in 0..5000_usize,
        written in proptest::collection::vec(1..80_usize, 1..8),
        read in proptest::collection::vec(1..80_usize, 1..8),
    ) {
        let data = noise(capacity as u64, len);
        let (producer, consumer) = ring(capacity);
        let all = thread::scope(|scope| {
            scope.spawn(|| write_in_pieces(producer, &data, &written));
            read_in_pieces(consumer, &read)
        });
        prop_assert!(all == data);
    }
}

/// Checks the semantics of a pipe, given both of its ends.
fn behaves_like_a_pipe<W, R>(pipe: impl Fn() -> (W, R))
where
    W: Write + Send + 'static,
    R: Read + Send + 'static,
{
    let (mut write, mut read) = pipe();
    assert_eq!((write.write(b"").unwrap(), read.read(&mut []).unwrap()), (0, 0), "nothing is waited for");
    assert_eq!(write.write(b"abc").unwrap(), 3);
    write.flush().unwrap();
    let mut into = [0; 8];
    assert_eq!(read.read(&mut into[..2]).unwrap(), 2);
    write.write_all(b"d").unwrap();
    drop(write);
    assert_eq!(read.read(&mut into[2..]).unwrap(), 2, "what was written before the end can be read");
    assert_eq!(&into, b"abcd\0\0\0\0");
    for _ in 0..2 {
        assert_eq!(read.read(&mut into).unwrap(), 0, "the end is not passed");
    }

    let (mut write, read) = pipe();
    drop(read);
    assert_eq!(write.write(b"").unwrap(), 0);
    for _ in 0..2 {
        assert_eq!(write.write(b"a").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    // More than its capacity: a waiting half is woken by bytes and by the end.
    let data = noise(3, 200_000);
    let (mut write, mut read) = pipe();
    let sent = data.clone();
    let writing = thread::spawn(move || write.write_all(&sent));
    let mut received = Vec::new();
    read.read_to_end(&mut received).unwrap();
    writing.join().unwrap().unwrap();
    assert!(received == data);

    let (mut write, mut read) = pipe();
    let writing = thread::spawn(move || write.write_all(&data).unwrap_err().kind());
    read.read_exact(&mut into).unwrap();
    drop(read);
    assert_eq!(writing.join().unwrap(), io::ErrorKind::BrokenPipe);
}

#[test]
fn a_ring_behaves_like_a_pipe() {
    behaves_like_a_pipe(|| {
        let (read, write) = io::pipe().unwrap();
        (write, read)
    });
    behaves_like_a_pipe(|| ring(1000));
}

#[test]
fn lines_come_out_as_they_went_in() {
    let text = fs::read(testdata("illumina.fastq")).unwrap();
    let (mut producer, consumer) = ring(97);
    let written = text.clone();
    let writing = thread::spawn(move || producer.write_all(&written));
    let lines: Vec<_> = consumer.split(b'\n').map(Result::unwrap).collect();
    writing.join().unwrap().unwrap();
    assert!(lines == text.lines().map(|line| line.unwrap().into_bytes()).collect::<Vec<_>>());
}

#[test]
fn the_end_of_a_half_is_noticed() {
    for round in 0..300 {
        let (producer, mut consumer) = ring(2);
        let reading = thread::spawn(move || consumer.wait_readable().is_empty());
        if round % 2 == 0 {
            thread::yield_now();
        }
        drop(producer);
        assert!(reading.join().unwrap());

        let (mut producer, consumer) = ring(2);
        producer.write_all(b"ab").unwrap();
        let writing = thread::spawn(move || producer.wait_writable().map(|space| space.len()));
        if round % 2 == 0 {
            thread::yield_now();
        }
        drop(consumer);
        assert_eq!(writing.join().unwrap().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}

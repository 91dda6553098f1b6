//! Buffer pools: number of buffers, order of waiting threads, and return of buffers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use pagecut::ErrorKind;
use pagecut::io::{Alignment, BufferPool, PooledBuffer, SharedSlice};

use super::is_out_of_memory;

#[test]
fn every_pooled_buffer_is_aligned() {
    for (count, len, power) in [(1, 1, 0), (3, 100, 6), (2, 5000, 12)] {
        let alignment = Alignment::new(1 << power).unwrap();
        let pool = BufferPool::new(count, len, alignment).unwrap();
        assert_eq!((pool.count(), pool.buffer_len(), pool.alignment()), (count, len, alignment));
        for round in 0..3 {
            let mut buffers: Vec<_> = (0..count).map(|_| pool.get()).collect();
            for buffer in &mut buffers {
                assert_eq!(&**buffer, vec![round; len]);
                assert_eq!(buffer.as_ptr().addr() % alignment.bytes(), 0);
                buffer.fill(round + 1);
            }
        }
    }
}

#[test]
fn invalid_pools_are_refused() {
    for (count, len) in [(0, 1), (1, 0), (0, 0)] {
        let error = BufferPool::new(count, len, Alignment::BYTE).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidConfig { value: 0, .. }), "{error}");
    }
    for (count, len) in [(usize::MAX, 1), (usize::MAX / 16, 1), (1, usize::MAX), (2, isize::MAX as usize)] {
        let error = BufferPool::new(count, len, Alignment::SIMD).unwrap_err();
        assert!(is_out_of_memory(&error), "{error}");
    }
}

/// Checks that the number of buffers stays the same for a sequence of taken and returned buffers.
fn check_number_of_buffers(steps: &[Option<usize>]) {
    let pool = BufferPool::new(3, 8, Alignment::BYTE).unwrap();
    let mut held: Vec<PooledBuffer> = Vec::new();
    for step in steps {
        match step {
            None => match pool.try_get() {
                Some(buffer) => {
                    assert!(held.iter().all(|other| !std::ptr::eq(&**other, &*buffer)));
                    held.push(buffer);
                }
                None => assert_eq!(held.len(), 3),
            },
            Some(number) if *number < held.len() => drop(held.swap_remove(*number)),
            Some(_) => {}
        }
        assert_eq!(pool.free(), 3 - held.len());
    }
}

#[test]
fn the_number_of_buffers_is_fixed() {
    let steps = [None, Some(0), Some(1), Some(2)];
    for number in 0..4_usize.pow(6) {
        let sequence: Vec<_> = (0..6).map(|place| steps[number / 4_usize.pow(place) % 4]).collect();
        check_number_of_buffers(&sequence);
    }
}

#[test]
fn threads_share_a_pool() {
    let pool = BufferPool::new(2, 64, Alignment::CACHE_LINE).unwrap();
    let lent = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..6_u8 {
            let (pool, lent) = (pool.clone(), &lent);
            scope.spawn(move || {
                for round in 0..100 {
                    let mut buffer = match round % 3 {
                        0 => pool.get(),
                        1 => pool.get_timeout(Duration::from_secs(60)).unwrap(),
                        _ => pool.try_get().unwrap_or_else(|| pool.get()),
                    };
                    assert!(lent.fetch_add(1, Ordering::Relaxed) < 2);
                    buffer.fill(number);
                    thread::yield_now();
                    assert!(buffer.iter().all(|&byte| byte == number));
                    lent.fetch_sub(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(pool.free(), 2);
}

#[test]
fn an_empty_pool_waits_or_returns_none() {
    let pool = BufferPool::new(1, 10, Alignment::BYTE).unwrap();
    let held = pool.get();
    assert!(pool.try_get().is_none());
    for timeout in [Duration::ZERO, Duration::from_millis(1)] {
        assert!(pool.get_timeout(timeout).is_none());
    }
    thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.get().len());
        let waiting_long = scope.spawn(|| pool.get_timeout(Duration::MAX).map(|buffer| buffer.len()));
        drop(held);
        assert_eq!((waiting.join().unwrap(), waiting_long.join().unwrap()), (10, Some(10)));
    });
    assert!(pool.get_timeout(Duration::ZERO).is_some(), "it does not wait for one that is free");
}

#[test]
fn a_panic_returns_the_buffer() {
    let pool = BufferPool::new(1, 10, Alignment::BYTE).unwrap();
    let buffer = pool.get();
    assert!(thread::spawn(move || assert!(buffer.is_empty(), "it is not")).join().is_err());
    assert_eq!(pool.free(), 1);
    let handle = pool.clone();
    let panicking = thread::spawn(move || {
        let _buffer = handle.get();
        let _second = handle.try_get().expect("there is none");
    });
    assert!(panicking.join().is_err());
    assert_eq!(pool.get().len(), 10);
}

#[test]
fn a_buffer_outlives_the_handles() {
    let pool = BufferPool::new(1, 10, Alignment::BYTE).unwrap();
    let mut buffer = pool.get();
    buffer.copy_from_slice(b"0123456789");
    let slice = SharedSlice::new(Arc::new(buffer)).slice(3..5).unwrap();
    assert_eq!(pool.free(), 0);
    let other = slice.clone();
    drop(slice);
    assert_eq!((&*other, pool.free()), (&b"34"[..], 0));
    drop(other);
    let buffer = pool.try_get().unwrap();
    drop(pool);
    assert_eq!(&*buffer, b"0123456789");
}

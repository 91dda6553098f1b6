//! Sources, targets and readers for tests of transfers.
#![allow(dead_code, reason = "no test needs all of them")]

use std::fs::File;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd};
use std::path::PathBuf;
use std::thread;

use pagecut::{Error, ErrorKind};
use tempfile::TempDir;

use crate::common;

/// Creates a file with these bytes in its own folder, opened for reading.
pub(crate) fn source(data: &[u8]) -> (TempDir, PathBuf, File) {
    let (folder, path) = common::file(data);
    let file = File::open(&path).unwrap();
    (folder, path, file)
}

/// Creates a TCP connection, server and client, with small buffers.
pub(crate) fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    set_option(&server, libc::SO_SNDBUF, 1);
    set_option(&client, libc::SO_RCVBUF, 32 << 10);
    (server, client)
}

#[expect(unsafe_code, reason = "a call that the standard library has no name for")]
pub(crate) fn set_option(socket: &TcpStream, option: libc::c_int, value: libc::c_int) {
    let len = libc::socklen_t::try_from(size_of_val(&value)).unwrap();
    let fd = socket.as_raw_fd();
    // SAFETY: the descriptor is open, and the call reads one integer, which lives.
    let done = unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, option, (&raw const value).cast(), len) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

#[expect(unsafe_code, reason = "a call that the standard library has no name for")]
pub(crate) fn set_nonblocking(pipe: &impl AsFd) {
    // SAFETY: the descriptor is open, and the command takes a number.
    let done = unsafe { libc::fcntl(pipe.as_fd().as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

/// Reads everything up to the end.
pub(crate) fn all_of(mut from: impl Read) -> Vec<u8> {
    let mut all = Vec::new();
    from.read_to_end(&mut all).unwrap();
    all
}

/// Reads everything up to the end, slower than it is sent: in small pieces, yielding to other threads.
pub(crate) fn slowly_all_of(mut from: impl Read) -> Vec<u8> {
    let (mut all, mut piece) = (Vec::new(), [0; 3000]);
    loop {
        thread::yield_now();
        match from.read(&mut piece).unwrap() {
            0 => return all,
            len => all.extend_from_slice(&piece[..len]),
        }
    }
}

pub(crate) fn io_kind(error: &Error) -> io::ErrorKind {
    match error.kind() {
        ErrorKind::Io(error) => error.kind(),
        other => panic!("{other}"),
    }
}

pub(crate) fn in_file(range: &Range<usize>) -> Range<u64> {
    range.start as u64..range.end as u64
}

/// Returns all ranges of `len` bytes.
pub(crate) fn ranges(len: usize) -> impl Iterator<Item = Range<usize>> {
    (0..=len).flat_map(move |start| (start..=len).map(move |end| start..end))
}

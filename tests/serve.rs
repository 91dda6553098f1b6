//! The example `serve` returns the requested records as in the file, or the reason of a refusal.
#![cfg(unix)]

mod common;
#[path = "../examples/serve.rs"]
#[expect(dead_code, reason = "the program itself is not started")]
mod serve;

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use common::testdata;
use pagecut::{Format, fastq::Fastq};
use serve::Reads;

/// Returns the answer to a client that sends these requests and then, with `ends`, closes its side.
fn answer(reads: &Reads, requests: &[u8], ends: bool) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || reads.serve(&server).unwrap());
        client.write_all(requests).unwrap();
        if ends {
            client.shutdown(Shutdown::Write).unwrap();
        }
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        answer
    })
}

#[test]
fn the_records_that_are_asked_for() {
    let path = testdata("illumina.fastq");
    let text = fs::read(&path).unwrap();
    let records: Vec<&[u8]> = Fastq::new().records(&text).map(|record| record.unwrap().as_bytes()).collect();
    let reads = Reads::open(&path).unwrap();
    for (start, end) in [(0, 1), (0, 250), (17, 42), (249, 250), (3, 3), (250, 250)] {
        let request = format!("{start}..{end}\n");
        assert!(answer(&reads, request.as_bytes(), true) == records[start..end].concat(), "{request}");
    }
    let several = answer(&reads, b"5..7\r\n1..2\n100..101", true);
    assert!(several == [records[5], records[6], records[1], records[100]].concat());
    assert_eq!(answer(&reads, b"", true), b"");
}

#[test]
fn requests_that_cannot_be_answered() {
    let reads = Reads::open(testdata("illumina.fastq")).unwrap();
    // The last one has no line end, and is answered, too.
    let requests =
        [&b"0..251\n"[..], b"7..3\n", b"\n", b"..\n", b"1..\n", b"-1..2\n", b"\xff..2\n", &[b'1'; 100]];
    for request in requests {
        let answer = String::from_utf8(answer(&reads, request, false)).unwrap();
        assert!(answer.starts_with("error: ") && answer.ends_with('\n'), "{request:?}: {answer}");
    }
    let answer = String::from_utf8(answer(&reads, b"0..1\nnonsense\n", false)).unwrap();
    assert!(answer.starts_with('@') && answer.contains("\nerror: a request is a line like 100..200\n"));
}

//! Serves records of a FASTQ file over TCP: `cargo run --release --example serve -- reads.fastq 127.0.0.1:7878`.
//!
//! A client sends lines such as `100..200` and receives these records, counted from 0 and without the last one, unchanged; or a
//! line that begins with `error:`. Try `echo 0..2 | nc -N 127.0.0.1 7878`.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::path::Path;
use std::{env, thread};

use pagecut::{fastq::Fastq, io::send, mmap::MmapReader};

/// Maximum length of a request in bytes.
const LONGEST_REQUEST: u64 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let path = arguments.next().ok_or("usage: serve FILE [ADDR]")?;
    let address = arguments.next().unwrap_or("127.0.0.1:0".into());

    let reads = Reads::open(path)?;
    let listener = TcpListener::bind(address.to_str().ok_or("an address is text")?)?;
    println!("{} records at {}", reads.records.len(), listener.local_addr()?);
    thread::scope(|scope| {
        for client in listener.incoming() {
            scope.spawn(|| {
                if let Err(error) = client.map_err(Into::into).and_then(|client| reads.serve(&client)) {
                    eprintln!("{error}");
                }
            });
        }
    });
    Ok(())
}

/// A file of reads, and the positions of the reads.
pub(crate) struct Reads {
    reader: MmapReader,
    records: Vec<Range<u64>>,
}

impl Reads {
    pub(crate) fn open(path: impl AsRef<Path>) -> pagecut::Result<Self> {
        let reader = MmapReader::open(path)?;
        let records = reader.records(&Fastq::new()).map(|record| Ok(record?.range()));
        Ok(Self { records: records.collect::<pagecut::Result<_>>()?, reader })
    }

    /// Answers the requests of a client until it closes the connection, or sends a request that cannot be answered.
    pub(crate) fn serve(&self, mut client: &TcpStream) -> pagecut::Result<()> {
        let mut requests = BufReader::new(client);
        loop {
            let mut request = Vec::new();
            if requests.by_ref().take(LONGEST_REQUEST).read_until(b'\n', &mut request)? == 0 {
                return Ok(());
            }
            match self.find(&request) {
                Ok(range) => {
                    // If the file was changed, its records have moved.
                    self.reader.check()?;
                    // The kernel sends from the page cache to the network; the bytes do not pass through this program.
                    send(&self.reader, range, client)?;
                }
                Err(error) => return Ok(writeln!(client, "error: {error}")?),
            }
        }
    }

    /// Returns the range in the file of the requested records.
    fn find(&self, request: &[u8]) -> Result<Range<u64>, String> {
        let request = String::from_utf8_lossy(request);
        let numbers = request.trim_end().split_once("..");
        let numbers = numbers.and_then(|(start, end)| Some(start.parse().ok()?..end.parse().ok()?));
        let numbers = numbers.ok_or("a request is a line like 100..200")?;
        let count = self.records.len();
        let records = self.records.get(numbers).ok_or(format!("there are {count} records"))?;
        Ok(match records {
            [] => 0..0,
            [only] => only.clone(),
            [first, .., last] => first.start..last.end,
        })
    }
}

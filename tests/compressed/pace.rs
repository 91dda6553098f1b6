//! The bytes before a fault do not depend on the sizes of reads, nor on the number of threads and the length of chunks.

use std::io::{self, Read};

use pagecut::compress::Decoder;
use pagecut::fastq::Fastq;
use pagecut::{Source, SourceOptions};

use crate::check::reads;
use crate::make::Kind;
use crate::programs::packed;

/// Returns this number of bytes at a time.
struct Paced<B> {
    bytes: B,
    at_a_time: usize,
}

impl<B: Read> Read for Paced<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = into.len().min(self.at_a_time);
        self.bytes.read(&mut into[..len])
    }
}

const PACES: [usize; 6] = [1, 7, 100, 4096, 65_536, usize::MAX];

/// The same text in every available format.
fn files(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let built_in = [("gzip", Kind::Gzip, 20_000), ("BGZF", Kind::Bgzf, 9_000), ("zstd", Kind::Zstd, 30_000)];
    let mut files: Vec<_> =
        built_in.map(|(name, kind, len)| (name, kind.file(text, len).bytes)).into_iter().collect();
    let programs: [(bool, &str, &[&str]); 4] = [
        (cfg!(feature = "xz"), "xz", &["-c"]),
        (cfg!(feature = "xz"), "xz", &["-c", "--check=none", "--delta=dist=1", "--lzma2=preset=1"]),
        (cfg!(feature = "xz"), "xz", &["-c", "--block-size=7000"]),
        (cfg!(feature = "bzip2"), "bzip2", &["-c", "-1"]),
    ];
    for (_, program, args) in programs.into_iter().filter(|(is_read, ..)| *is_read) {
        files.extend(packed(program, args, text).map(|bytes| (program, bytes.repeat(2))));
    }
    files
}

/// Every file damaged at a few positions, and truncated at others.
fn damaged(text: &[u8]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    files(text).into_iter().flat_map(|(name, bytes)| {
        let places = [3, 40, 41, 73, 96].map(|percent| bytes.len() * percent / 100);
        let flipped = places.map(|at| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x10;
            bytes
        });
        let cut = places.map(|at| bytes[..at].to_vec());
        flipped.into_iter().chain(cut).map(move |bytes| (name, bytes)).collect::<Vec<_>>()
    })
}

/// Text whose compressed length is several input chunks of the decoder.
fn text() -> Vec<u8> {
    let mut state = 7_u32;
    let mut letters = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"ACGT"[(state >> 30) as usize]
    };
    let mut text = reads(200);
    for number in 0..250 {
        let sequence: Vec<u8> = (0..100).map(|_| letters()).collect();
        text.extend(format!("@noise{number}\n").bytes());
        text.extend([&sequence[..], b"\n+\n", &sequence, b"\n"].concat());
    }
    text
}

#[test]
fn bytes_before_a_fault_do_not_depend_on_reads() {
    let text = text();
    for (name, bytes) in damaged(&text) {
        let results = PACES.map(|at_a_time| {
            let mut decoded = Vec::new();
            let mut decoder = Decoder::new(Paced { bytes: &bytes[..], at_a_time }).unwrap();
            let error = decoder.read_to_end(&mut decoded).unwrap_err().to_string();
            (decoded, error)
        });
        let (decoded, error) = &results[0];
        assert!(
            results.iter().all(|others| others == &results[0]),
            "{name}: {error}, {} bytes",
            decoded.len()
        );
    }
}

#[test]
fn records_before_a_fault_do_not_depend_on_threads() {
    let text = text();
    for (name, bytes) in damaged(&text).step_by(3) {
        let mut results = Vec::new();
        for (at_a_time, threads) in PACES.into_iter().zip([1, 2, 5].into_iter().cycle()) {
            for part_len in [None, Some(10), Some(3000)] {
                let options = SourceOptions::new().threads(threads);
                let options = part_len.map_or(options, |len| options.part_len(len));
                let stream = Paced { bytes: io::Cursor::new(bytes.clone()), at_a_time };
                let account = Source::from_reader(stream, options).account(&Fastq::new());
                results.push((account.tally, account.error.map(|error| error.to_string()), account.complete));
            }
        }
        results.dedup();
        assert_eq!(results.len(), 1, "{name}: {results:?}");
    }
}

/// The bytes before a flipped bit are decoded, up to a few compressed bytes.
#[test]
fn nearly_all_before_a_flipped_bit_is_decoded() {
    let text = text();
    for (name, bytes) in files(&text).into_iter().filter(|(name, _)| *name != "BGZF" && *name != "bzip2") {
        for percent in [20, 30, 45] {
            let at = bytes.len() * percent / 100;
            let mut cut = Vec::new();
            Decoder::new(&bytes[..at]).unwrap().read_to_end(&mut cut).unwrap_err();
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            let mut decoded = Vec::new();
            let _ = Decoder::new(&flipped[..]).unwrap().read_to_end(&mut decoded);
            let same = cut.iter().zip(&decoded).take_while(|(a, b)| a == b).count();
            assert!(same + 4000 >= cut.len(), "{name}: {same} of {} bytes", cut.len());
        }
    }
}

//! Promise 7: no bad input causes a panic, a hang, or memory out of proportion to its length.

mod common;

use common::{all_testdata, damaged, noise, packets};
use pagecut::fasta::{self, Fasta};
use pagecut::fastq::{Fastq, Summary};
use pagecut::media::mpegts::Packets;
use pagecut::{FileKind, Format, Resync, Source, SourceOptions};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Reads the bytes by every method and in every format.
fn read_all(data: &[u8]) {
    let _ = FileKind::detect(data);
    for format in [Fastq::new(), Fastq::strict()] {
        let mut summary = Summary::with_letters();
        format.records(data).filter_map(Result::ok).for_each(|record| {
            let _ = (record.name(), record.description(), record.quality_scores().len());
            summary.add(&record);
        });
        let _ = (summary.lengths().quartiles(), summary.lengths().n50(), summary.alphabet());
        format.pieces(data).for_each(drop);
    }
    let mut summary = fasta::Summary::with_letters();
    Fasta::new().comments(true).records(data).filter_map(Result::ok).for_each(|record| {
        let _ = (record.name(), record.description(), record.to_contiguous().len());
        record.split_lines(7).flatten().for_each(drop);
        summary.add(&record);
    });
    let _ = (summary.lengths().n50(), summary.alphabet());
    Fasta::strict().pieces(data).for_each(drop);
    for packet in Packets::new().pieces(data).filter_map(pagecut::Piece::record) {
        let _ = (packet.payload(), packet.adaptation_field());
    }
    for part_len in [1, 64, 1 << 20] {
        let options = SourceOptions::new().part_len(part_len).threads(1);
        let source = Source::from_reader(std::io::Cursor::new(data.to_vec()), options);
        let _ = source.account(&Fastq::strict());
        let source = Source::from_reader(std::io::Cursor::new(data.to_vec()), options);
        let _ = source.parts(&Packets::new()).recover().account();
    }
    let options = SourceOptions::new().part_len(7).threads(1);
    let source = Source::from_reader(std::io::Cursor::new(data.to_vec()), options);
    let _ = source.parts(&Fasta::strict()).recover().account();
}

/// One test only, since the allocator counts for the whole process.
#[test]
fn bad_input_neither_panics_nor_exhausts_memory() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().curr_bytes;

    let small = b"\n@r1\nAC\n+\n@I\n\n@r2\r\nGG\r\n+\r\n++\r\n@r3\n\n+\n";
    let mut inputs: Vec<Vec<u8>> = damaged(small, b"\n@+\0\xff").collect();
    inputs.extend((0..=small.len()).map(|end| small[..end].to_vec()));
    let small = b"\n;\r\n>r1 >\nAC\n\nGT\r\n;>\n\n>r2\r\n>\nA>C";
    inputs.extend(damaged(small, b"\n>\xff"));
    inputs.extend((0..=small.len()).map(|end| small[..end].to_vec()));
    let stream = packets(7);
    inputs.extend((0..stream.len()).step_by(13).map(|end| stream[..end].to_vec()));
    inputs.extend((0..stream.len()).step_by(13).map(|start| stream[start..].to_vec()));
    inputs.extend((0..300).map(|seed| noise(seed, 1 + usize::try_from(seed).unwrap() * 7)));
    inputs.extend(["", "\0", "@", "+", ">", ";", "\n", "\r"].map(|text| text.as_bytes().to_vec()));
    inputs.extend([b'@', b'+', b'>', b';', b'\n', b'\r', b'G', 0, 0xff].map(|byte| vec![byte; 5000]));
    for (_, data) in ["fastq", "fasta", "ts"].into_iter().flat_map(all_testdata) {
        inputs.push(data[..data.len().min(3000)].to_vec());
    }
    let held = inputs.iter().map(Vec::capacity).sum::<usize>() + inputs.capacity() * size_of::<Vec<u8>>();

    for data in &inputs {
        read_all(data);
    }

    // Besides the inputs: a copy of one, a buffer of the part length (1 MiB), tables of line ends and letters.
    let peak = dhat::HeapStats::get().max_bytes - before;
    assert!(peak < held + (4 << 20), "peak of {peak} bytes, {held} of them for the inputs");
}

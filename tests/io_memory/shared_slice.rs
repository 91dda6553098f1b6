//! Slices with shared ownership outlive their reader, without a copy.

use std::fs;
use std::sync::{Arc, Mutex};
use std::thread;

use pagecut::fastq::Fastq;
use pagecut::io::{AlignedBuffer, Alignment, SharedSlice};
use pagecut::mmap::MmapReader;

use super::common::testdata;

#[test]
fn records_outlive_the_reader() {
    let path = testdata("illumina.fastq");
    let text = fs::read(&path).unwrap();
    let expected: Vec<_> = text.split(|&byte| byte == b'\n').skip(1).step_by(4).collect();

    let reader = Arc::new(MmapReader::open(&path).unwrap());
    let mapping = Arc::downgrade(&reader);
    let sequences: Vec<_> = reader
        .records(&Fastq::new())
        .map(|record| SharedSlice::from_part(&reader, record.unwrap().sequence()).unwrap())
        .collect();
    drop(reader);

    let kept = Arc::new(Mutex::new(Vec::new()));
    let threads = sequences.chunks(50).map(|part| {
        let (part, kept) = (part.to_vec(), Arc::clone(&kept));
        thread::spawn(move || kept.lock().unwrap().extend(part))
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
    drop(sequences);

    let mut kept = Arc::into_inner(kept).unwrap().into_inner().unwrap();
    kept.sort_by_key(|sequence| sequence.range().start);
    assert_eq!(kept.len(), 250);
    assert!(kept.iter().map(|sequence| &**sequence).eq(expected));
    for sequence in &kept {
        assert!(std::ptr::eq(&**sequence, &sequence.owner().as_slice()[sequence.range()]), "no copy");
    }
    assert!(mapping.upgrade().is_some_and(|reader| reader.check().is_ok()));
    kept.truncate(1);
    assert!(mapping.upgrade().is_some());
    drop(kept);
    assert!(mapping.upgrade().is_none(), "the mapping ends with the last slice");
}

#[test]
fn an_empty_part_is_valid() {
    let reader = Arc::new(MmapReader::open(testdata("zero_length.fastq")).unwrap());
    let mut empty = 0;
    for record in reader.records(&Fastq::new()).map(Result::unwrap) {
        let sequence = SharedSlice::from_part(&reader, record.sequence()).unwrap();
        assert_eq!(&*sequence, record.sequence());
        let start = record.sequence().as_ptr().addr() - reader.as_slice().as_ptr().addr();
        assert_eq!(sequence.range().start, start);
        empty += usize::from(sequence.is_empty());
    }
    assert!(empty > 0);

    let nothing = Arc::new(MmapReader::open(testdata("empty.fastq")).unwrap());
    for slice in [SharedSlice::new(Arc::clone(&nothing)), SharedSlice::from_part(&nothing, b"").unwrap()] {
        assert!(slice.is_empty() && slice.slice(..).unwrap().is_empty() && slice.slice(..1).is_err());
    }
    assert!(SharedSlice::from_part(&nothing, b"a").is_none());
}

#[test]
fn owners_of_different_types_mix() {
    let buffer = AlignedBuffer::from_slice(b"from a buffer", Alignment::SIMD).unwrap();
    let owners: [Arc<dyn AsRef<[u8]> + Send + Sync>; 3] = [
        Arc::new(buffer),
        Arc::new("from a text"),
        Arc::new(MmapReader::open(testdata("two.fastq")).unwrap()),
    ];
    let [buffer, text, mapping] = owners.map(|owner| SharedSlice::new(owner).slice(..6).unwrap());
    let mut slices = thread::spawn(move || vec![text, mapping, buffer]).join().unwrap();
    slices.sort();
    assert!(slices.iter().map(|slice| &**slice).eq([b"@r1 fi", b"from a", b"from a"]));
    assert_eq!(slices[1], slices[2]);
}

#[cfg(feature = "bytes")]
#[test]
fn bytes_share_memory_and_owner() {
    let reader = Arc::new(MmapReader::open(testdata("illumina.fastq")).unwrap());
    let mapping = Arc::downgrade(&reader);
    let record = reader.records(&Fastq::new()).nth(7).unwrap().unwrap();
    let (address, expected) = (record.sequence().as_ptr(), record.sequence().to_vec());
    let slice = SharedSlice::from_part(&reader, record.sequence()).unwrap();
    drop(reader);
    let bytes = bytes::Bytes::from(slice);
    assert_eq!((bytes.as_ptr(), &*bytes), (address, &*expected));
    let part = bytes.slice(3..9);
    drop(bytes);
    assert!(mapping.upgrade().is_some());
    let address = address.addr();
    let moved = thread::spawn(move || (part.as_ptr().addr() == address + 3, part)).join().unwrap();
    assert!(moved.0 && *moved.1 == expected[3..9]);
    drop(moved);
    assert!(mapping.upgrade().is_none());
}

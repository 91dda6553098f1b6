//! Pairs of mapped files.

use super::*;

/// A mapping of reads as the second file, which `work` may cut short.
fn with_mapping(first: &[u8], work: impl FnOnce(Pairs<'_>, &(dyn Fn() + Sync))) {
    let (_folder, path) = common::file(&common::reads(4 << 20));
    let reader = pagecut::mmap::MmapReader::open(&path).unwrap();
    let pairs = Pairs::new(first, &reader, Fastq::new());
    let cut = || std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 20).unwrap();
    work(pairs, &cut);
}

fn assert_cut(error: Error) {
    assert!(matches!(error.kind(), ErrorKind::Truncated { .. }), "{error}");
    assert!(error.to_string().starts_with("second file: the file was truncated"), "{error}");
}

#[test]
fn a_mapping_cut_short_at_any_time_is_an_error() {
    let data = common::reads(4 << 20);
    let count = |pairs: Pairs<'_>| pairs.for_each_batch(|_| (), |()| Ok(()));
    with_mapping(&data, |pairs, cut| {
        assert_eq!(count(pairs).unwrap(), pairs.iter().count() as u64);
        cut();
        assert_cut(error(pairs));
        assert_cut(count(pairs).unwrap_err());
    });
    // A name that differs may be one of bytes that are lost.
    with_mapping(b"@other\nA\n+\nI\n", |pairs, cut| {
        assert!(matches!(error(pairs).kind(), ErrorKind::MateName { .. }));
        cut();
        assert_cut(error(pairs));
        assert_cut(count(pairs).unwrap_err());
    });
    // Cut after the records were counted and before they are read.
    with_mapping(&data, |pairs, cut| {
        let read = pairs.for_each_batch(|batch| (cut(), batch.count()), |_| Ok(()));
        assert_cut(read.unwrap_err());
    });
    // Cut after all was read.
    with_mapping(&data, |pairs, cut| {
        let handed_out = |()| {
            cut();
            Ok(())
        };
        assert_cut(pairs.with_batch_len(1 << 30).for_each_batch(|_| (), handed_out).unwrap_err());
    });
}

/// Notes which ranges are begun.
#[derive(Default)]
struct Begun(Mutex<Vec<Range<usize>>>);

impl Backing for Begun {
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    fn begin(&self, range: Range<usize>) -> Option<Box<dyn Reading + '_>> {
        self.0.lock().unwrap().push(range);
        None
    }
}

#[test]
fn each_byte_of_both_backings_is_begun_once() {
    let data = common::reads(200_000);
    let [first, second] = [Begun::default(), Begun::default()];
    let [mates, others] = [&first, &second].map(|begun| CheckedBytes::new(&data, begun));
    let pairs = Pairs::new(mates, others, Fastq::new()).check_names(false).with_batch_len(10_000);
    let begun = || {
        [&first, &second].map(|begun| {
            let mut ranges = std::mem::take(&mut *begun.0.lock().unwrap());
            ranges.sort_by_key(|range| range.start);
            ranges
        })
    };
    for pool in POOLS.iter() {
        pool.install(|| pairs.for_each_batch(|batch| batch.count(), |_| Ok(()))).unwrap();
        for ranges in begun() {
            assert!(ranges.len() > 15, "{}", ranges.len());
            assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, data.len()));
            assert!(ranges.windows(2).all(|next| next[0].end == next[1].start), "{ranges:?}");
        }
    }
    assert!(pairs.iter().all(|pair| pair.is_ok()));
    let all = 0..data.len();
    assert!(begun().iter().all(|ranges| *ranges == std::slice::from_ref(&all)));
}

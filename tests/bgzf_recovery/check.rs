//! Comparison of recovered records with those outside of damaged blocks.

use std::io::{Cursor, Read};
use std::ops::Range;

use pagecut::fastq::Fastq;
use pagecut::io;
use pagecut::{Account, Gap, Source, SourceOptions, source::Recovered};

use crate::make::{BGZF_END, CompressedFile, bgzf_block};

/// The source of the bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    File(io::Strategy),
    Stream,
    /// A few bytes at a time, with detection first.
    Dribble,
}

pub(crate) const ORIGINS: [Origin; 4] =
    [Origin::File(io::Strategy::Mapped), Origin::File(io::Strategy::Read), Origin::Stream, Origin::Dribble];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) origin: Origin,
    pub(crate) threads: usize,
    pub(crate) part_len: usize,
}

/// Different settings for each number.
pub(crate) fn few_settings(number: usize) -> [Setting; 3] {
    [0, 5, 14].map(|step| {
        let number = number + step;
        Setting {
            origin: ORIGINS[number % 4],
            threads: 1 + number * 3 % 8,
            part_len: [1, 90, 700, 100_000][number / 2 % 4],
        }
    })
}

pub(crate) struct Dribble(Cursor<Vec<u8>>);

impl Read for Dribble {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let len = into.len().min(7);
        self.0.read(&mut into[..len])
    }
}

/// Returns the records, the gaps, and the account.
pub(crate) fn recover(bytes: &[u8], setting: Setting) -> (Vec<u8>, Vec<Gap>, Account) {
    let Setting { origin, threads, part_len } = setting;
    let options = SourceOptions::new().threads(threads).part_len(part_len);
    let file = tempfile::NamedTempFile::new().unwrap();
    let stream = Cursor::new(bytes.to_vec());
    let source = match origin {
        Origin::File(strategy) => {
            std::fs::write(file.path(), bytes).unwrap();
            Source::with_options(file.path(), options.strategy(strategy)).unwrap()
        }
        Origin::Stream => Source::from_reader(stream, options),
        Origin::Dribble => Source::from_reader(Dribble(stream), options),
    };
    if matches!(origin, Origin::Dribble) {
        // Both keep the bytes that they examine.
        let _ = source.detect();
        let _ = source.detect_after_damage();
        let _ = source.detect();
    }
    let (mut good, mut gaps) = (Vec::new(), Vec::new());
    let account = source.recover(&Fastq::new(), u64::MAX, |recovered| {
        match recovered {
            Recovered::Records(bytes) => good.extend_from_slice(bytes),
            Recovered::Gap(gap) => gaps.push(gap),
            other => panic!("{other:?}"),
        }
        Ok(())
    });
    (good, gaps, account)
}

/// Consecutive records.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reads {
    pub(crate) text: Vec<u8>,
    pub(crate) ends: Vec<usize>,
}

impl Reads {
    pub(crate) fn push(&mut self, record: &[u8]) {
        self.text.extend_from_slice(record);
        self.ends.push(self.text.len());
    }

    /// Of several lengths; some quality lines start with `@` or `+`, some names contain an `@`.
    pub(crate) fn of(records: usize) -> Self {
        let mut reads = Self::default();
        for number in 0..records {
            let len = number * 7 % 40;
            let sequence: String = (0..len).map(|at| ['A', 'C', 'G', 'T'][(at * at + number) % 4]).collect();
            let scores: String =
                (0..len).map(|at| ['@', '+', 'I', '#', 'F'][(at * 3 + number) % 5]).collect();
            reads.push(format!("@read{number}@{}\n{sequence}\n+\n{scores}\n", number * number).as_bytes());
        }
        reads
    }

    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start..end)
    }

    /// Returns the records that can certainly be read if these ranges of the text are lost, which are in order.
    pub(crate) fn without(&self, lost: &[Range<usize>]) -> Vec<u8> {
        let starts = std::iter::once(0).chain(lost.iter().map(|lost| lost.end));
        let ends = lost.iter().map(|lost| lost.start).chain([usize::MAX]);
        let stretches: Vec<_> = starts.zip(ends).collect();
        let is_sure = |record: &Range<usize>| {
            stretches.iter().enumerate().any(|(number, &(start, end))| {
                // A line that starts with the first byte after a loss may have started before it.
                let begins = record.start > start || (number == 0 && record.start == start);
                begins && record.end <= end && (end == usize::MAX || !self.is_in_doubt(record, end))
            })
        };
        self.ranges().filter(is_sure).flat_map(|record| self.text[record].to_vec()).collect()
    }

    /// Returns whether the quality line of a record may be the header of another one, according to the bytes up to
    /// `end`: it starts with `@`, and the line after the next is missing.
    pub(crate) fn is_in_doubt(&self, record: &Range<usize>, end: usize) -> bool {
        let lines: Vec<&[u8]> = self.text[record.clone()].split(|&byte| byte == b'\n').collect();
        let behind = &self.text[record.end..end];
        let after_next = behind.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
        lines[3].starts_with(b"@") && after_next.is_none_or(|at| at == behind.len())
    }
}

/// The text in blocks of these lengths, repeated.
pub(crate) fn blocks(text: &[u8], lens: &[usize]) -> CompressedFile {
    let (mut packed, mut rest) = (CompressedFile::default(), text);
    for &len in lens.iter().cycle() {
        let (block, others) = rest.split_at(len.min(rest.len()));
        packed.push(&bgzf_block(block), block);
        rest = others;
        if rest.is_empty() {
            break;
        }
    }
    packed.push(&BGZF_END, b"");
    packed
}

/// The text range of a block.
pub(crate) fn text_of(packed: &CompressedFile, block: usize) -> Range<usize> {
    packed.text_before(block).len()..packed.text_before(block + 1).len()
}

/// Checks in every setting that the recovered records are those outside of these blocks, and that the account adds up.
pub(crate) fn check(
    reads: &Reads,
    packed: &CompressedFile,
    bytes: &[u8],
    damaged: &[usize],
    settings: &[Setting],
) -> Vec<Gap> {
    let lost: Vec<_> = damaged.iter().map(|&block| text_of(packed, block)).collect();
    let expected = reads.without(&lost);
    let lost_len: usize = lost.iter().map(Range::len).sum();
    let lost_bytes: usize = damaged.iter().map(|&block| packed.range(block).len()).sum();
    let mut all = Vec::new();
    for &setting in settings {
        let (good, gaps, account) = recover(bytes, setting);
        let what = format!("blocks {damaged:?}, {setting:?}, {gaps:?}");
        assert_eq!(good.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{what}");
        let stats = account.compression.unwrap();
        assert!(account.complete && account.error.is_some() != damaged.is_empty(), "{what}: {account:?}");
        // Every decompressed byte, and every compressed one.
        assert_eq!(account.tally.bytes(), stats.decompressed_bytes, "{what}");
        assert_eq!(account.tally.gaps, gaps.len() as u64, "{what}");
        assert_eq!(
            account.tally.gap_bytes,
            gaps.iter().map(|gap| gap.range.end - gap.range.start).sum(),
            "{what}"
        );
        assert_eq!(stats.decompressed_bytes, (reads.text.len() - lost_len) as u64, "{what}");
        assert_eq!(
            (stats.compressed_bytes, stats.lost_bytes),
            (bytes.len() as u64, lost_bytes as u64),
            "{what}"
        );
        assert_eq!(stats.members, (packed.members() - damaged.len()) as u64, "{what}");
        // A reported number is that of the block.
        for place in gaps.iter().filter_map(|gap| gap.error.compressed_place()) {
            let start =
                place.number.map(|number| packed.range(usize::try_from(number).unwrap()).start as u64);
            assert!(start.is_none_or(|start| start == place.start), "{what}");
        }
        let of_gaps = gaps.iter().filter_map(|gap| gap.lost.as_deref());
        assert_eq!(
            of_gaps.map(|lost| lost.compressed.end - lost.compressed.start).sum::<u64>(),
            lost_bytes as u64,
            "{what}"
        );
        all.push(gaps);
    }
    let in_words = |gaps: &[Gap]| format!("{gaps:?}");
    assert!(all.iter().all(|gaps| in_words(gaps) == in_words(&all[0])), "{all:?}");
    all.swap_remove(0)
}

//! Promise: behind a damaged block of BGZF reading goes on, and all that is lost is what touches that block; with every number of threads,
//! from files and streams.

#![cfg(feature = "gzip")]

#[path = "compressed/make.rs"]
mod make;

use std::io::{Cursor, Read};
use std::ops::Range;

use make::{BGZF_END, Packed, bgzf_block, gzip};
use pagecut::fastq::Fastq;
use pagecut::io;
use pagecut::{Account, FileKind, Gap, Salvaged, Source, SourceOptions};
use proptest::prelude::*;

/// Where the bytes come from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    File(io::Strategy),
    Stream,
    /// A few bytes at a time, and the format is told first.
    Dribble,
}

const ORIGINS: [Origin; 4] =
    [Origin::File(io::Strategy::Mapped), Origin::File(io::Strategy::Read), Origin::Stream, Origin::Dribble];

#[derive(Debug, Clone, Copy)]
struct Setting {
    origin: Origin,
    threads: usize,
    part_len: usize,
}

/// Others for every number, of all that there are.
fn few_settings(number: usize) -> [Setting; 3] {
    [0, 5, 14].map(|step| {
        let number = number + step;
        Setting {
            origin: ORIGINS[number % 4],
            threads: 1 + number * 3 % 8,
            part_len: [1, 90, 700, 100_000][number / 2 % 4],
        }
    })
}

struct Dribble(Cursor<Vec<u8>>);

impl Read for Dribble {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let len = into.len().min(7);
        self.0.read(&mut into[..len])
    }
}

/// What can be read: the records, the gaps, and the account.
fn salvage(bytes: &[u8], setting: Setting) -> (Vec<u8>, Vec<Gap>, Account) {
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
        // The one and the other keep what they look at.
        let _ = source.detect();
        let _ = source.detect_behind_damage();
        let _ = source.detect();
    }
    let (mut good, mut gaps) = (Vec::new(), Vec::new());
    let account = source.salvage(&Fastq::new(), u64::MAX, |salvaged| {
        match salvaged {
            Salvaged::Records(bytes) => good.extend_from_slice(bytes),
            Salvaged::Gap(gap) => gaps.push(gap),
            other => panic!("{other:?}"),
        }
        Ok(())
    });
    (good, gaps, account)
}

/// Records, one behind the other.
#[derive(Debug, Clone, Default)]
struct Reads {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Reads {
    fn push(&mut self, record: &[u8]) {
        self.text.extend_from_slice(record);
        self.ends.push(self.text.len());
    }

    /// Of several lengths; some quality lines begin with `@` or `+`, some names hold an `@`.
    fn of(records: usize) -> Self {
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

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start..end)
    }

    /// The records that can be read for certain where these stretches of the text are lost, which are in order.
    fn without(&self, lost: &[Range<usize>]) -> Vec<u8> {
        let starts = std::iter::once(0).chain(lost.iter().map(|lost| lost.end));
        let ends = lost.iter().map(|lost| lost.start).chain([usize::MAX]);
        let stretches: Vec<_> = starts.zip(ends).collect();
        let is_sure = |record: &Range<usize>| {
            stretches.iter().enumerate().any(|(number, &(start, end))| {
                // A line that begins with the first byte behind a loss may have begun before it.
                let begins = record.start > start || (number == 0 && record.start == start);
                begins && record.end <= end && (end == usize::MAX || !self.is_in_doubt(record, end))
            })
        };
        self.ranges().filter(is_sure).flat_map(|record| self.text[record].to_vec()).collect()
    }

    /// Whether the quality line of a record may be the header of another one, for all that is known up to `end`: it begins with `@`,
    /// and the line after the next is not there to tell.
    fn is_in_doubt(&self, record: &Range<usize>, end: usize) -> bool {
        let lines: Vec<&[u8]> = self.text[record.clone()].split(|&byte| byte == b'\n').collect();
        let behind = &self.text[record.end..end];
        let after_next = behind.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
        lines[3].starts_with(b"@") && after_next.is_none_or(|at| at == behind.len())
    }
}

/// The text in blocks of these lengths, which come again and again.
fn blocks(text: &[u8], lens: &[usize]) -> Packed {
    let (mut packed, mut rest) = (Packed::default(), text);
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

/// What a block held.
fn text_of(packed: &Packed, block: usize) -> Range<usize> {
    packed.text_before(block).len()..packed.text_before(block + 1).len()
}

/// What is done to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Magic,
    Flags,
    ShortBsize,
    LongBsize,
    /// The length of this and the next block.
    NextBsize,
    Payload,
    Sum,
    LongIsize,
    ShortIsize,
    HugeIsize,
    Zeros,
}

impl Damage {
    const ALL: [Self; 11] = [
        Self::Magic,
        Self::Flags,
        Self::ShortBsize,
        Self::LongBsize,
        Self::NextBsize,
        Self::Payload,
        Self::Sum,
        Self::LongIsize,
        Self::ShortIsize,
        Self::HugeIsize,
        Self::Zeros,
    ];

    /// Whether it is damage that is noticed: the first block says that the file is BGZF, and zeros behind all others are padding.
    fn is_told(self, packed: &Packed, block: usize) -> bool {
        match self {
            Self::Magic | Self::Flags => block > 0,
            Self::Zeros => block > 0 && block + 1 < packed.members(),
            _ => true,
        }
    }

    fn apply(self, packed: &Packed, block: usize, bytes: &mut [u8]) {
        let Range { start, end } = packed.range(block);
        let mut set_bsize = |len: usize| {
            bytes[start + 16..start + 18].copy_from_slice(&u16::try_from(len - 1).unwrap().to_le_bytes());
        };
        match self {
            Self::Magic => bytes[start] ^= 0x10,
            Self::Flags => bytes[start + 3] = 8,
            Self::ShortBsize => set_bsize(end - start - 1),
            Self::LongBsize => set_bsize(end - start + 30),
            Self::NextBsize if block + 1 < packed.members() => set_bsize(packed.range(block + 1).end - start),
            Self::NextBsize => set_bsize(65_536),
            // No block of DEFLATE is of this type.
            Self::Payload => bytes[start + 18] |= 6,
            Self::Sum => bytes[end - 8] ^= 1,
            Self::LongIsize => bytes[end - 3] ^= 0x80,
            Self::ShortIsize => bytes[end - 4..end].copy_from_slice(&0_u32.to_le_bytes()),
            Self::HugeIsize => bytes[end - 1] ^= 0x80,
            Self::Zeros => bytes[start..end].fill(0),
        }
    }
}

/// In every setting: what is salvaged is what does not touch these blocks, and the account adds up.
fn check(reads: &Reads, packed: &Packed, bytes: &[u8], damaged: &[usize], settings: &[Setting]) -> Vec<Gap> {
    let lost: Vec<_> = damaged.iter().map(|&block| text_of(packed, block)).collect();
    let expected = reads.without(&lost);
    let lost_len: usize = lost.iter().map(Range::len).sum();
    let lost_bytes: usize = damaged.iter().map(|&block| packed.range(block).len()).sum();
    let mut all = Vec::new();
    for &setting in settings {
        let (good, gaps, account) = salvage(bytes, setting);
        let what = format!("blocks {damaged:?}, {setting:?}, {gaps:?}");
        assert_eq!(good.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{what}");
        let told = account.packed.unwrap();
        assert!(account.complete && account.error.is_some() != damaged.is_empty(), "{what}: {account:?}");
        // Every decompressed byte, and every compressed one.
        assert_eq!(account.tally.bytes(), told.unpacked_bytes, "{what}");
        assert_eq!(account.tally.gaps, gaps.len() as u64, "{what}");
        assert_eq!(
            account.tally.gap_bytes,
            gaps.iter().map(|gap| gap.range.end - gap.range.start).sum(),
            "{what}"
        );
        assert_eq!(told.unpacked_bytes, (reads.text.len() - lost_len) as u64, "{what}");
        assert_eq!((told.packed_bytes, told.lost_bytes), (bytes.len() as u64, lost_bytes as u64), "{what}");
        assert_eq!(told.members, (packed.members() - damaged.len()) as u64, "{what}");
        let of_gaps = gaps.iter().filter_map(|gap| gap.lost.as_deref());
        assert_eq!(
            of_gaps.map(|lost| lost.packed.end - lost.packed.start).sum::<u64>(),
            lost_bytes as u64,
            "{what}"
        );
        all.push(gaps);
    }
    let in_words = |gaps: &[Gap]| format!("{gaps:?}");
    assert!(all.iter().all(|gaps| in_words(gaps) == in_words(&all[0])), "{all:?}");
    all.swap_remove(0)
}

#[test]
fn of_each_block_in_turn_only_what_touches_it_is_lost() {
    let reads = Reads::of(50);
    for (shape, lens) in [&[200][..], &[37, 300, 1, 90], &[0, 500], &[64]].into_iter().enumerate() {
        let packed = blocks(&reads.text, lens);
        for damage in Damage::ALL {
            for block in 0..packed.members() {
                if !damage.is_told(&packed, block)
                    || packed.members() > 20 && !(block + shape).is_multiple_of(3)
                {
                    continue;
                }
                let mut bytes = packed.bytes.clone();
                damage.apply(&packed, block, &mut bytes);
                if bytes == packed.bytes {
                    // The length of nothing is nothing.
                    continue;
                }
                let gaps = check(&reads, &packed, &bytes, &[block], &few_settings(shape + block * 5));
                let gap = gaps.iter().find(|gap| gap.lost.is_some()).unwrap();
                let (lost, range, text) =
                    (gap.lost.as_deref().unwrap(), packed.range(block), text_of(&packed, block));
                assert_eq!(lost.packed, range.start as u64..range.end as u64, "{damage:?} of {block}");
                let place = gap.error.compressed_place().unwrap();
                assert_eq!(
                    (place.start, place.number),
                    (range.start as u64, Some(block as u64)),
                    "{damage:?}"
                );
                // What is not certain is not told.
                let text = text.start as u64..text.end as u64;
                let certain = matches!(damage, Damage::Sum | Damage::LongIsize);
                assert_eq!(lost.unpacked, certain.then_some(text), "{damage:?} of {block}");
            }
        }
    }
}

#[test]
fn blocks_that_are_lost_side_by_side() {
    let reads = Reads::of(60);
    let packed = blocks(&reads.text, &[150]);
    for damage in Damage::ALL {
        for blocks in [vec![3, 4], vec![3, 4, 5], vec![3, 5], vec![1, 4, 5, 9]] {
            // The length of both says nothing of the second one.
            if damage == Damage::NextBsize {
                continue;
            }
            let mut bytes = packed.bytes.clone();
            blocks.iter().for_each(|&block| damage.apply(&packed, block, &mut bytes));
            check(&reads, &packed, &bytes, &blocks, &few_settings(blocks.len()));
        }
    }
}

#[test]
fn bytes_that_are_missing_or_too_many() {
    let reads = Reads::of(40);
    let packed = blocks(&reads.text, &[170]);
    let last = packed.members() - 1;
    for block in [1, 3, last - 1] {
        let Range { start, end } = packed.range(block);
        for (number, bytes) in [
            // Cut out of the block, so that all behind it lies elsewhere.
            [&packed.bytes[..start + 30], &packed.bytes[end - 12..]].concat(),
            [&packed.bytes[..start + 5], &packed.bytes[end..]].concat(),
            [&packed.bytes[..end - 3], &packed.bytes[end..]].concat(),
        ]
        .into_iter()
        .enumerate()
        {
            let expected = reads.without(&[text_of(&packed, block)]);
            for setting in few_settings(block + number) {
                let (good, gaps, account) = salvage(&bytes, setting);
                assert_eq!(
                    good.escape_ascii().to_string(),
                    expected.escape_ascii().to_string(),
                    "{setting:?}"
                );
                let told = account.packed.unwrap();
                assert_eq!((told.packed_bytes, told.members), (bytes.len() as u64, last as u64), "{gaps:?}");
                assert!(account.complete && account.tally.bytes() == told.unpacked_bytes, "{setting:?}");
            }
        }
    }
    // Cut short: what is left of the last block is lost.
    for cut in [packed.range(4).start + 10, packed.range(4).end - 1] {
        for setting in few_settings(cut) {
            let (good, gaps, account) = salvage(&packed.bytes[..cut], setting);
            let behind = text_of(&packed, 4).start..reads.text.len();
            assert_eq!(good, reads.without(std::slice::from_ref(&behind)), "{setting:?}: {gaps:?}");
            let told = account.packed.unwrap();
            assert_eq!(told.lost_bytes, (cut - packed.range(4).start) as u64);
            assert!(account.complete && !told.closed, "{account:?}");
        }
    }
}

#[test]
fn a_block_inside_of_a_block_is_none() {
    // Letters that are a block of BGZF, stored as they are.
    let mut reads = Reads::of(20);
    let inner = bgzf_block(b"@made up\nA\n+\nI\n");
    assert!(!inner.contains(&b'\n'), "it would end the line");
    reads.push(&[&b"@holds a block\n"[..], &inner, b"\n+\n", &vec![b'I'; inner.len()], b"\n"].concat());
    let end = reads.text.len();
    Reads::of(20).ranges().for_each(|range| reads.push(&Reads::of(20).text[range]));
    let mut packed = Packed::default();
    let stored = make::bgzf_block_with(b"", flate2::Compression::none(), &reads.text[..end]);
    packed.push(&stored, &reads.text[..end]);
    packed.push(&bgzf_block(&reads.text[end..]), &reads.text[end..]);
    packed.push(&BGZF_END, b"");
    // It is found where all is right, and is the matter of its block.
    check(&reads, &packed, &packed.bytes, &[], &few_settings(0));
}

#[test]
fn members_that_are_no_blocks_are_read() {
    let reads = Reads::of(60);
    let (first, rest) = reads.text.split_at(700);
    let (second, third) = rest.split_at(900);
    let mut packed = blocks(first, &[130]);
    packed.push(&gzip(second), second);
    packed.push(&blocks(third, &[130]).bytes, third);
    for setting in few_settings(3) {
        let (good, gaps, account) = salvage(&packed.bytes, setting);
        assert_eq!((good.len(), gaps.len()), (reads.text.len(), 0), "{gaps:?}");
        assert!(account.complete && account.error.is_none());
    }
    // A block whose header does not say that it is one is a member.
    let mut nameless = blocks(&reads.text, &[130]);
    nameless.bytes[packed.range(3).start + 12] = b'X';
    for setting in few_settings(5) {
        let (good, gaps, _) = salvage(&nameless.bytes, setting);
        assert_eq!((good.len(), gaps.len()), (reads.text.len(), 0), "{gaps:?}");
    }
    // Damage before and behind them is passed over.
    let mut packed = Packed::default();
    for (number, text) in reads.text.chunks(130).enumerate() {
        packed.push(&if number % 4 == 3 { gzip(text) } else { bgzf_block(text) }, text);
    }
    packed.push(&BGZF_END, b"");
    for damaged in [vec![2, 6], vec![4, 8, 13], vec![1, 2]] {
        let mut bytes = packed.bytes.clone();
        damaged.iter().for_each(|&block| Damage::Payload.apply(&packed, block, &mut bytes));
        check(&reads, &packed, &bytes, &damaged, &few_settings(damaged.len()));
    }
    // Damage of a member that is not too long to look at it beforehand too.
    let mut bytes = packed.bytes.clone();
    Damage::Sum.apply(&packed, 7, &mut bytes);
    check(&reads, &packed, &bytes, &[7], &few_settings(4));
}

#[test]
fn zeros_behind_the_last_block_are_padding_and_garbage_is_lost() {
    let reads = Reads::of(20);
    let packed = blocks(&reads.text, &[300]);
    for setting in few_settings(1) {
        let padded = [&packed.bytes[..], &[0; 5000]].concat();
        let (good, gaps, account) = salvage(&padded, setting);
        assert_eq!((&good, gaps.len(), account.packed.unwrap().padding_bytes), (&reads.text, 0, 5000));
        let garbage = [&padded[..], b"garbage"].concat();
        let (_, gaps, account) = salvage(&garbage, setting);
        let lost = gaps[0].lost.as_deref().unwrap();
        assert_eq!(lost.packed, packed.bytes.len() as u64..garbage.len() as u64);
        assert_eq!(account.packed.unwrap().lost_bytes, 5007);
    }
}

#[test]
fn the_format_is_told_by_what_is_behind_a_lost_first_block() {
    let reads = Reads::of(50);
    let packed = blocks(&reads.text, &[333]);
    let mut bytes = packed.bytes.clone();
    Damage::Sum.apply(&packed, 0, &mut bytes);
    let source = Source::from_reader(Cursor::new(bytes), SourceOptions::new());
    assert!(source.detect().is_err());
    assert_eq!(source.detect_behind_damage().unwrap(), FileKind::Fastq);
    assert!(source.detect().is_err(), "what is looked at in one way says nothing of the other");
}

#[test]
fn what_is_read_up_to_the_first_fault_stays_so() {
    let reads = Reads::of(50);
    let packed = blocks(&reads.text, &[333]);
    let mut bytes = packed.bytes.clone();
    Damage::Payload.apply(&packed, 1, &mut bytes);
    let source = Source::from_reader(Cursor::new(bytes), SourceOptions::new());
    source.detect_behind_damage().unwrap();
    let account = source.account(&Fastq::new());
    assert!(!account.complete && account.packed.unwrap().lost_bytes == 0, "{account:?}");
    assert!(account.tally.bytes() <= 333);
}

#[test]
fn a_stream_of_nothing_can_be_read_in_both_ways() {
    let source = Source::from_reader(Cursor::new(BGZF_END.repeat(2)), SourceOptions::new());
    for account in [source.account(&Fastq::new()), source.account_pieces(&Fastq::new())] {
        assert!(account.complete && account.error.is_none() && account.tally.bytes() == 0, "{account:?}");
    }
}

/// A record of letters and scores that may look like something else.
fn record() -> impl Strategy<Value = Vec<u8>> {
    let pair = (prop::sample::select(b"ACGTN"), prop::sample::select(b"!+@I~"));
    ("[a-z@+]{0,5}", prop::collection::vec(pair, 0..60)).prop_map(|(name, pairs)| {
        let (sequence, scores): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
        [b"@", name.as_bytes(), b"\n", &sequence, b"\n+\n", &scores, b"\n"].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_records_in_any_blocks_with_any_of_them_damaged(
        records in prop::collection::vec(record(), 1..40),
        lens in prop::collection::vec(1..400_usize, 1..5),
        damages in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&Damage::ALL[..])), 0..4),
        origin in prop::sample::select(&ORIGINS[..]),
        threads in 1..9_usize,
        part_len in 1..500_usize,
    ) {
        let mut reads = Reads::default();
        records.iter().for_each(|record| reads.push(record));
        let packed = blocks(&reads.text, &lens);
        let (mut bytes, mut damaged) = (packed.bytes.clone(), Vec::new());
        for (index, damage) in damages {
            let block = index.index(packed.members());
            // What is done to two blocks at once is another test's.
            if damaged.iter().any(|other: &usize| other.abs_diff(block) < 2) || !damage.is_told(&packed, block) {
                continue;
            }
            let before = bytes.clone();
            damage.apply(&packed, block, &mut bytes);
            if bytes != before {
                damaged.push(block);
            }
        }
        damaged.sort_unstable();
        check(&reads, &packed, &bytes, &damaged, &[Setting { origin, threads, part_len }]);
    }
}

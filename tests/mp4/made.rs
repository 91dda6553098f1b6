//! Movies that are made of numbers, and what simple code finds in them.

use pagecut::media::mp4::Sample;

/// A box.
pub(crate) fn mp4_box(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + payload.len()).unwrap();
    [&size.to_be_bytes(), kind.as_slice(), payload].concat()
}

/// A box that holds these.
pub(crate) fn container(kind: &[u8; 4], boxes: &[Vec<u8>]) -> Vec<u8> {
    mp4_box(kind, &boxes.concat())
}

/// A box with version and flags and fields of 32 bits.
pub(crate) fn full_box(kind: &[u8; 4], version_and_flags: u32, fields: &[u32]) -> Vec<u8> {
    let fields = [&[version_and_flags], fields].concat();
    let payload: Vec<u8> = fields.iter().flat_map(|field| field.to_be_bytes()).collect();
    mp4_box(kind, &payload)
}

/// The tables of a track.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    /// Runs of samples and their durations.
    pub(crate) durations: Vec<(u32, u32)>,
    /// Runs of samples and their composition offsets.
    pub(crate) compositions: Option<Vec<(u32, i32)>>,
    /// First chunk, samples per chunk, sample entry.
    pub(crate) chunks: Vec<(u32, u32, u32)>,
    pub(crate) chunk_offsets: Vec<u64>,
    pub(crate) sizes: Vec<u32>,
    /// Numbers from 1.
    pub(crate) sync: Option<Vec<u32>>,
}

/// How many bytes come before the media data.
pub(crate) const DATA_START: usize = 8;

/// What a sample is: offset, length, decode time, presentation time, duration, whether it is a sync sample, sample entry.
pub(crate) type Facts = (u64, u64, i64, i64, u32, bool, u32);

pub(crate) fn facts(sample: &Sample<'_>) -> Facts {
    let len = sample.range.end - sample.range.start;
    (sample.range.start, len, sample.dts, sample.pts, sample.duration, sample.is_sync, sample.description)
}

impl Tables {
    fn stbl(&self) -> Vec<u8> {
        let table = |kind: &[u8; 4], entries: Vec<Vec<u32>>| {
            let count = u32::try_from(entries.len()).unwrap();
            full_box(kind, 0, &[vec![count], entries.concat()].concat())
        };
        let sizes = [&[0, u32::try_from(self.sizes.len()).unwrap()], self.sizes.as_slice()].concat();
        let mut boxes = vec![
            full_box(b"stsd", 0, &[0]),
            table(b"stts", self.durations.iter().map(|&(count, duration)| vec![count, duration]).collect()),
            table(
                b"stsc",
                self.chunks.iter().map(|&(chunk, samples, entry)| vec![chunk, samples, entry]).collect(),
            ),
            full_box(b"stsz", 0, &sizes),
        ];
        let halves = |offset: u64| vec![(offset >> 32) as u32, offset as u32];
        boxes.push(table(b"co64", self.chunk_offsets.iter().copied().map(halves).collect()));
        if let Some(runs) = &self.compositions {
            let runs = runs.iter().map(|&(count, offset)| vec![count, offset.cast_unsigned()]);
            boxes.push(table(b"ctts", runs.collect()));
        }
        if let Some(numbers) = &self.sync {
            boxes.push(table(b"stss", numbers.iter().map(|&number| vec![number]).collect()));
        }
        container(b"stbl", &boxes)
    }

    /// The samples, table after table, as far as all tables tell of them.
    pub(crate) fn naive(&self) -> Vec<Facts> {
        let repeat = |runs: &[(u32, i64)]| -> Vec<i64> {
            runs.iter().flat_map(|&(count, value)| std::iter::repeat_n(value, count as usize)).collect()
        };
        let durations =
            repeat(&self.durations.iter().map(|&(count, value)| (count, value.into())).collect::<Vec<_>>());
        let offsets = self.compositions.as_ref().map(|runs| {
            repeat(&runs.iter().map(|&(count, value)| (count, value.into())).collect::<Vec<_>>())
        });
        let mut samples = Vec::new();
        let mut dts = 0;
        'chunks: for (chunk, &start) in (1..).zip(&self.chunk_offsets) {
            let run = self.chunks.iter().rev().find(|run| run.0 <= chunk);
            let Some(&(_, per_chunk, entry)) = run else { break };
            let mut offset = start;
            for _ in 0..per_chunk {
                let index = samples.len();
                let (Some(&len), Some(&duration)) = (self.sizes.get(index), durations.get(index)) else {
                    break 'chunks;
                };
                let shift = offsets.as_ref().map_or(Some(&0), |offsets| offsets.get(index));
                let Some(shift) = shift else { break 'chunks };
                let number = u32::try_from(index + 1).unwrap();
                let is_sync = self.sync.as_ref().is_none_or(|sync| sync.contains(&number));
                let duration_ = u32::try_from(duration).unwrap();
                samples.push((offset, len.into(), dts, dts + shift, duration_, is_sync, entry));
                offset += u64::from(len);
                dts += duration;
            }
        }
        samples
    }
}

/// A movie of one track: media data of so many bytes, `moov`, and what is to follow.
pub(crate) fn movie(tables: &Tables, data_len: usize, behind: &[u8], is_fragmented: bool) -> Vec<u8> {
    let mut hdlr = vec![0; 25];
    hdlr[8..12].copy_from_slice(b"data");
    let minf = container(b"minf", &[tables.stbl()]);
    let mdhd = full_box(b"mdhd", 0, &[0, 0, 1000, 0, 0]);
    let mdia = container(b"mdia", &[mdhd, mp4_box(b"hdlr", &hdlr), minf]);
    let mut tkhd = [0; 20];
    tkhd[2] = 1;
    let mut boxes = vec![
        full_box(b"mvhd", 0, &[0, 0, 1000, 0]),
        container(b"trak", &[full_box(b"tkhd", 3, &tkhd), mdia]),
    ];
    if is_fragmented {
        boxes.push(container(b"mvex", &[full_box(b"trex", 0, &[1, 1, 7, 3, 0x1_0000])]));
    }
    let data: Vec<u8> = (0..data_len).map(|at| (at % 251) as u8).collect();
    [mp4_box(b"mdat", &data), container(b"moov", &boxes), behind.to_vec()].concat()
}

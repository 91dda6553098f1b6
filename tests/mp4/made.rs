//! Builds movies.

/// Builds a box.
pub(crate) fn mp4_box(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + payload.len()).unwrap();
    [&size.to_be_bytes(), kind.as_slice(), payload].concat()
}

/// Builds a box with children.
pub(crate) fn container(kind: &[u8; 4], boxes: &[Vec<u8>]) -> Vec<u8> {
    mp4_box(kind, &boxes.concat())
}

/// Builds a box with version and flags and fields of 32 bits.
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
        let halves = |offset: u64| {
            [offset >> 32, offset & 0xffff_ffff].map(|half| u32::try_from(half).unwrap()).to_vec()
        };
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
}

/// Builds a movie with one track: media data of `data_len` bytes, `moov`, and more boxes.
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
    let data: Vec<u8> = (0..=250).cycle().take(data_len).collect();
    [mp4_box(b"mdat", &data), container(b"moov", &boxes), behind.to_vec()].concat()
}

//! pagecut maps a file into memory, divides it at record boundaries, and hands borrowed records to all cores.
//!
//! It reads [FASTQ](fastq), [FASTA](fasta) and [media containers](media) (MP4, Matroska, MPEG-2 transport streams, IVF). Every byte of the input
//! belongs to exactly one record, one blank line, or one reported gap.
//!
//! # Records one after the other
//!
//! ```
//! use pagecut::{Source, fastq::Fastq};
//!
//! let source = Source::open("testdata/illumina.fastq")?;
//! let mut records = source.records(&Fastq::new())?;
//! let mut longest = 0;
//! while let Some(record) = records.next()? {
//!     longest = longest.max(record.sequence().len());
//! }
//! assert_eq!(longest, 251);
//! # Ok::<(), pagecut::Error>(())
//! ```
//!
//! # Records on all cores
//!
//! A [`Source`] opens a file, a pipe or a compressed input, and gives its parts to workers. [`Source::map_in_order`] gives results in the order
//! of the input.
//!
//! ```
//! use pagecut::{Source, fastq::Fastq};
//!
//! let source = Source::open("testdata/illumina.fastq")?;
//! let longest = source.fold(
//!     &Fastq::new(),
//!     || 0,
//!     |longest, record| longest.max(record.sequence().len()),
//!     |left, right| left.max(right),
//! )?;
//! assert_eq!(longest, 251);
//! # Ok::<(), pagecut::Error>(())
//! ```
//!
//! # Pairs
//!
//! ```
//! use pagecut::{PairedSource, fastq::Fastq};
//!
//! let source = PairedSource::open("testdata/illumina.fastq", "testdata/illumina.fastq")?;
//! let mut pairs = source.pairs(&Fastq::new())?;
//! while let Some(pair) = pairs.next()? {
//!     assert_eq!(pair.first.sequence(), pair.second.sequence());
//! }
//! assert_eq!(pairs.count(), 250);
//! # Ok::<(), pagecut::Error>(())
//! ```
//!
//! # Packets of media
//!
//! ```
//! use pagecut::{Source, media::Container};
//!
//! let source = Source::open("testdata/media/mp4/faststart.mp4")?;
//! let data = source.read_all()?;
//! let mut key_frames = 0;
//! for packet in Container::read(&data)?.packets() {
//!     key_frames += u32::from(packet?.is_key);
//! }
//! source.check()?;
//! assert!(key_frames > 0);
//! # Ok::<(), pagecut::Error>(())
//! ```
//!
//! # Records that stay
//!
//! A record is a view of the input, and lives as long as the input: records of a mapping can be collected, sorted and sent to other threads
//! without a copy. Readers check the mapping after the last record, so a truncated file is an error.
//!
//! ```
//! use pagecut::{fastq, mmap::MmapReader};
//! use rayon::prelude::*;
//!
//! let reader = MmapReader::open("testdata/illumina.fastq")?;
//! let mut records = fastq::par_records(&reader).collect::<Result<Vec<_>, _>>()?;
//! records.par_sort_by_key(|record| record.name());
//! # Ok::<(), pagecut::Error>(())
//! ```
//!
//! # Errors and gaps
//!
//! [`Records`](record::Records) ends at the first error. It names the byte, the record and the line, and is the same for every number of
//! threads. [`Pieces`](record::Pieces) continues after an error, and gives the bytes without a record as a [`Gap`].
//!
//! ```
//! use pagecut::{Piece, Resync, fastq::Fastq};
//!
//! let data = b"@r1\nACGT\n+\nIIII\n@r2\nACGT\n+\nIII\n@r3\nAC\n+\nII\n";
//! for piece in Fastq::new().pieces(data) {
//!     match piece {
//!         Piece::Record(record) => println!("{}", record.name().escape_ascii()),
//!         Piece::Gap(gap) => println!("left out {:?}: {}", gap.range, gap.error),
//!     }
//! }
//! ```
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | the protocol of formats, and why parallel equals serial | [`record`] |
//! | FASTQ: the grammar, the proof of boundaries, the checks | [`fastq`], [`fastq::wrapped`] |
//! | paired reads of any input, in lockstep or on all cores | [`PairedSource`], [`fastq::pairs`] |
//! | FASTA: the same, and long sequences on all cores | [`fasta`] |
//! | writing FASTQ and FASTA | [`fastq::Writer`], [`fasta::Writer`] |
//! | tracks and packets of any media file | [`media::Container`] |
//! | MPEG-TS: packets, sections, programs, PES packets | [`media::mpegts`] |
//! | MP4: boxes, tracks, samples | [`media::mp4`] |
//! | Matroska and WebM: elements, tracks, packets | [`media::matroska`] |
//! | a record by its number, a sequence by its name, a file in pieces | [`index`] |
//! | quality control of reads, with the numbers of FastQC | [`qc`] |
//! | mapping a file, advice, windows | [`mmap`] |
//! | positioned, direct and io_uring reads; buffers, writers, sending | [`io`] |
//! | errors, and the details of their kinds | [`error`] |
//! | the choice of the backend | [`io::ZeroCopyConfig`], [`open_reader`], [`source::inspect`] |
//! | decompression, and writing BGZF | [`compress`] |
//! | instruction sets, and how to force one | [`simd`] |
//! | the account of every byte | [`Tally`](record::Tally), [`Account`] |

#![warn(clippy::unwrap_used)]

mod detect;
mod head;
mod scan;
mod sequence;
mod sidecar;

pub mod compress;
pub mod fasta;
pub mod fastq;
pub mod index;
pub mod io;
pub mod media;
pub mod qc;
pub mod simd;
pub mod source;

pub(crate) use pagecut_core::{allocation, identity, range};
#[doc(inline)]
pub use pagecut_core::{error, record};
#[doc(inline)]
pub use pagecut_mmap as mmap;

pub use detect::FileKind;
pub use error::{Error, ErrorKind, Location, Result};
pub use record::{Format, Gap, Piece, Resync};
pub use source::{Account, PairedSource, RecordReader, Source, SourceOptions, open_reader};

/// The README's programs are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! pagecut maps a file into memory, cuts it at record boundaries, and hands borrowed records to as many workers as the
//! machine has.
//!
//! It reads [FASTQ](fastq), [FASTA](fasta) and [media containers](media) (MP4, Matroska, MPEG-2 transport streams), and promises
//! that nothing is lost in silence: every byte of the input belongs to exactly one record, one blank line, or one gap that is
//! reported.
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
//! # Records of a file, on all cores
//!
//! A [`Source`] opens an input the best way (it tries what there is, and goes on with what is fastest) and hands out parts of it:
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
//! # Records that stay
//!
//! A record is a view of the input, and lives as long as that: with a mapping of your own, records can be collected, sorted
//! and sent to other threads without a copy.
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
//! [`Records`] ends at the first error, which tells the byte, the record and the line, and is the same one for every number of
//! threads. [`Pieces`] goes on behind it and gives what lies between as a [`Gap`].
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
//! | what a format is, and why parallel equals serial | [`record`] |
//! | FASTQ: the grammar that is read, and the checks | [`fastq`], [`fastq::wrapped`] |
//! | paired reads of any input, in lockstep or on all cores | [`PairedSource`], [`fastq::pairs`] |
//! | FASTA: the same, and long sequences on all cores | [`fasta`] |
//! | writing FASTQ and FASTA | [`fastq::Writer`], [`fasta::Writer`] |
//! | MPEG-TS: packets, sections, programs, PES packets | [`media::mpegts`] |
//! | MP4: boxes, tracks, samples | [`media::mp4`] |
//! | Matroska and WebM: elements, tracks, packets | [`media::matroska`] |
//! | a record by its number, a sequence by its name, a file in pieces | [`index`] |
//! | mapping a file, advice, windows | [`mmap`] |
//! | other ways to move bytes: positioned, direct, io_uring; buffers, writers, sending | [`io`] |
//! | which way is taken, and why | [`io::ZeroCopyConfig`], [`open_reader`], [`fn@inspect`] |
//! | compressed input, and BGZF to write | [`compress`] |
//! | instruction sets, and how to force one | [`simd`] |
//! | the account of every byte | [`Tally`], [`Account`] |

#![warn(clippy::unwrap_used)]

mod detect;
mod error;
mod identity;
mod range;
mod scan;
mod sequence;
mod sidecar;
mod source;

pub mod compress;
pub mod fasta;
pub mod fastq;
pub mod index;
pub mod io;
pub mod media;
pub mod mmap;
pub mod record;
pub mod simd;

pub use detect::FileKind;
pub use error::{
    CompressedFault, CompressedPlace, Error, ErrorKind, Location, MatePlace, Mp4Fault, PairFile, Result,
};
pub use record::{
    Backing, Boundaries, CheckedBytes, Fault, Format, Gap, LostBlock, ParRecords, Part, Piece, Pieces,
    Records, Resync, Search, Step, Stop, Tally,
};
#[cfg(feature = "gzip")]
pub use source::BgzfReader;
pub use source::{
    Account, Cost, FormatTask, Inspection, PairBatch, PairReader, PairTally, PairedSource, Parts, ReadAt,
    Reader, ReaderFactory, RecordReader, RecoveredParts, Salvaged, Source, SourceOptions, Span, inspect,
    open_reader,
};

/// The README's programs are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! The table of formats. A format is a variant of [`FileKind`], a row of [`TABLE`] and an arm of [`FileKind::visit`] and of
//! [`FileKind::container`]; everything else about a format is in its own directory.

use crate::fasta::{self, Fasta};
use crate::fastq::{self, Variant};
use crate::head::{Certainty, Head};
use crate::media::ContainerKind;
use crate::media::ivf::{self, Ivf};
use crate::media::matroska::{self, Matroska};
use crate::media::mp4;
use crate::media::mpegts::{self, Packets};
use crate::record::Format;

/// A format that pagecut reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// No bytes, or blank lines only: an input of every text format.
    Empty,
    /// FASTQ: [`fastq::Fastq`](crate::fastq::Fastq).
    Fastq,
    /// Wrapped FASTQ, with sequences over several lines: [`fastq::Wrapped`](crate::fastq::Wrapped).
    WrappedFastq,
    /// FASTA: [`fasta::Fasta`](crate::fasta::Fasta).
    Fasta,
    /// MPEG-2 transport stream, with the layout of its packets: [`media::mpegts::Packets`](crate::media::mpegts::Packets).
    MpegTs(Packets),
    /// MP4, QuickTime or a related format: [`media::mp4`](crate::media::mp4).
    Mp4,
    /// Matroska or WebM: [`media::matroska`](crate::media::matroska).
    Matroska,
    /// IVF: [`media::ivf::Ivf`](crate::media::ivf::Ivf).
    Ivf,
}

/// The detection functions of a format.
pub(super) struct Row {
    /// Name of the format in a sentence.
    pub(super) name: &'static str,
    /// Returns the kind of file, and how certain it is.
    pub(super) detect: fn(&Head<'_>) -> Option<(Certainty, FileKind)>,
    /// Returns the position of a record start, given bytes from inside an input, if it is certain. It is never the first byte.
    pub(super) find_record: fn(&[u8]) -> Option<usize>,
    /// Returns the position of records in bytes of which the format is not certain. It is never the first byte.
    pub(super) find_records: fn(&[u8]) -> Option<usize>,
}

/// The formats. Among equally certain ones, the first is chosen.
pub(super) const TABLE: &[Row] = &[
    row("FASTQ", |head| fastq::detect(head).map(|(certainty, kind)| (certainty, of_fastq(kind))))
        .found_by(fastq::find_read, fastq::find_reads),
    row("FASTA", |head| Some((fasta::detect(head)?, FileKind::Fasta)))
        .found_by(fasta::find_header, fasta::find_sequence),
    row("MP4", |head| Some((mp4::detect(head)?, FileKind::Mp4))),
    row("Matroska", |head| Some((matroska::detect(head)?, FileKind::Matroska))),
    row("IVF", |head| Some((ivf::detect(head)?, FileKind::Ivf))),
    row("an MPEG-2 transport stream", |head| {
        mpegts::detect(head).map(|(certainty, packets)| (certainty, FileKind::MpegTs(packets)))
    }),
];

/// Returns the kind of file of a FASTQ variant; `None` stands for an input of blank lines only.
fn of_fastq(variant: Option<Variant>) -> FileKind {
    match variant {
        None => FileKind::Empty,
        Some(Variant::FourLines) => FileKind::Fastq,
        Some(Variant::Wrapped) => FileKind::WrappedFastq,
    }
}

/// Creates the row of a format without a search for record starts.
const fn row(name: &'static str, detect: fn(&Head<'_>) -> Option<(Certainty, FileKind)>) -> Row {
    Row { name, detect, find_record: |_| None, find_records: |_| None }
}

impl Row {
    const fn found_by(
        self,
        find_record: fn(&[u8]) -> Option<usize>,
        find_records: fn(&[u8]) -> Option<usize>,
    ) -> Self {
        Self { find_record, find_records, ..self }
    }
}

/// A task that depends on how the records of a kind of file are read.
pub(crate) trait KindVisitor {
    /// The result of the work.
    type Output;

    /// Handles a format whose records are contiguous.
    fn format<F: Format>(self, format: &F) -> Self::Output;

    /// Handles FASTQ, with a guess of the variant.
    fn fastq(self, guess: Variant) -> Self::Output;

    /// Handles a format whose records are not contiguous, with the reason.
    fn scattered(self, why: &'static str) -> Self::Output;
}

impl FileKind {
    /// Runs the task in the format of this kind.
    pub(crate) fn visit<V: KindVisitor>(self, visitor: V) -> V::Output {
        match self {
            Self::Empty | Self::Fastq => visitor.fastq(Variant::FourLines),
            Self::WrappedFastq => visitor.fastq(Variant::Wrapped),
            Self::Fasta => visitor.format(&Fasta::new()),
            Self::MpegTs(packets) => visitor.format(&packets),
            Self::Mp4 => visitor.scattered("MP4, whose samples do not lie end to end"),
            Self::Matroska => visitor.format(&Matroska),
            Self::Ivf => visitor.format(&Ivf),
        }
    }

    /// Returns the container, if this is a media file.
    ///
    /// ```
    /// use pagecut::{FileKind, media::ContainerKind};
    ///
    /// assert_eq!(FileKind::Mp4.container(), Some(ContainerKind::Mp4));
    /// assert_eq!(FileKind::Fasta.container(), None);
    /// ```
    #[must_use]
    pub fn container(self) -> Option<ContainerKind> {
        match self {
            Self::Empty | Self::Fastq | Self::WrappedFastq | Self::Fasta => None,
            Self::MpegTs(packets) => Some(ContainerKind::MpegTs(packets)),
            Self::Mp4 => Some(ContainerKind::Mp4),
            Self::Matroska => Some(ContainerKind::Matroska),
            Self::Ivf => Some(ContainerKind::Ivf),
        }
    }

    /// Returns the variant of FASTQ, if the format is FASTQ.
    #[must_use]
    pub fn fastq_variant(self) -> Option<Variant> {
        match self {
            Self::Fastq => Some(Variant::FourLines),
            Self::WrappedFastq => Some(Variant::Wrapped),
            _ => None,
        }
    }
}

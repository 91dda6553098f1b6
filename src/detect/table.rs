//! The table of formats. A format is a variant of [`FileKind`], a row of [`TABLE`] and an arm of [`FileKind::visit`] and of
//! [`FileKind::container`]; everything else that the library knows of it stands in its own directory.

use crate::fasta::{self, Fasta};
use crate::fastq::{self, Variant};
use crate::media::ContainerKind;
use crate::media::ivf::{self, Ivf};
use crate::media::matroska::{self, Matroska};
use crate::media::mp4;
use crate::media::mpegts::{self, Packets};
use crate::record::{Certainty, Format, Head};

/// A format that pagecut reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// No bytes, or blank lines only: an input of every text format.
    Empty,
    /// FASTQ: [`fastq::Fastq`](crate::fastq::Fastq).
    Fastq,
    /// FASTQ over several lines: [`fastq::Wrapped`](crate::fastq::Wrapped).
    WrappedFastq,
    /// FASTA: [`fasta::Fasta`](crate::fasta::Fasta).
    Fasta,
    /// MPEG-2 transport stream, and how its packets lie: [`media::mpegts::Packets`](crate::media::mpegts::Packets).
    MpegTs(Packets),
    /// MP4, QuickTime or a relative: [`media::mp4`](crate::media::mp4).
    Mp4,
    /// Matroska or WebM: [`media::matroska`](crate::media::matroska).
    Matroska,
    /// IVF: [`media::ivf::Ivf`](crate::media::ivf::Ivf).
    Ivf,
}

/// A format, as it is told by the first bytes of an input.
pub(super) struct Row {
    /// Its name in a sentence.
    pub(super) name: &'static str,
    /// Returns the kind of file, and how certain it is.
    pub(super) detect: fn(&Head<'_>) -> Option<(Certainty, FileKind)>,
    /// Returns where a record begins in bytes from somewhere in an input, after the first byte, if that is certain.
    pub(super) find_record: fn(&[u8]) -> Option<usize>,
}

/// The formats. Where two are equally certain, the first one is taken.
pub(super) const TABLE: &[Row] = &[
    row("FASTQ", |head| fastq::detect(head).map(|(certainty, kind)| (certainty, of_fastq(kind))))
        .found_by(fastq::find_read),
    row("FASTA", |head| Some((fasta::detect(head)?, FileKind::Fasta))).found_by(fasta::find_header),
    row("MP4", |head| Some((mp4::detect(head)?, FileKind::Mp4))),
    row("Matroska", |head| Some((matroska::detect(head)?, FileKind::Matroska))),
    row("IVF", |head| Some((ivf::detect(head)?, FileKind::Ivf))),
    row("an MPEG-2 transport stream", |head| {
        mpegts::detect(head).map(|(certainty, packets)| (certainty, FileKind::MpegTs(packets)))
    }),
];

/// The kind of FASTQ of a variant; `None` stands for blank lines, of which the whole input is made.
fn of_fastq(variant: Option<Variant>) -> FileKind {
    match variant {
        None => FileKind::Empty,
        Some(Variant::FourLines) => FileKind::Fastq,
        Some(Variant::Wrapped) => FileKind::WrappedFastq,
    }
}

/// A format of which no record is found from inside.
const fn row(name: &'static str, detect: fn(&Head<'_>) -> Option<(Certainty, FileKind)>) -> Row {
    Row { name, detect, find_record: |_| None }
}

impl Row {
    const fn found_by(self, find_record: fn(&[u8]) -> Option<usize>) -> Self {
        Self { find_record, ..self }
    }
}

/// Work that depends on how the records of a kind of file are read.
pub(crate) trait KindVisitor {
    /// The result of the work.
    type Output;

    /// Works on records that lie end to end.
    fn format<F: Format>(self, format: &F) -> Self::Output;

    /// Works on FASTQ, of which the variant is a guess.
    fn fastq(self, guess: Variant) -> Self::Output;

    /// Works on a format whose records do not lie end to end, for this reason.
    fn scattered(self, why: &'static str) -> Self::Output;
}

impl FileKind {
    /// Does work in the format of this kind.
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

    /// The variant of FASTQ that the format names, if it is FASTQ.
    #[must_use]
    pub fn fastq_variant(self) -> Option<Variant> {
        match self {
            Self::Fastq => Some(Variant::FourLines),
            Self::WrappedFastq => Some(Variant::Wrapped),
            _ => None,
        }
    }
}

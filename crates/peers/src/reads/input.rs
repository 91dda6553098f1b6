//! The inputs: made from real reads, or the user's own file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::iter;
use std::path::{Path, PathBuf};

use super::corpus::{Corpus, Read};
use crate::format::Format;
use crate::row::Result;

/// A file to read. Dropping the value deletes the file.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) format: Format,
    /// How the input was made.
    pub(super) description: String,
}

/// The inputs that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Kind {
    Illumina,
    Nanopore,
    Fasta,
}

/// Maximum number of bases of a short read.
const SHORT: usize = 150;

/// Mean number of bases of a long read.
const LONG: f64 = 10_000.0;

/// Letters per line of FASTA, as in NCBI's files.
const LINE: usize = 80;

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Illumina, Self::Nanopore, Self::Fasta];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Illumina => "illumina",
            Self::Nanopore => "nanopore",
            Self::Fasta => "fasta",
        }
    }
}

impl Input {
    /// Makes an input of length `len`, or longer by less than a record.
    pub(super) fn make(kind: Kind, len: u64, folder: &Path) -> Result<Self> {
        let path = folder.join(kind.name());
        let mut out = Counting { inner: BufWriter::with_capacity(1 << 20, File::create(&path)?), written: 0 };
        let (format, description) = match kind {
            Kind::Illumina => {
                let Corpus { file, reads } = Corpus::illumina()?;
                let mut cut = reads.iter().cycle();
                out.fill(len, |out| cut.next().map_or(Ok(()), |read| write_short(out, read)))?;
                (Format::Fastq, format!("the MiSeq reads of {file}, shortened to {SHORT} bases, repeated"))
            }
            Kind::Nanopore => {
                let Corpus { file, reads } = Corpus::nanopore()?;
                let mut pieces = Pieces::of(&reads);
                out.fill(len, |out| pieces.next().map_or(Ok(()), |piece| write_long(out, &piece)))?;
                (Format::Fastq, of_pieces(&file))
            }
            Kind::Fasta => {
                let Corpus { file, reads } = Corpus::nanopore()?;
                let mut pieces = Pieces::of(&reads);
                out.fill(len, |out| pieces.next().map_or(Ok(()), |piece| write_wrapped(out, &piece)))?;
                (Format::Fasta, format!("{}; in lines of {LINE}", of_pieces(&file)))
            }
        };
        out.flush()?;
        let description = format!("{} bytes; {description}", out.written);
        Ok(Self { name: kind.name().into(), path, format, description })
    }

    /// Copies a file, since some states rewrite it.
    pub(super) fn copy(file: &Path, folder: &Path) -> Result<Self> {
        let name = file.file_name().ok_or_else(|| format!("{}: is no file", file.display()))?;
        let path = folder.join(name);
        let len = fs::copy(file, &path).map_err(|error| format!("{}: {error}", file.display()))?;
        let format = Format::detect(&path)?;
        if !Format::PLAIN.contains(&format) {
            return Err(format!("{}: is {format}: see `compressed`", file.display()).into());
        }
        let description = format!("{len} bytes of {format}");
        Ok(Self { name: name.to_string_lossy().into_owned(), path, format, description })
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // The folder is deleted at the end.
        fs::remove_file(&self.path).ok();
    }
}

fn of_pieces(file: &str) -> String {
    format!(
        "the letters of all reads of {file}, repeated, divided into pieces with a mean of {LONG} (gamma distribution, \
         shape 2)"
    )
}

/// Counts the bytes that it passes on.
struct Counting<W> {
    inner: W,
    written: u64,
}

impl<W: Write> Counting<W> {
    /// Writes records until `len` bytes are written.
    fn fill(&mut self, len: u64, mut record: impl FnMut(&mut Self) -> io::Result<()>) -> io::Result<()> {
        while self.written < len {
            record(self)?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes four lines with an empty plus line, as sequencers do.
fn write_fastq(out: &mut impl Write, name: &[u8], letters: &[u8], scores: &[u8]) -> io::Result<()> {
    [b"@", name, b"\n", letters, b"\n+\n", scores, b"\n"].iter().try_for_each(|piece| out.write_all(piece))
}

fn write_short(out: &mut impl Write, read: &Read) -> io::Result<()> {
    let len = read.letters.len().min(SHORT);
    write_fastq(out, &read.name, &read.letters[..len], &read.scores[..len])
}

fn write_long(out: &mut impl Write, piece: &Read) -> io::Result<()> {
    write_fastq(out, &piece.name, &piece.letters, &piece.scores)
}

fn write_wrapped(out: &mut impl Write, piece: &Read) -> io::Result<()> {
    [b">", &piece.name[..], b"\n"].iter().try_for_each(|piece| out.write_all(piece))?;
    piece.letters.chunks(LINE).try_for_each(|line| {
        out.write_all(line)?;
        out.write_all(b"\n")
    })
}

/// Cuts the concatenated letters of some reads, repeated endlessly, into pieces. The same pieces in every run.
struct Pieces<'reads> {
    reads: iter::Cycle<std::slice::Iter<'reads, Read>>,
    /// The current read, and the number of its letters that are used.
    read: Option<&'reads Read>,
    used: usize,
    random: Random,
}

impl<'reads> Pieces<'reads> {
    fn of(reads: &'reads [Read]) -> Self {
        Self { reads: reads.iter().cycle(), read: None, used: 0, random: Random(1) }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Read;

    /// Returns a piece with the name of the read in which it begins.
    fn next(&mut self) -> Option<Read> {
        let mut missing = self.random.len();
        let mut piece = Read { name: Vec::new(), letters: Vec::new(), scores: Vec::new() };
        while missing > 0 {
            let read = match self.read {
                Some(read) if self.used < read.letters.len() => read,
                _ => {
                    self.used = 0;
                    *self.read.insert(self.reads.next()?)
                }
            };
            let taken = self.used..read.letters.len().min(self.used + missing);
            if piece.letters.is_empty() {
                piece.name.clone_from(&read.name);
            }
            piece.letters.extend_from_slice(&read.letters[taken.clone()]);
            piece.scores.extend_from_slice(&read.scores[taken.clone()]);
            missing -= taken.len();
            self.used = taken.end;
        }
        Some(piece)
    }
}

/// The generator splitmix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    /// Returns a number above 0, up to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) as f64 + 1.0) / (u64::MAX as f64 + 1.0)
    }

    /// Returns the length of a long read: the sum of two exponential lengths, so that few reads are very short and some very long.
    fn len(&mut self) -> usize {
        let len = -LONG / 2.0 * (self.next() * self.next()).ln();
        // At most a few hundred kilobases.
        #[expect(clippy::cast_possible_truncation, reason = "a small number")]
        let len = len as usize + 1;
        len
    }
}

#[cfg(test)]
mod tests {
    use pagecut::{fasta, fastq};

    use super::*;

    const LEN: u64 = 4 << 20;

    /// Makes an input, and returns its bytes.
    fn make(kind: Kind) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let input = Input::make(kind, LEN, folder.path()).unwrap();
        assert_eq!(Format::detect(&input.path).unwrap(), input.format);
        let data = fs::read(&input.path).unwrap();
        assert!((LEN..LEN + (1 << 20)).contains(&(data.len() as u64)), "{}", data.len());
        drop(input);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        data
    }

    fn average(lens: &[usize]) -> f64 {
        lens.iter().sum::<usize>() as f64 / lens.len() as f64
    }

    #[test]
    fn short_reads_have_150_bases_and_few_have_fewer() {
        let data = make(Kind::Illumina);
        let lens: Vec<_> = fastq::records(&data).map(|record| record.unwrap().sequence().len()).collect();
        assert_eq!(lens.iter().max(), Some(&150));
        assert!(average(&lens) > 140.0, "{}", average(&lens));
    }

    #[test]
    fn long_reads_average_10_kb_and_differ() {
        let data = make(Kind::Nanopore);
        let lens: Vec<_> = fastq::records(&data).map(|record| record.unwrap().sequence().len()).collect();
        assert!((8_000.0..12_000.0).contains(&average(&lens)), "{}", average(&lens));
        assert!(lens.iter().any(|&len| len < 4_000) && lens.iter().any(|&len| len > 20_000), "{lens:?}");
    }

    #[test]
    fn fasta_has_the_long_reads_in_lines_of_80() {
        let (fastq, fasta) = (make(Kind::Nanopore), make(Kind::Fasta));
        let reads = fastq::records(&fastq).map(|record| record.unwrap().sequence().to_vec());
        let sequences: Vec<_> = fasta::records(&fasta).map(|record| record.unwrap()).collect();
        let mut pairs = reads.zip(&sequences);
        assert!(pairs.all(|(read, sequence)| *sequence.to_contiguous() == *read));
        let longest = sequences.iter().flat_map(|record| record.lines()).map(<[u8]>::len).max();
        assert_eq!(longest, Some(80));
    }
}

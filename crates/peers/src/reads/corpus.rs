//! Real reads from which inputs are made.

use std::env;
use std::path::{Path, PathBuf};

use pagecut::Source;
use pagecut::fastq::Fastq;

use crate::row::Result;

/// Reads of a sequencer in file order.
#[derive(Debug)]
pub(super) struct Corpus {
    /// Path of the file.
    pub(super) file: String,
    pub(super) reads: Vec<Read>,
}

#[derive(Debug)]
pub(super) struct Read {
    pub(super) name: Vec<u8>,
    pub(super) letters: Vec<u8>,
    pub(super) scores: Vec<u8>,
}

impl Corpus {
    /// Returns 1000 Illumina reads of at most 251 bases or, without the larger corpora, the first 250 of them.
    pub(super) fn illumina() -> Result<Self> {
        Self::find("miseq_ERR1163317_1000.fastq.gz", "illumina.fastq")
    }

    /// Returns 371 Nanopore reads with a mean of 23 kb or, without the larger corpora, the shortest 49 of them.
    pub(super) fn nanopore() -> Result<Self> {
        Self::find("nanopore_371.fastq.gz", "nanopore.fastq")
    }

    /// Finds a file of the larger corpora (`$PAGECUT_CORPUS`, or `../shared/data` beside the repository), or of `testdata`.
    fn find(name: &str, testdata: &str) -> Result<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let corpora = env::var_os("PAGECUT_CORPUS").map_or(repository.join("../shared/data"), PathBuf::from);
        let large = corpora.join("reads").join(name);
        if large.is_file() {
            Self::read(&large, name)
        } else {
            Self::read(&repository.join("testdata").join(testdata), &format!("testdata/{testdata}"))
        }
    }

    fn read(path: &Path, file: &str) -> Result<Self> {
        let mut reads = Vec::new();
        Source::open(path)?.parts(&Fastq::new()).map_in_order(
            |records| records.map(|record| Ok(Read::of(&record?))).collect::<pagecut::Result<Vec<_>>>(),
            |part| {
                reads.extend(part);
                Ok(())
            },
        )?;
        Ok(Self { file: file.into(), reads })
    }
}

impl Read {
    fn of(record: &pagecut::fastq::Record<'_>) -> Self {
        Self {
            name: record.name().to_vec(),
            letters: record.sequence().to_vec(),
            scores: record.quality_scores().to_vec(),
        }
    }
}

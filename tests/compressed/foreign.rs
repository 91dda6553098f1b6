//! Known formats that are not read are named.

use pagecut::fastq::Fastq;

use crate::check::{Input, reads, settings};
use crate::make::{BGZF_END, Kind, bgzf_block, gzip, zstd_frame};

/// Checks in every setting that detection and reading return an error that names the format.
fn is_named(bytes: &[u8], name: &str) {
    let input = Input::new(bytes);
    for setting in settings() {
        let error = input.open(setting).detect().unwrap_err();
        assert_eq!(error.kind().name(), "unknown_format", "{setting:?}: {error}");
        assert!(error.to_string().contains(name), "{setting:?}: {error} is not of {name}");
        assert!(input.open(setting).account(&Fastq::new()).error.is_some(), "{setting:?}");
    }
}

#[test]
fn archives_and_alignments_are_named() {
    is_named(b"PK\x03\x04\x14\0\0\0\x08\0some archive", "zip");
    is_named(b"NCBI.sra\x05\x03\x19\x88\x02\0\0\0\x14\0\0\0", "SRA");
    is_named(b"CRAM\x03\0some alignments", "CRAM");
}

#[test]
fn compressed_alignments_are_named() {
    let bam = b"BAM\x01\x04\0\0\0@HD\n\x01\0\0\0";
    is_named(&[&bgzf_block(bam)[..], &BGZF_END].concat(), "BAM");
    is_named(&Kind::Bgzf.file(bam, 3).bytes, "BAM");
    is_named(&gzip(bam), "BAM");
    is_named(&zstd_frame(b"CRAM\x03\0some alignments"), "CRAM");
    is_named(&gzip(b"PK\x03\x04some archive"), "zip");
}

#[test]
fn doubly_compressed_input_is_named() {
    let text = reads(10);
    is_named(&gzip(&gzip(&text)), "gzip");
    is_named(&zstd_frame(&gzip(&text)), "gzip");
    is_named(&gzip(&zstd_frame(&text)), "zstd");
}

#[test]
fn unknown_content_is_refused_when_compressed() {
    for kind in Kind::ALL {
        is_named(&kind.file(b"a text of another kind\n", 7).bytes, "neither");
    }
}

//! Decoders of DEFLATE and Zstandard, without anything around them: which of them pagecut takes is chosen by this.
//!
//! Packs a FASTQ file as gzip, BGZF and zstd, reads each into memory, and decompresses it with each decoder in turn, into
//! a buffer that is used again. The fastest of the rounds counts. No check sums are compared where the decoder does not insist.

#[path = "../../format.rs"]
#[allow(dead_code, reason = "of the formats, the names are used here")]
mod format;
#[path = "../../packing.rs"]
mod packing;
#[path = "../../result.rs"]
mod result;

// The tests of the packing read what it made.
#[cfg(test)]
#[path = "../../decoders.rs"]
#[allow(dead_code, reason = "one of them is used")]
mod decoders;

mod blocks;
mod streams;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;

use result::Result;

/// Compares decoders on one FASTQ file
#[derive(Parser)]
struct Args {
    /// A FASTQ file that is not compressed
    file: PathBuf,

    /// How often to run every decoder; the fastest counts
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// A decoder: what it is called, and what decompresses a file in memory and returns how many bytes that made.
type Decoder = (&'static str, fn(&[u8]) -> Result<u64>);

fn main() -> Result<()> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let len = fs::metadata(&args.file)?.len();
    for path in packing::pack(&args.file, folder.path())? {
        let format = format::Format::of(&path)?;
        let packed = fs::read(&path)?;
        println!("{format}: {} bytes of {len}", packed.len());
        let decoders: &[Decoder] = match format {
            format::Format::Bgzf => &blocks::DECODERS,
            format::Format::Zstd => &streams::ZSTD,
            _ => &streams::GZIP,
        };
        let mut fastest = vec![Duration::MAX; decoders.len()];
        for _ in 0..args.rounds {
            for ((name, decode), fastest) in decoders.iter().zip(&mut fastest) {
                let start = Instant::now();
                let made = decode(&packed)?;
                *fastest = start.elapsed().min(*fastest);
                if made != len {
                    return Err(format!("{name} made {made} of {len} bytes").into());
                }
            }
        }
        for ((name, _), time) in decoders.iter().zip(fastest) {
            println!("  {name:24} {:.2} GB/s", len as f64 / time.as_secs_f64() / 1e9);
        }
    }
    Ok(())
}

//! Compares decoders of DEFLATE and Zstandard alone; the choice of pagecut's decoders is based on this.
//!
//! Compresses a FASTQ file as gzip, BGZF and zstd, reads each into memory, and decompresses it with each decoder in turn, into a
//! reused buffer. The fastest round counts. Checksums are compared only where a decoder always does so.

#[path = "../../format.rs"]
#[expect(dead_code, reason = "of the formats, the names are used here")]
mod format;
#[path = "../../packing.rs"]
mod packing;
#[path = "../../result.rs"]
mod result;

// The tests of the compression read its output.
#[cfg(test)]
#[path = "../../decoders.rs"]
#[expect(dead_code, reason = "one of them is used")]
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

    /// Number of passes of every decoder; the fastest counts
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// A decoder: its name, and a function that decompresses a file in memory and returns the number of decompressed bytes.
type Decoder = (&'static str, fn(&[u8]) -> Result<u64>);

fn main() -> Result<()> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let len = fs::metadata(&args.file)?.len();
    for path in packing::pack(&args.file, folder.path())? {
        let format = format::Format::detect(&path)?;
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

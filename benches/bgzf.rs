//! Speed and output length of each level of the BGZF writer: `cargo bench --bench bgzf --features gzip`.
//!
//! The files of `testdata` are repeated; the distance between copies exceeds a block. The output goes to memory. A
//! figure is the fastest of the rounds.

use std::io::Write;
use std::time::{Duration, Instant};
use std::{fs, iter};

use pagecut::compress::bgzf::{Writer, WriterOptions};

const LEN: usize = 8 << 20;
const ROUNDS: usize = 3;

fn main() {
    for name in ["illumina.fastq", "nanopore.fastq"] {
        let text = fs::read(format!("testdata/{name}")).expect("the testdata");
        let data = text.repeat(LEN / text.len());
        println!(
            "{name}\n| level | 1 thread, MB/s | 2 threads, MB/s | bytes written of 100 |\n|---|---|---|---|"
        );
        for level in 0.. {
            let options = WriterOptions::new().level(level);
            if Writer::with_options(Vec::new(), options).is_err() {
                break;
            }
            let (one, len) = fastest(&data, options.threads(1));
            let (two, _) = fastest(&data, options.threads(2));
            let speed = |time: Duration| data.len() as f64 / time.as_secs_f64() / 1e6;
            let share = len as f64 / data.len() as f64 * 100.0;
            println!("| {level} | {:.0} | {:.0} | {share:.1} |", speed(one), speed(two));
        }
    }
}

/// Returns the time to write the data, and the output length.
fn fastest(data: &[u8], options: WriterOptions) -> (Duration, usize) {
    let round = || {
        let start = Instant::now();
        let mut writer = Writer::with_options(Vec::with_capacity(2 * LEN), options).expect("a level");
        writer.write_all(data).expect("memory");
        let len = writer.finish().expect("memory").len();
        (start.elapsed(), len)
    };
    iter::repeat_with(round).take(ROUNDS).min().expect("a round")
}

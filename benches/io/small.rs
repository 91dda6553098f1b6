//! The length from which mapping a file pays off: opening it and reading all of its bytes.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Source, SourceOptions};

use crate::median;
use crate::state;

const ROUNDS: usize = 400;

pub(crate) fn table() {
    println!("a short file, opened and its records counted, one thread; microseconds, medians of {ROUNDS}");
    println!("| length | mapped | read | read / mapped |");
    println!("|---|---|---|---|");
    let text = std::fs::read("testdata/illumina.fastq").expect("the testdata");
    for kib in [4, 16, 64, 128, 256, 512, 1024, 4096] {
        let path = state::path("small.fastq");
        let records = text.split_inclusive(|&byte| byte == b'\n').collect::<Vec<_>>();
        let mut data = Vec::new();
        for record in records.chunks(4).cycle() {
            if data.len() >= kib << 10 {
                break;
            }
            record.iter().for_each(|line| data.extend_from_slice(line));
        }
        state::write(&path, &data, 64 << 10);
        let [mapped, read] = times(&path);
        let ratio = read.as_secs_f64() / mapped.as_secs_f64();
        let us = |time: Duration| time.as_secs_f64() * 1e6;
        println!("| {kib} KiB | {:.1} | {:.1} | {ratio:.2} |", us(mapped), us(read));
    }
}

fn times(path: &Path) -> [Duration; 2] {
    let strategies = [Strategy::Mapped, Strategy::Read];
    let mut times = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        for (strategy, times) in strategies.into_iter().zip(&mut times) {
            let begun = Instant::now();
            let config = ZeroCopyConfig::new().strategy(strategy);
            let options = SourceOptions::new().config(config).threads(1);
            let source = Source::with_options(path, options).expect("a file");
            black_box(source.for_each(&Fastq::new(), |_| {}).expect("good reads"));
            times.push(begun.elapsed());
        }
    }
    times.map(median)
}

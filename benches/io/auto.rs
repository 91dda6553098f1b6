//! The automatic choice of a backend, compared with each single backend: records of a file, counted.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Source, SourceOptions};

use crate::ms;
use crate::state::{self, State};

const STRATEGIES: [(&str, Strategy); 5] = [
    ("mapped", Strategy::Mapped),
    ("read", Strategy::Read),
    ("direct", Strategy::Direct),
    ("uring", Strategy::Uring),
    ("auto", Strategy::Auto),
];

const ROUNDS: usize = 7;

pub(crate) fn table() {
    let path = state::reads();
    let len = path.metadata().expect("a file").len();
    println!("records of {} MiB, counted; milliseconds, the fastest of {ROUNDS} rounds in turn", len >> 20);
    let names: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
    println!("| page cache | threads | {} | best / auto | read / auto |", names.join(" | "));
    println!("|---|---|{}", "---|".repeat(STRATEGIES.len() + 2));
    for state in [State::HugeFolios, State::SmallFolios, State::Cold, State::Half] {
        state.prepare(&path);
        for threads in [1, 2] {
            row(&path, state, threads);
        }
    }
}

fn row(path: &Path, state: State, threads: usize) {
    let mut times = vec![Vec::new(); STRATEGIES.len()];
    for _ in 0..ROUNDS {
        for ((_, strategy), times) in STRATEGIES.iter().zip(&mut times) {
            state.restore(path);
            times.push(pass(path, *strategy, threads));
        }
    }
    // Disturbances make a machine slower, never faster.
    let fastest: Vec<Duration> = times.into_iter().filter_map(|times| times.into_iter().min()).collect();
    let (auto, single) = fastest.split_last().expect("five strategies");
    let best = single.iter().min().expect("four backends");
    let cells: Vec<String> = fastest.iter().copied().map(ms).collect();
    let ratio = |of: Duration| of.as_secs_f64() / auto.as_secs_f64();
    println!(
        "| {} | {threads} | {} | {:.2} | {:.2} |",
        state.name(),
        cells.join(" | "),
        ratio(*best),
        ratio(fastest[1])
    );
}

fn pass(path: &Path, strategy: Strategy, threads: usize) -> Duration {
    let config = ZeroCopyConfig::new().strategy(strategy);
    let begun = Instant::now();
    let options = SourceOptions::new().config(config).threads(threads);
    let source = Source::with_options(path, options).expect("a file");
    let tally = source.for_each(&Fastq::new(), |record| {
        black_box(record.sequence().len());
    });
    let time = begun.elapsed();
    assert_eq!(tally.expect("good reads").bytes(), path.metadata().expect("a file").len());
    time
}

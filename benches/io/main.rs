//! The cost of each backend: `cargo bench --bench io [--features io-uring] [-- TABLE...]`, where a table is `pass`,
//! `lookup`, `auto` or `small`.
//!
//! Files are created below the target folder; `PAGECUT_BENCH_MIB` sets their length, 1024 by default. Each table names
//! the state of the page cache, which is set up before each measurement. A figure is the median of the rounds.

mod auto;
mod cache;
mod lookup;
mod pass;
mod small;
mod state;
mod sum;

use std::time::Duration;

/// A table: its name as an argument, and the function that prints it.
type Table = (&'static str, fn());

const TABLES: [Table; 4] =
    [("pass", pass::table), ("lookup", lookup::table), ("auto", auto::table), ("small", small::table)];

fn main() {
    // Cargo passes `--bench`.
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, table) in TABLES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            table();
            println!();
        }
    }
}

/// Returns the median of at least one time.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Formats a time in milliseconds.
fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

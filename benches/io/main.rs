//! What each way of moving the bytes of files costs: `cargo bench --bench io [--features io-uring] [-- TABLE...]`, where a table is
//! `pass`, `lookup`, `auto` or `small`.
//!
//! Files lie below the target folder; how long they are is set by `PAGECUT_BENCH_MIB`, 1024 unless it is said. Each table
//! names the state of the page cache, which is set up before each time that is taken. A figure is the median of the rounds.

mod auto;
mod cache;
mod lookup;
mod pass;
mod small;
mod state;
mod sum;

use std::time::Duration;

/// A table: its name as an argument, and what makes it.
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

/// The median of some times, of which there is one at least.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// In milliseconds, as a cell.
fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

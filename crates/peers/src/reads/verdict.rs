//! The targets for pagecut, cell by cell: an input, a state of the page cache, a number of threads.

use std::io::{self, Write};

use crate::comparison::{Comparison, of};
use crate::measure::Measured;
use crate::row::Kind;
use crate::table::{Table, ratio};

/// Required ratio to the fastest peer with default options, in every cell.
const OF_PEER: f64 = 0.97;
/// Required ratio to the roofline with default options, in every cell.
const OF_ROOFLINE: f64 = 0.85;
/// Required geometric mean of the ratios of the best method to the fastest peer.
const MEAN_OF_PEER: f64 = 1.3;
/// Required geometric mean of the ratios to the roofline with all checks, with one and with two threads.
const STRICT: [f64; 2] = [0.5, 0.7];

#[derive(Debug, Default)]
pub(super) struct Verdict {
    cells: Vec<Cell>,
}

/// The result of pagecut in a cell.
#[derive(Debug)]
struct Cell {
    place: [String; 3],
    threads: usize,
    best: String,
    peer: String,
    of_peer: Option<f64>,
    best_of_peer: Option<f64>,
    of_roofline: Option<f64>,
    best_of_roofline: Option<f64>,
    strict_of_roofline: Option<f64>,
}

impl Verdict {
    /// Adds the cells of a comparison, one for each number of threads.
    pub(super) fn add(&mut self, input: &str, state: &str, comparison: &Comparison) {
        self.cells
            .extend([1, 2].into_iter().filter_map(|threads| Cell::of(input, state, threads, comparison)));
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut table = Table::new(&HEADINGS, 5);
        self.cells.iter().for_each(|cell| table.add(cell.line()));
        table.write(out)?;
        let met = self.cells.iter().filter(|cell| cell.is_met()).count();
        writeln!(
            out,
            "\nAsked of `auto` in every cell: {OF_PEER} of the fastest peer that takes no more threads, and {OF_ROOFLINE} of the \
             roofline (all bytes XORed, mapped or read, what is faster). Met in {met} of {} cells.",
            self.cells.len()
        )?;
        writeln!(out, "\ngeometric mean of {} cells:", self.cells.len())?;
        let mut means = Table::new(&["", "", "asked"], 1);
        let mut mean = |name: &str, cells: &dyn Fn(&Cell) -> Option<f64>, asked: Option<f64>| {
            let mean = geometric_mean(self.cells.iter().filter_map(cells));
            means.add(vec![name.into(), ratio(mean), ratio(asked)]);
        };
        mean("best method / fastest peer", &|cell| cell.best_of_peer, Some(MEAN_OF_PEER));
        mean("auto / fastest peer", &|cell| cell.of_peer, None);
        mean("best method / roofline", &|cell| cell.best_of_roofline, None);
        mean("auto / roofline", &|cell| cell.of_roofline, None);
        for (threads, asked) in (1..).zip(STRICT) {
            mean(
                &format!("strict / roofline, threads: {threads}"),
                &|cell| cell.strict_of_roofline.filter(|_| cell.threads == threads),
                Some(asked),
            );
        }
        means.write(out)
    }
}

const HEADINGS: [&str; 11] = [
    "input",
    "state",
    "threads",
    "best method",
    "fastest peer",
    "auto / peer",
    "best / peer",
    "auto / roofline",
    "best / roofline",
    "strict / roofline",
    "met",
];

impl Cell {
    /// Returns the cell with this number of threads, if there is one.
    fn of(input: &str, state: &str, threads: usize, comparison: &Comparison) -> Option<Self> {
        let fastest = |kinds: &[Kind]| {
            comparison
                .fastest(|measured| measured.row.threads == threads && kinds.contains(&measured.row.kind))
        };
        let default = fastest(&[Kind::Default])?;
        let best = fastest(&[Kind::Default, Kind::Ours])?;
        let (peer, roofline) = (comparison.fastest_peer(threads), comparison.roofline(threads));
        Some(Self {
            place: [input.into(), state.into(), threads.to_string()],
            threads,
            best: named(best),
            peer: peer.map_or_else(String::new, named),
            of_peer: of(default, peer),
            best_of_peer: of(best, peer),
            of_roofline: of(default, roofline),
            best_of_roofline: of(best, roofline),
            strict_of_roofline: fastest(&[Kind::Strict]).and_then(|strict| of(strict, roofline)),
        })
    }

    fn is_met(&self) -> bool {
        let reaches = |ratio: Option<f64>, asked| ratio.is_some_and(|ratio| ratio >= asked);
        reaches(self.of_peer, OF_PEER) && reaches(self.of_roofline, OF_ROOFLINE)
    }

    fn line(&self) -> Vec<String> {
        let met = if self.is_met() { "yes" } else { "no" };
        let ratios = [
            self.of_peer,
            self.best_of_peer,
            self.of_roofline,
            self.best_of_roofline,
            self.strict_of_roofline,
        ];
        let words = [&self.place[..], &[self.best.clone(), self.peer.clone()]].concat();
        words.into_iter().chain(ratios.map(ratio)).chain([met.into()]).collect()
    }
}

fn named(measured: &Measured) -> String {
    let row = &measured.row;
    format!("{}, {}", row.name, row.access)
}

/// Returns the geometric mean of ratios, or `None` if there are none.
fn geometric_mean(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let logarithms: Vec<f64> = ratios.map(f64::ln).collect();
    let count = logarithms.len() as f64;
    (count > 0.0).then(|| (logarithms.iter().sum::<f64>() / count).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::measured;
    use crate::row::Access;

    /// Creates a cell in which `auto`, the best method, the peer and the roofline took these milliseconds.
    fn cell(auto: u64, best: u64, peer: u64, roofline: u64) -> Cell {
        let rows = vec![
            measured(Kind::Default, Access::Auto, 1, auto),
            measured(Kind::Ours, Access::Mapped, 1, best),
            measured(Kind::Strict, Access::Auto, 1, 400),
            measured(Kind::Peer, Access::Read, 1, peer),
            measured(Kind::Roofline, Access::Read, 1, roofline),
        ];
        Cell::of("input", "state", 1, &Comparison::new(1, rows)).unwrap()
    }

    #[test]
    fn the_default_options_decide_a_cell() {
        assert!(cell(100, 100, 97, 85).is_met());
        for cell in [cell(100, 50, 96, 85), cell(100, 50, 97, 84)] {
            assert!(!cell.is_met() && cell.best_of_peer > Some(1.0), "{cell:?}");
        }
    }

    #[test]
    fn a_thread_count_without_rows_gives_no_cell() {
        let rows = vec![measured(Kind::Default, Access::Auto, 1, 100)];
        assert!(Cell::of("input", "state", 2, &Comparison::new(1, rows)).is_none());
    }

    #[test]
    fn the_geometric_mean_of_half_and_double_is_one() {
        assert_eq!(geometric_mean([0.5, 2.0].into_iter()), Some(1.0));
        assert_eq!(geometric_mean([].into_iter()), None);
    }
}

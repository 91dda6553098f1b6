//! What is asked of pagecut, container by container.

use std::io::{self, Write};

use super::faulted;
use super::input::{Container, Input};
use crate::comparison::{Comparison, of};
use crate::row::Kind;
use crate::table::Table;

/// Of the pages of an MP4 file, in a hundred.
const FAULTED: f64 = 1.0;

/// How many times as fast as the fastest peer, with one thread and with two.
fn asked(container: Container) -> [Option<f64>; 2] {
    match container {
        Container::Mp4 => [Some(50.0), None],
        Container::Fragmented => [Some(20.0), None],
        Container::Matroska => [Some(5.0), None],
        Container::Mpegts => [Some(1.0), Some(1.6)],
    }
}

#[derive(Debug, Default)]
pub(super) struct Verdict {
    lines: Vec<Vec<String>>,
}

impl Verdict {
    /// Adds what is to be said of a container that was made.
    pub(super) fn add(&mut self, input: &Input, comparison: &Comparison) {
        let Some(container) = input.container else { return };
        for (threads, asked) in (1..).zip(asked(container)) {
            let ours = comparison
                .fastest(|measured| measured.row.threads == threads && measured.row.kind == Kind::Default);
            let (Some(ours), Some(asked)) = (ours, asked) else { continue };
            let peer = comparison.fastest_peer(threads);
            let times = of(ours, peer).unwrap_or_default();
            let peer = peer.map_or_else(String::new, |peer| format!("{}, {}", peer.row.name, peer.row.way));
            let what = format!("{}, threads: {threads}: times as fast as {peer}", input.name);
            self.say(what, format!("{times:.2}"), format!("{asked} or more"), times >= asked);
            if container == Container::Mp4 {
                let faulted = faulted(ours.faults, comparison.len());
                let what = format!("{}: pages faulted, in a hundred", input.name);
                self.say(what, format!("{faulted:.3}"), format!("less than {FAULTED}"), faulted < FAULTED);
            }
        }
    }

    fn say(&mut self, what: String, found: String, asked: String, is_met: bool) {
        self.lines.push(vec![what, found, asked, if is_met { "yes" } else { "no" }.into()]);
    }

    pub(super) fn write(self, out: &mut impl Write) -> io::Result<()> {
        let mut table = Table::new(&["what is asked of pagecut", "found", "asked", "met"], 1);
        self.lines.into_iter().for_each(|line| table.add(line));
        table.write(out)
    }
}

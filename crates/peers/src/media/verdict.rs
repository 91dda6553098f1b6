//! The targets for pagecut, container by container.

use std::io::{self, Write};

use super::faulted;
use super::input::{Container, Input};
use crate::comparison::{Comparison, of};
use crate::row::Kind;
use crate::table::Table;

/// Maximum share of the pages of an MP4 file that fault, in percent.
const FAULTED: f64 = 1.0;

/// Required ratio to the fastest peer, with one thread and with two.
fn target(container: Container) -> [Option<f64>; 2] {
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
    /// Adds the verdict on a container that was made.
    pub(super) fn add(&mut self, input: &Input, comparison: &Comparison) {
        let Some(container) = input.container else { return };
        for (threads, target) in (1..).zip(target(container)) {
            let ours = comparison
                .fastest(|measured| measured.row.threads == threads && measured.row.kind == Kind::Default);
            let (Some(ours), Some(target)) = (ours, target) else { continue };
            let peer = comparison.fastest_peer(threads);
            let times = of(ours, peer).unwrap_or_default();
            let peer =
                peer.map_or_else(String::new, |peer| format!("{}, {}", peer.row.name, peer.row.access));
            let what = format!("{}, threads: {threads}: times as fast as {peer}", input.name);
            self.say(what, format!("{times:.2}"), format!("{target} or more"), times >= target);
            if container == Container::Mp4 {
                let faulted = faulted(ours.faults, comparison.len());
                let what = format!("{}: pages faulted, in a hundred", input.name);
                self.say(what, format!("{faulted:.3}"), format!("less than {FAULTED}"), faulted < FAULTED);
            }
        }
    }

    fn say(&mut self, what: String, found: String, target: String, is_met: bool) {
        self.lines.push(vec![what, found, target, if is_met { "yes" } else { "no" }.into()]);
    }

    pub(super) fn write(self, out: &mut impl Write) -> io::Result<()> {
        let mut table = Table::new(&["what is target of pagecut", "found", "target", "met"], 1);
        self.lines.into_iter().for_each(|line| table.add(line));
        table.write(out)
    }
}

//! Transport streams as a whole: gaps, missing and wrong packets, damaged tables.

use crate::error::{Error, ErrorKind, Result};
use crate::media::mpegts::{CheckedPart, Packets, PartCheck, StreamCheck, Summary};
use crate::record::{Gap, Piece, Tally};
use crate::source::open::Source;
use crate::source::schedule::Account;

/// The results of a part of a stream.
struct Part {
    summary: Summary,
    check: CheckedPart,
    gaps: Vec<Gap>,
    tally: Tally,
}

impl Source {
    /// Reads a transport stream to its end, calls `take` with its gaps, and counts its packets by PID. [`Summary::first_continuity_error`]
    /// returns the first place where packets are missing. The payload of PES packets is not checked.
    ///
    /// The error is the first one of these: a packet with `transport_error_indicator` ([`ErrorKind::TransportError`]), one that repeats the
    /// counter of the packet before and has other bytes ([`ErrorKind::UnequalRepetition`]), a PES packet whose start is damaged
    /// ([`ErrorKind::DamagedPes`]), and a damaged section of the program association
    /// table, a program map or the service description table ([`ErrorKind::DamagedSection`]).
    ///
    /// The account ends before a part of the input with more than `max_gaps` gaps up to its end, with
    /// [`ErrorKind::TooManyGaps`], and where `take` returns an error.
    pub fn check_transport_stream(
        &self,
        format: &Packets,
        max_gaps: u64,
        mut take: impl FnMut(Gap) -> Result<()> + Send,
    ) -> (Account, Summary, Option<Error>) {
        let (mut summary, mut before) = (Summary::new(), Tally::default());
        let mut check = StreamCheck::new();
        let account = self.parts(format).recover().map_in_order(
            |pieces| {
                let (mut summary, mut gaps) = (Summary::new(), Vec::new());
                let mut check = PartCheck::new();
                for piece in pieces.by_ref() {
                    match piece {
                        Piece::Record(packet) => {
                            summary.add(packet);
                            check.add(packet);
                        }
                        Piece::Gap(gap) => gaps.push(gap),
                    }
                }
                Part { summary, check: check.finish(), gaps, tally: pieces.tally() }
            },
            |part| {
                if before.gaps + part.gaps.len() as u64 > max_gaps {
                    return Err(ErrorKind::TooManyGaps { most: max_gaps }.into());
                }
                for gap in part.gaps {
                    let error = gap.error.count_before(before.records, before.lines);
                    take(Gap { error, ..gap })?;
                }
                summary.append(&part.summary);
                check.append(part.check);
                before += part.tally;
                Ok(())
            },
        );
        (account, summary, check.into_error())
    }
}

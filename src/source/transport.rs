//! Transport streams as a whole: gaps, and missing packets.

use super::Source;
use super::account::Account;
use crate::error::{ErrorKind, Result};
use crate::media::mpegts::{Packets, Summary};
use crate::record::{Gap, Piece, Tally};

/// What a part of a stream comes to.
struct Part {
    summary: Summary,
    gaps: Vec<Gap>,
    tally: Tally,
}

impl Source {
    /// Reads a transport stream to its end, hands out its gaps, and counts its packets by PID:
    /// [`Summary::first_continuity_error`] tells whether packets are missing. Payload is not checked.
    ///
    /// The account ends before a part of the input with more than `most_gaps` gaps up to its end, with
    /// [`ErrorKind::TooManyGaps`], and where `take` returns an error.
    pub fn check_transport_stream(
        &self,
        format: &Packets,
        most_gaps: u64,
        mut take: impl FnMut(Gap) -> Result<()> + Send,
    ) -> (Account, Summary) {
        let (mut summary, mut before) = (Summary::new(), Tally::default());
        let account = self.map_pieces_in_order(
            format,
            |pieces| {
                let (mut summary, mut gaps) = (Summary::new(), Vec::new());
                for piece in pieces.by_ref() {
                    match piece {
                        Piece::Record(packet) => summary.add(packet),
                        Piece::Gap(gap) => gaps.push(gap),
                    }
                }
                Part { summary, gaps, tally: pieces.tally() }
            },
            |part| {
                if before.gaps + part.gaps.len() as u64 > most_gaps {
                    return Err(ErrorKind::TooManyGaps { most: most_gaps }.into());
                }
                for gap in part.gaps {
                    let error = gap.error.count_before(before.records, before.lines);
                    take(Gap { error, ..gap })?;
                }
                summary.append(&part.summary);
                before += part.tally;
                Ok(())
            },
        );
        (account, summary)
    }
}

//! What all compressed formats have in common: pieces, one behind the other.

use std::io::Read;

use super::peek::Peek;
use super::run::Run;
use super::{CompressionStats, Taken};
use crate::error::{Error, Result};

/// A compressed format, as a row of pieces: members, frames or streams.
pub(super) trait Codec<R: Read> {
    /// Looks at what follows the last piece, and takes padding; tells whether it is another piece.
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool>;

    /// Decompresses some bytes of the piece into the [room](Run::room) behind those of the run, which has fewer than `len`.
    fn step(&mut self, input: &mut Peek<R>, run: &mut Run, len: usize, packed: &mut CompressionStats)
    -> Step;

    /// Begins an empty run, inside of a piece or between two.
    fn enter(&mut self, run: &mut Run) {
        let _ = run;
    }

    /// The run goes to somebody else.
    fn leave(&mut self, run: &mut Run) {
        let _ = run;
    }
}

/// What came of a step.
pub(super) struct Step {
    /// Bytes that were made.
    pub(super) made: usize,
    /// Whether they are the last ones of the piece, or what is wrong behind them.
    pub(super) ended: Result<bool>,
}

/// Pieces that are decompressed from the left.
pub(super) struct Pieces<R> {
    codec: Box<dyn Codec<R> + Send>,
    at: At,
}

/// What comes next.
enum At {
    /// A piece, or padding, or nothing.
    Start,
    /// More of a piece.
    Inside,
    /// Nothing more.
    End,
    /// Nothing more, because of this.
    Fault(Error),
}

/// How many pieces are begun in one go at the most, so that empty ones take no more memory than others.
const MOST_PIECES: usize = 1024;

impl<R: Read> Pieces<R> {
    pub(super) fn of(codec: impl Codec<R> + Send + 'static) -> Self {
        Self { codec: Box::new(codec), at: At::Start }
    }

    /// Decompresses bytes until the run has `len` of them; or fewer, if many pieces are very small.
    pub(super) fn take(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<Taken> {
        run.begin_pieces();
        self.codec.enter(run);
        let mut begun = 0;
        while run.len() < len && begun < MOST_PIECES {
            let next = match self.at {
                At::End | At::Fault(_) => break,
                At::Start => {
                    begun += 1;
                    self.codec.start(input, packed).map(|another| if another { At::Inside } else { At::End })
                }
                At::Inside => {
                    let Step { made, ended } = self.codec.step(input, run, len, packed);
                    run.fill(made);
                    ended.map(|ended| {
                        if ended {
                            run.end_piece();
                            At::Start
                        } else {
                            At::Inside
                        }
                    })
                }
            };
            self.at = next.unwrap_or_else(At::Fault);
        }
        self.codec.leave(run);
        match std::mem::replace(&mut self.at, At::End) {
            At::Fault(error) => Err(error),
            At::End => Ok(Taken::Last),
            at => {
                self.at = at;
                Ok(Taken::Some)
            }
        }
    }
}

//! Common driver of the compressed formats: a sequence of units.

use std::io::Read;

use super::CompressionStats;
use super::peek::Peek;
use super::run::{Run, Taken};
use crate::error::{Error, Result};

/// A compressed format as a sequence of units: members, frames or streams.
pub(super) trait Codec<R: Read> {
    /// Skips padding and returns whether another unit follows.
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool>;

    /// Decompresses some bytes of the unit into the [free space](Run::room) of the run, which has fewer than `len`
    /// bytes.
    fn step(&mut self, input: &mut Peek<R>, run: &mut Run, len: usize, packed: &mut CompressionStats)
    -> Step;

    /// Starts an empty run, inside of a unit or between two.
    fn enter(&mut self, run: &mut Run) {
        let _ = run;
    }

    /// Ends the use of the run.
    fn leave(&mut self, run: &mut Run) {
        let _ = run;
    }
}

/// The result of a step.
pub(super) struct Step {
    /// Bytes produced.
    pub(super) made: usize,
    /// Whether they complete the unit, or the error that follows them.
    pub(super) ended: Result<bool>,
}

/// Sequential decompression of units.
pub(super) struct Pieces<R> {
    codec: Box<dyn Codec<R> + Send>,
    at: At,
}

/// The current position.
enum At {
    /// Before a unit, padding or the end.
    Start,
    /// Inside of a unit.
    Inside,
    /// At the end.
    End,
    /// At a fault.
    Fault(Error),
}

/// Maximum number of units per run, so that empty ones use no more memory than others.
const MAX_PIECES: usize = 1024;

impl<R: Read> Pieces<R> {
    pub(super) fn new(codec: impl Codec<R> + Send + 'static) -> Self {
        Self { codec: Box::new(codec), at: At::Start }
    }

    /// Decompresses bytes until the run has `len` of them; fewer if many units are very small.
    pub(super) fn take(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<Taken> {
        run.begin_pieces();
        self.codec.enter(run);
        let mut started = 0;
        while run.len() < len && started < MAX_PIECES {
            let next = match self.at {
                At::End | At::Fault(_) => break,
                At::Start => {
                    started += 1;
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

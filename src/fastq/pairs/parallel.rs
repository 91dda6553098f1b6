//! Pairs in batches, on all workers of a pool.

use rayon::prelude::*;

use super::Pairs;
use super::batch::Batch;
use super::lockstep::{Lane, Lockstep};
use super::scout::{Scout, Task};
use crate::error::{Error, ErrorKind, Result};

impl<'data> Pairs<'data> {
    /// Lets the workers of the current rayon pool read all pairs, a batch each at a time, and hands what `map` makes of a batch to
    /// `take`, in the order of the inputs. Returns how many pairs there are.
    ///
    /// The inputs are gone through a window at a time: first records are counted, since mates have the same number but not the
    /// same offset; then batches are read, while a window takes a few mebibytes of each input for each worker. So the memory that
    /// is needed does not depend on the length of the inputs, a cold file is read once, and pairs are not copied: what `map` returns
    /// may hold them. `take` is called by the calling thread, while workers count the next window.
    ///
    /// Which pairs are a batch depends on the inputs and on [`with_batch_len`](Pairs::with_batch_len), and not on the number of
    /// workers.
    ///
    /// # Errors
    ///
    /// The first error, the same that [`Pairs::iter`] ends with; all pairs before it have been given to `map`, and what was made of
    /// them to `take`. An error of `take`, which is then called no more.
    ///
    /// ```
    /// use pagecut::fastq::{Fastq, Pairs};
    ///
    /// let data = b"@r1\nACGT\n+\nIIII\n@r1\nCC\n+\nII\n@r2\nA\n+\nI\n@r2\nGGG\n+\nIII\n".repeat(1000);
    /// let mut letters = 0;
    /// let count = Pairs::interleaved(&data, Fastq::new()).for_each_batch(
    ///     |batch| batch.map(|pair| pair.first.sequence().len() + pair.second.sequence().len()).sum::<usize>(),
    ///     |of_batch| {
    ///         letters += of_batch;
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!((count, letters), (2000, 10_000));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn for_each_batch<T: Send>(
        &self,
        map: impl Fn(&mut Batch<'data>) -> T + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<u64> {
        let mut scout = Scout::new(self.first, self.second, self.batch_len);
        let mut values = Vec::new();
        loop {
            scout.look_ahead(|| hand_out(values, &mut take))?;
            let tasks = scout.tasks();
            if tasks.is_empty()
                && let Some(end) = scout.end()
            {
                return self.read_end(end);
            }
            values = tasks.into_par_iter().with_max_len(1).map(|task| self.read(task, &map)).collect();
            self.check()?;
        }
    }

    /// Makes the value of a batch. The error is that of the pair behind those of which it was made.
    fn read<T>(&self, task: Task, map: impl Fn(&mut Batch<'data>) -> T) -> Result<(T, Option<Error>)> {
        let mut batch = Batch::new(self.lockstep_from(&task), task.pairs)?;
        let value = map(&mut batch);
        Ok((value, batch.into_error()))
    }

    /// Says how the inputs end behind the last pair.
    fn read_end(&self, end: Task) -> Result<u64> {
        let mut lockstep = self.lockstep_from(&end);
        let count = end.pairs.end;
        let next = lockstep.skip_to(count).map_or_else(|error| Some(Err(error)), |()| lockstep.next());
        self.check()?;
        match next {
            None => Ok(count),
            Some(Err(error)) => Err(error),
            // It was not there when the records were counted.
            Some(Ok(_)) => Err(ErrorKind::Changed.into()),
        }
    }

    fn lockstep_from(&self, task: &Task) -> Lockstep<'data> {
        let (first, second) = task.from;
        let second = self.second.zip(second).map(|(input, from)| Lane::from(input, from, self.format));
        Lockstep::new(Lane::from(self.first, first, self.format), second, self.check_names)
    }
}

/// Hands out values in order, up to the first error.
fn hand_out<T>(
    values: Vec<Result<(T, Option<Error>)>>,
    take: &mut impl FnMut(T) -> Result<()>,
) -> Result<()> {
    for value in values {
        let (value, error) = value?;
        take(value)?;
        error.map_or(Ok(()), Err)?;
    }
    Ok(())
}

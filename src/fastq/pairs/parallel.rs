//! Pairs in batches, on all workers of a pool.

use rayon::prelude::*;

use super::batch::Batch;
use super::lockstep::{Lane, Lockstep};
use super::paired::Pairs;
use super::scout::{Scout, Task};
use crate::error::{Error, ErrorKind, Result};

impl<'data> Pairs<'data> {
    /// Reads all pairs on the current rayon pool, in batches, and passes the value that `map` computes of each batch to `take`, in the
    /// order of the inputs. Returns the number of pairs.
    ///
    /// The inputs are read in windows of a few mebibytes of each input for each worker. The workers first count the records of a
    /// window, since mates have equal numbers and different offsets; then they read its batches. So memory does not grow with the
    /// inputs, and a cold file is read once. Pairs are not copied: the values of `map` may borrow them. The calling thread calls
    /// `take`, while the workers count the next window.
    ///
    /// The batches depend on the inputs and on [`with_batch_len`](Pairs::with_batch_len), and not on the number of workers.
    ///
    /// # Errors
    ///
    /// The first error, with which [`Pairs::iter`] ends too. `map` gets all pairs before it, and `take` the values of these. An error of
    /// `take`, which is not called again.
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

    /// Computes the value of a batch. The error is that of the pair after the pairs in the value.
    fn read<T>(&self, task: Task, map: impl Fn(&mut Batch<'data>) -> T) -> Result<(T, Option<Error>)> {
        let mut batch = Batch::new(self.lockstep_from(&task), task.pairs)?;
        let value = map(&mut batch);
        Ok((value, batch.into_error()))
    }

    /// Reads how the inputs end after the last pair.
    fn read_end(&self, end: Task) -> Result<u64> {
        let mut lockstep = self.lockstep_from(&end);
        let count = end.pairs.end;
        let next = lockstep.skip_to(count).map_or_else(|error| Some(Err(error)), |()| lockstep.next());
        self.check()?;
        match next {
            None => Ok(count),
            Some(Err(error)) => Err(error),
            // The inputs have changed since the records were counted.
            Some(Ok(_)) => Err(ErrorKind::Changed.into()),
        }
    }

    fn lockstep_from(&self, task: &Task) -> Lockstep<'data> {
        let (first, second) = task.from;
        let second = self.second.zip(second).map(|(input, from)| Lane::from(input, from, self.format));
        Lockstep::new(Lane::from(self.first, first, self.format), second, self.check_names)
    }
}

/// Passes on values in order, up to the first error.
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

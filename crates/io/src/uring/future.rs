//! A read as a future.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pagecut_core::error::Result;

use super::buffer::UringBuffer;
use super::queue::Queue;

/// A read that starts when it is first polled; returned by [`UringReader::read`](crate::uring::UringReader::read).
///
/// It works with every runtime. A thread of the reader, started for the first future, waits for the kernel and wakes
/// the task that polled last.
///
/// If it is dropped before it completes, the read is cancelled. Until the kernel has completed it, the kernel may write
/// to the buffer, which stays with the reader. Bytes already read from a stream are lost.
#[derive(Debug)]
#[must_use = "a read begins when it is polled"]
pub struct UringRead {
    queue: Arc<Queue>,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    Requested {
        offset: u64,
        len: usize,
    },
    /// The number of the read in the queue.
    Started(u64),
    Completed,
}

impl UringRead {
    pub(super) fn new(queue: &Arc<Queue>, offset: u64, len: usize) -> Self {
        Self { queue: Arc::clone(queue), progress: Progress::Requested { offset, len } }
    }
}

impl Future for UringRead {
    type Output = Result<UringBuffer>;

    /// # Errors
    ///
    /// Those of [`UringReader::read_at`](crate::uring::UringReader::read_at), except the lack of a free buffer: it
    /// waits for one. Also [`ErrorKind::Io`](crate::ErrorKind::Io) if the thread cannot be started, if the reader was
    /// dropped, and if the future is polled after completion.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let number = match self.progress {
            Progress::Requested { offset, len } => {
                self.progress = Progress::Completed;
                let number = self.queue.start_polled(offset, len)?;
                self.progress = Progress::Started(number);
                number
            }
            Progress::Started(number) => number,
            Progress::Completed => {
                return Poll::Ready(Err(io::Error::other("a read was polled after completion").into()));
            }
        };
        let filled = ready!(self.queue.poll(number, context.waker()));
        self.progress = Progress::Completed;
        Poll::Ready(filled.map(|filled| UringBuffer::new(filled, &self.queue)))
    }
}

impl Drop for UringRead {
    fn drop(&mut self) {
        if let Progress::Started(number) = self.progress {
            self.queue.abandon(number);
        }
    }
}

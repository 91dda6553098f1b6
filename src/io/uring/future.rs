//! A read that is waited for without a thread.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::buffer::UringBuffer;
use super::queue::Queue;
use crate::error::Result;

/// A read that begins when it is first polled: what [`UringReader::read`](crate::io::uring::UringReader::read) returns.
///
/// It needs no certain runtime. A thread of the reader's, which is started for the first of them, waits for the kernel and wakes
/// whoever polled last.
///
/// If it is dropped before it is over, the kernel is told to give the read up, and goes on writing to the buffer until it has:
/// the buffer stays with the reader. Of a stream, bytes that were read already are lost.
#[derive(Debug)]
#[must_use = "a read begins when it is polled"]
pub struct UringRead {
    queue: Arc<Queue>,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    Asked {
        offset: u64,
        len: usize,
    },
    /// The queue knows it by this number.
    Begun(u64),
    Over,
}

impl UringRead {
    pub(super) fn new(queue: &Arc<Queue>, offset: u64, len: usize) -> Self {
        Self { queue: Arc::clone(queue), progress: Progress::Asked { offset, len } }
    }
}

impl Future for UringRead {
    type Output = Result<UringBuffer>;

    /// # Errors
    ///
    /// Those of [`UringReader::read_at`](crate::io::uring::UringReader::read_at), but for the one for want of a buffer: it waits for
    /// one. [`ErrorKind::Io`](crate::ErrorKind::Io) also if the thread cannot be started, if the reader was dropped, and if this
    /// is polled when it is over.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let number = match self.progress {
            Progress::Asked { offset, len } => {
                self.progress = Progress::Over;
                let number = self.queue.begin_to_poll(offset, len)?;
                self.progress = Progress::Begun(number);
                number
            }
            Progress::Begun(number) => number,
            Progress::Over => {
                return Poll::Ready(Err(io::Error::other("a read was polled when it was over").into()));
            }
        };
        let filled = ready!(self.queue.poll(number, context.waker()));
        self.progress = Progress::Over;
        Poll::Ready(filled.map(|filled| UringBuffer::new(filled, &self.queue)))
    }
}

impl Drop for UringRead {
    fn drop(&mut self) {
        if let Progress::Begun(number) = self.progress {
            self.queue.abandon(number);
        }
    }
}

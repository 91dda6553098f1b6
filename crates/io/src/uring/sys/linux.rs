//! The ring of Linux: `io_uring(7)`.

use std::fmt;
use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileTypeExt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use io_uring::{CompletionQueue, IoUring, SubmissionQueue, opcode, squeue, types};

use super::{Buffer, Request};

/// User data of cancellations, to distinguish their completions from those of reads.
const CANCELLATION: u64 = u64::MAX;

/// Delay before the next attempt if the kernel is out of memory for a request.
const RETRY_DELAY: Duration = Duration::from_millis(1);

/// Two queues shared with the kernel, and the buffers that it may write to.
pub(in crate::uring) struct Ring {
    uring: IoUring,
    file: File,
    file_refused: Option<io::Error>,
    buffers_refused: Option<io::Error>,
    /// Also the lock of the queues.
    in_flight: Mutex<InFlight>,
}

/// Buffers of submitted reads that the kernel has not completed, by buffer index.
type InFlight = Vec<Option<Buffer>>;

impl Ring {
    /// Creates a ring for reads of `file` into `buffers`, whose indices start at 0.
    pub(in crate::uring) fn new(file: File, buffers: &mut [Buffer]) -> io::Result<Self> {
        let entries = u32::try_from(buffers.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let uring = IoUring::new(entries)?;
        // This feature was introduced together with the read operations used here. Testing it takes no system call that
        // may be forbidden.
        if !uring.params().is_feature_rw_cur_pos() {
            let reason = "io_uring(7) cannot read into a plain buffer before Linux 5.6";
            return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
        }
        let file_refused = uring.submitter().register_files(&[file.as_raw_fd()]).err();
        let buffers_refused = register_buffers(&uring, buffers).err();
        let in_flight = Mutex::new(buffers.iter().map(|_| None).collect());
        Ok(Self { uring, file, file_refused, buffers_refused, in_flight })
    }

    pub(in crate::uring) fn file(&self) -> &File {
        &self.file
    }

    /// Returns the reason why the kernel did not register the file (`IORING_REGISTER_FILES`).
    pub(in crate::uring) fn file_refused(&self) -> Option<&io::Error> {
        self.file_refused.as_ref()
    }

    /// Returns the reason why the kernel did not register the buffers (`IORING_REGISTER_BUFFERS`).
    pub(in crate::uring) fn buffers_refused(&self) -> Option<&io::Error> {
        self.buffers_refused.as_ref()
    }

    /// Returns whether the file is a stream, which has no offsets and may return fewer bytes than requested.
    pub(in crate::uring) fn is_stream(&self) -> io::Result<bool> {
        let kind = self.file.metadata()?.file_type();
        Ok(!kind.is_file() && !kind.is_dir() && !kind.is_block_device())
    }

    fn in_flight(&self) -> MutexGuard<'_, InFlight> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a read; [`submit`](Ring::submit) passes it to the kernel. The ring owns the buffer until the read is
    /// among the [`completions`](Ring::completions).
    ///
    /// After an error, the ring is unusable.
    pub(in crate::uring) fn push(&self, request: Request) -> io::Result<()> {
        let Request { mut buffer, range, offset, by_worker } = request;
        let index = buffer.index;
        let bytes = &mut buffer.memory[range];
        let len = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let start = bytes.as_mut_ptr();
        let (fixed, plain) = (types::Fixed(0), types::Fd(self.file.as_raw_fd()));
        let entry = match (&self.file_refused, &self.buffers_refused) {
            (None, None) => opcode::ReadFixed::new(fixed, start, len, index).offset(offset).build(),
            (None, Some(_)) => opcode::Read::new(fixed, start, len).offset(offset).build(),
            (Some(_), None) => opcode::ReadFixed::new(plain, start, len, index).offset(offset).build(),
            (Some(_), Some(_)) => opcode::Read::new(plain, start, len).offset(offset).build(),
        };
        let flags = if by_worker { squeue::Flags::ASYNC } else { squeue::Flags::empty() };
        let entry = entry.flags(flags).user_data(u64::from(index));
        match self.in_flight().get_mut(usize::from(index)) {
            Some(slot @ None) => *slot = Some(buffer),
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
        self.enqueue(&entry)
    }

    /// Queues the cancellation of the read into a buffer. The read still completes in any case.
    pub(in crate::uring) fn cancel(&self, index: u16) -> io::Result<()> {
        self.enqueue(&opcode::AsyncCancel::new(u64::from(index)).build().user_data(CANCELLATION))
    }

    /// Adds an entry to the submission queue.
    #[expect(unsafe_code, reason = "an entry may hold an address that the kernel writes to")]
    fn enqueue(&self, entry: &squeue::Entry) -> io::Result<()> {
        loop {
            // SAFETY: a read writes to a range of a buffer that `push` has put into `in_flight`, where it stays until
            // the kernel has completed the read: only `completions` takes it out, and drop of the ring leaks it. Its
            // memory does not move with it. A cancellation has no address.
            let pushed = unsafe { self.submission(&mut self.in_flight()).push(entry) };
            match pushed {
                Ok(()) => return Ok(()),
                Err(_) => self.submit()?,
            }
        }
    }

    /// Submits all queued entries with one system call; none if the queue is empty.
    ///
    /// After an error, the ring is unusable, as with [`push`](Ring::push).
    pub(in crate::uring) fn submit(&self) -> io::Result<()> {
        while !self.submission(&mut self.in_flight()).is_empty() {
            self.enter(0)?;
        }
        Ok(())
    }

    /// Waits for a completion. May return without one.
    ///
    /// After an error, the ring is unusable, as with [`push`](Ring::push).
    pub(in crate::uring) fn wait(&self) -> io::Result<()> {
        self.enter(1)
    }

    /// Submits entries and waits for this number of completions: `io_uring_enter(2)`.
    fn enter(&self, completions: usize) -> io::Result<()> {
        match self.uring.submitter().submit_and_wait(completions) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            // EAGAIN and EBUSY: no memory for a request at the moment, or the completion queue is full.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy) => {
                thread::sleep(RETRY_DELAY);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the reads completed since the last call: their buffers and numbers of bytes.
    pub(in crate::uring) fn completions(&self) -> Vec<(Buffer, io::Result<usize>)> {
        let mut in_flight = self.in_flight();
        let entries: Vec<_> = self.completion(&mut in_flight).collect();
        let of_read = |entry: &io_uring::cqueue::Entry| {
            // Cancellations have no buffer.
            let slot = usize::try_from(entry.user_data()).ok().and_then(|index| in_flight.get_mut(index))?;
            let result = entry.result();
            let bytes =
                usize::try_from(result).map_err(|_| io::Error::from_raw_os_error(result.wrapping_neg()));
            Some((slot.take()?, bytes))
        };
        entries.iter().filter_map(of_read).collect()
    }

    /// Returns the submission queue. The caller holds the lock.
    #[expect(unsafe_code, reason = "the queue of a ring that is shared")]
    fn submission<'ring>(&'ring self, _held: &'ring mut InFlight) -> SubmissionQueue<'ring> {
        // SAFETY: it is the only one: it mutably borrows the locked data while it lives, and no other code creates one.
        // (The submitter only reads the ends of the queue, atomically.)
        unsafe { self.uring.submission_shared() }
    }

    /// Returns the completion queue. The caller holds the lock.
    #[expect(unsafe_code, reason = "the queue of a ring that is shared")]
    fn completion<'ring>(&'ring self, _held: &'ring mut InFlight) -> CompletionQueue<'ring> {
        // SAFETY: as for `submission`.
        unsafe { self.uring.completion_shared() }
    }
}

/// Registers the buffers, so that the kernel does not look up their pages for every read.
#[expect(unsafe_code, reason = "a system call that takes addresses")]
fn register_buffers(uring: &IoUring, buffers: &mut [Buffer]) -> io::Result<()> {
    let range = |buffer: &mut Buffer| libc::iovec {
        iov_base: buffer.memory.as_mut_ptr().cast(),
        iov_len: buffer.memory.len(),
    };
    let ranges: Vec<_> = buffers.iter_mut().map(range).collect();
    // SAFETY: the ranges are live memory when their pages are pinned. Pinned pages outlive the memory, and the kernel
    // writes to them only for requests, each of which has its buffer in `in_flight`.
    unsafe { uring.submitter().register_buffers(&ranges) }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // Closing a ring does not wait for its reads. Memory that the kernel may still write to is never freed.
        let in_flight = self.in_flight.get_mut().unwrap_or_else(PoisonError::into_inner);
        in_flight.drain(..).flatten().for_each(mem::forget);
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("file", &self.file)
            .field("file_refused", &self.file_refused)
            .field("buffers_refused", &self.buffers_refused)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alignment;
    use std::fs;
    use std::os::fd::OwnedFd;

    /// Returns whether an address is mapped.
    fn is_mapped(address: usize) -> bool {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let number = |digits| usize::from_str_radix(digits, 16).unwrap();
        maps.lines().any(|line| {
            let (start, rest) = line.split_once('-').unwrap();
            let (end, _) = rest.split_once(' ').unwrap();
            (number(start)..number(end)).contains(&address)
        })
    }

    #[test]
    fn drop_leaks_buffers_in_flight() {
        let (end, _writer) = io::pipe().unwrap();
        // Large enough that the allocator unmaps it when it is freed.
        let mut buffers = [Buffer::new(0, 40 << 20, Alignment::page()).unwrap()];
        let Ok(ring) = Ring::new(File::from(OwnedFd::from(end)), &mut buffers) else {
            return println!("skipped: no io_uring(7)");
        };
        let [buffer] = buffers;
        let address = buffer.memory.as_ptr().addr();
        ring.push(Request { buffer, range: 0..10, offset: 0, by_worker: false }).unwrap();
        ring.submit().unwrap();
        drop(ring);
        assert!(is_mapped(address));
    }

    #[test]
    fn a_buffer_of_another_ring_is_refused() {
        let (end, _writer) = io::pipe().unwrap();
        let buffer = |index| Buffer::new(index, 10, Alignment::BYTE).unwrap();
        let Ok(ring) = Ring::new(File::from(OwnedFd::from(end)), &mut [buffer(0), buffer(1)]) else {
            return println!("skipped: no io_uring(7)");
        };
        let push =
            |index| ring.push(Request { buffer: buffer(index), range: 0..10, offset: 0, by_worker: false });
        push(1).unwrap();
        // A buffer in flight is neither replaced nor freed.
        assert_eq!(push(1).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(push(2).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert!(ring.in_flight()[1].is_some());
    }

    #[test]
    fn a_full_queue_is_submitted() {
        let (end, _writer) = io::pipe().unwrap();
        let mut buffers = [Buffer::new(0, 10, Alignment::BYTE).unwrap()];
        let Ok(ring) = Ring::new(File::from(OwnedFd::from(end)), &mut buffers) else {
            return println!("skipped: no io_uring(7)");
        };
        let [buffer] = buffers;
        ring.push(Request { buffer, range: 0..10, offset: 0, by_worker: false }).unwrap();
        for _ in 0..10 {
            ring.cancel(0).unwrap();
        }
        ring.submit().unwrap();
        let mut completions = ring.completions();
        while completions.is_empty() {
            ring.wait().unwrap();
            completions = ring.completions();
        }
        let [(buffer, outcome)] = &completions[..] else { panic!("{completions:?}") };
        assert_eq!(buffer.index, 0);
        assert_eq!(outcome.as_ref().unwrap_err().raw_os_error(), Some(libc::ECANCELED));
    }
}

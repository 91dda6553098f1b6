//! Aligned memory.

use std::alloc::{Layout, alloc_zeroed};
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};

use pagecut_core::allocation::with_headroom;
use pagecut_core::error::{ErrorKind, Result};

/// Alignment of a buffer: a power of two, in bytes.
///
/// ```
/// use pagecut::io::Alignment;
///
/// assert_eq!(Alignment::SIMD.bytes(), 64);
/// assert_eq!(Alignment::new(512)?.bytes(), 512);
/// assert!(Alignment::new(3).is_err());
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alignment(usize);

impl Alignment {
    /// No alignment.
    pub const BYTE: Self = Self(1);

    /// Alignment of the widest SIMD vectors in use: 64 bytes, for AVX-512.
    pub const SIMD: Self = Self(64);

    /// Two cache lines of 64 bytes: processors fetch them in pairs, and some have lines of 128 bytes.
    pub const CACHE_LINE: Self = Self(128);

    /// Alignment of a huge page: 2 MiB, the size on x86-64 and on AArch64 with 4 KiB pages.
    pub const HUGE_PAGE: Self = Self(2 << 20);

    /// The largest supported alignment: 1 GiB, the largest page of any processor in use.
    pub const MAX: Self = Self(1 << 30);

    /// Creates an alignment of `bytes`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] unless it is a power of two and at most [`MAX`](Alignment::MAX).
    pub fn new(bytes: usize) -> Result<Self> {
        if bytes.is_power_of_two() && bytes <= Self::MAX.0 {
            Ok(Self(bytes))
        } else {
            let expected = "a power of two, at most 1 GiB";
            Err(ErrorKind::InvalidConfig { name: "alignment", value: bytes as u64, expected }.into())
        }
    }

    /// Returns the alignment of a page of this system.
    #[must_use]
    pub fn page() -> Self {
        Self(super::sys::page_size())
    }

    /// Returns the alignment in bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.0
    }
}

/// A growable buffer whose address is a multiple of its [`Alignment`].
///
/// The allocation is larger than the buffer by up to the alignment. Pages that have not been written to use no physical
/// memory if the system allocates pages lazily.
///
/// ```
/// use pagecut::io::{AlignedBuffer, Alignment};
///
/// let mut buffer = AlignedBuffer::new(4096, Alignment::page())?;
/// buffer[..4].copy_from_slice(b"@r1\n");
/// buffer.resize(10_000)?;
/// assert!(buffer.starts_with(b"@r1\n"));
/// assert_eq!(buffer.as_ptr().addr() % Alignment::page().bytes(), 0);
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct AlignedBuffer {
    /// The allocation that contains the buffer; all of it is writable.
    memory: Vec<u8>,
    /// Start of the buffer in `memory`.
    start: usize,
    len: usize,
    capacity: usize,
    alignment: Alignment,
}

impl AlignedBuffer {
    /// Creates a buffer of `len` zero bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the allocation fails.
    pub fn new(len: usize, alignment: Alignment) -> Result<Self> {
        let memory = zeros(len.saturating_add(alignment.0 - 1))?;
        let address = memory.as_ptr().addr();
        let start = address.next_multiple_of(alignment.0) - address;
        Ok(Self { memory, start, len, capacity: len, alignment })
    }

    /// Creates an empty buffer without an allocation. It is not aligned until it grows.
    #[must_use]
    pub const fn empty(alignment: Alignment) -> Self {
        Self { memory: Vec::new(), start: 0, len: 0, capacity: 0, alignment }
    }

    /// Creates a copy of `bytes`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the allocation fails.
    pub fn from_slice(bytes: &[u8], alignment: Alignment) -> Result<Self> {
        let mut buffer = Self::new(bytes.len(), alignment)?;
        buffer.copy_from_slice(bytes);
        Ok(buffer)
    }

    /// Resizes the buffer to `len` bytes. New bytes are zero, or have the value that they had before the buffer was
    /// shortened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the allocation fails. The buffer is unchanged then.
    pub fn resize(&mut self, len: usize) -> Result<()> {
        if len > self.capacity {
            // The capacity doubles, so that growing in small steps does not copy the buffer at each step.
            let capacity = len.max(self.capacity.saturating_mul(2));
            let mut grown = with_headroom(capacity, || Self::new(capacity, self.alignment))?;
            grown[..self.len].copy_from_slice(self);
            *self = grown;
        }
        self.len = len;
        Ok(())
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the allocation fails. The buffer is unchanged then.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) -> Result<()> {
        let len = self.len;
        let end = len.checked_add(bytes.len()).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
        self.resize(end)?;
        self[len..].copy_from_slice(bytes);
        Ok(())
    }

    /// Empties the buffer and keeps its memory.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Returns the number of bytes that fit without a new allocation.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the alignment of the buffer.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        self.alignment
    }
}

/// Allocates `len` zero bytes.
///
/// `vec![0; len]` would abort the process if the allocation fails; filling a vector after a fallible reservation would
/// touch all of its pages.
#[expect(unsafe_code, reason = "zeros from the allocator, which may refuse")]
fn zeros(len: usize) -> io::Result<Vec<u8>> {
    let layout = Layout::array::<u8>(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
    if len == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout has a nonzero size.
    let start = unsafe { alloc_zeroed(layout) };
    if start.is_null() {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    // SAFETY: the global allocator, which `Vec` uses, returned `len` bytes with alignment 1, that of `u8`, and all are
    // initialized to zero; no other code has the pointer; `len` is at most `isize::MAX`, or creating the layout would
    // have failed.
    Ok(unsafe { Vec::from_raw_parts(start, len, len) })
}

impl Deref for AlignedBuffer {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.memory[self.start..][..self.len]
    }
}

impl DerefMut for AlignedBuffer {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..][..self.len]
    }
}

impl AsRef<[u8]> for AlignedBuffer {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for AlignedBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlignedBuffer")
            .field("len", &self.len)
            .field("capacity", &self.capacity)
            .field("alignment", &self.alignment.0)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_every_length_are_aligned() {
        for power in 0..=22 {
            let alignment = Alignment::new(1 << power).unwrap();
            for len in [0, 1, 63, 64, 4095, 4097] {
                let mut buffer = AlignedBuffer::new(len, alignment).unwrap();
                assert_eq!(buffer.as_ptr().addr() % alignment.bytes(), 0, "{len} bytes at {alignment:?}");
                assert_eq!(&*buffer, vec![0; len]);
                buffer.fill(7);
                buffer.resize(len + 10).unwrap();
                assert_eq!(buffer.as_ptr().addr() % alignment.bytes(), 0);
                assert_eq!(&*buffer, [vec![7; len], vec![0; 10]].concat());
            }
        }
    }

    #[test]
    fn an_alignment_must_be_a_power_of_two() {
        for bytes in [0, 3, 4097, usize::MAX, 1 << 31] {
            let error = Alignment::new(bytes).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InvalidConfig { name: "alignment", .. }), "{error}");
        }
    }

    #[test]
    fn a_failed_allocation_changes_nothing() {
        let mut buffer = AlignedBuffer::from_slice(b"abc", Alignment::SIMD).unwrap();
        for len in [usize::MAX, isize::MAX as usize, isize::MAX as usize - 63] {
            let error = buffer.resize(len).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Io(io) if io.kind() == io::ErrorKind::OutOfMemory));
        }
        assert_eq!(&*buffer, b"abc");
    }

    #[test]
    fn a_growing_buffer_keeps_its_bytes() {
        let mut buffer = AlignedBuffer::new(0, Alignment::CACHE_LINE).unwrap();
        for byte in 0..=255 {
            buffer.extend_from_slice(&[byte]).unwrap();
        }
        assert!(buffer.iter().copied().eq(0..=255));
        assert!(buffer.capacity() < 600);
        buffer.clear();
        assert!(buffer.is_empty());
    }
}

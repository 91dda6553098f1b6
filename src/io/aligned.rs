//! Memory that begins where it is told to.

use std::alloc::{Layout, alloc_zeroed};
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};

use crate::error::{ErrorKind, Result};

/// Where a buffer has to begin: at a multiple of a power of two.
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
    /// None at all.
    pub const BYTE: Self = Self(1);

    /// That of the widest vectors in use: 64 bytes, for AVX-512.
    pub const SIMD: Self = Self(64);

    /// That of a cache line, twice: processors fetch pairs of 64 bytes, and some have lines of 128.
    pub const CACHE_LINE: Self = Self(128);

    /// That of a huge page: 2 MiB, which is what it is on x86-64, and on AArch64 with pages of 4 KiB.
    pub const HUGE_PAGE: Self = Self(2 << 20);

    /// The largest there is: 1 GiB, the largest page of any processor in use.
    pub const MAX: Self = Self(1 << 30);

    /// An alignment of so many bytes.
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

    /// That of a page of this system.
    #[must_use]
    pub fn page() -> Self {
        Self(super::sys::page_size())
    }

    /// The alignment in bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.0
    }
}

/// Bytes whose first one lies at an address that is a multiple of the [`Alignment`], also after the buffer has grown.
///
/// What it takes of memory is a little more than that, so that such an address is found in it. The pages that nobody has written to cost
/// nothing, where the system gives them only then.
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
    /// In which the buffer lies; all of it can be written to.
    memory: Vec<u8>,
    /// Where in it the buffer begins.
    start: usize,
    len: usize,
    capacity: usize,
    alignment: Alignment,
}

impl AlignedBuffer {
    /// A buffer of `len` zeros.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is not so much memory.
    pub fn new(len: usize, alignment: Alignment) -> Result<Self> {
        let memory = zeros(len.saturating_add(alignment.0 - 1))?;
        let address = memory.as_ptr().addr();
        let start = address.next_multiple_of(alignment.0) - address;
        Ok(Self { memory, start, len, capacity: len, alignment })
    }

    /// A buffer that takes no memory before it grows, and lies nowhere until then.
    #[must_use]
    pub const fn empty(alignment: Alignment) -> Self {
        Self { memory: Vec::new(), start: 0, len: 0, capacity: 0, alignment }
    }

    /// A copy of `bytes`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is not so much memory.
    pub fn from_slice(bytes: &[u8], alignment: Alignment) -> Result<Self> {
        let mut buffer = Self::new(bytes.len(), alignment)?;
        buffer.copy_from_slice(bytes);
        Ok(buffer)
    }

    /// Makes the buffer `len` bytes long. It keeps its bytes as far as they go; new ones are zero, or what they were before the
    /// buffer was made shorter.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is not so much memory. The buffer is then what it was.
    pub fn resize(&mut self, len: usize) -> Result<()> {
        if len > self.capacity {
            // Doubled, so that a buffer that grows by small steps is not copied at each.
            let mut grown = Self::new(len.max(self.capacity.saturating_mul(2)), self.alignment)?;
            grown[..self.len].copy_from_slice(self);
            *self = grown;
        }
        self.len = len;
        Ok(())
    }

    /// Puts bytes behind those that are there.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is not so much memory. The buffer is then what it was.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) -> Result<()> {
        let len = self.len;
        let end = len.checked_add(bytes.len()).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
        self.resize(end)?;
        self[len..].copy_from_slice(bytes);
        Ok(())
    }

    /// Makes the buffer empty. It keeps its memory.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// How long the buffer can become without new memory.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Where the buffer begins.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        self.alignment
    }
}

/// So many zeros.
///
/// Not `vec![0; len]`, which ends the process where there is not so much memory; and not one that is filled after it was had, which
/// would touch all of its pages.
#[expect(unsafe_code, reason = "zeros from the allocator, which may refuse")]
fn zeros(len: usize) -> io::Result<Vec<u8>> {
    let layout = Layout::array::<u8>(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
    if len == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout has a size other than 0.
    let start = unsafe { alloc_zeroed(layout) };
    if start.is_null() {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    // SAFETY: the allocator that a vector uses gave `len` bytes of alignment 1, which is that of a byte, and they are zeros, so each has
    // a value; nobody else has the pointer; `len` is at most `isize::MAX`, or there would be no layout.
    Ok(unsafe { Vec::from_raw_parts(start, len, len) })
}

impl Deref for AlignedBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[self.start..][..self.len]
    }
}

impl DerefMut for AlignedBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..][..self.len]
    }
}

impl AsRef<[u8]> for AlignedBuffer {
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
    fn a_buffer_is_usable_and_aligned_whatever_its_length() {
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
    fn an_alignment_is_a_power_of_two() {
        for bytes in [0, 3, 4097, usize::MAX, 1 << 31] {
            let error = Alignment::new(bytes).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InvalidConfig { name: "alignment", .. }), "{error}");
        }
    }

    #[test]
    fn more_than_there_can_be_is_an_error_and_changes_nothing() {
        let mut buffer = AlignedBuffer::from_slice(b"abc", Alignment::SIMD).unwrap();
        for len in [usize::MAX, isize::MAX as usize, isize::MAX as usize - 63] {
            let error = buffer.resize(len).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Io(io) if io.kind() == io::ErrorKind::OutOfMemory));
        }
        assert_eq!(&*buffer, b"abc");
    }

    #[test]
    fn a_buffer_that_grows_by_bytes_keeps_them() {
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

//! Slices that keep their owner alive.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range, RangeBounds};
use std::sync::Arc;

use pagecut_core::error::Result;
use pagecut_core::range::{position_in, resolve};

/// Maximum number of bytes in the `Debug` output.
const EXCERPT_LEN: usize = 60;

/// A slice of bytes with shared ownership of their container: no lifetime and no copy.
///
/// A record borrows from its mapping. With the mapping in an [`Arc`], a part of a record can be kept and sent to
/// threads that outlive the scope of the mapping:
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
///
/// use pagecut::{fastq::Fastq, io::SharedSlice, mmap::MmapReader};
///
/// let reader = Arc::new(MmapReader::open("testdata/two.fastq")?);
/// let record = reader.records(&Fastq::new()).next().unwrap()?;
/// let sequence = SharedSlice::from_part(&reader, record.sequence()).unwrap();
/// assert!(std::ptr::eq(&*sequence, record.sequence()));
///
/// // From here on, only the slice keeps the file mapped.
/// drop(reader);
/// let thread = thread::spawn(move || sequence.to_ascii_lowercase());
/// assert_eq!(thread.join().unwrap(), b"acgtn");
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// Comparison, order and hash are those of the bytes. If the bytes belong to a mapping, call
/// `MmapReader::check` through [`owner`](SharedSlice::owner) to detect changes of the
/// file.
///
/// With the feature `bytes`, `From` converts it into a `bytes::Bytes` without a copy.
pub struct SharedSlice<T: ?Sized> {
    owner: Arc<T>,
    /// Range of the slice in the bytes of the owner.
    range: Range<usize>,
}

impl<T: AsRef<[u8]> + ?Sized> SharedSlice<T> {
    /// Returns a slice of all bytes of an owner.
    #[must_use]
    pub fn new(owner: Arc<T>) -> Self {
        let range = 0..(*owner).as_ref().len();
        Self { owner, range }
    }

    /// Returns a slice for `part`, which must be borrowed from the bytes of the owner; `None` if it is not.
    ///
    /// The address of `part` decides. An empty part belongs to every owner; its range is 0..0 if its address lies
    /// outside of the owner's bytes.
    #[must_use]
    pub fn from_part(owner: &Arc<T>, part: &[u8]) -> Option<Self> {
        let inside = position_in((**owner).as_ref(), part);
        let range = inside.or_else(|| part.is_empty().then_some(0..0))?;
        Some(Self { owner: Arc::clone(owner), range })
    }

    /// Returns a subslice with the same owner. The range is relative to this slice.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if the range exceeds the slice.
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Result<Self> {
        let Range { start, end } = resolve(range, self.len())?;
        let range = self.range.start + start..self.range.start + end;
        Ok(Self { owner: Arc::clone(&self.owner), range })
    }
}

impl<T: ?Sized> SharedSlice<T> {
    /// Returns the owner.
    #[must_use]
    pub fn owner(&self) -> &Arc<T> {
        &self.owner
    }

    /// Returns the range of the slice in the bytes of its owner.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

/// Returns the bytes. If the owner has become shorter since the slice was made, the result is shorter, too.
impl<T: AsRef<[u8]> + ?Sized> Deref for SharedSlice<T> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        let all = (*self.owner).as_ref();
        all.get(self.range.start..self.range.end.min(all.len())).unwrap_or_default()
    }
}

impl<T: AsRef<[u8]> + ?Sized> AsRef<[u8]> for SharedSlice<T> {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl<T: AsRef<[u8]> + ?Sized> Borrow<[u8]> for SharedSlice<T> {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl<T: ?Sized> Clone for SharedSlice<T> {
    fn clone(&self) -> Self {
        Self { owner: Arc::clone(&self.owner), range: self.range.clone() }
    }
}

impl<T: AsRef<[u8]> + ?Sized> PartialEq for SharedSlice<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: AsRef<[u8]> + ?Sized> Eq for SharedSlice<T> {}

impl<T: AsRef<[u8]> + ?Sized> PartialOrd for SharedSlice<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: AsRef<[u8]> + ?Sized> Ord for SharedSlice<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: AsRef<[u8]> + ?Sized> Hash for SharedSlice<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: AsRef<[u8]> + ?Sized> fmt::Debug for SharedSlice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Dereferenced only once: the owner may return fewer bytes the next time.
        let bytes = &**self;
        let excerpt = &bytes[..bytes.len().min(EXCERPT_LEN)];
        f.debug_struct("SharedSlice")
            .field("range", &self.range)
            .field("excerpt", &format_args!("\"{}\"", excerpt.escape_ascii()))
            .finish_non_exhaustive()
    }
}

/// Converts without a copy; the result keeps the owner alive.
#[cfg(feature = "bytes")]
impl<T: AsRef<[u8]> + Send + Sync + ?Sized + 'static> From<SharedSlice<T>> for bytes::Bytes {
    fn from(slice: SharedSlice<T>) -> Self {
        Self::from_owner(slice)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::{BTreeMap, HashMap};

    use super::*;
    use pagecut_core::error::ErrorKind;

    #[test]
    fn a_part_is_found_by_its_address() {
        let around = b"0123456789";
        let owner = Arc::new(&around[3..7]);
        for start in 0..=around.len() {
            for end in start..=around.len() {
                let found = SharedSlice::from_part(&owner, &around[start..end]).map(|slice| slice.range());
                let expected = if 3 <= start && end <= 7 {
                    Some(start - 3..end - 3)
                } else {
                    (start == end).then_some(0..0)
                };
                assert_eq!(found, expected, "{start}..{end}");
            }
        }
        let elsewhere = around[3..7].to_vec();
        assert!(SharedSlice::from_part(&owner, &elsewhere).is_none());
    }

    #[test]
    fn a_subslice_has_the_same_bytes() {
        let owner: Arc<str> = Arc::from("abcdef");
        let all = SharedSlice::new(Arc::clone(&owner));
        assert_eq!(&*all, owner.as_bytes());
        for start in 0..=6 {
            for end in start..=6 {
                let part = all.slice(start..end).unwrap();
                assert!(std::ptr::eq(&*part, &owner.as_bytes()[start..end]));
                for end in 0..=7 {
                    for start in 0..=7 {
                        match part.get(start..end) {
                            Some(bytes) => {
                                assert!(std::ptr::eq(&*part.slice(start..end).unwrap(), bytes));
                            }
                            None => {
                                let error = part.slice(start..end).unwrap_err();
                                let len = part.len() as u64;
                                assert!(
                                    matches!(error.kind(), ErrorKind::OutOfRange { len: of, .. } if *of == len)
                                );
                            }
                        }
                    }
                }
            }
        }
        assert!(all.slice(..=usize::MAX).is_err());
        assert!(Arc::ptr_eq(all.slice(2..).unwrap().owner(), &owner));
    }

    #[test]
    fn a_slice_compares_and_hashes_as_its_bytes() {
        let owner = Arc::new(b"abab".to_vec());
        let slice = |range: Range<usize>| SharedSlice::new(Arc::clone(&owner)).slice(range).unwrap();
        assert_eq!(slice(0..2), slice(2..4));
        assert_ne!(slice(0..2), slice(1..3));
        for (left, right) in [(0..2, 2..4), (0..2, 1..3), (1..2, 0..4), (3..3, 0..1), (0..4, 0..3)] {
            let expected = owner[left.clone()].cmp(&owner[right.clone()]);
            assert_eq!(slice(left.clone()).cmp(&slice(right.clone())), expected);
            assert_eq!(slice(left).partial_cmp(&slice(right)), Some(expected));
        }
        let hashed = HashMap::from([(slice(0..2), 1), (slice(1..3), 2)]);
        assert_eq!(
            (hashed.get(&b"ab"[..]), hashed.get(&b"ba"[..]), hashed.get(&b"b"[..])),
            (Some(&1), Some(&2), None)
        );
        let sorted = BTreeMap::from([(slice(0..2), 1), (slice(1..3), 2)]);
        assert_eq!(sorted.get(&b"ba"[..]), Some(&2));
    }

    #[test]
    fn the_debug_output_is_short() {
        let slice = SharedSlice::new(Arc::new([0; 1000])).slice(100..).unwrap();
        let shown = format!("{slice:?}");
        assert!(shown.starts_with("SharedSlice { range: 100..1000, excerpt: \"\\x00"), "{shown}");
        assert!(shown.len() < 300);
    }

    /// An owner that returns a different number of bytes at each call, up to 10.
    struct Flickering(Cell<usize>);

    impl AsRef<[u8]> for Flickering {
        #[inline]
        fn as_ref(&self) -> &[u8] {
            let len = self.0.get();
            self.0.set((len + 7) % 11);
            &b"0123456789"[..len]
        }
    }

    #[test]
    fn a_slice_of_a_shorter_owner_is_shorter() {
        for len in 0..=10 {
            #[expect(clippy::arc_with_non_send_sync, reason = "the test needs an inconsistent owner")]
            let owner = Arc::new(Flickering(Cell::new(len)));
            let slice = SharedSlice { owner, range: 3..8 };
            assert_eq!(&*slice, b"0123456789".get(3..len.min(8)).unwrap_or_default(), "{len}");
            slice.owner.0.set(len);
            assert!(format!("{slice:?}").starts_with("SharedSlice"));
            slice.owner.0.set(len);
            let part = slice.slice(..).unwrap();
            assert_eq!(part.range(), 3..len.clamp(3, 8));
            assert!(part.len() <= part.range().len());
        }
    }
}

//! A table of values by PID.

use super::pid::PIDS;

/// Values by PID with constant-time access. It takes 16 KiB and the memory of the values.
#[derive(Debug, Clone)]
pub(super) struct ByPid<T> {
    /// By PID: the index in `values` plus one, or 0 if the PID has no value.
    places: Box<[u16; PIDS]>,
    /// The values with their PIDs, in the order of insertion.
    values: Vec<(u16, T)>,
}

impl<T> ByPid<T> {
    pub(super) fn new() -> Self {
        Self { places: Box::new([0; PIDS]), values: Vec::new() }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, pid: u16) -> Option<&mut T> {
        let place = usize::from(*self.places.get(usize::from(pid))?);
        self.values.get_mut(place.checked_sub(1)?).map(|(_, value)| value)
    }

    pub(super) fn get(&self, pid: u16) -> Option<&T> {
        let place = usize::from(*self.places.get(usize::from(pid))?);
        self.values.get(place.checked_sub(1)?).map(|(_, value)| value)
    }

    #[inline]
    pub(super) fn get_or_insert_with(&mut self, pid: u16, make: impl FnOnce() -> T) -> &mut T {
        let index = match usize::from(self.places[usize::from(pid)]) {
            0 => self.push(pid, make()),
            place => place - 1,
        };
        &mut self.values[index].1
    }

    #[cold]
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer PIDs")]
    fn push(&mut self, pid: u16, value: T) -> usize {
        let index = self.values.len();
        self.values.push((pid, value));
        self.places[usize::from(pid)] = (index + 1) as u16;
        index
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut().map(|(_, value)| value)
    }

    /// Returns the values with their PIDs, in the order of insertion.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, &T)> {
        self.values.iter().map(|(pid, value)| (*pid, value))
    }
}

//! The order of packets of several tracks.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, TryReserveError};

/// A second, in the time units for the comparison of tracks.
pub(super) const SECOND: i64 = 1_000_000;

/// Maximum number of tracks that are compared one by one, which is the order of libavformat for all times.
const FEW: usize = 16;

/// Decode time and offset of the next packet of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// In time units of [`SECOND`].
    pub(super) time: i64,
    pub(super) offset: u64,
}

/// The next packets of all tracks.
///
/// Of two packets that are due within a second of each other, the one with the lower offset is first; otherwise the one that
/// is due first. Few tracks are compared in their order. Of many, the next is the one with the lowest offset among those due
/// within a second of the earliest; a step then takes time logarithmic in their number. For that, the times of a track are
/// treated as increasing.
#[derive(Debug)]
pub(super) enum Order {
    Few(Vec<Option<Head>>),
    Many(Many),
}

impl Order {
    /// Creates the order of tracks that have no packet yet.
    pub(super) fn new(tracks: usize) -> Result<Self, TryReserveError> {
        let mut heads = Vec::new();
        heads.try_reserve_exact(tracks)?;
        heads.resize(tracks, None);
        if tracks <= FEW { Ok(Self::Few(heads)) } else { Many::new(heads).map(Self::Many) }
    }

    /// Creates the order of no tracks.
    pub(super) fn none() -> Self {
        Self::Few(Vec::new())
    }

    /// Sets the next packet of a track that has none.
    pub(super) fn set(&mut self, track: usize, head: Head) {
        match self {
            Self::Few(heads) => heads[track] = Some(head),
            Self::Many(many) => many.set(track, head),
        }
    }

    /// Takes the track with the next packet.
    pub(super) fn take(&mut self) -> Option<usize> {
        match self {
            Self::Few(heads) => {
                let (first, _) = first_of_few(heads)?;
                heads[first] = None;
                Some(first)
            }
            Self::Many(many) => many.take(),
        }
    }
}

fn first_of_few(heads: &[Option<Head>]) -> Option<(usize, Head)> {
    let heads = heads.iter().enumerate().filter_map(|(track, head)| Some((track, (*head)?)));
    heads.reduce(|first, next| {
        let is_first = if first.1.time.abs_diff(next.1.time) <= SECOND.unsigned_abs() {
            next.1.offset < first.1.offset
        } else {
            next.1.time < first.1.time
        };
        if is_first { next } else { first }
    })
}

/// The next packets of many tracks, each in one of two heaps.
#[derive(Debug)]
pub(super) struct Many {
    heads: Vec<Option<Head>>,
    /// The latest time of each track so far.
    latest: Vec<i64>,
    /// Times of all next packets, the earliest first, and of some packets already taken.
    times: BinaryHeap<Reverse<(i64, usize)>>,
    /// Offsets of the packets that are due within a second of the earliest.
    near: BinaryHeap<Reverse<(u64, usize)>>,
    /// Times of the other packets.
    far: BinaryHeap<Reverse<(i64, usize)>>,
    /// Number of heap entries inspected.
    #[cfg(test)]
    steps: usize,
}

impl Many {
    fn new(heads: Vec<Option<Head>>) -> Result<Self, TryReserveError> {
        let mut latest = Vec::new();
        latest.try_reserve_exact(heads.len())?;
        latest.resize(heads.len(), i64::MIN);
        let mut many = Self {
            latest,
            times: BinaryHeap::new(),
            near: BinaryHeap::new(),
            far: BinaryHeap::new(),
            #[cfg(test)]
            steps: 0,
            heads,
        };
        // Capacity limits of the heaps: `set` keeps `times` below its limit.
        many.times.try_reserve_exact(2 * many.heads.len())?;
        many.near.try_reserve_exact(many.heads.len())?;
        many.far.try_reserve_exact(many.heads.len())?;
        Ok(many)
    }

    fn set(&mut self, track: usize, head: Head) {
        let head = Head { time: head.time.max(self.latest[track]), ..head };
        self.latest[track] = head.time;
        self.heads[track] = Some(head);
        if self.times.len() >= 2 * self.heads.len() {
            // More than half of the entries are stale.
            self.times.clear();
            let heads = self.heads.iter().enumerate().filter(|&(other, _)| other != track);
            let times = heads.filter_map(|(track, head)| Some(Reverse(((*head)?.time, track))));
            self.times.extend(times);
            #[cfg(test)]
            {
                self.steps += self.heads.len();
            }
        }
        self.times.push(Reverse((head.time, track)));
        self.far.push(Reverse((head.time, track)));
    }

    fn take(&mut self) -> Option<usize> {
        let earliest = loop {
            let Reverse((time, track)) = *self.times.peek()?;
            self.count_step();
            if self.heads[track].is_some_and(|head| head.time == time) {
                break time;
            }
            self.times.pop();
        };
        while let Some(&Reverse((time, track))) = self.far.peek()
            && time <= earliest.saturating_add(SECOND)
        {
            self.count_step();
            self.far.pop();
            let Some(head) = self.heads[track] else { continue };
            self.near.push(Reverse((head.offset, track)));
        }
        let Reverse((_, track)) = self.near.pop()?;
        self.heads[track] = None;
        Some(track)
    }

    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests count"))]
    fn count_step(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds tracks of `packets` packets each; earlier packets have lower offsets.
    fn interleaved(tracks: usize, packets: usize) -> Vec<Vec<Head>> {
        let head = |track: usize, packet: usize| Head {
            time: i64::try_from(packet).unwrap() * 40_000,
            offset: (packet * tracks + track) as u64,
        };
        (0..tracks).map(|track| (0..packets).map(|packet| head(track, packet)).collect()).collect()
    }

    /// Returns the heads in order, by track and number.
    fn in_order(tracks: &[Vec<Head>], order: &mut Order) -> Vec<(usize, usize)> {
        let mut next = vec![0; tracks.len()];
        let mut found = Vec::new();
        for (track, heads) in tracks.iter().enumerate() {
            heads.first().into_iter().for_each(|&head| order.set(track, head));
        }
        while let Some(track) = order.take() {
            found.push((track, next[track]));
            next[track] += 1;
            tracks[track].get(next[track]).into_iter().for_each(|&head| order.set(track, head));
        }
        found
    }

    /// The order of many tracks by its definition.
    fn naive(tracks: &[Vec<Head>]) -> Vec<(usize, usize)> {
        let mut next = vec![0; tracks.len()];
        let mut found = Vec::new();
        loop {
            let head = |track: usize, next: &[usize]| tracks[track].get(next[track]).copied();
            let heads = (0..tracks.len()).filter_map(|track| Some((track, head(track, &next)?)));
            let Some(earliest) = heads.clone().map(|(_, head)| head.time).min() else { return found };
            let near = heads.filter(|(_, head)| head.time <= earliest + SECOND);
            let (track, _) = near.min_by_key(|&(track, head)| (head.offset, track)).unwrap();
            found.push((track, next[track]));
            next[track] += 1;
        }
    }

    #[test]
    fn the_order_of_many_tracks_follows_its_definition() {
        let mut tracks = interleaved(40, 60);
        // One track with offsets at the end, one that starts late, one with packets far apart, and one without packets.
        tracks[3].iter_mut().for_each(|head| head.offset += 1 << 20);
        tracks[9].iter_mut().for_each(|head| head.time += 5 * SECOND);
        tracks[17].iter_mut().for_each(|head| head.time *= 100);
        tracks[20].clear();
        let found = in_order(&tracks, &mut Order::new(tracks.len()).unwrap());
        assert_eq!(found.len(), 39 * 60);
        assert_eq!(found, naive(&tracks));
    }

    #[test]
    fn offsets_decide_within_a_second() {
        let head = |time, offset| Head { time, offset };
        for (second, expected) in [(SECOND, [1, 0]), (SECOND + 1, [0, 1])] {
            for tracks in [2, FEW + 1] {
                let mut order = Order::new(tracks).unwrap();
                order.set(0, head(0, 100));
                order.set(1, head(second, 50));
                assert_eq!(
                    [order.take(), order.take(), order.take()],
                    [Some(expected[0]), Some(expected[1]), None]
                );
            }
        }
    }

    #[test]
    fn steps_grow_almost_linearly_with_tracks() {
        let steps = |tracks: usize, stuck: bool| {
            let mut tracks = interleaved(tracks, 4);
            // The earliest packet has the highest offset, so that it stays while the others are taken.
            if stuck {
                tracks[0].iter_mut().for_each(|head| *head = Head { time: 0, offset: u64::MAX });
            }
            let mut order = Order::new(tracks.len()).unwrap();
            in_order(&tracks, &mut order);
            let Order::Many(many) = order else { panic!("{} tracks are few", tracks.len()) };
            many.steps
        };
        for stuck in [false, true] {
            let (once, twice) = (steps(2000, stuck), steps(4000, stuck));
            assert!(twice <= once * 5 / 2, "{once} steps, then {twice}");
        }
    }
}

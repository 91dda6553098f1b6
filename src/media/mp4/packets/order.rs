//! Which track has the next packet.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, TryReserveError};

/// A second, in the time units in which tracks are compared.
pub(super) const SECOND: i64 = 1_000_000;

/// Up to this number of tracks are compared one by one, which is the order of libavformat whatever their times.
const FEW: usize = 16;

/// When the next packet of a track is decoded, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// In time units of [`SECOND`].
    pub(super) time: i64,
    pub(super) offset: u64,
}

/// The next packets of all tracks.
///
/// Of two that are due within a second of each other, the one that comes first in the file is first; of others the one that is due first.
/// Few tracks are compared in their order. Of many, the first in the file of those that are due within a second of the earliest is next: a
/// step takes time by the logarithm of their number. For that, the times of a track count as if they ascended.
#[derive(Debug)]
pub(super) enum Order {
    Few(Vec<Option<Head>>),
    Many(Many),
}

impl Order {
    /// Of tracks none of which has a packet yet.
    pub(super) fn new(tracks: usize) -> Result<Self, TryReserveError> {
        let mut heads = Vec::new();
        heads.try_reserve_exact(tracks)?;
        heads.resize(tracks, None);
        if tracks <= FEW { Ok(Self::Few(heads)) } else { Many::new(heads).map(Self::Many) }
    }

    /// Of no tracks.
    pub(super) fn none() -> Self {
        Self::Few(Vec::new())
    }

    /// Sets the next packet of a track, which has none.
    pub(super) fn set(&mut self, track: usize, head: Head) {
        match self {
            Self::Few(heads) => heads[track] = Some(head),
            Self::Many(many) => many.set(track, head),
        }
    }

    /// Takes the track whose packet is next.
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
    /// Times of all next packets, the earliest first, and of some that were taken.
    times: BinaryHeap<Reverse<(i64, usize)>>,
    /// Offsets of the packets that are due within a second of the earliest.
    near: BinaryHeap<Reverse<(u64, usize)>>,
    /// Times of the other packets.
    far: BinaryHeap<Reverse<(i64, usize)>>,
    /// How often an entry of a heap was looked at.
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
        // No heap ever has more: `set` keeps `times` below.
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
            // More than half of them were taken.
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

    /// Tracks of so many packets each, the earlier ones of each first in the file.
    fn interleaved(tracks: usize, packets: usize) -> Vec<Vec<Head>> {
        let head = |track: usize, packet: usize| Head {
            time: i64::try_from(packet).unwrap() * 40_000,
            offset: (packet * tracks + track) as u64,
        };
        (0..tracks).map(|track| (0..packets).map(|packet| head(track, packet)).collect()).collect()
    }

    /// The heads in their order, by track and number.
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

    /// The order of many by its definition.
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
    fn many_tracks_come_in_the_order_that_is_defined() {
        let mut tracks = interleaved(40, 60);
        // One that lies at the end, one that starts late, one whose packets are far apart, and one without packets.
        tracks[3].iter_mut().for_each(|head| head.offset += 1 << 20);
        tracks[9].iter_mut().for_each(|head| head.time += 5 * SECOND);
        tracks[17].iter_mut().for_each(|head| head.time *= 100);
        tracks[20].clear();
        let found = in_order(&tracks, &mut Order::new(tracks.len()).unwrap());
        assert_eq!(found.len(), 39 * 60);
        assert_eq!(found, naive(&tracks));
    }

    #[test]
    fn of_two_packets_the_place_counts_within_a_second() {
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
    fn twice_the_tracks_take_little_more_than_twice_the_steps() {
        let steps = |tracks: usize, stuck: bool| {
            let mut tracks = interleaved(tracks, 4);
            // The earliest packet lies last, so that it stays while the others go.
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

//! What `stats` tells of a transport stream.

use std::collections::BTreeMap;

use super::TsPacket;

/// How many packets there are of each PID, collected packet by packet in any order and merged.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Packets of the PID that is the index.
    packets: Vec<u64>,
}

/// How many PIDs there can be: 13 bits (§2.4.3.3).
const PIDS: usize = 1 << 13;

impl Default for Summary {
    fn default() -> Self {
        Self { packets: vec![0; PIDS] }
    }
}

impl Summary {
    /// Of no packets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a packet.
    #[inline]
    pub fn add(&mut self, packet: TsPacket<'_>) {
        self.packets[usize::from(packet.pid())] += 1;
    }

    /// Takes in what another one collected.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (count, others) in self.packets.iter_mut().zip(other.packets) {
            *count += others;
        }
        self
    }

    /// Packets by PID, those that occur.
    #[must_use]
    pub fn pids(&self) -> BTreeMap<u16, u64> {
        (0..).zip(self.packets.iter().copied()).filter(|(_, count)| *count > 0).collect()
    }
}

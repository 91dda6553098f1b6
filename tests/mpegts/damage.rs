//! Damaged streams cause no panic and no wrong sums.

use rayon::prelude::*;

use crate::common::noise;
use crate::exercise::exercise;
use crate::{files, format};

#[test]
fn streams_truncated_anywhere() {
    files().par_iter().for_each(|(_, data)| {
        for len in (0..data.len()).step_by(97) {
            exercise(format(data), &data[..len]);
        }
    });
}

#[test]
fn streams_with_missing_bytes() {
    files().par_iter().for_each(|(_, data)| {
        for (number, at) in (0..data.len() - 400).step_by(397).enumerate() {
            let damaged = [&data[..at], &data[at + 1 + number % 300..]].concat();
            exercise(format(data), &damaged);
        }
    });
}

#[test]
fn streams_with_changed_bytes() {
    files().par_iter().for_each(|(_, data)| {
        let (packets, bytes) = (format(data), noise(3, data.len()));
        // The header, the adaptation field, and the first payload bytes of each packet in turn.
        for at in 0..24 {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = data.clone();
                for (number, packet) in damaged.chunks_mut(packets.packet_len()).enumerate() {
                    if number % 3 == at % 3 && packet.len() > at {
                        packet[at] = value;
                    }
                }
                exercise(packets, &damaged);
            }
        }
        let mut damaged = data.clone();
        for (byte, noise) in damaged.iter_mut().zip(&bytes) {
            *byte = if noise % 31 == 0 { *noise } else { *byte };
        }
        exercise(packets, &damaged);
        exercise(packets, &bytes);
    });
}

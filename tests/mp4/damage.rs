//! Damage: no panic, no hang, and an offset for every error.

use rayon::prelude::*;

use crate::exercise::{damaged_numbers, damaged_sizes, exercise};
use crate::{data, files};

/// Files that differ in the effect of damage.
const KINDS: [&str; 9] = [
    "large_sizes.mp4",
    "to_the_end.mp4",
    "several_edits.mp4",
    "fragmented_absolute.mp4",
    "fragmented_split_runs.mp4",
    "fragmented_indexed.mp4",
    "mixed.mp4",
    "vp9_opus.mp4",
    "ima4.mov",
];

#[test]
fn files_truncated_at_every_97th_byte() {
    files().par_iter().for_each(|(_, data)| {
        for len in (0..data.len()).step_by(97) {
            exercise(&data[..len]);
        }
    });
}

#[test]
fn every_box_size_set_to_invalid_values() {
    KINDS.par_iter().for_each(|name| {
        let errors: usize = damaged_sizes(&data(name)).map(|damaged| exercise(&damaged)).sum();
        assert!(errors > 50, "{errors} errors in {name}");
    });
}

#[test]
fn every_box_field_set_to_extreme_values() {
    ["large_sizes.mp4", "mixed.mp4", "vp9_opus.mp4", "fragmented_indexed.mp4"].par_iter().for_each(|name| {
        let errors: usize = damaged_numbers(&data(name)).map(|damaged| exercise(&damaged)).sum();
        assert!(errors > 50, "{errors} errors in {name}");
    });
}

//! Damage is normal input: nothing panics, nothing hangs, and every error has a place.

use rayon::prelude::*;

use crate::exercise::{damaged_numbers, damaged_sizes, exercise};
use crate::{data, files};

/// Files of which no two are damaged in the same way.
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
fn every_file_cut_at_every_97th_byte() {
    files().par_iter().for_each(|(_, data)| {
        for len in (0..data.len()).step_by(97) {
            exercise(&data[..len]);
        }
    });
}

#[test]
fn every_size_of_a_box_set_to_what_it_cannot_be() {
    KINDS.par_iter().for_each(|name| {
        let errors: usize = damaged_sizes(&data(name)).map(|damaged| exercise(&damaged)).sum();
        assert!(errors > 50, "{errors} errors in {name}");
    });
}

#[test]
fn every_number_in_the_boxes_set_to_extremes() {
    ["large_sizes.mp4", "mixed.mp4", "vp9_opus.mp4", "fragmented_indexed.mp4"].par_iter().for_each(|name| {
        let errors: usize = damaged_numbers(&data(name)).map(|damaged| exercise(&damaged)).sum();
        assert!(errors > 50, "{errors} errors in {name}");
    });
}

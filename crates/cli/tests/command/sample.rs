//! `sample`: chosen by seed and number, so that pairs are kept.

use std::collections::BTreeSet;
use std::fs;

use super::*;

/// Reads with these numbers, as one mate of pairs.
fn reads(numbers: impl Iterator<Item = u64>, mate: u32) -> String {
    numbers.map(|number| format!("@{number} {mate}\n{}\n+\n{}\n", "ACG".repeat(3), "I".repeat(9))).collect()
}

/// The numbers of the reads in an output.
fn numbers(output: &Output) -> Vec<u64> {
    assert!(output.status.success(), "{}", stderr(output));
    let headers = stdout(output).lines().step_by(4);
    headers.map(|header| header[1..].split(' ').next().unwrap().parse().unwrap()).collect()
}

/// The generator that the help describes, written as its authors do.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[test]
fn the_choice_is_the_one_in_the_help() {
    let data = reads(0..3000, 1);
    for seed in [11, 0, u64::MAX] {
        let mut generator = SplitMix64(seed);
        let keys: Vec<(u64, u64)> = (0..3000).map(|number| (generator.next(), number)).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        let smallest: BTreeSet<u64> = sorted[..100].iter().map(|&(_, number)| number).collect();
        let below = keys.iter().filter(|&&(key, _)| key < u64::MAX / 4 + 1);
        let below: Vec<u64> = below.map(|&(_, number)| number).collect();

        let seed = seed.to_string();
        let output = with_input(&["sample", "-s", &seed, "-n", "100"], data.as_bytes());
        assert_eq!(numbers(&output), smallest.into_iter().collect::<Vec<_>>(), "{seed}");
        let output = with_input(&["sample", "-s", &seed, "-p", "0.25"], data.as_bytes());
        assert_eq!(numbers(&output), below, "{seed}");
        assert!((650..850).contains(&below.len()));
    }
    let default = with_input(&["sample", "-n", "100"], data.as_bytes());
    assert_eq!(numbers(&default), numbers(&with_input(&["sample", "-s11", "-n", "100"], data.as_bytes())));
}

#[test]
fn samples_are_equal_for_threads_and_backends() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let data = reads(0..20_000, 1);
    fs::write(path("1.fq"), &data).unwrap();
    assert!(run(&["head", "-n", "20000", &path("1.fq"), "-o", &path("1.fq.gz")]).status.success());
    for size in [["-n", "777"], ["-p", "0.03"]] {
        let expected = with_input(&[&["sample"], &size[..]].concat(), data.as_bytes());
        assert!(numbers(&expected).len() > 500 && expected.status.success());
        for options in [
            &["-t1"][..],
            &["-t3"],
            &["--io", "mapped"],
            &["--io", "read"],
            &["--io", "direct"],
            &["--io", "uring"],
        ] {
            for file in ["1.fq", "1.fq.gz"] {
                let output = run(&[&["sample", &path(file)], &size[..], options].concat());
                assert!(output.stdout == expected.stdout, "{file}, {size:?}, {options:?}");
            }
        }
        let output = with_input(&[&["sample", "-"], &size[..]].concat(), &fs::read(path("1.fq.gz")).unwrap());
        assert!(output.stdout == expected.stdout, "{size:?}");
    }
}

#[test]
fn mates_are_sampled_together() {
    let (first, second) =
        (reads(0..5000, 1), reads(0..5000, 2).replace("ACG", "ACGT").replace("III", "IIII"));
    for size in [["-n", "50"], ["-p", "0.01"]] {
        for seed in ["1", "2"] {
            let args = ["sample", "-s", seed, size[0], size[1]];
            let [first, second] = [&first, &second].map(|data| numbers(&with_input(&args, data.as_bytes())));
            assert!(!first.is_empty() && first == second, "{args:?}");
        }
    }
}

#[test]
fn samples_of_all_are_the_input() {
    for file in ["illumina.fastq", "wrapped.fastq", "no_final_newline.fasta", "small.ts"] {
        let data = fs::read(testdata(file)).unwrap();
        for size in [["-p", "1"], ["-n", "100000"]] {
            assert!(run(&[&["sample", file], &size[..]].concat()).stdout == data, "{file}, {size:?}");
            assert!(with_input(&[&["sample"], &size[..]].concat(), &data).stdout == data, "{file}, {size:?}");
        }
    }
}

#[test]
fn late_wrapped_records_are_sampled_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.fastq");
    let data = reads(0..5000, 1) + "@5000 1\nAC\nGT\n+\nII\nII\n";
    fs::write(&path, &data).unwrap();
    for size in [["-p", "1"], ["-n", "5001"]] {
        let output = run(&["sample", size[0], size[1], path.to_str().unwrap()]);
        assert!(output.status.success() && stdout(&output) == data, "{size:?}: {}", stderr(&output));
    }
}

#[test]
fn a_sample_of_damaged_input_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.fastq");
    for size in [["-p", "1"], ["-n", "1"]] {
        let output = run(&["sample", size[0], size[1], "lengths_differ.fastq", "-o", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("record 1, line 8, byte 27"), "{}", stderr(&output));
        assert!(!path.exists());
    }
}

#[test]
fn samples_without_a_size_are_wrong_usage() {
    for args in [
        &["sample", "two.fastq"][..],
        &["sample", "-n", "1", "-p", "0.5", "two.fastq"],
        &["sample", "-p", "0", "two.fastq"],
        &["sample", "-p", "1.5", "two.fastq"],
        &["sample", "-n", "-1", "two.fastq"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}

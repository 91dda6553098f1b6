//! Mates of files by their names.

use std::path::{Path, PathBuf};

use super::files::Input;

/// Extensions that may follow a read number: of compression, and before it of FASTQ.
const COMPRESSIONS: [&str; 7] = [".gz", ".bgz", ".bgzf", ".zst", ".bz2", ".xz", ".lz4"];
const FORMATS: [&str; 2] = [".fastq", ".fq"];

/// Groups files whose names differ in the read number only. Each pair stands where its first file does.
pub(super) fn group(files: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut is_taken = vec![false; files.len()];
    for (at, file) in files.iter().enumerate() {
        if std::mem::replace(&mut is_taken[at], true) {
            continue;
        }
        let Some((number, mate)) = mate(file) else {
            inputs.push(Input::Alone(file.clone()));
            continue;
        };
        match (at + 1..files.len()).find(|&other| !is_taken[other] && files[other] == mate) {
            Some(other) => {
                is_taken[other] = true;
                inputs.push(match number {
                    1 => Input::Two(file.clone(), mate),
                    _ => Input::Two(mate, file.clone()),
                });
            }
            None => inputs.push(Input::WithoutMate(file.clone(), mate)),
        }
    }
    inputs
}

/// The read number of a file, and the name of the file of its mates.
fn mate(file: &Path) -> Option<(u8, PathBuf)> {
    let name = file.file_name()?.to_str()?;
    let at = read_number(name)?;
    let (number, other) = match name.as_bytes()[at] {
        b'1' => (1, "2"),
        _ => (2, "1"),
    };
    Some((number, file.with_file_name(format!("{}{other}{}", &name[..at], &name[at + 1..]))))
}

/// The position of the read number, 1 or 2, in the name of a file.
fn read_number(name: &str) -> Option<usize> {
    let without = |name, extensions: &[&str]| {
        extensions.iter().find_map(|extension| str::strip_suffix(name, extension)).unwrap_or(name)
    };
    let stem = without(without(name, &COMPRESSIONS), &FORMATS);
    // The number of a file of a lane, which Illumina's software writes after the read number.
    let of_lane = stem.rsplit_once('_').filter(|(before, number)| {
        let is_number = number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (before.ends_with("_R1") || before.ends_with("_R2"))
    });
    let stem = of_lane.map_or(stem, |(before, _)| before);
    let is_number = ["R1", "R2", "1", "2"].contains(&stem);
    let has_number = ["_R1", "_R2", "_1", "_2", ".1", ".2"].iter().any(|end| stem.ends_with(end));
    (is_number || has_number && stem.len() > 2).then(|| stem.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mates_have_the_other_read_number() {
        for (name, expected) in [
            ("a_R1.fastq.gz", Some("a_R2.fastq.gz")),
            ("a_R2.fastq.gz", Some("a_R1.fastq.gz")),
            ("a_1.fq", Some("a_2.fq")),
            ("a.2.fq.zst", Some("a.1.fq.zst")),
            ("a_S1_L001_R1_001.fastq.gz", Some("a_S1_L001_R2_001.fastq.gz")),
            ("a_S1_L001_R2_012.fastq", Some("a_S1_L001_R1_012.fastq")),
            ("SRR1_1", Some("SRR1_2")),
            ("R1.fastq.gz", Some("R2.fastq.gz")),
            ("2.fq", Some("1.fq")),
            ("a_R3.fastq", None),
            ("a1.fastq", None),
            ("a_I1.fastq", None),
            ("a_R1.fastq.txt", None),
            ("a_R1_01.fastq", None),
            ("_1.fq", None),
        ] {
            let folder = Path::new("folder_1");
            let found = mate(&folder.join(name)).map(|(_, mate)| mate);
            assert_eq!(found, expected.map(|name| folder.join(name)), "{name}");
        }
    }

    #[test]
    fn files_are_grouped_in_their_order() {
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let two = |first: &str, second: &str| Input::Two(first.into(), second.into());
        let without_mate = |file: &str, mate: &str| Input::WithoutMate(file.into(), mate.into());
        let inputs = group(&files(&["b_2.fq", "x.fq", "a_R1.fq", "b_1.fq", "c_1.fq", "a_R2.fq", "a_R1.fq"]));
        assert_eq!(
            inputs,
            [
                two("b_1.fq", "b_2.fq"),
                Input::Alone("x.fq".into()),
                two("a_R1.fq", "a_R2.fq"),
                without_mate("c_1.fq", "c_2.fq"),
                without_mate("a_R1.fq", "a_R2.fq"),
            ]
        );
    }
}

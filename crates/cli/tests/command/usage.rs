//! Wrong usage, completions and manual pages.

use std::fs;

use super::*;

#[test]
fn familiar_names_get_a_hint() {
    for (names, ours) in [
        (&["view", "grep", "faidx", "subseq", "range"][..], "fetch"),
        (&["split", "split2"], "shard"),
        (&["count", "info"], "stats"),
        (&["validate", "lint", "check"], "verify"),
        (&["mediainfo", "ffprobe"], "probe"),
        (&["cat", "seq"], "head"),
    ] {
        for name in names {
            let output = run(&[name, "reads.fastq"]);
            assert_eq!(output.status.code(), Some(2), "{name}");
            let expected =
                format!("error: unrecognized subcommand '{name}'\n\n  tip: did you mean `pagecut {ours}`? (");
            assert!(stderr(&output).starts_with(&expected), "{name}: {}", stderr(&output));
        }
    }
    let output = run(&["statz"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'stats'"), "{}", stderr(&output));
}

#[test]
fn completions_exist_for_shells() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completion", shell]);
        assert!(output.status.success() && stdout(&output).contains("verify"), "{shell}");
    }
    assert_eq!(run(&["completion"]).status.code(), Some(2));
}

#[test]
fn every_subcommand_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    let output = run(&["man", pages.to_str().unwrap()]);
    assert!(output.status.success() && stdout(&output).is_empty(), "{}", stderr(&output));
    let help = run(&["--help"]);
    let commands = stdout(&help).split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .filter(|&command| command != "help")
        .collect();
    assert!(commands.len() > 12, "{commands:?}");
    let mut expected: Vec<String> = commands.iter().map(|command| format!("pagecut-{command}.1")).collect();
    expected.push("pagecut.1".to_owned());
    expected.sort();
    let mut found: Vec<String> =
        fs::read_dir(&pages).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(found, expected);

    let main = fs::read(pages.join("pagecut.1")).unwrap();
    assert!(run(&["man"]).stdout == main, "the main page is the one that is printed");
    assert!(run(&["man", "-"]).stdout == main, "- is standard output");
    let main = String::from_utf8(main).unwrap();
    let verify = fs::read_to_string(pages.join("pagecut-verify.1")).unwrap();
    for command in commands {
        assert!(main.contains(&format!("pagecut\\-{command}(1)")), "{command}");
    }
    // Own options and those of every command; the name in the title and in the synopsis.
    for text in ["\\-\\-recover", "\\-\\-threads", ".TH pagecut-verify 1", "pagecut verify", ".SH NOTES"] {
        assert!(verify.contains(text), "{text}: {verify}");
    }

    let output = run(&["man", pages.join("pagecut.1").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "a file is no directory");
}

#[test]
fn a_prefix_of_pieces_has_a_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = testdata("illumina.fastq");
    for prefix in ["./", "..", "./."] {
        let mut command = pagecut();
        let args = ["shard", "-n", "2", "-o", prefix];
        let output = command.current_dir(folder.path()).args(args).arg(&file).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{prefix}");
        assert!(stderr(&output).contains("`--output` is the start of file names"), "{}", stderr(&output));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// Each thread reserves 2 MiB of addresses for its stack.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_start_are_named() {
    let folder = super::pairs::folder(&[("x", super::pairs::reads(0..60_000, 1).as_bytes())]);
    for args in ["verify -t 1024 \"$1\"", "verify -t 1024 --paired \"$1\" \"$1\""] {
        let script = format!("ulimit -v 1000000; exec \"$0\" {args}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_pagecut")]).arg(folder.path().join("x"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("a thread could not be started"), "{}", stderr(&output));
        assert!(stderr(&output).contains("use fewer threads (`-t`"), "{}", stderr(&output));
    }
}

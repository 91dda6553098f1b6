//! Hints for subcommands that other programs have under another name.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Names that users of other programs expect, and the subcommand that does the work here.
const HINTS: [(&[&str], &str); 13] = [
    (&["faidx", "fqidx", "get", "grep", "query", "range", "region", "subseq", "view"], "fetch"),
    (&["build", "idx", "reindex"], "index"),
    (&["divide", "partition", "split", "split2"], "shard"),
    (&["clean", "filter", "fix", "recover", "repair", "rescue", "salvage", "sana"], "sanitize"),
    (&["count", "fx2tab", "info", "size", "stat", "sum", "summary", "wc"], "stats"),
    (&["falco", "fastp", "fastqc", "quality"], "qc"),
    (&["check", "lint", "quickcheck", "test", "validate"], "verify"),
    (&["ffprobe", "format", "mediainfo", "mkvinfo", "show", "streams"], "probe"),
    (&["atoms", "boxes", "dump", "elements", "mp4dump", "structure"], "tree"),
    (&["copy", "demux", "mkvextract", "remux"], "extract"),
    (&["frames", "samples", "show_packets"], "packets"),
    (&["cat", "first", "peek", "seq", "top"], "head"),
    (&["downsample", "random", "subsample", "subseqs"], "sample"),
];

/// Adds a hint to an error about a subcommand that is unknown here and known elsewhere.
pub(crate) fn add(error: &mut clap::Error, command: &clap::Command) {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else { return };
    let Some((_, ours)) = HINTS.iter().find(|(names, _)| names.contains(&name.as_str())) else { return };
    let about = command.find_subcommand(ours).and_then(clap::Command::get_about);
    let about = about.map_or_else(String::new, |about| format!(" ({about})"));
    let hint = StyledStr::from(format!("did you mean `pagecut {ours}`?{about}"));
    error.remove(ContextKind::SuggestedSubcommand);
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint]));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn hints_lead_from_unknown_names_to_known_ones() {
        let command = Cli::command();
        for (names, ours) in HINTS {
            assert!(command.find_subcommand(ours).is_some(), "{ours}");
            for name in names {
                assert!(command.find_subcommand(name).is_none(), "{name} needs no hint");
            }
        }
    }
}

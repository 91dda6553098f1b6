"""Differences that docs/qc.md explains: patterns of the input and of the module, what differs, and why.

`what` is `numbers` (lines of a module differ), `ours` (only pagecut has a report of all reads) or `theirs` (only FastQC has).
"""

import fnmatch
from dataclasses import dataclass


@dataclass
class Difference:
    inputs: str
    what: str
    module: str
    reason: str
    uses: int = 0


DIFFERENCES = [
    Difference("*scores_missing.fastq", "theirs", "*", "as many quality scores as bases are required"),
    Difference("*scores_left_over.fastq", "theirs", "*", "as many quality scores as bases are required"),
    Difference("*lengths_differ.fastq", "theirs", "*", "as many quality scores as bases are required"),
    Difference("*above_tilde.fastq", "theirs", "*", "quality scores are `!` to `~`"),
    Difference("*cr_only.fastq", "theirs", "*", "lines end in LF or CR LF"),
    Difference("*wrapped.fastq", "ours", "*", "wrapped FASTQ is read"),
    Difference("*byte_order_mark.fastq", "ours", "*", "a byte order mark is read"),
    Difference("*zero_length.fastq", "ours", "*", "the last line may be empty and without its end"),
]


def explain(name, what, module):
    """The reason of a difference, or None."""
    for row in DIFFERENCES:
        if row.what == what and fnmatch.fnmatchcase(name, row.inputs) and fnmatch.fnmatchcase(module, row.module):
            row.uses += 1
            return row.reason
    return None

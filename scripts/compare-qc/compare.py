#!/usr/bin/env python3
"""Compare the reports of `pagecut qc` with those of FastQC 0.11.9, and what MultiQC reads from both. README.md has the rest."""

import argparse
import os
import shutil
import sys
import tempfile

import differences
import inputs
import tables
import tools

HERE = os.path.dirname(os.path.abspath(__file__))
TESTDATA = os.path.join(HERE, "..", "..", "testdata")
READS = (".fastq", ".fq", ".fastq.gz", ".fq.gz", ".fastq.bz2", ".fq.bz2")

# The sections that MultiQC shows, if FastQC's reports have all modules.
SECTIONS = {
    "fastqc_sequence_counts_plot", "fastqc_per_base_sequence_quality_plot", "fastqc_per_sequence_quality_scores_plot",
    "fastqc_per_sequence_gc_content_plot", "fastqc_per_base_n_content_plot", "fastqc_sequence_length_distribution_plot",
    "fastqc_sequence_duplication_levels_plot", "fastqc_overrepresented_sequences_plot", "fastqc_adapter_content_plot",
    "fastqc-status-check-heatmap",
}


class Comparison:
    """Counts of equal, explained and different reports."""

    def __init__(self):
        self.equal = self.refused = 0
        self.explained, self.different = [], []

    def differs(self, run, name, what, module, text):
        """Record a difference."""
        reason = differences.explain(name, what, module)
        if reason:
            self.explained.append(f"{run}: {name}: {module}: {reason}")
        else:
            self.different.append(f"{run}: {name}: {module}: {text}")

    def report(self, run, path, folders):
        """Compare the reports of one input. Returns whether both are complete and equal."""
        name = os.path.basename(path)
        ours, theirs = ([tools.read(folder, tools.report_name(name), file) for file in ("fastqc_data.txt", "summary.txt")] for folder in folders)
        complete = ours[0] is not None and tables.is_complete(ours[0])
        if complete != (theirs[0] is not None):
            what = "ours" if complete else "theirs"
            self.differs(run, name, what, "*", f"only {'pagecut' if complete else 'FastQC'} reads it")
            return False
        if not complete:
            self.refused += 1
            return False
        found = list(tables.differences(ours[0], theirs[0]))
        if ours[1] != theirs[1]:
            found.append(("summary.txt", 0, ours[1], theirs[1]))
        for module, line, mine, other in found:
            self.differs(run, name, "numbers", module, f"line {line}: pagecut {mine!r}, FastQC {other!r}")
        self.equal += not found
        return not found

    def multiqc(self, run, mine, other):
        """Compare what MultiQC reads."""
        for part in ("report_general_stats_data", "report_saved_raw_data", "report_plot_data"):
            for place, left, right in unequal(mine[part], other[part], part):
                self.different.append(f"{run}: MultiQC: {place}: {left!r:.80}, FastQC {right!r:.80}")
        missing = SECTIONS - set(mine["report_plot_data"])
        if missing:
            self.different.append(f"{run}: MultiQC: no section {', '.join(sorted(missing))}")


def unequal(mine, other, place):
    """Yield the places at which two values of JSON differ."""
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in sorted({*mine, *other}):
            yield from unequal(mine.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for number, pair in enumerate(zip(mine, other)):
            yield from unequal(*pair, f"{place}[{number}]")
    # NaN differs from itself.
    elif mine != other and repr(mine) != repr(other):
        yield place, mine, other


def files_of(folder, largest):
    """FASTQ files of a folder."""
    for place, below, names in os.walk(folder):
        below.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            if name.endswith(READS) and os.path.isfile(path) and os.path.getsize(path) <= largest:
                yield path


def collect(args, folder):
    """Write and link all inputs into a folder, under names that give each its own report."""
    paths, taken = [], set()
    generated = [*inputs.generate(), *(inputs.generate_large() if args.large else [])]
    for name, data in generated:
        if args.short and name not in inputs.SHORT:
            continue
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as file:
            file.write(data)
        taken.add(tools.report_name(name))
    for path in [path for where in args.folders for path in files_of(where, args.largest)]:
        name = "-".join(os.path.abspath(path).split(os.sep)[-2:])
        stem, number = name, 1
        while tools.report_name(name) in taken:
            number += 1
            name = f"{number}-{stem}"
        taken.add(tools.report_name(name))
        paths.append(os.path.join(folder, name))
        os.symlink(os.path.abspath(path), paths[-1])
    return paths


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    corpus = os.environ.get("PAGECUT_CORPUS")
    folders = [TESTDATA, *([corpus] if corpus else [])]
    parser.add_argument("folders", nargs="*", help="more inputs than the generated ones [testdata, $PAGECUT_CORPUS]")
    parser.add_argument("--pagecut", default=os.environ.get("P", "pagecut"), help="command under test [$P, or pagecut]")
    parser.add_argument("--fastqc", default="fastqc")
    parser.add_argument("--multiqc", default="multiqc")
    parser.add_argument("--lists", default=tools.LISTS, metavar="FOLDER", help=f"FastQC's lists [{tools.LISTS}]")
    parser.add_argument("--short", action="store_true", help="a few generated inputs, and no folders")
    parser.add_argument("--large", action="store_true", help="large generated inputs too")
    parser.add_argument("--largest", type=int, default=64 << 20, metavar="BYTES", help="largest file of a folder [64 MiB]")
    parser.add_argument("--keep", metavar="FOLDER", help="keep inputs and reports here")
    args = parser.parse_args()
    args.folders = [] if args.short else args.folders or folders
    for tool in ("pagecut", "fastqc", "multiqc"):
        setattr(args, tool, shutil.which(getattr(args, tool)) or sys.exit(f"no command {getattr(args, tool)}"))
    return args


def compare(args, scratch):
    """Run the tools, and compare their results."""
    comparison, folder = Comparison(), os.path.join(scratch, "inputs")
    os.makedirs(folder)
    paths = collect(args, folder)
    for run in tools.RUNS:
        of_run, folders = tools.reports(args, run, paths, scratch)
        equal = [path for path in of_run if comparison.report(run, path, folders)]
        names = [tools.report_name(os.path.basename(path)) for path in equal]
        # MultiQC does not depend on options, and starts slowly.
        if names and run == "default":
            comparison.multiqc(run, *tools.multiqc(args, folders, names, os.path.join(scratch, run)))
    return comparison


def main():
    args = arguments()
    if args.keep:
        os.makedirs(args.keep)
    scratch = args.keep or tempfile.mkdtemp(prefix="compare-qc-")
    try:
        comparison = compare(args, scratch)
    finally:
        if not args.keep:
            shutil.rmtree(scratch)
    unused = [] if args.short else [row.inputs for row in differences.DIFFERENCES if not row.uses]
    print(f"{comparison.equal} reports are equal, {comparison.refused} inputs are refused by both")
    for title, rows in (("explained", comparison.explained), ("different", comparison.different), ("explanations without a difference", unused)):
        print(f"{len(rows)} {title}")
        for row in rows[:100]:
            print(f"  {row}")
    sys.exit(1 if comparison.different or unused or not comparison.equal else 0)


if __name__ == "__main__":
    main()

"""Runs of FastQC, pagecut and MultiQC."""

import json
import os
import shutil
import subprocess
import sys

# The folder of FastQC's lists in Debian's package. Both tools get its list of known sequences.
LISTS = "/etc/fastqc/Configuration"

# FastQC names a report by its file without these endings, each removed once, in this order.
ENDINGS = (".gz", ".bz2", ".txt", ".fastq", ".fq", ".csfastq", ".sam", ".bam")

# Options of FastQC and of pagecut for the same report, and the inputs they are tried on (None: all). `{kmers}` is FastQC's list of
# limits, with k-mers.
RUNS = {
    "default": ([], [], None),
    "nogroup": (["--nogroup"], ["--nogroup"], ("random_lengths.fastq", "tiles_lengths.fastq", "long_reads.fastq")),
    "expgroup": (["--expgroup"], ["--expgroup"], ("random_lengths.fastq", "tiles_lengths.fastq", "long_reads.fastq")),
    "filtered": (["--casava"], ["--casava"], ("filtered.fastq",)),
    "kmers": (["--limits", "{kmers}"], ["--limits", "{kmers}"], ("kmers.fastq", "random_lengths.fastq", "letters.fastq")),
    "kmers_4": (
        ["--limits", "{kmers}", "--kmers", "4"], ["--limits", "{kmers}", "--kmers=4"],
        ("adapters.fastq", "kmers.fastq", "one_base.fastq"),
    ),
}


def report_name(name):
    """The name of the report of a file."""
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return f"{name}_fastqc"


# The heap that FastQC's start script gives to Java is too small for long reads, and FastQC then waits forever. This overrides it.
JAVA_OPTIONS = "-Xmx4g"

# Seconds after which a command is ended.
TIMEOUT = 3600


def run(command, allowed=(0,)):
    """Run a command, and end the comparison if it ends in another way than allowed."""
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=TIMEOUT,
        env={**os.environ, "_JAVA_OPTIONS": JAVA_OPTIONS},
    )
    if result.returncode not in allowed:
        sys.exit(f"{command[0]} ended with status {result.returncode}:\n{result.stdout}{result.stderr}")


def reports(tools, title, paths, folder):
    """Run both tools on files. Returns the folders of their reports."""
    of_fastqc, of_pagecut, only = RUNS[title]
    paths = [path for path in paths if only is None or os.path.basename(path) in only]
    folders = [os.path.join(folder, title, tool) for tool in ("pagecut", "fastqc")]
    for path in folders:
        os.makedirs(path)
    limits = with_kmers(tools.lists, os.path.join(folder, title, "limits.txt"))
    same = ["--extract", "--contaminants", os.path.join(tools.lists, "contaminant_list.txt")]
    for start, options, out in (
        ([tools.pagecut, "qc", "-q"], of_pagecut, folders[0]), ([tools.fastqc, "-q", "-t", "2"], of_fastqc, folders[1]),
    ):
        options = [limits if option == "{kmers}" else option for option in options]
        # With `--kmers`, the order of equal rows depends on whether FastQC has examined another file before.
        for group in [[path] for path in paths] if "--kmers" in of_fastqc else [paths] if paths else []:
            run([*start, "-o", out, *same, *options, *group], (0, 1))
    return paths, folders


def with_kmers(lists, path):
    """Write FastQC's limits, with k-mers, into a file."""
    with open(os.path.join(lists, "limits.txt"), encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    with open(path, "w", encoding="utf-8") as file:
        for name, level, value in rows:
            file.write(f"{name}\t{level}\t{0 if (name, level) == ('kmer', 'ignore') else value}\n")
    return path


def read(folder, name, file):
    """A file of a report, or None."""
    try:
        with open(os.path.join(folder, name, file), "rb") as found:
            return found.read()
    except FileNotFoundError:
        return None


def multiqc(tools, folders, names, scratch):
    """What MultiQC reads from the ZIP files of both folders: its JSON for each."""
    found = []
    for number, folder in enumerate(folders):
        inputs, out = (os.path.join(scratch, f"{part}{number}") for part in ("zips", "multiqc"))
        os.makedirs(inputs)
        for name in names:
            shutil.copy(os.path.join(folder, f"{name}.zip"), inputs)
        run([tools.multiqc, "--quiet", "--module", "fastqc", "--force", "--no-version-check", "--outdir", out, inputs])
        with open(os.path.join(out, "multiqc_data", "multiqc_data.json"), encoding="utf-8") as file:
            found.append(json.load(file))
    return found

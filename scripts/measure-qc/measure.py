#!/usr/bin/env python3
"""Measure quality control of reads: pagecut, FastQC, fastp and falco on the same files. README.md has the method."""

import argparse
import gzip
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

MB = 1_000_000
# Reads of a block are written again and again with other numbers in their definitions, so that generating is fast.
BLOCK = 20_000
ADAPTER = "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC"


def short_read(rng):
    """150 bases, of which a tenth ends in an adapter."""
    insert = rng.randint(60, 149) if rng.random() < 0.1 else 150
    sequence = ("".join(rng.choices("ACGT", k=insert)) + ADAPTER + "A" * 150)[:150]
    return sequence, "".join(rng.choices("FFFFFFFFF:,#", k=150))


def long_read(rng):
    """500 to 60,000 bases with the scores of nanopore reads."""
    length = min(60_000, 500 + int(rng.expovariate(1 / 8000)))
    return "".join(rng.choices("ACGT", k=length)), "".join(rng.choices("%&'()*+,-./0123456789", k=length))


def generate(path, kind, size):
    """Write FASTQ of about this size: different reads as far as that is affordable, then reads whose bases are rotated."""
    rng = random.Random(kind)
    read, count = (short_read, BLOCK) if kind == "short" else (long_read, BLOCK // 40)
    block = [read(rng) for _ in range(count)]
    written = number = 0
    with open(path, "wb") as file:
        while written < size:
            for sequence, scores in block:
                number += 1
                turn = number // count * 7 % len(sequence)
                tile = 1101 + number % 60
                text = f"@M0:1:FLOWCELL:1:{tile}:{number}:{number % 997} 1:N:0:ATCACG\n{sequence[turn:]}{sequence[:turn]}\n+\n{scores}\n"
                written += file.write(text.encode())
                if written >= size:
                    break


def inputs(args):
    """Generate the files that are not there. Returns their names and paths."""
    os.makedirs(args.folder, exist_ok=True)
    found = []
    for kind in ("short", "long"):
        plain = os.path.join(args.folder, f"{kind}-{args.size}.fastq")
        if not os.path.exists(plain):
            generate(plain + ".tmp", kind, args.size * MB)
            os.rename(plain + ".tmp", plain)
        found.append((f"{kind}, plain", plain))
        packed = os.path.join(args.folder, f"{kind}-{args.size}-gzip.fastq.gz")
        if not os.path.exists(packed):
            with open(plain, "rb") as source, gzip.open(packed + ".tmp", "wb", 6) as target:
                shutil.copyfileobj(source, target, 1 << 20)
            os.rename(packed + ".tmp", packed)
        found.append((f"{kind}, gzip", packed))
        blocks = os.path.join(args.folder, f"{kind}-{args.size}-bgzf.fastq.gz")
        if not os.path.exists(blocks) and shutil.which("bgzip"):
            with open(blocks + ".tmp", "wb") as target:
                subprocess.run(["bgzip", "-@", "2", "-c", plain], stdout=target, check=True)
            os.rename(blocks + ".tmp", blocks)
        if os.path.exists(blocks):
            found.append((f"{kind}, BGZF", blocks))
    return found


def commands(args, path, out):
    """The command of each tool that is there."""
    known = {
        "pagecut": [args.pagecut, "qc", "-q", "-t", "2", "-o", out, path],
        "FastQC": [args.fastqc, "-q", "-t", "2", "-o", out, path],
        "fastp": [args.fastp, "-A", "-Q", "-L", "-G", "-w", "2", "-i", path, "-j", f"{out}/fastp.json", "-h", f"{out}/fastp.html"],
        "falco": [args.falco, "-q", "-t", "2", "-o", out, path],
    }
    return {name: command for name, command in known.items() if command[0] and shutil.which(command[0])}


def version(command, *option):
    """The first line that a tool prints of its version."""
    result = subprocess.run([command, *(option or ["--version"])], capture_output=True, text=True, check=False)
    return next(iter((result.stdout + result.stderr).strip().splitlines()), "unknown")


def drop(path):
    """Drop the pages of a file from the page cache."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def warm(path):
    with open(path, "rb") as file:
        while file.read(1 << 22):
            pass


def run(command, timeout):
    """Run a command. Returns wall seconds, processor seconds, and the peak of resident memory of one process in bytes."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # FastQC waits forever after its heap was exhausted.
    timer = threading.Timer(timeout, process.kill)
    timer.start()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return None, f"status {process.returncode}: {errors.decode(errors='replace').strip()[-300:]}"
    # Of a start script that waits for a child, as that of FastQC may, the usage is that of the largest process.
    return (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024), None


def measure(args, path):
    """Run all tools in rounds. Returns the medians of each, or its error."""
    results, failures = {}, {}
    if not args.cold:
        warm(path)
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory(dir=args.scratch) as out:
            for name, command in commands(args, path, out).items():
                if name in failures:
                    continue
                if args.cold:
                    drop(path)
                figures, failure = run(command, args.timeout)
                if failure is not None:
                    failures[name] = failure
                else:
                    results.setdefault(name, []).append(figures)
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items() if name not in failures}
    return medians, failures


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pagecut", default=os.environ.get("P", "pagecut"), help="command under test [$P, or pagecut]")
    parser.add_argument("--fastqc", default="fastqc")
    parser.add_argument("--fastp", default="fastp")
    parser.add_argument("--falco", default="falco")
    parser.add_argument("--size", type=int, default=1000, metavar="MB", help="size of the plain files [1000]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=1800, metavar="S", help="seconds after which a run fails [1800]")
    parser.add_argument("--cold", action="store_true", help="drop the pages of the file before each run")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "measure-qc"), help="folder of the inputs")
    parser.add_argument("--scratch", help="folder of the outputs")
    args = parser.parse_args()
    args.pagecut = shutil.which(args.pagecut) or sys.exit(f"no command {args.pagecut}")
    return args


def main():
    args = arguments()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files = inputs(args)
    for name, command in commands(args, files[0][1], "").items():
        print(f"{name}: {version(command[0])}")
    print(f"\nPages {'dropped before each run' if args.cold else 'of the file cached'}, two threads, median of {args.rounds}\n")
    print("| input | MB | tool | wall s | processor s | peak MiB | time / pagecut | memory / pagecut |")
    print("|---|---|---|---|---|---|---|---|")
    failed = False
    for title, path in files:
        medians, failures = measure(args, path)
        base = medians.get("pagecut")
        for name, (wall, processor, peak) in medians.items():
            ratios = f"{wall / base[0]:.1f} | {peak / base[2]:.1f}" if base else "– | –"
            size = os.path.getsize(path) / MB
            print(f"| {title} | {size:.0f} | {name} | {wall:.2f} | {processor:.2f} | {peak / (1 << 20):.0f} | {ratios} |", flush=True)
        for name, failure in failures.items():
            print(f"| {title} | | {name} | failed | | | | |", flush=True)
            print(f"{name}: {failure}", file=sys.stderr)
            failed |= name == "pagecut"
    sys.exit(failed)


if __name__ == "__main__":
    main()

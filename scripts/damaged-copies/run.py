#!/usr/bin/env python3
"""Run pagecut on damaged copies of inputs, and check exit status, memory and time. README.md tells how."""

import argparse
import bz2
import gzip
import lzma
import multiprocessing
import os
import random
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from damage import damaged

HERE = os.path.dirname(os.path.abspath(__file__))
TESTDATA = os.path.join(HERE, "..", "..", "testdata")
MIB = 1 << 20
# A run may take this much processor time, and this much more for each byte of its input.
SECONDS = 0.25
SECONDS_A_BYTE = 2e-6

MEDIA = {
    "verify": ["verify", "{}"], "verify --recover": ["verify", "--recover", "{}"], "stats": ["stats", "-a", "{}"],
    "probe": ["probe", "--of", "json", "--count-packets", "{}"], "packets": ["packets", "--crc32", "{}"],
    "packets --of json": ["packets", "--of", "json", "{}"], "tree": ["tree", "{}"], "tree --json": ["tree", "--json", "{}"],
    "read": ["verify", "--io", "read", "{}"], "pipe": ["packets", "-"],
}
OF_CONTAINER = {
    "mp4": {"extract": ["extract", "--track", "1", "-o", "{out}", "{}"]},
    "matroska": {"extract": ["extract", "--track", "1", "-o", "{out}", "{}"]},
    "mpegts": {"extract": ["extract", "--pid", "256", "-o", "{out}", "{}"]},
}
READS = {
    "verify": ["verify", "{}"], "verify --strict": ["verify", "--strict", "{}"],
    "verify --recover": ["verify", "--recover", "{}"], "stats": ["stats", "{}"], "stats -a": ["stats", "-a", "{}"],
    "sanitize": ["sanitize", "-o", "{out}", "{}"], "shard": ["shard", "-n", "3", "-o", "{out}", "{}"],
    "fetch": ["fetch", "-o", "{out}", "{}", "#2"], "index": ["index", "{}"], "read": ["verify", "--io", "read", "{}"],
    "pipe": ["stats", "-a", "-"],
}
# An index of the good input, damaged.
INDEX = {"fetch with a damaged index": ["fetch", "-o", "{out}", "{}", "{name}"]}


def kind_of(head):
    """The kind of an input, by its first bytes, or None."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    if head[4:8] in (b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"wide", b"sidx", b"skip", b"pnot"):
        return "mp4"
    for size, first in ((188, 0), (192, 4), (204, 0)):
        if len(head) > first + 2 * size and all(head[first + at * size] == 0x47 for at in range(3)):
            return "mpegts"
    if head[:2] == b"\x1f\x8b" or head[:3] == b"BZh" or head[:4] in (b"\xfd7zX", b"\x28\xb5\x2f\xfd"):
        return "compressed"
    if head[:1] in (b"@", b">"):
        return "reads"
    return None


def inputs_of(folders, largest):
    """Inputs of the folders, and compressed ones of the reads: name, kind and bytes."""
    found = []
    for folder in folders:
        for place, below, names in os.walk(folder):
            below.sort()
            for name in sorted(names):
                path = os.path.join(place, name)
                if not os.path.isfile(path) or not 0 < os.path.getsize(path) <= largest:
                    continue
                with open(path, "rb") as file:
                    data = file.read()
                kind = kind_of(data[:1024])
                if kind:
                    found.append((os.path.relpath(path, folder), kind, data))
    reads = [(name, data) for name, kind, data in found if kind == "reads"][:12]
    for name, data in reads:
        found.append((f"{name}.gz", "compressed", gzip.compress(data, mtime=0)))
        found.append((f"{name}.gz of two members", "compressed", gzip.compress(data, mtime=0) * 2))
        found.append((f"{name}.bz2", "compressed", bz2.compress(data)))
        found.append((f"{name}.xz", "compressed", lzma.compress(data)))
        found.append((f"{name}.bgz", "compressed", bgzf(data)))
    return found


def bgzf(data):
    """The bytes in blocks of gzip that state their length (SAM specification, 4.1)."""
    blocks = []
    for start in [*range(0, len(data), 16384), len(data)]:
        block = bytearray(gzip.compress(data[start : start + 16384] if start < len(data) else b"", mtime=0))
        block[3] |= 4
        block[10:10] = b"\x06\x00BC\x02\x00" + (len(block) + 8 - 1).to_bytes(2, "little")
        blocks.append(bytes(block))
    return b"".join(blocks)


class Launcher:
    """The process that runs commands; launcher.py says why."""

    def __init__(self, timeout):
        self.timeout = timeout
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", os.path.join(HERE, "launcher.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, "PAGECUT_THREADS": "2"},
        )

    def run(self, command, path):
        """Run a command, with the file as standard input where it reads that; return status, seconds and peak bytes."""
        stdin = path if command[-1] == "-" else os.devnull
        self.process.stdin.write("\0".join([str(self.timeout), stdin, *command]) + "\n")
        self.process.stdin.flush()
        status, seconds, peak = self.process.stdout.readline().split()
        return None if status == "None" else int(status), float(seconds), int(peak)


def commands_of(kind):
    """The commands for inputs of a kind."""
    if kind in OF_CONTAINER:
        return {**MEDIA, **OF_CONTAINER[kind]}
    return {**READS, **INDEX} if kind == "reads" else READS


class Worker:
    """What one process needs: inputs, options, a folder for its copies."""

    def __init__(self, args, inputs):
        self.args = args
        self.inputs = inputs
        self.launcher = Launcher(args.timeout)
        self.folder = tempfile.mkdtemp(dir=args.scratch, prefix="damaged-")

    def copy(self, number):
        """Make the copy with this number and run commands on it; return a row for each run."""
        rng = random.Random(f"{self.args.seed} {number}")
        name, kind, data = self.inputs[number % len(self.inputs)]
        copy, done = damaged(rng, data, kind)
        commands = commands_of(kind)
        chosen = sorted(commands) if self.args.each == 0 else rng.sample(sorted(commands), min(self.args.each, len(commands)))
        rows = []
        for title in chosen:
            rows.append(self.one(number, title, commands[title], (name, data), copy, done))
            self.clear()
        return rows

    def one(self, number, title, template, original, copy, done):
        """Run one command on the copy."""
        name, data = original
        path = os.path.join(self.folder, "input")
        names = {"{}": path, "{out}": os.path.join(self.folder, "out")}
        if title in INDEX:
            write(path, data)
            self.launcher.run([self.args.pagecut, "index", path], path)
            rng = random.Random(f"{self.args.seed} {number} index")
            sidecars = [entry for entry in os.listdir(self.folder) if entry != "input"]
            for entry in sidecars:
                place = os.path.join(self.folder, entry)
                with open(place, "rb") as file:
                    copy, done = damaged(rng, file.read(), "reads")
                write(place, copy)
            words = data[1:].split(None, 1)
            names["{name}"] = words[0].decode("ascii", "replace").replace("\0", "?") if words else "x"
        else:
            write(path, copy)
        command = [self.args.pagecut, *(names.get(part, part) for part in template)]
        status, seconds, peak = self.launcher.run(command, path)
        allowed = self.args.slowness * (SECONDS + SECONDS_A_BYTE * max(len(copy), len(data)))
        faults = []
        if status not in (0, 1):
            faults.append("killed after the time limit" if status is None else f"exit status {status}")
        if peak > self.args.memory * MIB:
            faults.append(f"{peak // MIB} MiB")
        if seconds > allowed:
            faults.append(f"{seconds:.2f} s of processor time for {len(copy)} bytes")
        if faults and self.args.keep:
            self.keep(number, title, template)
        return title, status, seconds, peak, len(copy), faults, f"{number} of {name} ({', '.join(done)})"

    def keep(self, number, title, template):
        """Keep the files of a failing run, with its command."""
        place = os.path.join(self.args.keep, f"{number}-{title.replace(' ', '_')}")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place)
        line = shlex.join(["pagecut", *(part.replace("{}", "input").replace("{out}", "out") for part in template)])
        write(os.path.join(place, "command"), f"{line}\n".encode())

    def clear(self):
        """Remove everything from the folder."""
        for entry in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, entry))


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


WORKER = None


def start(args, inputs):
    global WORKER
    WORKER = Worker(args, inputs)


def work(number):
    return WORKER.copy(number)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", help="more inputs besides those of testdata")
    parser.add_argument("--pagecut", default=os.environ.get("P", "pagecut"), help="command under test [$P, or pagecut]")
    parser.add_argument("--copies", type=int, default=7000, metavar="N", help="damaged copies [7000]")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first copy [0]")
    parser.add_argument("--seed", default="1", help="other seeds, other damage [1]")
    parser.add_argument("--each", type=int, default=0, metavar="N", help="commands for each copy, 0 for all [0]")
    parser.add_argument("--memory", type=int, default=64, metavar="MIB", help="largest peak of resident memory [64]")
    parser.add_argument("--slowness", type=float, default=1, metavar="X", help="factor of the time allowed; 20 for debug builds [1]")
    parser.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds after which a run is killed [60]")
    parser.add_argument("--largest", type=int, default=MIB, metavar="BYTES", help="largest input [1 MiB]")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--scratch", default="/dev/shm" if os.path.isdir("/dev/shm") else None, help="folder for the copies")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the files of failing runs here")
    return parser.parse_args()


def main():
    args = arguments()
    args.pagecut = shutil.which(args.pagecut) or sys.exit(f"no command {args.pagecut}")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    inputs = inputs_of([TESTDATA, *args.folders], args.largest)
    args.scratch = tempfile.mkdtemp(dir=args.scratch, prefix="damaged-copies-")
    begin, sums, failures = time.monotonic(), {}, []
    try:
        with multiprocessing.Pool(args.processes, start, (args, inputs)) as pool:
            numbers = range(args.first, args.first + args.copies)
            for done, rows in enumerate(pool.imap_unordered(work, numbers, 16), 1):
                for title, status, seconds, peak, length, faults, told in rows:
                    row = sums.setdefault(title, [0, 0, 0, 0, 0, 0.0])
                    row[0] += 1
                    row[1 if status == 0 else 2 if status == 1 else 3] += 1
                    row[4] = max(row[4], peak)
                    row[5] = max(row[5], seconds)
                    if faults:
                        failures.append(f"{title}: {'; '.join(faults)}: copy {told}")
                        print(failures[-1], file=sys.stderr)
                if done % 1000 == 0:
                    print(f"{done} of {args.copies} copies", file=sys.stderr)
    finally:
        shutil.rmtree(args.scratch, ignore_errors=True)
    print(f"{args.copies} copies of {len(inputs)} inputs, {time.monotonic() - begin:.0f} s, seed {args.seed}\n")
    print("| command | runs | exit status 0 | 1 | other | peak MiB | processor seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for title, row in sorted(sums.items()):
        print(f"| {title} | {row[0]} | {row[1]} | {row[2]} | {row[3]} | {row[4] / MIB:.1f} | {row[5]:.2f} |")
    print(f"\n{len(failures)} failures")
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

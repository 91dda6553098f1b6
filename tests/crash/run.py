#!/usr/bin/env python3
"""Checks that no final output is ever incomplete.

usage: run.py COMMAND [--truncations N] [--seed N] [--most N]

Runs every writing command of pagecut (COMMAND) in a temporary folder while
  * its input is cut short at a random time to a random length (N times, 500 by default),
  * its n-th write, copy, fsync or rename fails with ENOSPC or EIO, for every n (up to --most of each),
  * SIGKILL ends it at its n-th write, copy, fsync or rename, and SIGINT, SIGTERM or SIGHUP at a random time.

After each run, every output has to be what it was before, or complete: the bytes that a run without a fault writes for the same input.
No temporary file is left, except by SIGKILL, and a run after that succeeds. Needs Linux and strace.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

OLD = b"an output that is there\n"
READS = "reads.fastq"
STREAM = "stream.ts"
PACKED = "reads.fastq.gz"
SEQUENCES = "sequences.fasta"

# Name, arguments, outputs, input.
COMMANDS = [
    ("sanitize", ["sanitize", "-q", "-o", "out.fastq", READS], ["out.fastq"], READS),
    ("sanitize to BGZF", ["sanitize", "-q", "-t2", "-o", "out.fastq.gz", READS], ["out.fastq.gz"], READS),
    ("sanitize of BGZF", ["sanitize", "-q", "-o", "out.fastq", PACKED], ["out.fastq"], PACKED),
    ("shard", ["shard", "-n", "3", "-o", "piece", READS], [f"piece.{n}.fastq" for n in range(3)], READS),
    ("shard of BGZF", ["shard", "-n", "2", "-o", "piece", PACKED], [f"piece.{n}.fastq.gz" for n in range(2)], PACKED),
    ("fetch", ["fetch", "-q", "-o", "out.fastq", READS, "0..", "#5"], ["out.fastq"], READS),
    ("fetch to BGZF", ["fetch", "-q", "-o", "out.fastq.gz", READS, "0.."], ["out.fastq.gz"], READS),
    ("index of names", ["index", "-q", "--names", SEQUENCES], [SEQUENCES + ".fai"], SEQUENCES),
    ("index of numbers", ["index", "-q", "--numbers", READS], [READS + ".pgi"], READS),
    ("extract", ["extract", "-q", "--pid", "0x100", "-o", "out.es", STREAM], ["out.es"], STREAM),
]

CALLS = ["write,writev,pwrite64", "copy_file_range,sendfile,splice", "fsync,fdatasync", "rename,renameat,renameat2"]


class Checks:
    def __init__(self, command, folder, seed):
        self.command = command
        self.folder = folder
        self.random = random.Random(seed)
        self.counts = Counter()
        self.failures = []
        self.inputs = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_inputs(self):
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "testdata")
        read = lambda name: open(os.path.join(here, name), "rb").read()
        self.inputs = {
            READS: read("illumina.fastq") * 12,
            SEQUENCES: b"".join(b">s%d\n%s\n" % (n, b"ACGTTGCA" * 300) for n in range(800)),
            STREAM: read("small.ts") * 40,
        }
        for name in list(self.inputs):
            self.restore(name)
        self.run(["sanitize", "-q", "-o", PACKED, READS])
        self.inputs[PACKED] = open(self.path(PACKED), "rb").read()

    def restore(self, name):
        # A new file, so that a run that was killed has nothing to do with it.
        if os.path.exists(self.path(name)):
            os.unlink(self.path(name))
        with open(self.path(name), "wb") as file:
            file.write(self.inputs[name])

    def run(self, args, before=()):
        return subprocess.run([*before, self.command, *args], cwd=self.folder, capture_output=True, timeout=120)

    def read(self, outputs):
        found = {}
        for name in outputs:
            try:
                with open(self.path(name), "rb") as file:
                    found[name] = file.read()
            except FileNotFoundError:
                found[name] = None
        return found

    def temporary(self):
        return [name for name in os.listdir(self.folder) if name.startswith(".pagecut-")]

    def clean(self, outputs, is_there):
        for name in self.temporary():
            os.unlink(self.path(name))
        for name in outputs:
            if is_there:
                with open(self.path(name), "wb") as file:
                    file.write(OLD)
            elif os.path.exists(self.path(name)):
                os.unlink(self.path(name))

    def expected(self, args, outputs):
        """What a run without a fault writes."""
        self.clean(outputs, False)
        done = self.run(args)
        return done.returncode, self.read(outputs)

    def compare(self, what, outputs, is_there, expected, mixed=False):
        """Compares the outputs with all that is allowed; returns whether they are new."""
        found = self.read(outputs)
        old = OLD if is_there else None
        news = [any(found[name] == new[name] for new in expected) for name in outputs]
        olds = [found[name] == old for name in outputs]
        good = all(news) or all(olds) or (mixed and all(new or old for new, old in zip(news, olds)))
        if not good:
            sizes = {name: None if found[name] is None else len(found[name]) for name in outputs}
            self.failures.append(f"{what}: incomplete: {sizes}")
        return all(news) and not all(olds)

    def check_temporary(self, what):
        if self.temporary():
            self.failures.append(f"{what}: left {self.temporary()}")

    def truncations(self, count):
        for number in range(count):
            name, args, outputs, source = COMMANDS[number % len(COMMANDS)]
            is_there = self.random.random() < 0.5
            self.restore(source)
            _, whole = self.expected(args, outputs)
            self.restore(source)
            self.clean(outputs, is_there)
            length = self.random.randrange(len(self.inputs[source]))
            what = f"{name}, cut to {length}"
            running = subprocess.Popen(
                [self.command, *args], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(self.random.random() * 0.08)
            os.truncate(self.path(source), length)
            status = running.wait(timeout=120)
            found = self.read(outputs)
            # It may have been opened after it was cut. (Indexes have the time of the file in them.)
            _, cut = self.expected(args, outputs)
            for output in outputs:
                with open(self.path(output), "wb") as file:
                    file.write(found[output] or b"")
                if found[output] is None:
                    os.unlink(self.path(output))
            if source + ".pgi" in outputs:
                whole, cut = self.indexes_fit(whole, cut, found, outputs, args, source, length)
            is_new = self.compare(what, outputs, is_there, [whole, cut])
            if status not in (0, 1):
                self.failures.append(f"{what}: exit status {status}")
            if status == 0 and not is_new:
                self.failures.append(f"{what}: exit status 0 without an output")
            self.check_temporary(what)
            self.counts["truncations"] += 1
            self.counts["truncations with a complete output" if is_new else "truncations without an output"] += 1
        for source in self.inputs:
            self.restore(source)

    def indexes_fit(self, whole, cut, found, outputs, args, source, length):
        """An index of numbers differs in the time of the file only, and its check sum: 16 bytes after the length, and the last 8."""
        output = outputs[0]
        plain = lambda data: None if data is None or data == OLD else data[:16] + data[48:-8]
        if found[output] is None or found[output] == OLD:
            return whole, cut
        if plain(found[output]) in (plain(whole[output]), plain(cut[output])):
            return found, cut
        return whole, cut

    def faults(self, most):
        kinds = [("error=ENOSPC", CALLS[:2]), ("error=EIO", CALLS), ("signal=KILL", CALLS)]
        for name, args, outputs, _ in COMMANDS:
            status, whole = self.expected(args, outputs)
            for fault, calls in kinds:
                for call in calls:
                    for number in range(1, most + 1):
                        is_there = number % 2 == 0
                        self.clean(outputs, is_there)
                        log = self.path("strace.log")
                        inject = f"inject={call}:{fault}:when={number}"
                        before = ["strace", "-f", "-o", log, "-e", f"trace={call}", "-e", inject]
                        done = self.run(args, before)
                        text = open(log).read()
                        is_hit = "INJECTED" in text or "killed by SIGKILL" in text
                        what = f"{name}, {fault} of {call} {number}"
                        is_kill = "KILL" in fault
                        # A crash or an error between renames leaves some pieces new and some old, and each complete.
                        mixed = is_kill or call.startswith("rename")
                        is_new = self.compare(what, outputs, is_there, [whole], mixed)
                        if not is_kill:
                            self.check_temporary(what)
                            if done.returncode == 0 and not is_new:
                                self.failures.append(f"{what}: exit status 0 without an output")
                        if not is_hit:
                            break
                        self.counts[f"{'SIGKILL' if is_kill else fault[6:]} at a call"] += 1
                        if is_kill:
                            again = self.run(args)
                            if again.returncode != status:
                                self.failures.append(f"{what}: the next run: {again.stderr[:200]!r}")
                            self.compare(what + ", the next run", outputs, is_there, [whole])

    def signals(self, count):
        for number in range(count):
            name, args, outputs, _ = COMMANDS[number % len(COMMANDS)]
            usual, whole = self.expected(args, outputs)
            is_there = self.random.random() < 0.5
            self.clean(outputs, is_there)
            sent = self.random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
            running = subprocess.Popen(
                [self.command, *args], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(self.random.random() * 0.03)
            running.send_signal(sent)
            status = running.wait(timeout=120)
            what = f"{name}, {sent.name}"
            is_new = self.compare(what, outputs, is_there, [whole], mixed=sent == signal.SIGKILL)
            if status not in (usual, -sent):
                self.failures.append(f"{what}: exit status {status}")
            if status == 0 and not is_new:
                self.failures.append(f"{what}: exit status 0 without an output")
            if sent != signal.SIGKILL:
                self.check_temporary(what)
            self.counts[f"{sent.name} at a random time"] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", help="the pagecut command")
    parser.add_argument("--truncations", type=int, default=500)
    parser.add_argument("--signals", type=int, default=300)
    parser.add_argument("--most", type=int, default=200, help="calls of a kind that fail, for each command")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("strace is needed")
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(os.path.abspath(args.command), folder, args.seed)
        checks.make_inputs()
        checks.truncations(args.truncations)
        checks.faults(args.most)
        checks.signals(args.signals)
    for what, count in sorted(checks.counts.items()):
        print(f"{count:6} {what}")
    for failure in checks.failures:
        print("FAILED", failure)
    print(f"{len(checks.failures)} failures")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()

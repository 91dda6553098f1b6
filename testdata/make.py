#!/usr/bin/env python3
"""Makes the files of this folder again. What they are and where the reads are from: README.md.

usage: make.py MISEQ.fastq.gz NANOPORE.fastq.gz
"""

import gzip
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def reads(path):
    with gzip.open(path, "rb") as file:
        while name := file.readline():
            yield name, file.readline(), file.readline(), file.readline()


def write(name, data):
    (HERE / name).write_bytes(data)


def at_and_plus():
    """Records whose quality lines begin with `@` and `+` in every order, so that every kind of neighbour occurs."""
    random.seed(20261120)
    records = []
    for number in range(300):
        length = random.choice([1, 1, 2, 3, 5, 8])
        sequence = "".join(random.choice("ACGTN") for _ in range(length))
        quality = random.choice("@@+I") + "".join(random.choice("@+I!~") for _ in range(length - 1))
        plus = random.choice(["", f"@{number}", f"+{number}"])
        name = plus or f"{number} @+"
        records.append(f"@{name}\n{sequence}\n+{plus}\n{quality}\n")
    return "".join(records).encode()


def main(miseq, nanopore):
    write("illumina.fastq", b"".join(b"".join(read) for _, read in zip(range(250), reads(miseq))))
    short = [read for read in reads(nanopore) if len(read[1]) <= 2001]
    write("nanopore.fastq", b"".join(b"".join(read) for read in short))
    write("at_and_plus.fastq", at_and_plus())

    two = b"@r1 first\nACGTN\n+\n!@+I~\n@r2\nGG\n+r2\n@I\n"
    write("two.fastq", two)
    write("crlf.fastq", two.replace(b"\n", b"\r\n"))
    write("mixed_eol.fastq", b"@r1\r\nACG\n+\r\nIII\n@r2\nAC\r\n+\nII\r\n@r3\nA\n+\nI\r\n")
    write("no_final_newline.fastq", two.rstrip(b"\n"))
    write("zero_length.fastq", b"@empty\n\n+\n\n@one\nA\n+\nI\n@\n\n+\n\n@last\n\n+\n")
    write("blank_lines.fastq", b"\n\r\n@r1\nAC\n+\n@I\n\n\n@r2\nGG\n+\n++\n\r\n@r3\n\n+\n\n\n\n")
    write("one.fastq", b"@r\nA\n+\nI\n")
    write("empty.fastq", b"")

    write("truncated.fastq", two[:-5])
    write("lengths_differ.fastq", b"@r1\nACGT\n+\nIIII\n@r2\nACGT\n+\nIII\n@r3\nA\n+\nI\n")
    write("quality_line_lost.fastq", b"@r1\nACG\n+\n@r2\nACG\n+\nIII\n@r3\nA\n+\nI\n")
    write("wrapped.fastq", b"@r1\nACGT\nACGT\n+\nIIII\nIIII\n")

    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-bitexact"]
        + ["-f", "lavfi", "-i", "testsrc=size=128x96:rate=10:duration=2"]
        + ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
        + ["-c:v", "mpeg2video", "-g", "10", "-b:v", "100k", "-c:a", "mp2", "-b:a", "32k", "-f", "mpegts"]
        + [str(HERE / "small.ts")],
        check=True,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

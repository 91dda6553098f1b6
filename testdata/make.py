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


def wrapped(sequence, columns, eol=b"\n"):
    lines = (sequence[start : start + columns] for start in range(0, len(sequence), columns))
    return b"".join(line + eol for line in lines)


def proteins():
    """Sequences of every length around that of a line, with definitions that hold `>`."""
    random.seed(20261121)
    records = []
    for number in range(125):
        letters = random.choices("ACDEFGHIKLMNPQRSTVWYX", k=number)
        sequence = "".join(letters) + random.choice(["", "*", "--"])
        description = random.choice(["", " membrane protein", "\tA->G variant", " >not a header OS=None"])
        records.append(f">p{number}|X{number}{description}\n".encode() + wrapped(sequence.encode(), 60))
    return b"".join(records)


def fasta(nanopore):
    """The FASTA files, of which one is made from reads."""
    records = []
    for name, sequence, *_ in nanopore[:12]:
        records.append(b">" + name[1:].strip() + b"\r\n" + wrapped(sequence.strip(), 70, b"\r\n"))
    write("nanopore.fasta", b"".join(records))
    write("protein.fasta", proteins())

    write("one_line.fasta", b">s1 first\nACGTNACGTNACGTN\n>s2\nGG\n")
    write("no_final_newline.fasta", b">s1\nACGT\nACGT\nAC\n>s2\nGGGG\nGG")
    write("empty_sequences.fasta", b">s1\n>s2\n\n>s3\nAC\n>s4\r\n\r\n>s5")
    write("blank_lines.fasta", b"\n\r\n>s1\nACGT\n\nAC\n\n\n>s2\n\n\r\nGG\n\r\n")
    first = b"; before\n;\n\n>s1\n;;; of s1\nACGT\n; > within\nAC\n"
    write("comments.fasta", first + b">s2\n;\n>s3\nGG\n; at the end\n")

    write("text_before.fasta", b"ACGT\n\n>s1\nACGT\n")
    write("cr_only.fasta", b">s1\rACGT\rACGT\r>s2\rGG\r")


def main(miseq, nanopore):
    write("illumina.fastq", b"".join(b"".join(read) for _, read in zip(range(250), reads(miseq))))
    short = [read for read in reads(nanopore) if len(read[1]) <= 2001]
    write("nanopore.fastq", b"".join(b"".join(read) for read in short))
    fasta(short)
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

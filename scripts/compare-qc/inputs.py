"""Generated reads for the comparison: the same bytes in every run."""

import bz2
import gzip
import random

ADAPTER = "AGATCGGAAGAGCACACGTCTGAACTCCAGTCACATCACGATCTCGTATGCCGTCTTCTGCTTG"


class Reads:
    """FASTQ text of random reads."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines = []
        self.number = 0

    def letters(self, length, alphabet="ACGT"):
        return "".join(self.rng.choices(alphabet, k=length))

    def scores(self, length, low="#", high="I"):
        """Characters that fall off towards the end of the read."""
        low, high = ord(low), ord(high)
        span = high - low
        return "".join(
            chr(max(low, high - int(span * abs(self.rng.gauss(0, 0.15 + 0.25 * at / max(1, length)))))) for at in range(length)
        )

    def add(self, sequence, scores=None, definition=None):
        self.number += 1
        if scores is None:
            scores = self.scores(len(sequence))
        if definition is None:
            definition = f"read{self.number}"
        self.lines.append(f"@{definition}\n{sequence}\n+\n{scores}\n")

    def text(self):
        return "".join(self.lines).encode()


def illumina(number, tile, flag="N"):
    """A definition as Illumina writes it since CASAVA 1.8."""
    return f"M00001:42:000000000-ABCDE:1:{tile}:{1000 + number}:{2000 + 3 * number} 1:{flag}:0:ATCACG"


def random_lengths():
    reads = Reads("random lengths")
    for _ in range(1500):
        reads.add(reads.letters(reads.rng.randint(1, 180)))
    return reads.text()


def adapters():
    reads = Reads("adapters")
    for _ in range(1500):
        insert = min(100, int(reads.rng.gauss(90, 25)))
        sequence = reads.letters(max(0, insert)) + ADAPTER + reads.letters(100)
        reads.add(sequence[:100])
    return reads.text()


def duplicates():
    reads = Reads("duplicates")
    sequences = []
    for copies in [1] * 400 + [2] * 60 + [3, 4, 5, 6, 7, 8, 9] * 8 + [10, 15, 50, 51, 60, 101, 120, 510, 1100]:
        # Reads of more than 75 bases are compared by their first 50.
        start = reads.letters(50)
        sequences += [start + reads.letters(reads.rng.choice([0, 20, 30])) for _ in range(copies)]
    reads.rng.shuffle(sequences)
    for sequence in sequences:
        reads.add(sequence)
    return reads.text()


def contaminants():
    reads = Reads("contaminants")
    known = [ADAPTER[:50], "G" * 50, "A" * 50, "AATGATACGGCGACCACCGAGATCTACACTCTTTCCCTACACGACGCTCTTCCGATCT"[:50], "CTGTCTCTTATACACATCTCCGAGCCCACGAGACTAAGGCGAATCTCGTA"]
    for _ in range(600):
        sequence = reads.rng.choice(known)
        at = reads.rng.randrange(50)
        reads.add(sequence[:at] + reads.rng.choice("ACGT") + sequence[at + 1 :] if reads.rng.random() < 0.3 else sequence)
    return reads.text()


def letters():
    """N, lower case, IUPAC codes and gaps."""
    reads = Reads("letters")
    for _ in range(700):
        alphabet = reads.rng.choice(["ACGT", "acgt", "ACGTN", "ACGTNacgtn", "ACGTRYKMSWBDHVN.-", "N"])
        reads.add(reads.letters(reads.rng.randint(20, 120), alphabet))
    return reads.text()


def characters(low, high):
    reads = Reads(f"characters {low} {high}")
    for _ in range(500):
        reads.add(reads.letters(76), reads.scores(76, low, high))
    return reads.text()


def tiles(count, reads_of_all, fields=7, length=51):
    reads = Reads(f"tiles {count} {fields}")
    for number in range(reads_of_all):
        tile = 1101 + number // 7 % count
        definition = illumina(number, tile) if fields == 7 else f"HWI-EAS{number % 2}:3:{tile}:{number}:7#0/1"
        # One tile is worse than the others.
        high = "9" if tile == 1103 else "I"
        reads.add(reads.letters(length), reads.scores(length, "#", high), definition)
    return reads.text()


def tiles_without_numbers():
    reads = Reads("tiles without numbers")
    for number in range(100):
        reads.add(reads.letters(40), None, f"a:b:c:d:{'x' if number > 50 else '+12'}:1:2")
    return reads.text()


def filtered():
    reads = Reads("filtered")
    for number in range(400):
        reads.add(reads.letters(60), None, illumina(number, 1101 + number % 3, "Y" if number % 5 == 0 else "N"))
    return reads.text()


def empty_reads(share):
    reads = Reads(f"empty reads {share}")
    for _ in range(200):
        reads.add("" if reads.rng.random() < share else reads.letters(50))
    return reads.text()


def gc(percent, length):
    reads = Reads(f"gc {percent} {length}")
    for _ in range(800):
        share = min(1, max(0, reads.rng.gauss(percent, 8) / 100))
        reads.add("".join(reads.rng.choice("GC") if reads.rng.random() < share else reads.rng.choice("AT") for _ in range(length)))
    return reads.text()


def kmers():
    """Every fiftieth read counts for k-mers, and these have one more often than chance."""
    reads = Reads("k-mers")
    for _ in range(9000):
        sequence = reads.letters(40)
        if reads.rng.random() < 0.4:
            sequence = sequence[:8] + "GATTACA" + sequence[15:]
        reads.add(sequence, "I" * 40)
    return reads.text()


def long_reads(count, longest):
    reads = Reads(f"long reads {longest}")
    for at in range(count):
        length = longest if at == 0 else int(min(longest, 200 + reads.rng.expovariate(4 / longest)))
        reads.add(reads.letters(length), "".join(reads.rng.choices("$%&'()*+,-./0123456789", k=length)))
    return reads.text()


def many_sequences():
    """More different sequences than are followed, with copies."""
    reads = Reads("many sequences")
    pool = [reads.letters(32) for _ in range(3000)]
    for _ in range(150_000):
        reads.add(reads.rng.choice(pool) if reads.rng.random() < 0.25 else reads.letters(32), "I" * 32)
    return reads.text()


def wrapped():
    reads = Reads("wrapped")
    for number in range(50):
        sequence, scores = reads.letters(90), reads.scores(90)
        reads.lines.append(f"@r{number}\n{sequence[:60]}\n{sequence[60:]}\n+\n{scores[:60]}\n{scores[60:]}\n")
    return reads.text()


def unequal(more):
    """A read with this many quality scores more than bases, after good ones."""
    reads = Reads(f"unequal {more}")
    for at in range(60):
        reads.add(reads.letters(50), reads.scores(50 + (more if at == 30 else 0)))
    return reads.text()


# The inputs of the short run.
SHORT = (
    "gzip.fq.gz", "adapters.fastq", "duplicates.fastq", "letters.fastq", "illumina_1.5.fastq", "tiles_lengths.fastq",
    "filtered.fastq", "empty_reads.fastq", "one_read.fastq", "no_reads.fastq", "scores_missing.fastq", "cut_off.fastq",
)


def generate():
    """Yield name and bytes of the inputs."""
    plain = random_lengths()
    yield "random_lengths.fastq", plain
    yield "gzip.fq.gz", gzip.compress(plain, mtime=0)
    half = plain.index(b"\n@read700\n") + 1
    yield "two_members.fastq.gz", gzip.compress(plain[:half], mtime=0) + gzip.compress(plain[half:], mtime=0)
    yield "bzip2.fastq.bz2", bz2.compress(plain)
    yield "with a blank.txt", plain[:half]
    yield "crlf.fastq", plain[:half].replace(b"\n", b"\r\n")
    yield "no_last_end.fastq", plain[:half].rstrip(b"\n")
    yield "blank_lines.fastq", plain[:half].replace(b"\n@read300\n", b"\n\n\n@read300\n") + b"\n\n"
    yield "adapters.fastq", adapters()
    yield "duplicates.fastq", duplicates()
    yield "contaminants.fastq", contaminants()
    yield "letters.fastq", letters()
    yield "sanger_to_tilde.fastq", characters("!", "~")
    yield "solexa.fastq", characters(";", "h")
    yield "illumina_1.3.fastq", characters("A", "h")
    yield "illumina_1.5.fastq", characters("B", "h")
    yield "only_high.fastq", characters("I", "K")
    yield "tiles.fastq", tiles(12, 3000)
    yield "tiles_5_fields.fastq", tiles(5, 800, 5)
    yield "tiles_lengths.fastq", tiles(3, 400, 7, 130)
    yield "tiles_without_numbers.fastq", tiles_without_numbers()
    yield "filtered.fastq", filtered()
    yield "gc_30.fastq", gc(30, 70)
    yield "gc_65.fastq", gc(65, 215)
    yield "kmers.fastq", kmers()
    yield "empty_reads.fastq", empty_reads(0.3)
    yield "only_empty_reads.fastq", empty_reads(1)
    yield "one_read.fastq", b"@one\nGATTACAGATTACA\n+\nIIIIIHHHHHGGGG\n"
    yield "one_base.fastq", b"@one\nG\n+\nI\n"
    yield "no_reads.fastq", b""
    yield "no_reads_gz.fastq.gz", gzip.compress(b"", mtime=0)
    yield "long_reads.fastq", long_reads(60, 12_000)
    yield "wrapped.fastq", wrapped()
    yield "cr_only.fastq", plain[:half].replace(b"\n", b"\r")
    yield "scores_missing.fastq", unequal(-1)
    yield "scores_left_over.fastq", unequal(1)
    yield "blank_in_scores.fastq", unequal(0).replace(b"\n+\n", b"\n+\n ", 1).replace(b"@read1\n", b"@read1\nA", 1)
    yield "above_tilde.fastq", unequal(0).replace(b"\n+\n", b"\n+\n\x7f", 1).replace(b"@read1\n", b"@read1\nA", 1)
    yield "cut_off.fastq", plain[: half - 90]
    yield "cut_off_gzip.fastq.gz", gzip.compress(plain, mtime=0)[:40_000]


def generate_large():
    """Yield name and bytes of the large inputs."""
    yield "many_sequences.fastq.gz", gzip.compress(many_sequences(), 1, mtime=0)
    yield "too_many_tiles.fastq", tiles(1100, 12_000, 7, 20)
    yield "reads_of_70000_bases.fastq", long_reads(12, 70_000)

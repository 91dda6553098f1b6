#!/usr/bin/env python3
"""Makes those files of `mp4` that ffmpeg does not write, out of those that it does. Called by make-mp4.sh."""

import struct
from pathlib import Path

HERE = Path(__file__).parent / "mp4"
CONTAINERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"}


def boxes(data):
    while data:
        size, = struct.unpack_from(">I", data)
        yield data[4:8], data[8:size]
        data = data[size:]


def box(kind, payload):
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def large(kind, payload):
    """A box with a size of 64 bits."""
    return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload


def rewrite(kind, payload, change):
    """A box in which `change` was made of the boxes that hold none."""
    if kind in CONTAINERS:
        return box(kind, b"".join(rewrite(*child, change) for child in boxes(payload)))
    return change(kind, payload)


def moved(by, wide=False):
    """Chunk offsets that are `by` more."""
    def change(kind, payload):
        if kind != b"stco":
            return box(kind, payload)
        count, = struct.unpack_from(">I", payload, 4)
        offsets = [offset + by for offset in struct.unpack_from(f">{count}I", payload, 8)]
        if wide:
            return box(b"co64", payload[:8] + struct.pack(f">{count}Q", *offsets))
        return box(b"stco", payload[:8] + struct.pack(f">{count}I", *offsets))
    return change


def large_sizes():
    """Sizes of 64 bits, boxes of the type `uuid`, boxes of no known type; `mdat` first."""
    parts = dict(boxes((HERE / "faststart.mp4").read_bytes()))
    start = (HERE / "faststart.mp4").read_bytes().index(parts[b"mdat"])
    uuid = box(b"uuid", bytes(range(16)) + b"anything")
    before = box(b"ftyp", parts[b"ftyp"]) + uuid + struct.pack(">I4sQ", 1, b"uuid", 40) + bytes(range(16)) + b"\0" * 8
    mdat = large(b"mdat", parts[b"mdat"])
    moov = rewrite(b"moov", parts[b"moov"], moved(len(before) + 16 - start, wide=True))
    return before + mdat + box(b"what", b"is this") + large(b"moov", moov[8:] + box(b"what", b"") + uuid)


def to_the_end():
    """The last box has the size 0."""
    data = (HERE / "faststart.mp4").read_bytes()
    at = data.index(b"mdat") - 4
    return data[:at] + b"\0\0\0\0" + data[at + 4:]


def grown(data, change):
    """A file whose `moov` lies before `mdat`, with a change in it."""
    parts = dict(boxes(data))
    moov = rewrite(b"moov", parts[b"moov"], change)
    moov = rewrite(b"moov", moov[8:], moved(len(moov) - 8 - len(parts[b"moov"])))
    return b"".join(moov if kind == b"moov" else box(kind, payload) for kind, payload in boxes(data))


def compact_sizes(bits):
    """`stz2` in place of `stsz`: of the samples whose lengths do not fit, as much as does."""
    def change(kind, payload):
        if kind != b"stsz":
            return box(kind, payload)
        count, = struct.unpack_from(">I", payload, 8)
        lens = [min(each, (1 << bits) - 1) for each in struct.unpack_from(f">{count}I", payload, 12)]
        if bits == 4:
            lens += [0] * (count % 2)
            entries = bytes(first << 4 | second for first, second in zip(lens[::2], lens[1::2]))
        else:
            entries = struct.pack(f">{count}{'B' if bits == 8 else 'H'}", *lens)
        return box(b"stz2", payload[:4] + struct.pack(">II", bits, count) + entries)
    return change


def several_edits(kind, payload):
    """A pause, the second half, the first half at half the speed, and a picture that stands still; in version 1 of the box."""
    if kind != b"elst":
        return box(kind, payload)
    edits = [(250, -1, 1 << 16), (1000, 13824, 1 << 16), (2000, 1024, 1 << 15), (100, 1024, 0)]
    return box(b"elst", struct.pack(">II", 1 << 24, len(edits)) + b"".join(struct.pack(">Qqi", *edit) for edit in edits))


def split_runs(data):
    """Each run of samples in two, the second of which does not say where its data are."""
    def halves(trun, grown_by):
        flags, count, offset = struct.unpack_from(">IIi", trun)
        words = bin(flags & 0xf00).count("1")
        at = 12 + 4 * bool(flags & 4) + 4 * words * (count // 2)
        first = struct.pack(">IIi", flags, count // 2, offset + grown_by) + trun[12:at]
        # The first sample of the second half is not the first of the run.
        second = struct.pack(">II", flags & ~5, count - count // 2) + trun[at:]
        return box(b"trun", first) + box(b"trun", second)

    def split(kind, payload, grown_by):
        if kind in {b"moof", b"traf"}:
            return box(kind, b"".join(split(*child, grown_by) for child in boxes(payload)))
        return halves(payload, grown_by) if kind == b"trun" else box(kind, payload)

    parts = []
    for kind, payload in boxes(data):
        if kind == b"moof":
            grown_by = len(split(kind, payload, 0)) - 8 - len(payload)
            parts.append(split(kind, payload, grown_by))
        elif kind != b"mfra":
            parts.append(box(kind, payload))
    return b"".join(parts)


faststart = (HERE / "faststart.mp4").read_bytes()
(HERE / "large_sizes.mp4").write_bytes(large_sizes())
(HERE / "to_the_end.mp4").write_bytes(to_the_end())
for bits in [4, 8, 16]:
    (HERE / f"compact_sizes_{bits}.mp4").write_bytes(grown(faststart, compact_sizes(bits)))
(HERE / "several_edits.mp4").write_bytes(grown(faststart, several_edits))
(HERE / "fragmented_split_runs.mp4").write_bytes(split_runs((HERE / "fragmented.mp4").read_bytes()))

#!/usr/bin/env python3
"""Makes the Matroska files that no muxer writes, or not the same way twice: `matroska.py unknown_sizes MKV OUT`,
`matroska.py stripped AVI OUT` and `matroska.py lacing OUT`."""

import random
import struct
import sys


def size(number, length=None):
    """A size as a VINT."""
    if length is None:
        length = next(n for n in range(1, 9) if number < (1 << (7 * n)) - 1)
    return (number | 1 << (7 * length)).to_bytes(length, "big")


def element(ident, *parts):
    body = b"".join(parts)
    return bytes.fromhex(ident) + size(len(body)) + body


def unsigned(ident, number):
    return element(ident, number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big"))


def unknown_sizes(source, target):
    """Says of every Cluster that its size is unknown."""
    data = bytearray(open(source, "rb").read())
    at = 0
    while True:
        # In these files, no payload holds the ID.
        at = data.find(bytes.fromhex("1f43b675"), at) + 4
        if at == 3:
            break
        length = 9 - data[at].bit_length()
        data[at : at + length] = ((1 << (7 * length + 1)) - 1).to_bytes(length, "big")
    open(target, "wb").write(data)


def stripped(source, target):
    """Takes from all frames of an AVI file the bytes that they begin with."""
    data = open(source, "rb").read()
    format_at = data.index(b"strf") + 8
    at = data.index(b"movi") + 4
    frames = []
    while data[at : at + 4] == b"00dc":
        (length,) = struct.unpack_from("<I", data, at + 4)
        frames.append(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    prefix = b"\x00\x00\x01"
    assert len(frames) == 50 and all(frame.startswith(prefix) for frame in frames)

    encoding = element("5034", unsigned("4254", 3), element("4255", prefix))
    track = element(
        "ae",
        unsigned("d7", 1),
        unsigned("73c5", 101),
        unsigned("83", 1),
        unsigned("23e383", 40000000),
        element("86", b"V_MS/VFW/FOURCC"),
        element("63a2", data[format_at : format_at + 40]),
        element("e0", unsigned("b0", 128), unsigned("ba", 96)),
        element("6d80", element("6240", encoding)),
    )
    header = element("1a45dfa3", element("4282", b"matroska"), unsigned("4287", 4), unsigned("4285", 2))
    info = element("1549a966", unsigned("2ad7b1", 1000000), element("4489", struct.pack(">f", 2000)))
    clusters = []
    for first in range(0, len(frames), 13):
        # The encoder makes every 13th frame a key frame.
        blocks = [
            element("a3", size(1), struct.pack(">hB", number * 40, 0 if number else 0x80), frame[len(prefix) :])
            for number, frame in enumerate(frames[first : first + 13])
        ]
        clusters.append(element("1f43b675", unsigned("e7", first * 40), *blocks))
    open(target, "wb").write(header + element("18538067", info, element("1654ae6b", track), *clusters))


def xiph(frames):
    sizes = b"".join(b"\xff" * (len(frame) // 255) + bytes([len(frame) % 255]) for frame in frames[:-1])
    return bytes([len(frames) - 1]) + sizes + b"".join(frames)


def ebml(frames):
    sizes = size(len(frames[0]))
    for before, frame in zip(frames, frames[1:-1]):
        difference = len(frame) - len(before)
        length = next(n for n in range(1, 9) if abs(difference) < (1 << (7 * n - 1)) - 1)
        sizes += size(difference + (1 << (7 * length - 1)) - 1, length)
    return bytes([len(frames) - 1]) + sizes + b"".join(frames)


def fixed(frames):
    return bytes([len(frames) - 1]) + b"".join(frames)


def lacing(target):
    """Every kind of lacing, in SimpleBlocks and in BlockGroups, of two tracks, one of which has a default duration."""
    noise = random.Random(1)

    def frames(*lengths):
        return [noise.randbytes(length) for length in lengths]

    def block(track, time, flags, body):
        return size(track) + struct.pack(">hB", time, flags) + body

    def track(number, *more):
        audio = element("e1", element("b5", struct.pack(">d", 8000.0)), unsigned("9f", 1), unsigned("6264", 8))
        codec = element("86", b"A_PCM/INT/LIT")
        return element("ae", unsigned("d7", number), unsigned("73c5", number + 100), unsigned("83", 2), codec, audio, *more)

    header = element("1a45dfa3", element("4282", b"matroska"), unsigned("4287", 4), unsigned("4285", 2))
    info = element("1549a966", unsigned("2ad7b1", 1000000), element("4d80", b"made"), element("5741", b"made"))
    # Track 200 has a number of two bytes, and no default duration.
    tracks = element("1654ae6b", track(1, unsigned("23e383", 20000000)), track(200))
    first = element(
        "1f43b675",
        unsigned("e7", 1000),
        element("a3", block(1, 0, 0x80 | 0x02, xiph(frames(10, 254, 255, 256, 600, 0, 30)))),
        element("a3", block(200, 5, 0x80 | 0x06, ebml(frames(100, 163, 100, 100, 9000, 8936, 1, 50)))),
        element("a3", block(1, 140, 0x04, fixed(frames(40, 40, 40)))),
        element("a3", block(200, -7, 0x80 | 0x08 | 0x01, frames(77)[0])),
        element("ec", bytes(20)),
        element("a3", block(1, 300, 0x80 | 0x02, xiph(frames(12)))),
        element("a3", block(1, 340, 0x80 | 0x04, fixed(frames(14)))),
    )
    second = element(
        "1f43b675",
        unsigned("e7", 2000),
        unsigned("ab", len(first)),
        element("a0", element("a1", block(1, 0, 0x02, xiph(frames(300, 5, 20)))), unsigned("9b", 60)),
        element("a0", unsigned("9b", 90), element("a1", block(200, 10, 0x06, ebml(frames(5, 6, 4)))), element("fb", b"\xff\x00")),
        element("a0", element("a1", block(200, 100, 0x04, fixed(frames(33, 33)))), element("75a2", b"\x03\xe8")),
        element("a0", element("fb", b"\x05"), element("a1", block(1, 32767, 0, frames(50)[0]))),
    )
    void = element("ec", bytes(3))
    open(target, "wb").write(header + element("18538067", info, tracks, void, first, second))


if __name__ == "__main__":
    {"unknown_sizes": unknown_sizes, "stripped": stripped, "lacing": lacing}[sys.argv[1]](*sys.argv[2:])

"""Damages copies of an input: each damage is a function of a random generator and the bytes."""

import re

BOX = re.compile(
    rb"(?:moov|trak|mdia|minf|stbl|stsd|stts|ctts|stsc|stsz|stz2|stco|co64|stss|elst|edts|mdhd|mvhd|tkhd|hdlr|moof|traf|"
    rb"tfhd|tfdt|trun|sidx|trex|mvex|meta|iinf|iloc|ipco|ilst|udta|avcC|hvcC|esds|dac3|mdat|ftyp|free|senc|saiz|saio|sgpd|sbgp)"
)
ELEMENT = re.compile(
    rb"\x1aE\xdf\xa3|\x18S\x80g|\x11M\x9bt|\x15I\xa9f|\x16T\xaek|\x1fC\xb6u|\x1cS\xbbk|\x12T\xc3g|\x19A\xa4i|\x10C\xa7p|"
    rb"\xae|\xa0|\xa1|\xa3|\xbf|\xec|\xe0|\xe1|\x83|\x86|c\xa2|s\xa4|\x2a\xd7\xb1|D\x89"
)
EXTREMES = (
    [value.to_bytes(1, "big") for value in (0, 1, 0x7F, 0x80, 0xFF)]
    + [value.to_bytes(2, "big") for value in (0, 1, 0x7FFF, 0x8000, 0xFFFF)]
    + [value.to_bytes(4, "big") for value in (0, 1, 7, 8, 9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)]
    + [value.to_bytes(4, "little") for value in (1, 0x7FFFFFFF, 0x80000000)]
    + [value.to_bytes(8, "big") for value in (0, 1, 16, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)]
)
VINTS = (b"\x80", b"\xff", b"\x01\xff\xff\xff\xff\xff\xff\xff", b"\x01\x7f\xff\xff\xff\xff\xff\xff", b"\x08\xff\xff\xff\xff", b"\x00", b"\x40\x00")
LARGEST = 256 << 10


def span(rng, data, largest=None):
    """A random range of the bytes."""
    start = rng.randrange(len(data) + 1)
    length = rng.choice((1, 2, 4, 8, 16, 64, 188, 188, 256, 1024, 4096))
    return start, min(len(data), start + rng.randint(1, min(length, largest or length)))


def flip_bits(rng, data):
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16, 64))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def set_bytes(rng, data):
    for _ in range(rng.choice((1, 2, 8))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)


def cut_end(rng, data):
    del data[rng.randrange(len(data) + 1):]


def cut_start(rng, data):
    del data[: rng.randrange(len(data) + 1)]


def remove(rng, data):
    start, end = span(rng, data)
    del data[start:end]


def insert(rng, data):
    start, end = span(rng, data)
    data[start:start] = rng.randbytes(end - start)


def duplicate(rng, data):
    start, end = span(rng, data)
    data[start:start] = data[start:end]


def repeat(rng, data):
    start, end = span(rng, data)
    piece = bytes(data[start:end])
    if piece and len(data) < LARGEST:
        times = rng.randint(2, max(2, min(1 << 14, (LARGEST - len(data)) // len(piece))))
        data[end:end] = piece * times


def move(rng, data):
    start, end = span(rng, data)
    piece = bytes(data[start:end])
    del data[start:end]
    at = rng.randrange(len(data) + 1)
    data[at:at] = piece


def fill(rng, data):
    start, end = span(rng, data)
    data[start:end] = bytes([rng.choice((0, 0xFF, 0x47, 0x0A, 0x40))]) * (end - start)


def extreme(rng, data):
    """An extreme number, anywhere."""
    value = rng.choice(EXTREMES)
    at = rng.randrange(len(data) + 1)
    data[at : at + len(value)] = value


def box_field(rng, data):
    """An extreme number in the size, or behind the type, of a box."""
    places = [match.start() for match in BOX.finditer(data)]
    if not places:
        return extreme(rng, data)
    at = rng.choice(places)
    value = rng.choice(EXTREMES)
    start = max(0, at + rng.choice((-4, -4, 4, 8, 12, 16, 20, 24)))
    data[start : start + len(value)] = value


def element_size(rng, data):
    """An extreme size of an element."""
    places = [match.end() for match in ELEMENT.finditer(data[:8192])]
    if not places:
        return extreme(rng, data)
    at = rng.choice(places)
    value = rng.choice(VINTS)
    data[at : at + len(value)] = value


def transport_field(rng, data):
    """Another header, adaptation length, pointer or section length of a transport packet."""
    if len(data) < 188:
        return extreme(rng, data)
    at = rng.randrange(len(data) // 188) * 188 + rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))
    data[at : at + 1] = bytes([rng.choice((0, 1, 0x47, 0x7F, 0xB0, 0xB7, 0xFF, rng.randrange(256)))])


def line_ends(rng, data):
    """Other line ends, or another first letter of a line."""
    places = [match.start() for match in re.finditer(rb"\n", data)]
    if not places:
        return set_bytes(rng, data)
    at = rng.choice(places)
    data[at : at + rng.choice((1, 1, 2))] = rng.choice((b"", b"\r\n", b"\r", b"\n\n", b"\n@", b"\n+", b"\n>", b"\n\0", b" \n"))


COMMON = (flip_bits, set_bytes, cut_end, cut_start, remove, insert, duplicate, repeat, move, fill, extreme)
OF_KIND = {
    "mp4": (box_field,) * 6, "matroska": (element_size,) * 6, "mpegts": (transport_field,) * 5, "reads": (line_ends,) * 5,
    "compressed": (),
}


def damaged(rng, data, kind):
    """A damaged copy, and the names of what was done to it."""
    copy = bytearray(data)
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        function = rng.choice(COMMON + OF_KIND[kind])
        function(rng, copy)
        done.append(function.__name__)
    return bytes(copy), done

"""A plain reader of transport packets (ISO/IEC 13818-1, 2.4.3.2), to compare `tree` with."""


def stride(data):
    """Length of a packet with what is before or after its 188 bytes, and where its first byte is."""
    for size, first in ((188, 0), (192, 4), (204, 0)):
        count = min(5, (len(data) - first) // size)
        if count >= 2 and all(data[first + size * at] == 0x47 for at in range(count)):
            return size, first
    return 188, 0


def synchronised(data, sync, size):
    """Whether a packet may begin here: another one follows, or the input ends."""
    return data[sync] == 0x47 and (sync + size >= len(data) or data[sync + size] == 0x47)


def packets(data):
    """Yield (offset, length, pid, unit_start, continuity_counter, adaptation_len, payload_len)."""
    size, first = stride(data)
    at = 0
    while at + size <= len(data):
        sync = at + first
        if data[sync] != 0x47:
            # Lost: the next packet is where two sync bytes are one packet apart, or where the last one ends the file.
            places = range(at + 1, len(data) - size + 1)
            at = next((place for place in places if synchronised(data, place + first, size)), None)
            if at is None:
                return
            sync = at + first
        flags, control = data[sync + 1], data[sync + 3]
        adaptation = payload = 0
        if control & 0x20:
            adaptation = 1 + data[sync + 4]
        if control & 0x10:
            payload = 184 - adaptation
        yield (
            at, size, (flags & 0x1F) << 8 | data[sync + 2], bool(flags & 0x40), control & 15, adaptation, payload,
        )
        at += size

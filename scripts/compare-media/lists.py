"""Compares lists: packets, and boxes, elements or transport packets with their places."""

import bisect

PACKET_FIELDS = ("pts", "dts", "duration", "size", "pos", "flags", "data_hash")


def by_stream(packets, names):
    """Packets of each stream, with their places in the list."""
    streams = {}
    for at, packet in enumerate(packets):
        index = packet.get("stream_index")
        streams.setdefault(names.get(index, index), []).append((at, packet))
    return streams


def align(ours, theirs):
    """Pairs of packets, None where one has no partner: in order if there are equally many, otherwise by place."""
    if len(ours) == len(theirs):
        return list(zip(ours, theirs))
    key = "pos" if any(packet.get("pos") for _, packet in theirs) else "pts"
    waiting = {}
    for entry in ours:
        waiting.setdefault(str(entry[1].get(key)), []).append(entry)
    pairs = []
    for entry in theirs:
        partners = waiting.get(str(entry[1].get(key)))
        pairs.append((partners.pop(0) if partners else None, entry))
    return pairs + [(entry, None) for entries in waiting.values() for entry in entries]


def is_late(packet):
    """Whether a packet is decoded after it is shown."""
    pts, dts = packet.get("pts"), packet.get("dts")
    return pts is not None and dts is not None and int(dts) > int(pts)


def compare_packets(mine, other, names, other_names):
    """Yield (equal, difference) of each field of each packet, and of the order."""
    ours, theirs = by_stream(mine, names), by_stream(other, other_names)
    order = []
    for stream in {**theirs, **ours}:
        a, b = ours.get(stream, []), theirs.get(stream, [])
        late = any(is_late(packet) for _, packet in b)
        for nth, (mine_at, other_at) in enumerate(align(a, b)):
            context = {"area": "packets", "stream": stream, "nth": nth, "count": (len(a), len(b)), "other_late": late}
            context |= {"mine": mine_at[1] if mine_at else {}, "other": other_at[1] if other_at else {}}
            if mine_at is None or other_at is None:
                packet = (mine_at or other_at)[1]
                told = f"{packet.get('pts')} @{packet.get('pos')} {packet.get('flags')}"
                field = "extra" if mine_at else "missing"
                there = {"ours": told if mine_at else None, "theirs": told if other_at else None}
                yield False, {**context, "field": field, **there}
                continue
            order.append((mine_at[0], other_at[0]))
            for field in PACKET_FIELDS:
                x, y = mine_at[1].get(field), other_at[1].get(field)
                if str(x) == str(y):
                    yield True, {"field": field}
                else:
                    yield False, {**context, "field": field, "ours": x, "theirs": y}
    order.sort()
    wrong = next((at for at in range(1, len(order)) if order[at][1] < order[at - 1][1]), None)
    if wrong is None:
        yield True, {"field": "order"}
    else:
        there = {"ours": order[wrong][0], "theirs": order[wrong][1], "mine": mine[order[wrong][0]], "other": {}}
        yield False, {"area": "packets", "field": "order", **there}


def plain(name):
    """The name of an element without capitals and marks, in which fq and the standard differ."""
    return str(name).replace("_", "").replace("-", "").lower()


def parents(rows):
    """The rows of `tree` around each row, outermost first."""
    stack, found = [], []
    for row in rows:
        del stack[row["depth"]:]
        found.append(tuple(stack))
        stack.append(row)
    return found


def enclosing(rows, offset):
    """Our boxes or elements that contain an offset, outermost first."""
    return tuple(
        row for row in rows
        if row["offset"] < offset and (row["len"] is None or offset < row["offset"] + row["len"])
    )


def extents(other, headers):
    """
    What fq lists, by offset and length as the header states it, and the ranges that fq did not read.

    fq ends a box or element early where it cannot decode what is in it.
    """
    listed, unread = {}, []
    for offset, length, name, size in other:
        stated = size if isinstance(size, int) else 0
        if headers is not None:
            stated += headers.get(offset, 0)
        # 0 and 1 are no lengths of boxes; an unknown size of an element is a large number.
        if stated <= length or stated > 1 << 40:
            stated = length
        else:
            unread.append((offset + length, offset + stated))
        listed[(offset, stated)] = str(name)
    return listed, unread


def compare_tree(rows, other, container):
    """Yield (equal, difference) of boxes or elements with those of fq."""
    # The type of a box is its bytes, which the tools write differently; the name of an element is looked up.
    named = container == "matroska"
    headers = {row["offset"]: row["header_len"] for row in rows} if named else None
    listed, unread = extents(other, headers)
    starts = sorted(offset for offset, _ in listed)
    lengths = {offset: length for offset, length in listed}
    seen = set()
    for row, around in zip(rows, parents(rows)):
        # Where a length is not stated, fq's is as good as any.
        key = (row["offset"], row["len"] if row["len"] is not None else lengths.get(row["offset"], 0))
        seen.add(key)
        # fq gives the number of an identifier that it does not know where it stands.
        if key in listed and (not named or listed[key].isdigit() or plain(listed[key]) == plain(row["type"])):
            yield True, {"field": row["type"]}
            continue
        theirs = f"{listed[key]} @{key[0]} +{key[1]}" if key in listed else None
        yield False, difference(row["type"], key, around, theirs, starts, listed, unread)
    for key in sorted(set(listed) - seen):
        told = difference(listed[key], key, enclosing(rows, key[0]), None, starts, listed, unread)
        here = [row["type"] for row in rows if row["offset"] == key[0]]
        yield False, {**told, "ours": None, "theirs": told["ours"], "mine_here": here}


def difference(name, key, around, theirs, starts, listed, unread):
    """A box or element that only one of the tools lists."""
    known = [row for row in around if (row["offset"], row["len"]) in listed]
    unknown = any(listed[(row["offset"], row["len"])].isdigit() for row in known)
    opaque = None
    if known:
        start, end = known[-1]["offset"], known[-1]["offset"] + known[-1]["len"]
        at = bisect.bisect_right(starts, start)
        opaque = None if at < len(starts) and starts[at] < end else known[-1]["type"]
    return {
        "area": "tree", "field": name, "ours": f"{name} @{key[0]} +{key[1]}", "theirs": theirs, "offset": key[0],
        "length": key[1], "path": tuple(row["type"] for row in around), "fq_opaque": opaque,
        "fq_unknown": unknown, "fq_end": max((offset + length for offset, length in listed), default=0),
        "fq_unread": any(start <= key[0] < end for start, end in unread), "inside": around[-1]["offset"] if around else 0,
        "fq_here": [name for offset, length, name in starts_at(listed, key[0]) if length != key[1]],
    }


def starts_at(listed, offset):
    """What fq lists at an offset."""
    return [(at, length, name) for (at, length), name in listed.items() if at == offset]


def compare_mkvinfo(rows, other):
    """Yield (equal, difference) of each element that mkvinfo lists."""
    ours = {row["offset"]: row for row in rows}
    for offset, length, name in other:
        row = ours.get(offset)
        told = f"{name} @{offset} +{length}"
        if row and (length is None or row["len"] is None or row["len"] == length):
            yield True, {"field": "mkvinfo"}
        else:
            mine = row and f"{row['type']} @{offset} +{row['len']}"
            around = enclosing(rows, offset)
            yield False, {
                "area": "tree", "field": "mkvinfo", "ours": mine, "theirs": told, "offset": offset,
                "path": tuple(row["type"] for row in around), "inside": around[-1]["offset"] if around else 0,
            }


def compare_transport(rows, reference, ends):
    """Yield (equal, difference) of each transport packet: fields of a plain reader, ends of FFmpeg's raw demuxer."""
    fields = ("offset", "len", "pid", "unit_start", "continuity_counter", "adaptation_len", "payload_len")
    ours = {row["offset"]: tuple(row.get(field) for field in fields) for row in rows}
    theirs = {row[0]: row for row in reference}
    for offset in sorted(set(ours) | set(theirs)):
        a, b = ours.get(offset), theirs.get(offset)
        if a == b:
            yield True, {"field": "packet"}
        else:
            yield False, {"area": "tree", "field": "packet", "ours": a, "theirs": b, "path": (), "offset": offset}
    for end in ends:
        if {end - 188, end - 192, end - 204} & set(ours):
            yield True, {"field": "mpegtsraw"}
        else:
            told = f"ends @{end}"
            yield False, {"area": "tree", "field": "mpegtsraw", "ours": None, "theirs": told, "path": (), "offset": end}

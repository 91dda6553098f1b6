"""Compares probe with ffprobe, field by field."""

NOT_COMPARED = {"filename"}


def flatten(value, prefix):
    """A flat dictionary of an object, without lists of objects."""
    flat = {}
    for key, part in value.items():
        if isinstance(part, dict):
            flat.update(flatten(part, f"{prefix}.{key}"))
        elif key == "side_data_list":
            for entry in part:
                kind = entry.get("side_data_type", "").replace(" ", "_")
                for name, item in entry.items():
                    if name != "side_data_type":
                        flat[f"{prefix}.side_data.{kind}.{name}"] = item
        elif not isinstance(part, list) and key not in NOT_COMPARED:
            flat[f"{prefix}.{key}"] = part
    return flat


def stream_names(streams):
    """A name for each stream: its `id`, with a number where several have the same, or its index where it has none."""
    names = []
    for stream in streams:
        name = stream.get("id", stream.get("index"))
        again = sum(1 for earlier in names if earlier == name or str(earlier).startswith(f"{name} again"))
        names.append(f"{name} again {again}" if again else name)
    return names


def pair_streams(ours, theirs):
    """Pairs of streams of the same name; of the same index where only one tool tells identifiers."""
    names, others = stream_names(ours), stream_names(theirs)
    if not set(names) & set(others):
        names, others = ([stream.get("index") for stream in streams] for streams in (ours, theirs))
    by_name = dict(zip(names, ours))
    pairs = [(by_name.pop(name, None), other) for name, other in zip(others, theirs)]
    return pairs + [(mine, None) for mine in by_name.values()]


def same(a, b):
    """Whether two values are printed alike."""
    return a is not None and b is not None and str(a) == str(b)


def compare_objects(area, prefix, mine, other):
    """Yield (equal, difference) of each field of two objects."""
    ours, theirs = flatten(mine, prefix), flatten(other, prefix)
    for field in {**ours, **theirs}:
        a, b = ours.get(field), theirs.get(field)
        if same(a, b):
            yield True, {"field": field}
        elif field.endswith(".nb_read_packets") and a is None:
            continue
        else:
            yield False, {"area": area, "field": field, "ours": a, "theirs": b, "mine": mine, "other": other}


def compare_probe(mine, other):
    """Yield (equal, difference) of two values of `probe` and `ffprobe`."""
    yield from compare_objects("probe", "format", mine.get("format", {}), other.get("format", {}))
    for a, b in pair_streams(mine.get("streams", []), other.get("streams", [])):
        if a is None or b is None:
            there = {"ours": a and a.get("codec_type", "?"), "theirs": b and b.get("codec_type", "?")}
            yield False, {"area": "probe", "field": "stream", **there, "mine": a or {}, "other": b or {}}
        else:
            yield from compare_objects("probe", "stream", a, b)
    for name, key in (("chapter", "id"), ("program", "program_id")):
        ours = {entry.get(key): entry for entry in mine.get(f"{name}s") or []}
        theirs = {entry.get(key): entry for entry in other.get(f"{name}s") or []}
        for identifier in {**theirs, **ours}:
            a, b = ours.get(identifier), theirs.get(identifier)
            if a is None or b is None:
                there = {"ours": a and identifier, "theirs": b and identifier}
                yield False, {"area": "probe", "field": name, **there, "mine": a or {}, "other": b or {}}
            else:
                yield from compare_objects("probe", name, a, b)

"""Prints tables of what was compared."""

AREAS = ("packets", "probe", "tree", "verify")


def print_table(head, rows):
    """A table in Markdown."""
    widths = [max(len(str(row[at])) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [
            str(cell).ljust(width) if at == 0 or not str(cell)[:1].isdigit() else str(cell).rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths))
        ]
        print("| " + " | ".join(cells) + " |")
    print()


def percent(part, all_of):
    """A percentage with one decimal, rounded down."""
    return f"{int(1000 * part / all_of) / 10:.1f}" if all_of else "-"


def print_tables(results):
    """Files by container and area, then values by field."""
    rows = []
    for container in sorted({result["container"] for result in results}):
        mine = [result for result in results if result["container"] == container]
        for area in AREAS:
            verdicts = [result["verdicts"].get(area) for result in mine]
            equal, explained, different = (verdicts.count(word) for word in ("equal", "explained", "different"))
            share = percent(equal + explained, equal + explained + different)
            rows.append([f"{container} {area}", len(mine), equal, explained, different, share])
    print_table(["container", "files", "equal", "explained", "different", "% equal or explained"], rows)

    rows = []
    for container in sorted({result["container"] for result in results}):
        sums, files = {}, {}
        for result in results:
            if result["container"] == container:
                for field, count in result["counts"].items():
                    old = sums.setdefault(field, [0, 0, 0])
                    sums[field] = [a + b for a, b in zip(old, count)]
                    files[field] = files.get(field, 0) + (1 if count[2] else 0)
        quiet = {}
        for field, (equal, explained, different) in sorted(sums.items()):
            area = field.split(" ")[0]
            if explained or different:
                rows.append([f"{container} {field}", equal, explained, different, files[field]])
            else:
                quiet[area] = quiet.get(area, 0) + equal
        rows += [[f"{container} {area} (all others)", count, 0, 0, 0] for area, count in quiet.items()]
    print_table(["field", "equal", "explained", "different", "in files"], rows)

    crashes = [(result["file"], what) for result in results for what in result["crashes"]]
    if crashes:
        print("Exit status other than 0 and 1:")
        for name, what in crashes:
            print(f"  {name}: {what}")
        print()


def print_reasons(results):
    """How many values each explanation was used for."""
    sums, files = {}, {}
    for result in results:
        for reason, count in result["reasons"].items():
            sums[reason] = sums.get(reason, 0) + count
            files[reason] = files.get(reason, 0) + 1
    rows = [[reason, count, files[reason]] for reason, count in sorted(sums.items(), key=lambda item: -item[1])]
    print_table(["explanation", "values", "files"], rows)


def print_groups(results):
    """Differences by container, area, field and codec, most files first, with up to five examples."""
    for container in sorted({result["container"] for result in results}):
        groups = {}
        for result in results:
            if result["container"] != container:
                continue
            for difference in result["differences"]:
                missing = "missing" if difference.get("ours") is None else "added" if difference.get("theirs") is None else "other"
                group = groups.setdefault((difference["area"], difference["field"], missing), {})
                group.setdefault(result["file"], difference)
        print(f"## {container}\n")
        for (area, field, missing), files in sorted(groups.items(), key=lambda item: -len(item[1])):
            codecs = {}
            for difference in files.values():
                codec = difference.get("codec") or "-"
                codecs[codec] = codecs.get(codec, 0) + 1
            listed = ", ".join(f"{name} {count}" for name, count in sorted(codecs.items(), key=lambda item: -item[1]))
            print(f"### {area} {field} ({missing}): {len(files)} files ({listed})\n")
            for name, difference in spread(files):
                print(f"- pagecut `{difference.get('ours')}`, other `{difference.get('theirs')}`{where(difference)}: {name}")
            print()


def spread(files):
    """Up to five files, of unlike codecs and folders first."""
    chosen, seen = [], set()
    for name, difference in files.items():
        kind = (difference.get("codec"), str(difference.get("ours"))[:30], str(difference.get("theirs"))[:30])
        if kind not in seen:
            seen.add(kind)
            chosen.append((name, difference))
    rest = [item for item in files.items() if item not in chosen]
    return (chosen + rest)[:5]


def where(difference):
    """Codec, stream and path of a difference."""
    parts = [str(difference[key]) for key in ("codec", "stream", "nth") if difference.get(key) is not None]
    if difference.get("path"):
        parts.append("/".join(difference["path"]))
    return f" ({', '.join(parts)})" if parts else ""


def print_details(results):
    """Differences of each file."""
    for result in results:
        if result["differences"]:
            print(f"{result['file']} ({result['container']})")
            for difference in result["differences"]:
                print(
                    f"  {difference['area']} {difference['field']}: pagecut {difference.get('ours')!r}, "
                    f"other {difference.get('theirs')!r}{where(difference)}"
                )

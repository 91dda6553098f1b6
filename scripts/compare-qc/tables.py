"""The text files of a report, and their comparison."""


def modules(data):
    """The lines of each module of `fastqc_data.txt`, by its name; the first line is under the name of nothing."""
    found, name = {"": []}, ""
    for line in data.split(b"\n"):
        if line.startswith(b">>") and line != b">>END_MODULE":
            name = line[2:].split(b"\t")[0].decode()
            found[name] = []
        found[name].append(line)
    return found


def differences(ours, theirs):
    """Yield module, number of the line in it, and both lines, where two files differ; None where a file has no such line."""
    mine, other = modules(ours), modules(theirs)
    if list(mine) != list(other):
        yield "(order of modules)", 0, b", ".join(name.encode() for name in mine), b", ".join(name.encode() for name in other)
    for name in [*mine, *(name for name in other if name not in mine)]:
        left, right = mine.get(name, []), other.get(name, [])
        for number in range(max(len(left), len(right))):
            pair = [lines[number] if number < len(lines) else None for lines in (left, right)]
            if pair[0] != pair[1]:
                yield name, number + 1, *pair


def is_complete(data):
    """Whether a report of pagecut is of all reads."""
    return not any(line.startswith(b"Error\t") for line in modules(data)["Basic Statistics"])

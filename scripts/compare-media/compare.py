#!/usr/bin/env python3
"""Compare pagecut with ffprobe, fq and mkvinfo on a folder of media files. README.md tells how."""

import argparse
import hashlib
import json
import multiprocessing
import os
import re
import sys

import fields
import lists
import oracles
import report
import transport
from rules import Rules

HERE = os.path.dirname(os.path.abspath(__file__))
AREAS = ("probe", "packets", "tree", "verify")


class Comparison:
    """What is compared of one file, and what came out."""

    def __init__(self, rules, context):
        self.rules = rules
        self.context = context
        self.counts = {}
        self.reasons = {}
        self.differences = []

    def add(self, area, results):
        """Count the results of an area, with the explanation of each difference."""
        examples = {}
        for equal, difference in results:
            count = self.counts.setdefault(f"{area} {difference['field']}", [0, 0, 0])
            if equal:
                count[0] += 1
                continue
            reason = self.rules.explain(difference, self.context)
            key = (difference["field"], reason)
            examples[key] = examples.get(key, 0) + 1
            if reason:
                count[1] += 1
                self.reasons[reason] = self.reasons.get(reason, 0) + 1
            else:
                count[2] += 1
                if examples[key] <= 3:
                    shown = {name: difference.get(name) for name in ("area", "field", "ours", "theirs", "path", "stream", "nth")}
                    shown["codec"] = codec_of(difference, self.context)
                    self.differences.append({key: value for key, value in shown.items() if value is not None})

    def verdicts(self):
        """Equal, explained or different, by area."""
        found = {}
        for area in AREAS:
            counts = [count for key, count in self.counts.items() if key.split(" ")[0] == area]
            if counts:
                worst = max((2 if c[2] else 1 if c[1] else 0) for c in counts)
                found[area] = ("equal", "explained", "different")[worst]
        return found


def codec_of(difference, context):
    """The codec of the stream of a difference, as ffprobe names it."""
    if difference["area"] == "packets":
        return context["streams"].get(difference.get("stream"), {}).get("codec_name")
    return difference.get("other", {}).get("codec_name") or difference.get("mine", {}).get("codec_name")


def told(result, read):
    """What a tool made of the file as a whole."""
    return "reads it" if read else f"refuses: {result['error'] or 'nothing in it'}"


def whole(area, mine, other, mine_read, other_read):
    """Yield the difference between a tool that reads the file and one that does not."""
    if mine_read == other_read:
        yield True, {"field": "(file)"}
    else:
        yield False, {
            "area": area, "field": "(file)", "ours": told(mine, mine_read), "theirs": told(other, other_read),
            "mine": {}, "other": {},
        }


def names_of(streams):
    """The name of each stream by its index."""
    return dict(zip((stream["index"] for stream in streams), fields.stream_names(streams)))


def compare_file(path, name, container, digest, tools):
    """All comparisons of one file."""
    pagecut, oracle, rules = tools
    probe = pagecut.json(path, "probe", "--of", "json")
    probed = oracle.ffprobe(path, digest, container, "probe")
    mine, other = probe["value"] or {}, probed["value"]
    context = {
        "container": container, "file": name, "size": os.path.getsize(path), "our_error": probe["error"],
        "their_error": probed["error"], "our_format": mine.get("format", {}), "their_format": other.get("format", {}),
        "their_chapters": other.get("chapters", []), "our_streams": mine.get("streams", []), "their_streams": other.get("streams", []),
    }
    packed = oracle.ffprobe(path, digest, container, "packets")
    packed_streams = packed["value"].get("streams", [])
    our_names, their_names = names_of(context["our_streams"]), names_of(packed_streams)
    if not set(our_names.values()) & set(their_names.values()):
        our_names, their_names = {}, {}
    context["streams"] = {their_names.get(s.get("index"), s.get("index")): s for s in context["their_streams"]}
    found = Comparison(rules, context)

    mine_read, other_read = bool(mine.get("streams")), bool(other.get("streams"))
    found.add("probe", whole("probe", probe, probed, mine_read, other_read))
    if mine_read and other_read:
        found.add("probe", fields.compare_probe(mine, other))

    packets = pagecut.json(path, "packets", "--crc32", "--of", "json")
    context["packets_error"] = packets["error"]
    ours, theirs = (packets["value"] or {}).get("packets", []), packed["value"].get("packets", [])
    context["our_packets"] = ours
    found.add("packets", whole("packets", packets, packed, bool(ours), bool(theirs)))
    if ours and theirs:
        found.add("packets", lists.compare_packets(ours, theirs, our_names, their_names))

    tree = pagecut.json_lines(path, "tree", "--json")
    rows = tree["value"] or []
    context["tree_error"] = tree["error"]
    context["reported"] = [int(offset) for offset in re.findall(r"byte (\d+)", tree["error"] or "")]
    if container == "mpegts":
        raw = oracle.mpegtsraw(path, digest)
        with open(path, "rb") as file:
            reference = list(transport.packets(file.read()))
        found.add("tree", lists.compare_transport(rows, reference, raw["value"]))
    else:
        listed = oracle.fq(path, digest, container)
        found.add("tree", whole("tree", tree, listed, bool(rows), bool(listed["value"])))
        if rows and listed["value"]:
            found.add("tree", lists.compare_tree(rows, listed["value"], container))
        if container == "matroska" and rows:
            found.add("tree", lists.compare_mkvinfo(rows, oracle.mkvinfo(path, digest)["value"]))

    verify = pagecut.json_lines(path, "verify", "--json")
    verdict = (verify["value"] or [{}])[0]
    good = verify["status"] == 0
    context["verdict"] = verdict
    theirs = {"error": probed["error"] or packed["error"], "value": {}}
    good_there = not theirs["error"] and other_read
    told_error = verdict.get("error") or verify["error"]
    found.add("verify", whole("verify", {"error": str(told_error)[:200], "value": verdict}, theirs, good, good_there))
    crashes = [
        f"{what}: {result['status']}"
        for what, result in (("probe", probe), ("packets", packets), ("tree", tree), ("verify", verify))
        if result["status"] not in (0, 1)
    ]
    return {
        "file": name, "container": container, "verdicts": found.verdicts(), "counts": found.counts,
        "reasons": found.reasons, "differences": found.differences, "crashes": crashes,
    }


def media_files(folder):
    """Media files below a folder, each content once: path, name, container and check sum."""
    seen, found = set(), []
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                container = oracles.container_of(file.read(1024))
                if not container:
                    continue
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
            if digest not in seen:
                seen.add(digest)
                found.append((path, os.path.relpath(path, folder), container, digest))
    return found


TOOLS = None


def start(command, cache, timeout, rules):
    """Prepare a worker."""
    global TOOLS
    TOOLS = (oracles.Pagecut(command, timeout), oracles.Oracle(cache, timeout), Rules(rules))


def work(entry):
    """Compare one file; an error of this script is a row of its own."""
    path, name, container, digest = entry
    try:
        return compare_file(path, name, container, digest, TOOLS)
    except Exception as error:  # Every file has a row, whatever went wrong.
        return {
            "file": name, "container": container, "verdicts": {area: "different" for area in AREAS},
            "counts": {"probe (script)": [0, 0, 1]}, "reasons": {}, "crashes": [f"script: {error!r}"],
            "differences": [{"area": "probe", "field": "(script)", "ours": repr(error), "theirs": None}],
        }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of media files; their contents tell what they are")
    parser.add_argument("--pagecut", default=os.environ.get("P", "pagecut"), help="command under test [$P, or pagecut]")
    parser.add_argument("--only", choices=("mp4", "matroska", "mpegts"), help="files of one container")
    parser.add_argument("--match", default="", help="files whose path contains this")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth file only")
    parser.add_argument("--rules", default=os.path.join(HERE, "rules.toml"), help="file of explanations")
    default = os.path.join(os.path.expanduser("~"), ".cache", "pagecut-compare")
    parser.add_argument("--cache", default=default, help="folder that keeps results of the other tools")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60, help="seconds that a tool may take for a file")
    parser.add_argument("--details", action="store_true", help="list the differences of each file")
    parser.add_argument("--grouped", action="store_true", help="list the differences by field, with example files")
    parser.add_argument("--reasons", action="store_true", help="list how often each explanation was used")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each file")
    return parser.parse_args()


def main():
    args = arguments()
    files = media_files(args.folder)
    if args.only:
        files = [entry for entry in files if entry[2] == args.only]
    files = [entry for entry in files if args.match in entry[1]][:: args.every]
    if not files:
        sys.exit(f"no media files in {args.folder}")
    setup = (args.pagecut, args.cache, args.timeout, args.rules)
    results = []
    with multiprocessing.Pool(args.processes, start, setup) as pool:
        for done, result in enumerate(pool.imap_unordered(work, files, 4), 1):
            results.append(result)
            if sys.stderr.isatty() or done % 200 == 0:
                print(f"{done} of {len(files)}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr)
    results.sort(key=lambda result: result["file"])
    if args.json:
        for result in results:
            print(json.dumps(result))
    else:
        report.print_tables(results)
        if args.reasons:
            report.print_reasons(results)
        if args.grouped:
            report.print_groups(results)
        if args.details:
            report.print_details(results)
    sys.exit(1 if any("different" in result["verdicts"].values() for result in results) else 0)


if __name__ == "__main__":
    main()

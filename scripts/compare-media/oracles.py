"""Runs the tools that pagecut is compared with, and pagecut, on one file."""

import hashlib
import json
import os
import re
import subprocess
import zlib

# The packets of a container without what ffprobe learns from payloads; of MPEG-TS with all programs, whole PES packets, and
# the times of teletext and subtitles as they are stored.
AS_STORED = ["-fflags", "+nofillin+noparse"]
OF_MPEGTS = ["-scan_all_pmts", "1", "-max_packet_size", "1000000000", "-fix_teletext_pts", "0"]
PACKET_ENTRIES = "packet=stream_index,pts,dts,duration,size,pos,flags,data_hash:stream=index,id"

FQ = {
    "mp4": 'grep_by(.type? and .size?) | [(tobytesrange|.start), tobytesrange.size, .type, .size]',
    "matroska": 'grep_by(.id? and .size?) | [(tobytesrange|.start), tobytesrange.size, .id, .size]',
}
MKVINFO_LINE = re.compile(r"^[| ]*\+ (?!Frame)(.*?)(?:: .*)? at (\d+)(?: size (\d+|is unknown))?(?: data size (\d+))?")

BOXES = (
    b"ftyp styp moov moof mdat sidx free skip wide pnot emsg prft uuid meta ssix junk pict PICT mfra bloc ainf"
).split()


def container_of(head):
    """Name the container by the first bytes, or None."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    for size, at in ((188, 0), (192, 4), (204, 0)):
        count = min(5, (len(head) - at) // size)
        if count >= 2 and all(head[at + i * size] == 0x47 for i in range(count)):
            return "mpegts"
    if len(head) >= 8 and head[4:8] in BOXES:
        length = int.from_bytes(head[:4], "big")
        if length in (0, 1) or length >= 8:
            return "mp4"
    return None


def run(command, timeout):
    """Run a command; return exit status, standard output and standard error. The status of a timeout is "timeout"."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return "timeout", b"", b""
    return done.returncode, done.stdout, done.stderr


def first_line(stderr):
    """The first line of an error message, without addresses and paths."""
    text = stderr.decode("utf-8", "replace").strip().splitlines()
    line = text[0] if text else ""
    return re.sub(r"0x[0-9a-f]{6,}", "0x", line)[:200]


class Oracle:
    """Results of other tools, kept in a folder under the check sum of the input and of the command."""

    def __init__(self, cache, timeout):
        self.cache = cache
        self.timeout = timeout

    def kept(self, digest, tool, compute):
        """Take a result from the folder, or compute and keep it."""
        path = os.path.join(self.cache, digest[:2], f"{digest}.{tool}")
        try:
            with open(path, "rb") as file:
                return json.loads(zlib.decompress(file.read()))
        except (OSError, ValueError, zlib.error):
            result = compute()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        partial = f"{path}.{os.getpid()}"
        with open(partial, "wb") as file:
            file.write(zlib.compress(json.dumps(result).encode(), 3))
        os.replace(partial, path)
        return result

    def ffprobe(self, path, digest, container, what):
        """`probe`: format, streams, chapters, programs; `packets`: packets as stored."""

        def compute():
            if what == "probe":
                options = ["-count_packets", "-show_format", "-show_streams", "-show_chapters", "-show_programs"]
            else:
                options = AS_STORED + (OF_MPEGTS if container == "mpegts" else [])
                options += ["-show_data_hash", "crc32", "-show_entries", PACKET_ENTRIES]
            command = ["ffprobe", "-v", "error", *options, "-of", "json", f"file:{path}"]
            status, out, err = run(command, self.timeout)
            try:
                value = json.loads(out.decode("utf-8", "replace"))
            except ValueError:
                value = {}
            return {"status": status, "error": first_line(err).replace(path, ""), "value": value}

        used = (AS_STORED, OF_MPEGTS if container == "mpegts" else [], PACKET_ENTRIES)
        key = hashlib.sha256(repr(used).encode()).hexdigest()[:6]
        return self.kept(digest, f"{what}-{key if what == 'packets' else '1'}", compute)

    def fq(self, path, digest, container):
        """Boxes or elements as [offset, length that fq read, name, value of the size field]."""

        def compute():
            # Without force fq refuses pieces, such as a segment without its moov box.
            options = ["-o", "force=true", "-o", "decode_samples=false"] if container == "mp4" else ["-o", "force=true"]
            status, out, err = run(["fq", "-d", container, *options, "-c", FQ[container], path], self.timeout)
            rows = [json.loads(line) for line in out.decode("utf-8", "replace").splitlines() if line.startswith("[")]
            return {"status": status, "error": first_line(err).replace(path, ""), "value": rows}

        return self.kept(digest, "fq-4", compute)

    def mkvinfo(self, path, digest):
        """Elements as [offset, length or None, name]."""

        def compute():
            status, out, err = run(["mkvinfo", "--ui-language", "en_US", "-a", "-P", "-z", "-v", "-v", path], self.timeout)
            rows = []
            for line in out.decode("utf-8", "replace").splitlines():
                match = MKVINFO_LINE.match(line)
                if match:
                    length = match[3] if match[3] and match[3].isdigit() else None
                    rows.append([int(match[2]), length and int(length), match[1]])
            return {"status": status, "error": first_line(err), "value": rows}

        return self.kept(digest, "mkvinfo-2", compute)

    def mpegtsraw(self, path, digest):
        """Where transport packets end, in bytes, as the raw demuxer of FFmpeg tells."""

        def compute():
            command = ["ffprobe", "-v", "error", "-f", "mpegtsraw", "-show_entries", "packet=pos", "-of", "csv=p=0"]
            status, out, err = run([*command, f"file:{path}"], self.timeout)
            rows = [int(row.split(",")[0]) for row in out.decode().split() if row.split(",")[0].isdigit()]
            return {"status": status, "error": first_line(err).replace(path, ""), "value": rows}

        return self.kept(digest, "mpegtsraw-1", compute)


class Pagecut:
    """The command under test."""

    def __init__(self, command, timeout):
        self.command = command
        self.timeout = timeout

    def json(self, path, *args):
        """Status, first line of the errors, and the value of a command that prints one JSON value."""
        status, out, err = run([self.command, *args, path], self.timeout)
        try:
            value = json.loads(out.decode("utf-8", "replace"))
        except ValueError:
            value = None
        return {"status": status, "error": first_line(err).replace(path, ""), "value": value}

    def json_lines(self, path, *args):
        """The same of a command that prints a JSON value a line."""
        status, out, err = run([self.command, *args, path], self.timeout)
        try:
            value = [json.loads(line) for line in out.decode("utf-8", "replace").splitlines()]
        except ValueError:
            value = None
        return {"status": status, "error": first_line(err).replace(path, ""), "value": value}

#!/usr/bin/env python3
"""Open pages of `pagecut qc` in Chromium, and check that they work. README.md has the list."""

import argparse
import functools
import gzip
import http.server
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
from random import Random

from browser import Browser

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parent.parent / "testdata"
# Widths of windows: a telephone, and a screen.
NARROW, WIDE = 390, 1280
# Most bytes of the page of a usual sample.
LARGEST = 400_000
# The name of an input that tries to be markup.
HOSTILE = "<img src=x onerror=alert(1)>&\x1b[1m'\".fastq"

LABELS = """[...document.querySelectorAll("figure.plot%s")].flatMap((figure) => ["x", "y"].flatMap((axis) => {
  const boxes = [...figure.querySelectorAll(`.${axis} text`)].map((text) => text.getBoundingClientRect());
  const whole = figure.querySelector("svg").getBoundingClientRect();
  const [start, end] = axis === "x" ? ["left", "right"] : ["top", "bottom"];
  boxes.sort((one, other) => one[start] - other[start]);
  const faults = boxes.filter((box, at) => at > 0 && box[start] < boxes[at - 1][end] - (axis === "y" ? 6 : 0));
  const outside = boxes.filter((box) => box.left < whole.left - 1 || box.right > whole.right + 1);
  return faults.length + outside.length === 0 ? [] : [`${figure.id}: labels of ${axis} overlap, or leave the plot`];
}))"""

# The place and the values of a plot. The place is the middle of a row of its table.
PLOT = """(() => {
  const figure = document.getElementById(%r);
  const svg = figure.querySelector("svg");
  svg.scrollIntoView({ block: "center", behavior: "instant" });
  const [left, right, top, bottom] = svg.dataset.box.split(" ").map(Number);
  const at = (x, y) => {
    const point = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
    return [point.x, point.y];
  };
  const rows = [...figure.querySelectorAll("tbody tr")];
  const row = rows[Math.floor(rows.length / 2)];
  const [from, to] = row.dataset.x.split(" ").map(Number);
  const columns = [...figure.querySelectorAll("thead th")].slice(1);
  const span = columns[0].dataset.y ? columns[0].dataset.y.split(" ").map(Number) : [top, bottom];
  const cells = [...row.cells].map((cell) => cell.textContent);
  return {
    row: at((from + to) / 2, (span[0] + span[1]) / 2), start: at(left + (right - left) * 0.3, (top + bottom) / 2),
    end: at(left + (right - left) * 0.5, (top + bottom) / 2), label: cells[0], value: cells[1],
  };
})()"""

STATE = """(() => {
  const figure = document.getElementById(%r);
  return {
    ticks: [...figure.querySelectorAll(".x text")].map((text) => text.textContent),
    transform: figure.querySelector(".marks").getAttribute("transform"),
    whole: figure.querySelector(".whole").checkVisibility(),
    values: document.getElementById("values").checkVisibility() ? document.getElementById("values").innerText : "",
  };
})()"""


class Check:
    """Checks a page. Faults are collected."""

    def __init__(self, browser, page, name, keep):
        self.browser, self.page, self.name, self.keep = browser, page, name, keep
        self.faults = []

    def expect(self, is_right, fault):
        if not is_right:
            self.faults.append(f"{self.name}: {fault}")

    def run(self):
        browser = self.browser
        for scheme, width in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
            browser.media(scheme=scheme)
            browser.resize(width, 900)
            browser.open(self.page.as_uri())
            self.check_looks(scheme, width)
            self.picture(f"{scheme}-{width}")
        browser.resize(WIDE, 900)
        browser.media()
        browser.open(self.page.as_uri())
        figures = browser.run("[...document.querySelectorAll('figure.plot')].map((figure) => figure.id)")
        for figure in figures:
            self.check_plot(figure)
        self.check_legends()
        self.check_colours()
        self.check_messages()
        self.check_print(len(figures))
        return self.faults

    def check_looks(self, scheme, width):
        run = self.browser.run
        for fault in run(LABELS % ""):
            self.expect(False, f"{scheme}, {width}: {fault}")
        self.expect(run("document.scrollingElement.scrollWidth <= innerWidth"), f"{width}: the page is wider than the window")
        ids = run("[...document.querySelectorAll('[id]')].map((element) => element.id)")
        self.expect(len(ids) == len(set(ids)), "an id occurs twice")
        broken = run("[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))"
                     ".filter((link) => !document.getElementById(link.slice(1)))")
        self.expect(not broken, f"links lead nowhere: {broken}")
        self.expect(run("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'") == (scheme == "light"),
                    f"the ground is not {scheme}")
        # WCAG 2.2, AA: a ratio of 4.5 for text, and of 3 for marks.
        for fault in run(CONTRAST):
            self.expect(False, f"{scheme}: {fault}")

    def check_messages(self):
        """Nothing is on the console, and the page is the only thing that was asked for."""
        events = self.browser.events
        said = [event for event in events if event.get("method") in
                ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
        self.expect(not said, f"the console has messages: {said}")
        asked = [event["params"]["request"]["url"] for event in events if event.get("method") == "Network.requestWillBeSent"]
        self.expect(asked == [self.page.as_uri()], f"requests: {asked}")

    def check_plot(self, figure):
        browser = self.browser
        place = browser.run(PLOT % figure)
        whole = browser.run(STATE % figure)
        self.expect(len(whole["ticks"]) > 0 and whole["transform"] is None and not whole["whole"], f"{figure}: no whole plot")

        browser.hover(*place["row"])
        values = browser.run(STATE % figure)["values"]
        self.expect(place["label"] in values and place["value"] in values,
                    f"{figure}: {place['label']}: {place['value']} is not shown, but {values!r}")
        browser.hover(1, 1)
        self.expect(browser.run(STATE % figure)["values"] == "", f"{figure}: values stay after the pointer has left")

        browser.drag(place["start"], place["end"])
        zoomed = browser.run(STATE % figure)
        self.expect(zoomed["transform"] and zoomed["whole"], f"{figure}: dragging does not zoom in")
        few = len(whole["ticks"]) < 3
        self.expect(few or zoomed["ticks"] != whole["ticks"], f"{figure}: zooming does not change the ticks")
        for fault in browser.run(LABELS % f"#{figure}"):
            self.expect(False, f"zoomed {fault}")
        self.picture(f"{figure}-zoomed", whole=False)
        browser.key("Escape")
        browser.run(f"document.querySelector('#{figure} svg').focus()")
        browser.key("Escape")
        after = browser.run(STATE % figure)
        self.expect(after == whole, f"{figure}: Escape does not show the whole plot: {after}, {whole}")

        browser.key("ArrowRight")
        first = browser.run(STATE % figure)["values"]
        label = browser.run(f"document.querySelector('#{figure} tbody th').textContent")
        head = browser.run(f"document.querySelector('#{figure} thead th').textContent")
        self.expect(first.splitlines()[:1] == [f"{head} {label}"], f"{figure}: the first row is not shown, but {first!r}")
        browser.key("+")
        near = browser.run(STATE % figure)
        self.expect(near["transform"] is not None, f"{figure}: + does not zoom in")
        browser.run(f"document.querySelector('#{figure} .whole').click()")
        self.expect(browser.run(STATE % figure)["transform"] is None, f"{figure}: the button does not show the whole plot")

    def check_legends(self):
        """A click on an entry hides its series, and another one shows them."""
        shown = ("[...document.querySelectorAll('.marks [data-series]')]"
                 ".filter((mark) => mark.getBoundingClientRect().width > 0).length")
        run = self.browser.run
        before = run(shown)
        entries = run("document.querySelectorAll('.legend button').length")
        hidden = 0
        for entry in range(entries):
            click = f"document.querySelectorAll('.legend button')[{entry}].click()"
            run(click)
            hidden += before - run(shown)
            run(click)
        self.expect(run(shown) == before, "a second click on an entry of a legend does not show its series")
        self.expect(entries == 0 or before == 0 or hidden > 0, "a click on an entry of a legend hides nothing")

    def check_colours(self):
        """The button changes the colours, and changes them back."""
        ground = "getComputedStyle(document.body).backgroundColor"
        run = self.browser.run
        grounds = [run(ground)]
        for _ in range(2):
            run("document.getElementById('theme').click()")
            grounds.append(run(ground))
        self.expect(grounds[0] == grounds[2] != grounds[1], f"the button for colours gives {grounds}")

    def check_print(self, plots):
        """Paper is white, has no buttons and no closed tables, and cuts no plot off."""
        browser = self.browser
        run = browser.run
        browser.media("print", "dark")
        self.expect(run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is not white")
        self.expect(run("[...document.querySelectorAll('#theme, .help, details')].every((part) => !part.checkVisibility())"),
                    "paper has buttons or closed tables")
        # The width of A4 less the margins.
        browser.resize(688, 900)
        drawn = run("[...document.querySelectorAll('.chart svg')].filter((plot) => {"
                    "const box = plot.getBoundingClientRect(); return box.width > 100 && box.right <= innerWidth; }).length")
        self.expect(drawn == plots, f"paper has {drawn} of {plots} plots")
        browser.media()
        pdf = browser.pdf()
        self.expect(pdf.startswith(b"%PDF") and re.search(rb"/Count [1-9]", pdf), "there is no PDF")
        if self.keep:
            (self.keep / f"{self.name}.pdf").write_bytes(pdf)

    def picture(self, name, whole=True):
        if self.keep:
            self.browser.screenshot(self.keep / f"{self.name}-{name}.png", whole)


CONTRAST = """(() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((first, second) => first - second);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let part = element; part; part = part.parentElement) {
      const colour = channels(getComputedStyle(part).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  const texts = "h1, h2, p, a, th, td, li, button, summary, figcaption, footer, .badge, .symbol, .note";
  for (const element of document.querySelectorAll(texts)) {
    const found = ratio(channels(getComputedStyle(element).color), ground(element));
    if (found < 4.5) faults.add(`text of ${element.localName}.${element.className} has a contrast of ${found.toFixed(2)}`);
  }
  for (const mark of document.querySelectorAll(".line, .bar, .mean, .median, .chart text")) {
    const style = getComputedStyle(mark);
    const colour = channels(style.stroke === "none" ? style.fill : style.stroke);
    const least = mark.localName === "text" ? 4.5 : 3;
    const found = ratio(colour, ground(mark));
    if (found < least) faults.add(`${mark.localName}.${mark.getAttribute("class")} has a contrast of ${found.toFixed(2)}`);
  }
  return [...faults];
})()"""


class Counting(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and keeps the paths that were asked for."""

    def do_GET(self):
        self.server.paths.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


def check_server(browser, folder, name):
    """A server sees one request: that of the page. Not even an icon is asked for."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Counting, directory=folder))
    server.paths = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser.open(f"http://127.0.0.1:{server.server_port}/{name}")
    browser.run("new Promise((done) => setTimeout(done, 500))")
    server.shutdown()
    return [] if server.paths == [f"/{name}"] else [f"the server was asked for {server.paths}"]


def write_pairs(path):
    """Writes pairs with reads of 100 bases and insert sizes around 120."""
    random = Random(1)
    with path.open("w") as out:
        for number in range(500):
            insert = "".join(random.choices("ACGT", k=max(40, round(random.gauss(120, 25)))))
            for mate, strand in enumerate((insert, insert[::-1].translate(str.maketrans("ACGT", "TGCA"))), 1):
                bases = (strand + "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC" * 3)[:100]
                out.write(f"@r{number}/{mate}\n{bases}\n+\n{'I' * 100}\n")


def write_pages(program, folder):
    """Writes the pages, and returns their names and paths."""
    def unpacked(name):
        path = folder / f"{name}.fastq"
        path.write_bytes(gzip.decompress((TESTDATA / "qc" / f"{name}.fastq.gz").read_bytes()))
        return path

    illumina, nanopore = TESTDATA / "illumina.fastq", TESTDATA / "nanopore.fastq"
    hostile = folder / HOSTILE
    hostile.write_bytes(illumina.read_bytes()[:20_000])
    options = ["--limits", folder / "limits"]
    write_pairs(folder / "pairs.fastq")
    (folder / "limits").write_text("kmer ignore 0\nadapter warn 0\n")
    pages = []
    for name, inputs in {
        "one": [illumina], "tiles": [unpacked("tiles_5")], "long": [nanopore], "empty": [unpacked("empty_file")],
        "read": [unpacked("one_read")], "n": [unpacked("n_only")], "lengths": [unpacked("zero_length"), unpacked("short_reads")],
        "hostile": [hostile, folder / "absent.fastq"], "three": [illumina, nanopore, folder / "tiles_5.fastq"],
        "many": [illumina, nanopore] * 5, "pairs": ["--interleaved", folder / "pairs.fastq"],
    }.items():
        page = folder / f"{name}.html"
        done = subprocess.run([program, "qc", "--quiet", "--html", page, *options, *inputs], capture_output=True, check=False)
        # An input of the hostile page cannot be read to its end, and another one is absent.
        if done.returncode != (name == "hostile") or not page.is_file():
            raise SystemExit(f"{name}: exit status {done.returncode}: {done.stderr.decode()}")
        pages.append((name, page))
    return pages


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", type=pathlib.Path, help="pages to check in place of those of the test data")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="keep screenshots and PDF files here")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    faults = []
    with tempfile.TemporaryDirectory(prefix="qc-page-") as folder, Browser() as browser:
        folder = pathlib.Path(folder)
        pages = [(page.stem, page.resolve()) for page in options.pages]
        if not pages:
            pages = write_pages(os.environ.get("P", "pagecut"), folder)
            one = dict(pages)["one"]
            if one.stat().st_size > LARGEST:
                faults.append(f"one: the page has {one.stat().st_size} bytes")
            faults += check_server(browser, folder, one.name)
        for name, page in pages:
            found = Check(browser, page, name, options.keep).run()
            print(f"{name}: {len(found)} faults", flush=True)
            faults += found
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

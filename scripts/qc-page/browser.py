"""Chromium without a window, driven through pipes with the Chrome DevTools Protocol. Standard library only."""

import base64
import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Seconds for an answer.
PATIENCE = 60


class Failure(Exception):
    """The browser refused a command, or did not answer."""


class Browser:
    """A running Chromium. A context manager that ends it."""

    def __init__(self):
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise Failure(f"none of {', '.join(NAMES)} is installed")
        self.profile = tempfile.mkdtemp(prefix="qc-page-")
        # Chromium reads commands from descriptor 3 and writes to descriptor 4, with a zero byte after each message.
        read, self.commands = os.pipe()
        self.answers, write = os.pipe()

        def connect():
            # Neither pipe may be overwritten by the other.
            own_read, own_write = os.dup(read), os.dup(write)
            low = [own_read, own_write]
            while min(low) < 5:
                low = [os.dup(fd) for fd in low]
            os.dup2(low[0], 3)
            os.dup2(low[1], 4)

        options = ["--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run",
                   "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")
        self.process = subprocess.Popen([program, *options, "about:blank"], close_fds=False, preexec_fn=connect,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read)
        os.close(write)
        self.messages = queue.Queue()
        self.events = []
        self.number = 0
        self.session = None
        threading.Thread(target=self._read, daemon=True).start()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.commands)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self):
        rest = b""
        while part := os.read(self.answers, 1 << 16):
            *whole, rest = (rest + part).split(b"\0")
            for message in whole:
                self.messages.put(json.loads(message))
        self.messages.put(None)

    def _next(self):
        try:
            message = self.messages.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failure("Chromium does not answer") from None
        if message is None:
            raise Failure("Chromium has ended")
        return message

    def call(self, method, **parameters):
        """Sends a command, and returns its result. Events that arrive before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        bytes_left = json.dumps(message).encode() + b"\0"
        while bytes_left:
            bytes_left = bytes_left[os.write(self.commands, bytes_left):]
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        """Loads a page, and waits for its end. Events start anew."""
        self.events = []
        self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def run(self, script):
        """Returns the value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failure(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, media="", scheme="light"):
        """Sets the kind of output, which is the real one if it is empty, and the colours that the user prefers."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def drag(self, start, end):
        """Presses the button at a place, moves the pointer in steps, and releases it."""
        (from_x, from_y), (to_x, to_y) = start, end
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=from_x, y=from_y)
        self.call("Input.dispatchMouseEvent", type="mousePressed", x=from_x, y=from_y, button="left", clickCount=1)
        for step in range(1, 5):
            x, y = from_x + (to_x - from_x) * step / 4, from_y + (to_y - from_y) * step / 4
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", x=to_x, y=to_y, button="left", clickCount=1)

    def click(self, x, y, times=1):
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def hover(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def key(self, key):
        text = {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def screenshot(self, path, whole=True):
        """Writes a PNG file of the page, or of the part in the window."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"])

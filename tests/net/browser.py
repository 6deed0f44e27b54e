# SPDX-License-Identifier: BSD-3-Clause
"""The node's page in a browser: Debian's Chromium, without a window."""

import html.parser
import os
import re
import shutil
import subprocess
import tempfile

OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
           "--window-size=1300,1100")
LOOKING_MS = 8000  # of the page's own time, which stops while it waits for an answer


def find():
    return shutil.which("chromium")


class Page(html.parser.HTMLParser):
    """What the script has made of the page."""

    def __init__(self, text):
        super().__init__()
        self.nodes, self.edges, self.busy, self.counters, self.body, self.sections = {}, [], 0, {}, {}, []
        self.cell = self.in_edge = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "body":
            self.body = {name[5:]: value for name, value in given.items() if name.startswith("data-")}
        if "data-node" in given:
            self.nodes[given["data-node"]] = int(given["data-count"])
        if "data-edge" in given:
            self.edges.append(tuple(given["data-edge"].split(" > ")))
        if tag == "path" and given.get("class") == "busy":
            self.busy += 1
        if "data-group" in given:
            self.sections.append(given["data-group"])
        self.cell = given.get("data-counter")

    def handle_data(self, data):
        if self.cell is not None and re.fullmatch(r"\d+", data):
            self.counters[self.cell] = int(data)
        self.cell = None


def look(address, screenshot):
    """The page after some refreshes, and a picture of it; "" and what the browser said if it gave none."""
    with tempfile.TemporaryDirectory(prefix="browser-") as home:
        command = [find(), *OPTIONS, f"--user-data-dir={home}", f"--virtual-time-budget={LOOKING_MS}"]
        environment = dict(os.environ, HOME=home)
        dump = subprocess.run([*command, "--dump-dom", address], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        subprocess.run([*command, f"--screenshot={os.path.abspath(screenshot)}", address], env=environment,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    return Page(dump.stdout), dump.stderr

#!/usr/bin/env python3
"""Looks at report pages in a real Chromium, as a reader would.

    bench/page/check.py PAGE.html… [--axe axe.min.js] [--shots DIR]

Each page is opened light, dark and narrow. A page fails if it logs anything, asks the network for
anything, is wider than the screen, cannot be sorted by its script or read without it, or breaks a
rule of axe-core (WCAG 2.2 A and AA and best practices; `pip download axe-playwright-python` has
axe.min.js). Screenshots go to --shots. Chromium is $CHROMIUM or on the PATH. Needs Python alone.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MODES = {
    "light": dict(width=1200, height=900, scheme="light", scale=1),
    "dark": dict(width=1200, height=900, scheme="dark", scale=1),
    "narrow": dict(width=390, height=844, scheme="light", scale=1),
    "narrow-dark": dict(width=390, height=844, scheme="dark", scale=1),
}


class Browser:
    """Chromium's developer protocol over a pipe: messages of JSON that end in a zero byte."""

    def __init__(self, program):
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # The protocol wants descriptors 3 and 4: high ones are moved there by a shell.
        command = [
            "sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_browser, from_browser), "sh", program,
            "--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu",
            "--hide-scrollbars", "--disable-background-networking", "--user-data-dir=" + self.profile.name,
        ]  # fmt: skip
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        self.process = subprocess.Popen(
            command + ["about:blank"],
            pass_fds=(to_browser, from_browser),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.events = []

    def read(self):
        while b"\0" not in self.buffer:
            data = os.read(self.into, 1 << 16)
            if not data:
                sys.exit("Chromium has ended")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.events.append(answer)

    def wait(self, method, session):
        while not any(e["method"] == method and e.get("sessionId") == session for e in self.events):
            self.events.append(self.read())

    def close(self):
        self.call("Browser.close")
        self.process.wait(20)
        self.profile.cleanup()


class View:
    """A page open in one mode."""

    def __init__(self, browser, page, mode, scripts=True):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=mode["width"],
            height=mode["height"],
            deviceScaleFactor=mode["scale"],
            mobile=mode["width"] < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": mode["scheme"]}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.call("Page.navigate", url=page.resolve().as_uri())
        browser.wait("Page.loadEventFired", self.session)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def evaluate(self, script):
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            sys.exit("script failed: %s" % answer["exceptionDetails"])
        return answer["result"].get("value")

    def complaints(self):
        """What the page logged, and what it asked for beyond its own file."""
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            parameters = event["params"]
            if event["method"] == "Runtime.consoleAPICalled":
                yield "console: %s" % parameters["args"]
            elif event["method"] == "Runtime.exceptionThrown":
                yield "exception: %s" % parameters["exceptionDetails"]
            elif event["method"] == "Log.entryAdded":
                yield "log: %s" % parameters["entry"]["text"]
            elif event["method"] == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("file:", "data:", "about:")):
                    yield "request: " + url

    def shot(self, file, most=None):
        height = self.evaluate("document.documentElement.scrollHeight")
        width = self.evaluate("document.documentElement.clientWidth")
        clip = dict(x=0, y=0, width=width, height=min(height, most or height), scale=1)
        image = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(image["data"]))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


SORT = """(() => {
  const table = document.querySelector("table.sortable");
  if (!table) return "no table";
  const column = Array.from(table.tBodies[0].rows[0].cells).findIndex(c => c.dataset.value);
  const head = table.tHead.rows[0].cells[column];
  const values = () => Array.from(table.tBodies[0].rows)
      .map(r => parseFloat(r.cells[column].dataset.value)).filter(v => !isNaN(v));
  const sorted = (sign) => values().every((v, i, all) => i === 0 || sign * (v - all[i - 1]) >= 0);
  head.querySelector("button").click();
  const up = sorted(1) && head.getAttribute("aria-sort") === "ascending";
  head.querySelector("button").click();
  const down = sorted(-1) && head.getAttribute("aria-sort") === "descending";
  return up && down ? "sorted" : "not sorted";
})()"""

AXE = """axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(r => ({
  version: axe.version, passes: r.passes.length,
  violations: r.violations.map(v => v.id + ": " + v.help + " (" + v.nodes.length + "): "
      + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join(" | ")),
  incomplete: r.incomplete.map(v => v.id + " (" + v.nodes.length + ")")}))"""


def check(browser, page, axe, shots):
    failures = []
    words = None
    for name, mode in MODES.items():
        view = View(browser, page, mode)
        wide = view.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            failures.append("%s: %d pixels too wide" % (name, wide))
        if shots:
            view.shot(shots / ("%s-%s.png" % (page.stem, name)))
        if axe:
            view.evaluate(axe)
            result = view.evaluate(AXE)
            print(
                "%s %s: axe %s: %d rules passed, %d broken; for people to judge: %s"
                % (
                    page.name,
                    name,
                    result["version"],
                    result["passes"],
                    len(result["violations"]),
                    ", ".join(result["incomplete"]) or "nothing",
                )
            )
            failures += ["%s: %s" % (name, violation) for violation in result["violations"]]
        if words is None:
            words = view.evaluate("document.body.innerText.replace(/\\s+/g, ' ').length")
            sort = view.evaluate(SORT)
            if sort == "not sorted":
                failures.append("tables do not sort")
            print("%s: tables %s" % (page.name, sort))
        failures += ["%s: %s" % (name, complaint) for complaint in view.complaints()]
        view.close()
    view = View(browser, page, MODES["light"], scripts=False)
    without = view.evaluate("document.body.innerText.replace(/\\s+/g, ' ').length")
    if without < words * 0.99:
        failures.append("without scripts %d of %d letters" % (without, words))
    pages = view.call("Page.printToPDF", printBackground=False)
    print("%s: %d letters without scripts, of %d" % (page.name, without, words))
    if shots:
        (shots / (page.stem + ".pdf")).write_bytes(base64.b64decode(pages["data"]))
    view.close()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--axe", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path)
    arguments = parser.parse_args()
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "chrome-headless-shell")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not program:
        sys.exit("no Chromium: install it, or name it by CHROMIUM")
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    axe = arguments.axe.read_text() if arguments.axe else None
    browser = Browser(program)
    bad = False
    for page in arguments.pages:
        for failure in check(browser, page, axe, arguments.shots):
            bad = True
            print("%s: FAILED: %s" % (page.name, failure))
    browser.close()
    print("failed" if bad else "good")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

"""Time the live part of a page beside Pyodide, a JupyterLite frame, and stock ipywidgets.

One page, chapter 3, opened at the address of a scenario, in Chromium with an empty cache: until the
chart of that scenario has been painted. Pyodide runs the very same page, front end and model files;
only the worker differs. JupyterLite runs in a frame, prints one number, and draws nothing. Stock
ipywidgets' embedded page holds one dead slider: its bytes alone are compared.
"""

import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from environments import CACHE, PEERS, environment, words
from playwright.sync_api import Browser, Page, sync_playwright
from shaped_server import Server

from casekit.book import build
from casekit.widgets import VIEWS

ROOT = Path(__file__).parents[1]
PAGE, NAME = "chapters/03-death-spiral.html", "death-spiral"
TOP = "chapters/01-peak.html"
OPEN = {"shock": 0.11}
FAST: dict[str, float] = {}
SLOW = {"rate": 20e6 / 8, "delay": 0.040}  # 20 Mbit/s, 40 ms
WAIT = 120_000  # milliseconds
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
TARGETS = {"local": 1.0, "slow": 2.0, "bytes": 0.6, "move95": 33}

# Our worker, with the other engine in it: the same jobs and the same model files. Only the core of
# Pyodide is loaded, and everything at once.
IN_PYODIDE = {
    r"import \{ loadMicroPython \} .*": 'import { loadPyodide } from "./pyodide/pyodide.mjs";',
    r"loadMicroPython\(\{.*\}\)": "loadPyodide({ indexURL: "
    'new URL("pyodide/", import.meta.url).href })',
}

# Runs before the page does: notes when the chart of the scenario was painted.
WATCH = """(wanted) => {
    const painted = (name) => requestAnimationFrame(() => {
        const line = new MessageChannel();
        line.port1.onmessage = () => { window[name] ??= performance.now(); };
        line.port2.postMessage(0);
    });
    const look = () => {
        const widget = document.querySelector("section.ck-widget");
        const said = widget?.querySelector("[data-part=sentence]")?.textContent;
        if (widget?.dataset.live && said === wanted) return painted("recomputed");
        requestAnimationFrame(look);
    };
    look();
}"""
# Notes the first frame in which the finished picture has a size: that frame paints it.
PLACE = """() => {
    const look = (time) => {
        const picture = document.querySelector(".ck-chart.ck-wide svg");
        if (picture?.getBoundingClientRect().height) window.placed = time;
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
MOVE = """async () => {
    const section = document.querySelector("section.ck-widget");
    const range = [...section.querySelectorAll("[data-name] input[type=range]")]
        .find((one) => one.getBoundingClientRect().width > 0);
    const picture = section.querySelector("[data-part=picture]");
    const low = Number(range.min), step = Number(range.step);
    const steps = Math.round((Number(range.max) - low) / step), times = [];
    for (let move = 0; move < 60; move++) {
        await new Promise((done) => setTimeout(done, 80));
        const start = performance.now();
        const painted = new Promise((done) => {
            const watch = new MutationObserver(() => {
                watch.disconnect();
                requestAnimationFrame(() => {
                    const line = new MessageChannel();
                    line.port1.onmessage = () => done(performance.now() - start);
                    line.port2.postMessage(0);
                });
            });
            watch.observe(picture, { subtree: true, childList: true, attributes: true });
        });
        range.value = low + step * ((move * 7) % steps);
        range.dispatchEvent(new Event("input"));
        times.push(await painted);
    }
    return times.sort((a, b) => a - b);
}"""


def bench(rounds: int) -> None:
    """Measure all in turn and print a table of medians."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        sites = prepare(Path(scratch))
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        found = measure(browser, sites, rounds)
        browser.close()
    report(found, rounds)


def chromium() -> str:
    """Return the path of the machine's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise SystemExit("This benchmark needs Chromium; install it with: apt-get install chromium")


# Sites ---------------------------------------------------------------------------------------


def prepare(scratch: Path) -> dict[str, Path]:
    """Build our book, the same book on Pyodide, a JupyterLite site, and an embedded widget."""
    ours = build.build(ROOT, scratch / "book")
    return {
        "casekit": ours,
        "Pyodide": on_pyodide(ours, scratch / "pyodide"),
        "JupyterLite": jupyterlite(scratch / "lite"),
        "ipywidgets embed": embedded(scratch / "embed"),
    }


def packages() -> Path:
    """Return the folder of the peers' npm packages, installed by hash."""
    folder, lock = CACHE / "npm", PEERS / "npm" / "package-lock.json"
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock.read_text(encoding="utf-8"):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(PEERS / "npm", folder)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        command = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, env=os.environ | {"PATH": path})
        stamp.write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")
    return folder / "node_modules"


def on_pyodide(ours: Path, target: Path) -> Path:
    """Return our site with Pyodide in the place of MicroPython."""
    shutil.copytree(ours, target)
    live = target / "live"
    for engine in live.glob("micropython.*"):
        engine.unlink()
    worker = (live / "worker.js").read_text(encoding="utf-8")
    for pattern, theirs in IN_PYODIDE.items():
        worker, changed = re.subn(pattern, theirs, worker)
        if changed != 1:
            raise SystemExit(f"worker.js no longer holds {pattern}; correct IN_PYODIDE.")
    (live / "worker.js").write_text(worker, encoding="utf-8")
    kept = shutil.ignore_patterns("*.map", "*.ts", "*.html", "README.md")
    shutil.copytree(packages() / "pyodide", live / "pyodide", ignore=kept)
    return target


def jupyterlite(target: Path) -> Path:
    """Return a JupyterLite site whose Pyodide and wheels lie on the same host."""
    python = environment("jupyterlite")
    archive, comm = pyodide_with_wheels(target / "pyodide")
    (target / "files").mkdir()
    command: list[str | Path] = [python.parent / "jupyter", "lite", "build"]
    command += ["--pyodide", archive, "--piplite-wheels", comm]
    # It leaves a database of its own where it runs.
    words([*command, "--output-dir", target / "site"], folder=target / "files")
    return target / "site"


def pyodide_with_wheels(folder: Path) -> tuple[Path, Path]:
    """Return an archive of Pyodide with what a kernel needs of its packages, and one more wheel.

    The npm package holds the core alone; the packages are pure Python, and their wheels of the same
    versions come from the package index, by hash.
    """
    inner = folder / "pyodide"
    shutil.copytree(packages() / "pyodide", inner)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    fetch += ["--only-binary=:all:", "--python-version", "3.14", "-d", str(folder / "wheels")]
    words([*fetch, "-r", str(PEERS / "requirements-pyodide.lock")])
    path = inner / "pyodide-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for entry in lock["packages"].values():
        stem = f"{entry['name']}-{entry['version']}".lower().replace("_", "-")
        for wheel in (folder / "wheels").glob("*.whl"):
            if wheel.name.lower().replace("_", "-").startswith(stem + "-"):
                shutil.copyfile(wheel, inner / wheel.name)
                entry |= {"file_name": wheel.name, "sha256": sha256(wheel)}
    path.write_text(json.dumps(lock), encoding="utf-8")
    archive = shutil.make_archive(str(folder / "pyodide"), "bztar", folder, "pyodide")
    return Path(archive), next((folder / "wheels").glob("comm-*.whl"))


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    from hashlib import sha256 as of  # noqa: PLC0415  the name is ours here

    return of(path.read_bytes()).hexdigest()


def embedded(target: Path) -> Path:
    """Return a page with one slider as ipywidgets embeds it, its scripts on the same host."""
    import ipywidgets  # noqa: PLC0415  slow to import, and needed only here
    from ipywidgets.embed import embed_snippet  # noqa: PLC0415

    target.mkdir()
    slider = ipywidgets.FloatSlider(description="shock", max=0.3, step=0.01)
    snippet = embed_snippet([slider], embed_url="embed-amd.js", cors=False)
    snippet = re.sub(r'src="https://[^"]*require[^>]*>', 'src="require.js">', snippet)
    page = f"<!doctype html><title>Embedded</title><body>{snippet}</body>"
    (target / "index.html").write_text(page, encoding="utf-8")
    shutil.copyfile(packages() / "requirejs" / "require.js", target / "require.js")
    amd = packages() / "@jupyter-widgets" / "html-manager" / "dist"
    for script in amd.glob("*.js"):
        shutil.copyfile(script, target / script.name)
    return target


# Measuring -----------------------------------------------------------------------------------


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """Give a tab with an empty cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield context.new_page()
    finally:
        context.close()


def measure(browser: Browser, sites: dict[str, Path], rounds: int) -> dict[str, dict[str, Any]]:
    """Return lists of figures by engine and name."""
    found: dict[str, dict[str, Any]] = {name: {} for name in sites}

    def note(name: str, figures: dict[str, float]) -> None:
        for figure, value in figures.items():
            found[name].setdefault(figure, []).append(value)

    for _ in range(rounds):
        for net, speed in (("local", FAST), ("slow", SLOW)):
            for name in ("casekit", "Pyodide"):
                note(name, chart(browser, sites[name], net, speed))
            note("casekit", first(browser, sites["casekit"], net, speed))
            note("JupyterLite", frame(browser, sites["JupyterLite"], net, speed))
        note("ipywidgets embed", dead(browser, sites["ipywidgets embed"]))
    return found


def chart(browser: Browser, site: Path, net: str, speed: dict[str, float]) -> dict[str, float]:
    """Open the address of a scenario; return milliseconds and bytes."""
    wanted = VIEWS[NAME].shown(OPEN)["sentence"]
    with Server(site, **speed) as server, opened(browser) as tab:
        tab.add_init_script(f"({WATCH})({json.dumps(wanted)})")
        query = "&".join(f"{key}={value}" for key, value in OPEN.items())
        tab.goto(f"{server.address}{PAGE}#widget-{NAME}?{query}", wait_until="commit")
        tab.wait_for_function("window.recomputed", timeout=WAIT)
        figures = {net: tab.evaluate("window.recomputed") / 1000}
        sent = sum(size for path, size in server.sent.items() if path.startswith("/live/"))
        figures["bytes"] = (sent + in_page(site)) / 1e6
        if not speed:
            times = tab.evaluate(MOVE)
            figures |= {"move50": statistics.median(times), "move95": times[int(0.95 * len(times))]}
        server.shutdown()
    return figures


def first(browser: Browser, site: Path, net: str, speed: dict[str, float]) -> dict[str, float]:
    """Open a page with a widget near its top; return when text and finished picture are painted."""
    with Server(site, **speed) as server, opened(browser) as tab:
        tab.add_init_script(f"({PLACE})()")
        tab.goto(server.address + TOP, wait_until="load")
        tab.wait_for_function("window.placed", timeout=WAIT)
        text = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        picture = tab.evaluate("window.placed")
        server.shutdown()
        return {f"{net} text": text / 1000, f"{net} picture": picture / 1000}


def in_page(site: Path) -> int:
    """Return the compressed bytes that a widget adds to its page for the engine."""
    text = (site / PAGE).read_text(encoding="utf-8")
    given = re.search(r'<script type="application/json" data-part="engine">.*?</script>', text)
    return len(gzip.compress(given.group(0).encode(), 6)) if given else 0


def frame(browser: Browser, site: Path, net: str, speed: dict[str, float]) -> dict[str, float]:
    """Open JupyterLite's console with one line of code; return seconds until it has answered."""
    with Server(site, **speed) as server, opened(browser) as tab:
        start = tab.evaluate("performance.timeOrigin + performance.now()")
        tab.goto(f"{server.address}repl/index.html?kernel=python&execute=1&code=print(6*7)",
                 wait_until="commit")  # fmt: skip
        tab.locator(".jp-OutputArea-output", has_text="42").wait_for(timeout=WAIT)
        end = tab.evaluate("performance.timeOrigin + performance.now()")
        server.shutdown()
        return {net: (end - start) / 1000, "bytes": sum(server.sent.values()) / 1e6}


def dead(browser: Browser, site: Path) -> dict[str, float]:
    """Open the embedded slider; return what its scripts weigh."""
    with Server(site) as server, opened(browser) as tab:
        tab.goto(server.address + "index.html", wait_until="load")
        tab.locator(".widget-slider, .jupyter-widgets").first.wait_for(timeout=WAIT)
        server.shutdown()
        return {"bytes": sum(server.sent.values()) / 1e6}


# Printing ------------------------------------------------------------------------------------

ROWS: tuple[tuple[str, str, str, Callable[[float], str]], ...] = (
    ("local", "navigation to first recomputed chart, localhost", "s", "{:.2f}".format),
    ("slow", "the same at 20 Mbit/s, 40 ms", "s", "{:.2f}".format),
    ("bytes", "live part, gzip", "MB", "{:.2f}".format),
    ("move50", "slider move to repaint, median", "ms", "{:.0f}".format),
    ("move95", "slider move to repaint, 95th percentile", "ms", "{:.0f}".format),
    ("local text", "first contentful paint, localhost", "s", "{:.2f}".format),
    ("local picture", "finished picture in the page, localhost", "s", "{:.2f}".format),
    ("slow text", "first contentful paint, 20 Mbit/s", "s", "{:.2f}".format),
    ("slow picture", "finished picture in the page, 20 Mbit/s", "s", "{:.2f}".format),
)


def report(found: dict[str, dict[str, Any]], rounds: int) -> None:
    """Print the medians, and which targets are met."""
    names = list(found)
    print(f"live: medians of {rounds}\n| figure | {' | '.join(names)} |")
    print("|---|" + "---:|" * len(names))
    for key, said, unit, form in ROWS:
        cells = []
        for name in names:
            values = found[name].get(key)
            cells.append(f"{form(statistics.median(values))} {unit}" if values else "–")
        print(f"| {said} | {' | '.join(cells)} |")
    for key, target in TARGETS.items():
        value = statistics.median(found["casekit"][key])
        print(f"target {key} {target:g}: {value:.2f}, {'met' if value <= target else 'MISSED'}")


if __name__ == "__main__":
    bench(3)

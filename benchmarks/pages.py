"""Time a content page of the book beside one of the theme's sample book, in turn, in one go.

The phone profile: 1.6 Mbit/s and 150 ms a round trip in the server, which compresses, and a
processor four times slower in the browser. A page without a widget is opened with an empty cache;
what the server sent is its first visit, and what it sends for the next page of the same browser is
the weight of every further one. Builds are timed whole: clean, with nothing changed, and with one
paragraph edited.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from live import chromium
from playwright.sync_api import Browser, sync_playwright
from shaped_server import Server

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
RATE, DELAY, SLOWER = 1_600_000 / 8, 0.150, 4
# A content page without a widget, and a second one.
OURS = ("chapters/paths.html", "chapters/13-boardroom.html")
PEER = ("markdown.html", "intro.html")
PAINT = """() => new Promise((resolve) => {
    let last = 0;
    new PerformanceObserver((list) => { last = list.getEntries().at(-1).startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => resolve({
        paint: last / 1000,
        load: performance.getEntriesByType("navigation")[0].loadEventEnd / 1000 }), 400);
})"""
TARGETS = {
    "largest paint, s": 1.2, "load, s": 3.0, "first visit, KiB": 350, "further page, KiB": 60,
    "clean build, s": 60, "nothing changed, s": 4, "one paragraph edited, s": 5,
}  # fmt: skip


def bench(rounds: int) -> None:
    """Print medians of ours and of the sample book, with the targets."""
    found: dict[str, dict[str, list[float]]] = {"casekit": {}, "sample book": {}}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        checkout, sample = folder / "checkout", folder / "sample"
        left = shutil.ignore_patterns(".git", ".venv", "_build", "*_cache", "benchmarks")
        shutil.copytree(ROOT, checkout, ignore=left, symlinks=True)
        run(BIN / "jupyter-book", "create", sample)
        for _ in range(rounds):
            note(found["casekit"], builds(checkout))
            note(found["sample book"], sample_builds(sample))
        sites = {"casekit": checkout / "_build" / "html", "sample book": sample / "_build/html"}
        with sync_playwright() as tools:
            browser = tools.chromium.launch(
                executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
            )
            for _ in range(rounds):
                note(found["casekit"], visits(browser, sites["casekit"], OURS))
                note(found["sample book"], visits(browser, sites["sample book"], PEER))
            browser.close()
    report(found, rounds)


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command quietly; its failure stops the benchmark."""
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=cwd)


def seconds(*command: str | Path, cwd: Path | None = None) -> float:
    """Return how long a command took."""
    start = time.perf_counter()
    run(*command, cwd=cwd)
    return time.perf_counter() - start


def note(into: dict[str, list[float]], figures: dict[str, float]) -> None:
    """Keep one round's figures."""
    for name, value in figures.items():
        into.setdefault(name, []).append(value)


def builds(checkout: Path) -> dict[str, float]:
    """Return seconds of three builds of our book."""
    shutil.rmtree(checkout / "_build", ignore_errors=True)
    command = (BIN / "casekit", "book", "build")
    found = {"clean build, s": seconds(*command, cwd=checkout)}
    found["nothing changed, s"] = seconds(*command, cwd=checkout)
    chapter = checkout / "chapters" / "08-turnaround.md"
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text.replace("Start with what is safe.", "Begin with what is safe.", 1))
    found["one paragraph edited, s"] = seconds(*command, cwd=checkout)
    chapter.write_text(text, encoding="utf-8")
    return found


def sample_builds(sample: Path) -> dict[str, float]:
    """Return seconds of the same three builds of the sample book."""
    shutil.rmtree(sample / "_build", ignore_errors=True)
    command = (BIN / "jupyter-book", "build", sample, "-q")
    found = {"clean build, s": seconds(*command)}
    found["nothing changed, s"] = seconds(*command)
    page = sample / "markdown.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "\nOne paragraph more.\n", encoding="utf-8")
    found["one paragraph edited, s"] = seconds(*command)
    page.write_text(text, encoding="utf-8")
    return found


def visits(browser: Browser, site: Path, pages: tuple[str, str]) -> dict[str, float]:
    """Return paint, load and weights of a first page and of a second one, on the phone profile."""
    server = Server(site, RATE, DELAY)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tools = context.new_cdp_session(tab)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tab.goto(server.address + pages[0], wait_until="load")
    times = tab.evaluate(PAINT)
    first = server.sent.total()
    tab.goto(server.address + pages[1], wait_until="load")
    tab.wait_for_timeout(300)
    further = server.sent[f"/{pages[1]}"]
    context.close()
    server.shutdown()
    return {
        "largest paint, s": times["paint"],
        "load, s": times["load"],
        "first visit, KiB": first / 1024,
        "further page, KiB": further / 1024,
    }


def report(found: dict[str, dict[str, list[float]]], rounds: int) -> None:
    """Print the table and hold it against the targets."""
    print(f"pages: medians of {rounds}\n| figure | {' | '.join(found)} | ratio | target |")
    print("|---|---:|---:|---:|---:|")
    for name, target in TARGETS.items():
        ours, peer = (statistics.median(figures[name]) for figures in found.values())
        verdict = "met" if ours <= target else "missed"
        ratio = ours / peer
        print(f"| {name} | {ours:.2f} | {peer:.2f} | {ratio:.2f} | {target} ({verdict}) |")

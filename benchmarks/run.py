"""Time us and a peer in turn, in one go, and print medians and their ratio.

Set-up: uv, as our Makefile uses it, against pip, both into an empty environment from the same
lock file with an empty cache. Rebuild: our book with nothing changed against the sample book that
Jupyter Book itself creates. Import: `import casekit` against Python doing nothing. Load:
our typed table against the same file through pandas alone, imports included. Model: model A against
PySD and BPTK-Py (``model_a.py``). Newsvendor: ours against stockpyl, a check (``cross_check.py``).
Live: a widget in the page beside Pyodide and JupyterLite (``live.py``). Pages: builds, weights and
loading of the book beside the sample book (``pages.py``). Grading: whole grades, gradebook and
feedback beside nbgrader (``grading.py``); grading-many, which only ``--only`` runs, takes long.

Usage: python benchmarks/run.py [--rounds N] [--only NAME]
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cross_check
import grading
import live
import model_a
import pages

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def run(*command: str | Path) -> None:
    """Run a command quietly; its failure stops the benchmark."""
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def seconds(work: Callable[[], None]) -> float:
    """Return how long some work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def with_uv(folder: Path) -> None:
    """Set up an environment as ``make setup`` does, from an empty cache."""
    run(sys.executable, "-m", "venv", folder / "env")
    python = folder / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-cache-dir", "uv")
    lock = ("--no-deps", "--require-hashes", "-r", ROOT / "requirements.lock")
    run(
        python.parent / "uv",
        "pip",
        "install",
        "--no-cache",
        "--compile-bytecode",
        *lock,
        "--python",
        python,
    )


def with_pip(folder: Path) -> None:
    """Set up the same environment with pip alone."""
    run(sys.executable, "-m", "venv", folder / "env")
    python = folder / "env" / "bin" / "python"
    lock = ("--no-deps", "--require-hashes", "-r", ROOT / "requirements.lock")
    run(python, "-m", "pip", "install", "--quiet", "--no-cache-dir", *lock)


def in_empty_folder(work: Callable[[Path], None]) -> float:
    """Time work that fills a folder, and remove the folder."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds(lambda: work(Path(folder)))


def setup(rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds of uv and of pip, in turn."""
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(in_empty_folder(with_uv))
        peer.append(in_empty_folder(with_pip))
    return ours, peer


def rebuild(rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds of a build with nothing changed: our book, and Jupyter Book's sample."""
    with tempfile.TemporaryDirectory() as scratch:
        out, sample = Path(scratch) / "out", Path(scratch) / "sample"
        ours_once: list[str | Path] = [BIN / "casekit", "book", "build", "--out", out]
        run(BIN / "jupyter-book", "create", sample)
        peer_once: list[str | Path] = [BIN / "jupyter-book", "build", sample, "-q"]
        for command in (ours_once, peer_once):
            run(*command)
        ours, peer = [], []
        for _ in range(rounds):
            ours.append(seconds(lambda: run(*ours_once)))
            peer.append(seconds(lambda: run(*peer_once)))
        shutil.rmtree(out, ignore_errors=True)
    return ours, peer


def code_in_turn(rounds: int, ours: str, peer: str) -> tuple[list[float], list[float]]:
    """Return seconds of two pieces of code, in turn, each in a fresh interpreter."""
    times: tuple[list[float], list[float]] = ([], [])
    for code in (ours, peer):  # once unmeasured, so that neither pays for a cold disk
        run(sys.executable, "-c", code)
    for _ in range(rounds):
        for code, found in zip((ours, peer), times, strict=True):
            found.append(seconds(lambda code=code: run(sys.executable, "-c", code)))  # type: ignore[misc]
    return times


def importing(rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds of importing casekit, and of starting Python alone."""
    return code_in_turn(rounds, "import casekit", "pass")


def loading(rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds of loading a typed table, and of reading the same file with pandas."""
    path = ROOT / "data" / "shipments.csv"
    ours = "from casekit.data import load; load('shipments')"
    return code_in_turn(rounds, ours, f"import pandas; pandas.read_csv({str(path)!r})")


def main() -> None:
    """Run what was asked for and print one line a figure."""
    work = {
        "setup": (setup, "uv", "pip"),
        "rebuild": (rebuild, "our book", "its sample book"),
        "import": (importing, "casekit", "Python alone"),
        "load": (loading, "casekit", "pandas alone"),
    }
    others: dict[str, Callable[[int], None]] = {
        "model": model_a.bench,
        "newsvendor": lambda _: cross_check.check(),
        "live": live.bench,
        "pages": pages.bench,
        "grading": grading.bench,
    }
    long: dict[str, Callable[[int], None]] = {"grading-many": grading.many}
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=[*work, *others, *long])
    options = parser.parse_args()
    for name in [options.only] if options.only else [*work, *others]:
        if name in others or name in long:
            (others | long)[name](options.rounds)
            continue
        measure, us, them = work[name]
        ours, peer = (statistics.median(times) for times in measure(options.rounds))
        print(
            f"{name:8} {us} {ours:6.2f} s, {them} {peer:6.2f} s, ratio {ours / peer:.2f} "
            f"(medians of {options.rounds})"
        )


if __name__ == "__main__":
    main()

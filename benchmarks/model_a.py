"""Time model A in casekit against the same equations in PySD and BPTK-Py, in one go.

Every engine runs in a process and an environment of its own, on one core, in turn, several rounds;
figures are medians of processor time. Before anything is timed, each peer's shipments must agree
with ours.

Usage: python benchmarks/model_a.py [--rounds N] [--draws N]
"""

import argparse
import json
import math
import os
import platform
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environments import PeerError, environment, newest_python, spoken

from casekit import models
from casekit.models import death_spiral

NAME = "death-spiral"
TOLERANCE = 1e-6  # million units a quarter
ARRAY_RUNS = 100_000
MEMORY_RUNS = (100_000, 1_000_000)
NEVER = 99.0  # a quarter that does not come
KEPT_CASES = 20


@dataclass
class Engine:
    """One way of running model A, and what each round found."""

    label: str
    script: str
    name: str
    package: str  # environment; empty for ours
    python: str = sys.executable
    apart: float = 0.0
    rounds: list[dict[str, Any]] = field(default_factory=list)

    def median(self, key: str) -> float:
        """Return the median over the rounds."""
        return float(statistics.median(found[key] for found in self.rounds))

    def versions(self) -> str:
        """Return Python and packages, in words."""
        last = self.rounds[-1]
        packages = [f"{name} {number}" for name, number in last.get("versions", {}).items()]
        return ", ".join([f"Python {last['python']}", *packages])


def engines() -> list[Engine]:
    """Return all engines, ours first."""
    ours, peer = "casekit_side.py", "bptk_peer.py"
    return [
        Engine("casekit, the model's function", ours, "simulate", ""),
        Engine("casekit, models.run", ours, "run", ""),
        Engine("BPTK-Py, compiled engine called directly", peer, "direct", "bptk"),
        Engine("BPTK-Py, compiled engine", peer, "rust", "bptk"),
        Engine("PySD", "pysd_peer.py", "pysd", "pysd"),
        Engine("BPTK-Py, Python engine (its default)", peer, "python", "bptk"),
    ]


def index(quarter: str) -> float:
    """Return a quarter as the peers know it: the number of quarters since 2014Q1."""
    known = death_spiral.QUARTERS
    return float(known.index(quarter)) if quarter in known else NEVER


def task(draws: int) -> dict[str, Any]:
    """Return base settings, cases to check, and draws: a tenth around the defaults."""
    base = models.get(NAME).settings()
    frame = models.sweep(NAME, runs=draws, measures=["units_2018"])
    names = [name for name in frame.columns if name in base]
    rows: list[dict[str, float]] = [
        dict(zip(names, row, strict=True)) for row in frame[names].to_numpy().tolist()
    ]
    starts = [{"team_start": index(q)} for q in (death_spiral.NEVER, "2015Q1", "2018Q4")]
    cases = [{}, *starts, {"base_fill": 0.9, "fill_gain": 0.5}, *rows[:KEPT_CASES]]
    numbers = {**base, "team_start": index(str(base["team_start"]))}
    return {"first": {"team_effort": 0.6}, "base": numbers, "cases": cases, "draws": rows}


def set_up(found: list[Engine]) -> list[Engine]:
    """Give each peer its environment; say why one has none, and go on without it."""
    pythons, ready = {"": sys.executable}, []
    for engine in found:
        if engine.package not in pythons:
            # PySD's newest release runs on our own Python; BPTK-Py's asks for a newer one.
            with_python = newest_python() if engine.package == "bptk" else sys.executable
            try:
                pythons[engine.package] = str(environment(engine.package, with_python))
            except PeerError as error:
                print(f"{engine.label} is left out: {error}")
                pythons[engine.package] = ""
        if pythons[engine.package]:
            engine.python = pythons[engine.package]
            ready.append(engine)
    return ready


def agree(engine: Engine, expected: list[list[float]], path: Path) -> bool:
    """Compare an engine's shipments with ours; an engine that differs is not timed."""
    try:
        got = spoken(engine.python, engine.script, engine.name, "check", path)["shipments"]
    except PeerError as error:
        print(f"{engine.label} is left out: {error}")
        return False
    engine.apart = furthest(expected, got)
    if engine.apart > TOLERANCE:
        print(f"{engine.label} is left out: its shipments differ by up to {engine.apart:.2g}")
    return engine.apart <= TOLERANCE


def furthest(expected: list[list[float]], got: list[list[float]]) -> float:
    """Return the largest difference between two lists of runs; infinite if one is no number."""
    apart = [
        abs(a - b)
        for ours, theirs in zip(expected, got, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    ]
    return max(apart) if all(map(math.isfinite, apart)) else math.inf


def our_shipments(todo: dict[str, Any]) -> list[list[float]]:
    """Return the shipments that every engine has to give for the cases."""
    found = []
    for case in [todo["first"], *todo["cases"]]:
        settings = todo["base"] | case
        quarter = int(settings["team_start"])
        known = death_spiral.QUARTERS
        start = known[quarter] if quarter < len(known) else death_spiral.NEVER
        found.append(death_spiral.simulate({**settings, "team_start": start})["shipments"])
    return found


def measure(rounds: int, todo: dict[str, Any], path: Path) -> tuple[list[Engine], list[Engine]]:
    """Return the engines, timed in turn, and ours on arrays."""
    expected = our_shipments(todo)
    timed = [engine for engine in set_up(engines()) if agree(engine, expected, path)]
    bulk = [
        Engine("casekit, arrays", "casekit_side.py", "arrays", ""),
        Engine("casekit, models.summary", "casekit_side.py", "summary", ""),
    ]
    for _ in range(rounds):
        for engine in bulk:
            found = spoken(engine.python, engine.script, engine.name, str(ARRAY_RUNS))
            engine.rounds.append(found)
        for engine in timed:
            found = spoken(engine.python, engine.script, engine.name, "time", path)
            engine.rounds.append(found)
    return timed, bulk


def same_means(timed: list[Engine], bulk: list[Engine]) -> None:
    """Stop if the sweeps did not run the same draws to the same result, ours on arrays too."""
    last = timed[0].rounds[-1]
    means = [engine.rounds[-1]["means"] for engine in timed]
    for engine in bulk:
        again = spoken(engine.python, engine.script, engine.name, str(last["draws"]))
        means.append(again["means"])
    apart = furthest([last["means"]] * len(means), means)
    if apart > TOLERANCE:
        message = f"The sweeps' mean units a year differ by up to {apart:.2g}."
        raise SystemExit(message)
    print(f"mean units a year of all sweeps agree to {apart:.1g} million")


def row(label: str, seconds: float, ours: float, note: str) -> str:
    """Return one line of the table."""
    times = seconds / ours
    return (
        f"  {label:42} {1e6 * seconds:10.2f} µs {1 / seconds:12,.0f} runs/s {times:9.2f}×  {note}"
    )


def processor() -> str:
    """Return the name of the processor, as Linux gives it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def show(timed: list[Engine], bulk: list[Engine], rounds: int) -> None:
    """Print the tables."""
    print(
        f"{processor()}, {os.cpu_count()} cores, one used, load {os.getloadavg()[0]:.1f}; "
        f"medians of {rounds} rounds"
    )
    same_means(timed, bulk)
    print("One run of 20 quarters, one parameter changed (× the time of our first line):")
    ours = timed[0].median("single")
    for engine in timed:
        note = f"differs from ours by {engine.apart:.1g}"
        print(row(engine.label, engine.median("single"), ours, note))
    print("A sweep over draws of all 16 numeric parameters, units of each year summed:")
    ours = bulk[0].median("sweep")
    for engine in [*bulk, *timed]:
        last = engine.rounds[-1]
        note = f"{last['draws']:,} draws, peak {engine.median('peak_mib'):.0f} MiB"
        print(row(engine.label, engine.median("sweep"), ours, note))
    print("Versions:")
    for package, engine in {engine.package: engine for engine in timed}.items():
        print(f"  {package or 'casekit'}: {engine.versions()}")


def memory() -> None:
    """Print the peak memory of a summary of few and of many draws, each in a process of its own."""
    print("Peak memory of models.summary, which keeps running sums:")
    for runs in MEMORY_RUNS:
        found = spoken(sys.executable, "casekit_side.py", "summary", str(runs))
        before, peak = found["before_mib"], found["peak_mib"]
        print(f"  {runs:9,} draws: {peak:.1f} MiB, of which {before:.1f} before the first draw")


def bench(rounds: int, draws: int = 1000) -> None:
    """Check, time and print everything."""
    with tempfile.TemporaryDirectory() as folder:
        path, todo = Path(folder) / "task.json", task(draws)
        path.write_text(json.dumps(todo), encoding="utf-8")
        timed, bulk = measure(rounds, todo, path)
    show(timed, bulk, rounds)
    memory()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--draws", type=int, default=1000)
    options = parser.parse_args()
    bench(options.rounds, options.draws)

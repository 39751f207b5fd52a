"""Check or time one engine on one task, and print a line of JSON. Plain Python, for every peer.

An engine is a function that sets up and returns ``run``: changed parameters in, twenty shipments
out. Time is that of the process on the processor, so that a busy machine disturbs it less; everyone
runs on one thread.
"""

import argparse
import itertools
import json
import platform
import resource
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

Settings = dict[str, float]
Runner = Callable[[Settings], Sequence[float]]
Engines = Mapping[str, Callable[[], Runner]]

QUARTERS = 20
_REPEATS = 5
_AIM = 0.2  # seconds that one repeat of the single run is to last


def task(path: str) -> dict[str, Any]:
    """Read a task: base settings, cases to check, draws to time."""
    found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def peak_mib() -> float:
    """Return the peak memory of this process so far.

    Linux counts into ``ru_maxrss`` what the parent held when it started us; ``VmHWM`` is our own.
    """
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_run(run: Runner) -> float:
    """Return seconds of a run in which one parameter changed, the median of several repeats."""
    changes = itertools.cycle([{"team_effort": effort / 100} for effort in range(50, 100)])

    def once() -> None:
        run(next(changes))

    once()
    number = max(1, round(_AIM / max(timeit.timeit(once, number=3) / 3, 1e-7)))
    seconds = timeit.repeat(once, number=number, repeat=_REPEATS, timer=time.process_time)
    return statistics.median(seconds) / number


def one_by_one(run: Runner, draws: Sequence[Settings]) -> tuple[float, list[float]]:
    """Return seconds a draw, and mean shipments of each year, from running sums alone."""
    sums = [0.0] * 5
    start = time.process_time()
    for draw in draws:
        shipments = run(draw)
        for year in range(5):
            sums[year] += sum(shipments[4 * year : 4 * year + 4])
    return (time.process_time() - start) / len(draws), [total / len(draws) for total in sums]


def answer(**found: Any) -> None:
    """Print one line of JSON: what was found, with the peak memory and the Python used."""
    print(json.dumps({**found, "peak_mib": peak_mib(), "python": platform.python_version()}))


def main(engines: Engines, *packages: str) -> None:
    """Check or time the engine named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=list(engines))
    parser.add_argument("mode", choices=["check", "time"])
    parser.add_argument("task")
    options = parser.parse_args()
    todo = task(options.task)
    versions = {name: version(name) for name in packages}
    run = engines[options.engine]()
    if options.mode == "check":
        # The first case leaves the rest at the model file's own values, as the single run does.
        cases = [todo["first"], *(todo["base"] | case for case in todo["cases"])]
        shipments = [[float(value) for value in run(case)] for case in cases]
        return answer(shipments=shipments, versions=versions)
    single = one_run(run)
    sweep, means = one_by_one(run, todo["draws"])
    return answer(
        single=single, sweep=sweep, draws=len(todo["draws"]), means=means, versions=versions
    )

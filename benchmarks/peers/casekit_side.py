"""Model A in casekit: one run after the other as the peers do it, and draws as arrays.

``simulate`` is the model's function, ``run`` the same through ``models.run`` with its checks of
names and bounds, ``arrays`` the model's function on arrays, and ``summary`` is ``models.summary``,
which draws, runs and summarises.

Usage: python casekit_side.py simulate|run check|time TASK
       python casekit_side.py arrays|summary RUNS
"""

import sys
import time
from typing import Any

import measure
import numpy as np

from casekit import models
from casekit.models import death_spiral

NAME = "death-spiral"
CHUNK = 4096
YEARS = [f"units_{year}" for year in range(2014, 2019)]


def renamed(changes: measure.Settings) -> dict[str, float | str]:
    """Return changes as ours: the peers' number of a quarter as its name."""
    if "team_start" not in changes:
        return dict(changes)
    index = int(changes["team_start"])
    known = death_spiral.QUARTERS
    return {**changes, "team_start": known[index] if index < len(known) else death_spiral.NEVER}


def simulate() -> measure.Runner:
    """Return the bare function of the model."""
    base = models.get(NAME).settings()

    def run(changes: measure.Settings) -> list[float]:
        shipments: list[float] = death_spiral.simulate({**base, **renamed(changes)})["shipments"]
        return shipments

    return run


def checked() -> measure.Runner:
    """Return a run through the public function, which checks every setting."""

    def run(changes: measure.Settings) -> list[float]:
        return models.run(NAME, **renamed(changes))["shipments"]

    return run


def arrays(runs: int) -> None:
    """Time the model on arrays, in chunks, draws at hand, keeping running sums alone."""
    frame = models.sweep(NAME, runs=runs, measures=["units_2018"])
    base = models.get(NAME).settings()
    drawn = {name: frame[name].to_numpy() for name in frame.columns if name in base}
    sums = dict.fromkeys(YEARS, 0.0)
    ops: Any = np  # stands in for the functions of single numbers
    start = time.process_time()
    for first in range(0, runs, CHUNK):
        chunk = {name: column[first : first + CHUNK] for name, column in drawn.items()}
        for name, units in death_spiral.annual_units(base | chunk, ops).items():
            sums[name] += float(units.sum())
    measure.answer(sweep=(time.process_time() - start) / runs, draws=runs, means=means(sums, runs))


def means(sums: dict[str, float], runs: int) -> list[float]:
    """Return mean units of each year."""
    return [sums[name] / runs for name in YEARS]


def summary(runs: int) -> None:
    """Time the public function: draws, runs, and summaries that need no more memory."""
    models.summary(NAME, runs=1)  # imports
    before, start = measure.peak_mib(), time.process_time()
    table = models.summary(NAME, runs=runs, measures=YEARS).set_index("measure")
    seconds = (time.process_time() - start) / runs
    found = [float(table.loc[name, "mean"]) for name in YEARS]
    measure.answer(sweep=seconds, draws=runs, means=found, before_mib=before)


if __name__ == "__main__":
    if sys.argv[1] in {"arrays", "summary"}:
        {"arrays": arrays, "summary": summary}[sys.argv[1]](int(sys.argv[2]))
    else:
        measure.main({"simulate": simulate, "run": checked}, "casekit", "numpy")

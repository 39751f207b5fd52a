"""Many runs of one model over drawn parameters: a tidy frame, or summaries in constant memory."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from casekit.errors import InvalidInputError, UnknownNameError, shown
from casekit.models import Model, Parameter, get, whole_number
from casekit.models._portable import Random

Ranges = Mapping[str, tuple[object, object]]

# Draws that fit into a core's fast memory together; larger blocks take longer a draw.
_BLOCK = 4096
_KEPT = 20_000  # draws from which a summary takes its quantiles
_SPREAD = 0.1
_QUANTILES = (0.1, 0.5, 0.9)
_SUMMARY = ["measure", "unit", "mean", "sd", "min", "p10", "median", "p90", "max", "runs"]
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB)))


def sweep(
    model: str,
    *,
    runs: int = 1000,
    seed: int = 0,
    vary: Ranges | None = None,
    measures: Sequence[str] | None = None,
    **settings: object,
) -> pd.DataFrame:
    """Run a model for many draws of its parameters.

    Draw i of a parameter depends on the seed, the parameter and i alone: a longer sweep begins
    with the shorter one, and two sweeps with one seed differ only in what was set differently.

    Args:
        model: Name of a model.
        runs: Number of draws, 1 or more.
        seed: Seed of the draws, 0 or more.
        vary: Parameter and the range it is drawn from, evenly; unless given, every parameter that
            is a number, from a tenth below to a tenth above its default, within its bounds. A
            default of 0, and a whole number below 10, has no tenth to move by and stays.
        measures: Names of measures; unless given, those the model works out for many draws at
            once, else all.
        **settings: Parameters that differ from their defaults in every run.

    Returns:
        One row a draw: ``draw``, the parameters drawn, and the measures. ``attrs["units"]`` has the
        unit of each column.

    Raises:
        UnknownNameError: There is no such model, parameter or measure.
        InvalidInputError: No runs, no measures, a negative seed, a range out of bounds, or a
            parameter that is both set and drawn.
    """
    plan = _Plan(get(model), vary, measures, settings, seed, runs)
    blocks = [pd.DataFrame(block) for block in plan.blocks()]
    frame = pd.concat(blocks, ignore_index=True)
    frame.attrs["units"] = {name: plan.units[name] for name in frame if name in plan.units}
    return frame


def summary(
    model: str,
    *,
    runs: int = 1000,
    seed: int = 0,
    vary: Ranges | None = None,
    measures: Sequence[str] | None = None,
    **settings: object,
) -> pd.DataFrame:
    """Summarise a sweep without keeping it; memory does not grow with the number of runs.

    Args:
        model: Name of a model.
        runs: Number of draws, 1 or more.
        seed: Seed of the draws.
        vary: As for :func:`sweep`.
        measures: As for :func:`sweep`; texts are left out, and a truth value counts as 1 or 0.
        **settings: As for :func:`sweep`.

    Returns:
        One row a measure: ``unit``, ``mean``, ``sd``, ``min``, ``p10``, ``median``, ``p90``,
        ``max`` and ``runs`` (draws for which it has a value). Quantiles are those of the first
        20,000 draws.

    Raises:
        UnknownNameError: As for :func:`sweep`.
        InvalidInputError: As for :func:`sweep`.
    """
    plan = _Plan(get(model), vary, measures, settings, seed, runs)
    running = {name: _Running() for name in plan.measures}
    for block in plan.blocks():
        for name, state in running.items():
            state.add(block[name])
    rows = [
        {"measure": name, "unit": plan.units[name], **state.row()}
        for name, state in running.items()
        if state.count
    ]
    return pd.DataFrame(rows, columns=_SUMMARY)


class _Plan:
    """What a sweep draws and measures, checked once."""

    def __init__(  # noqa: PLR0913, PLR0917  the arguments of a sweep
        self,
        model: Model,
        vary: Ranges | None,
        measures: Sequence[str] | None,
        settings: Mapping[str, object],
        seed: object,
        runs: object,
    ) -> None:
        self.model = model
        self.runs = whole_number("runs", runs, low=1)
        self.seed = whole_number("seed", seed, low=0)
        self.settings = model.settings(settings)
        known = {parameter.name: parameter for parameter in model.parameters}
        drawn = _around(known, settings) if vary is None else dict(vary)
        self.ranges = {name: _range(model, known, name, ends) for name, ends in drawn.items()}
        for name in self.ranges:
            if name in settings:
                raise InvalidInputError(f"{name} is both set and drawn; give one of the two.")
        # A stream of its own for each parameter: what else is drawn does not matter to it.
        seeds = Random(self.seed)
        self.streams = {name: seeds.bits() for name in known}
        self.whole = {name for name in self.ranges if known[name].whole}
        at_once = getattr(model.module, "array_measures", None)
        self.measures = _measures(model, measures, _array_names(model) if at_once else None)
        self.at_once = at_once if at_once and set(self.measures) <= _array_names(model) else None
        self.units = {name: known[name].unit for name in self.ranges}
        self.units |= {name: model.measures[name].unit for name in self.measures}

    def blocks(self) -> Iterator[dict[str, Any]]:
        """Yield the columns of a block of draws, one block after the other."""
        for start in range(0, self.runs, _BLOCK):
            count = min(_BLOCK, self.runs - start)
            draws = self._draws(start, count)
            yield {"draw": np.arange(start, start + count), **draws, **self._measured(draws, count)}

    def _draws(self, start: int, count: int) -> dict[str, Any]:
        columns = {}
        for name, (low, high) in self.ranges.items():
            even = uniforms(self.streams[name], start, count)
            # Whole numbers are equally likely, both ends included.
            columns[name] = (
                low + np.floor(even * (high - low + 1)).astype(int)
                if name in self.whole
                else low + even * (high - low)
            )
        return columns

    def _measured(self, draws: dict[str, Any], count: int) -> dict[str, Any]:
        if self.at_once:
            found = self.at_once({**self.settings, **draws}, np)
            return {name: np.broadcast_to(found[name], count) for name in self.measures}
        functions = {name: self.model.measures[name].function for name in self.measures}
        names, plain = list(draws), [column.tolist() for column in draws.values()]
        rows = zip(*plain, strict=True) if plain else iter([()] * count)
        found = [
            [function(settings) for function in functions.values()]
            for settings in (
                {**self.settings, **dict(zip(names, row, strict=True))} for row in rows
            )
        ]
        return {
            name: _column([row[place] for row in found]) for place, name in enumerate(functions)
        }


class _Running:
    """Mean, spread and extremes of a stream of blocks (Chan, Golub and LeVeque 1979)."""

    def __init__(self) -> None:
        self.count, self.mean, self.squares = 0, 0.0, 0.0
        self.low, self.high = np.inf, -np.inf
        self.first: list[Any] = []

    def add(self, block: Any) -> None:
        """Take in a block; texts and values that do not exist are passed over.

        A truth value counts as 1 or 0.
        """
        if block.dtype == object:
            block = pd.to_numeric(pd.Series(block), errors="coerce").to_numpy(dtype=float)
        values = block[np.isfinite(block)]
        if not values.size:
            return
        if sum(map(len, self.first)) < _KEPT:
            self.first.append(values)
        total, mean = self.count + values.size, float(values.mean())
        apart = mean - self.mean
        self.squares += float(((values - mean) ** 2).sum())
        self.squares += apart**2 * self.count * values.size / total
        self.mean += apart * values.size / total
        self.count = total
        self.low, self.high = min(self.low, values.min()), max(self.high, values.max())

    def row(self) -> dict[str, float]:
        """Return the summary."""
        p10, median, p90 = np.quantile(np.concatenate(self.first)[:_KEPT], _QUANTILES)
        spread = (self.squares / (self.count - 1)) ** 0.5 if self.count > 1 else 0.0
        return {
            "mean": self.mean, "sd": spread, "min": self.low, "p10": p10, "median": median,
            "p90": p90, "max": self.high, "runs": self.count,
        }  # fmt: skip


def uniforms(seed: int, start: int, count: int) -> Any:
    """Return draws number ``start`` to ``start + count`` of ``_portable.Random(seed)``, at once."""
    with np.errstate(over="ignore"):
        z = np.arange(start + 1, start + count + 1, dtype=np.uint64)
        z *= _GAMMA
        z += np.uint64(seed % 2**64)
        for shift, factor in _MIX:
            z ^= z >> np.uint64(shift)
            z *= factor
    z ^= z >> np.uint64(31)
    z >>= np.uint64(11)
    return z * 2.0**-53


def _around(
    known: dict[str, Parameter], fixed: Mapping[str, object]
) -> dict[str, tuple[float, float]]:
    ranges = {}
    for name, parameter in known.items():
        if parameter.options or name in fixed:
            continue
        ends = sorted(float(parameter.default) * (1 + side * _SPREAD) for side in (-1, 1))
        low, high = (min(max(end, parameter.low), parameter.high) for end in ends)
        if parameter.whole:
            low, high = np.ceil(low), np.floor(high)
        ranges[name] = (low, high)
    return ranges


def _range(
    model: Model, known: dict[str, Parameter], name: str, ends: object
) -> tuple[float, float]:
    if name not in known:
        raise UnknownNameError(f"{model.name} parameter", name, known)
    parameter = known[name]
    if parameter.options:
        message = f"{name} is a choice, not a number; set it to one of its options instead."
        raise InvalidInputError(message)
    if not isinstance(ends, Sequence) or isinstance(ends, str) or len(ends) != 2:  # noqa: PLR2004
        message = f"{name} is to be drawn from {shown(ends)}; give its lowest and highest value."
        raise InvalidInputError(message)
    low, high = (parameter.parse(end) for end in ends)
    if not (isinstance(low, int | float) and isinstance(high, int | float) and low <= high):
        message = f"{name} is to be drawn from {low} to {high}; give the lower end first."
        raise InvalidInputError(message)
    return low, high


def _array_names(model: Model) -> set[str]:
    names: Sequence[str] = getattr(model.module, "ARRAY_MEASURES", ())
    return set(names)


def _measures(model: Model, wanted: Sequence[str] | None, at_once: set[str] | None) -> list[str]:
    if wanted is None:
        return [name for name in model.measures if at_once is None or name in at_once]
    if isinstance(wanted, str) or not wanted:
        message = f"measures is {shown(wanted)}; name one or more of {', '.join(model.measures)}."
        raise InvalidInputError(message)
    for name in wanted:
        if name not in model.measures:
            raise UnknownNameError(f"{model.name} measure", name, model.measures)
    return list(wanted)


def _column(values: list[Any]) -> Any:
    numbers = all(value is None or isinstance(value, int | float) for value in values)
    if numbers and not all(isinstance(value, bool) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return np.array(values, dtype=object)

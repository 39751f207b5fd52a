"""The models of the case: find one, describe it, run it, measure it.

A model is one file in this folder: plain data (``PARAMETERS``, ``RESULTS``, ``MEASURES``, and the
words and equations of its card) and one pure ``simulate``. Adding a model means adding its file;
its ``NAME`` is what it is found by.

    >>> from casekit import models
    >>> run = models.run("death-spiral", team_start="never")
    >>> models.measure("death-spiral", "units_2018")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from numbers import Integral, Real
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from casekit.errors import InvalidInputError, UnknownNameError, shown
from casekit.models._portable import Random

Setting = float | str
Run = dict[str, list[Any]]

NO_UNIT = "1"
"""The unit of a number that has none."""


@dataclass(frozen=True)
class Parameter:
    """One lever of a model: a number within bounds, or a choice among options.

    Attributes:
        name: Identifier used in settings.
        symbol: Symbol used in the equations.
        label: What the manager does, for controls.
        default: Value of the reference run.
        unit: Unit; ``"1"`` for a number without one (see :func:`unit_text`).
        meaning: What it stands for.
        source: Where the default comes from.
        low: Smallest value (numbers only).
        high: Largest value (numbers only).
        step: Step of a control (numbers only).
        whole: Whether only whole numbers make sense (numbers only).
        options: Allowed values (choices only).
    """

    name: str
    symbol: str
    label: str
    default: Setting
    unit: str
    meaning: str
    source: str
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    whole: bool = False
    options: tuple[str, ...] = ()

    def parse(self, value: object) -> Setting:
        """Return the value as this parameter's type, or say what would be right.

        Raises:
            InvalidInputError: If it is no number, out of bounds, or not among the options.
        """
        if self.options:
            if not isinstance(value, str) or value not in self.options:
                *others, last = self.options
                span = f"{others[0]} to {others[-1]}," if len(others) > 1 else others[0]
                wanted = f"{span} or {last}"
                message = f"{self.name} is {shown(value)}; give one of {wanted}."
                raise InvalidInputError(message)
            return str(value)
        kind = "a whole number" if self.whole else "a number"
        wanted = f"{kind} from {self.low:g} to {self.high:g} ({unit_text(self.unit)})"
        number = _number(value)
        if number is None:
            message = f"{self.name} is {shown(value)}; give {wanted}."
            raise InvalidInputError(message)
        if not self.low <= number <= self.high:
            message = f"{self.name} is {number:g}, out of bounds; give {wanted}."
            raise InvalidInputError(message)
        if self.whole and number != int(number):
            message = f"{self.name} is {number:g}; give {wanted}."
            raise InvalidInputError(message)
        return int(number) if self.whole else number


def _number(value: object) -> float | None:
    # float() also takes True, b"1" and whatever else calls itself a float.
    if isinstance(value, bool) or not isinstance(value, Real | Decimal | str):
        return None
    try:
        return float(value)
    except (OverflowError, ValueError):
        return None


@dataclass(frozen=True)
class Result:
    """One named series of a run, with its unit (``"1"`` if it has none).

    ``over`` names the series that is its index; series with the same index have the same length.
    """

    name: str
    symbol: str
    unit: str
    meaning: str
    over: str


@dataclass(frozen=True)
class Measure:
    """One number, truth value or choice that a model yields for given settings.

    ``unit`` is ``"1"`` for a number without one, and says what a value that is no number is. A
    measure that has no value for some settings, such as a tipping point where there is none, is
    ``None`` there.
    """

    name: str
    unit: str
    meaning: str
    function: Callable[[dict[str, Setting]], Any]


@dataclass(frozen=True)
class Adjustable:
    """A file with parameters, as an object: a model, or what a widget shows of tables."""

    module: ModuleType

    @property
    def name(self) -> str:
        """Identifier, e.g. ``"death-spiral"``."""
        return str(self.module.NAME)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, in the order in which controls show them."""
        return tuple(Parameter(**spec) for spec in self.module.PARAMETERS)

    def settings(self, changes: Mapping[str, object] | None = None) -> dict[str, Setting]:
        """Return a value for every parameter: the defaults with ``changes`` laid over them.

        Raises:
            UnknownNameError: If a change names no parameter.
            InvalidInputError: If a value is of the wrong kind or out of bounds.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in (changes or {}).items():
            if name not in known:
                raise UnknownNameError(f"{self.name} parameter", name, known)
            values[name] = known[name].parse(value)
        return values


@dataclass(frozen=True)
class Model(Adjustable):
    """A model file as an object: what can be set, what comes out, what can be measured."""

    @property
    def title(self) -> str:
        """Title for people."""
        return str(self.module.TITLE)

    @property
    def summary(self) -> str:
        """What the model says, in two or three sentences."""
        return str(self.module.SUMMARY)

    @property
    def leaves_out(self) -> tuple[str, ...]:
        """What the model leaves out."""
        return tuple(self.module.LEAVES_OUT)

    @property
    def breaks(self) -> tuple[str, ...]:
        """Where the model breaks: settings under which its answer misleads."""
        return tuple(self.module.BREAKS)

    @property
    def calibration(self) -> str:
        """Where the default values come from, and what they are worth as evidence."""
        return str(self.module.CALIBRATION)

    @property
    def standing(self) -> str:
        """What a number of this model is worth, in a few words to stand beside it."""
        if any("illustrative" in parameter.source for parameter in self.parameters):
            return "illustrative values, not measurements"
        return "a plausible story, not evidence"

    @property
    def equations(self) -> tuple[tuple[str, str], ...]:
        """What each equation says, and the equation in LaTeX."""
        return tuple(self.module.EQUATIONS)

    @property
    def works(self) -> tuple[str, ...]:
        """Ids of the scholarly works that the model rests on, as in the table of sources."""
        return tuple(self.module.WORKS)

    @property
    def stochastic(self) -> bool:
        """Whether a run draws random numbers, so that it depends on a seed."""
        return bool(getattr(self.module, "STOCHASTIC", False))

    @property
    def results(self) -> tuple[Result, ...]:
        """All series of a run."""
        return tuple(Result(**spec) for spec in self.module.RESULTS)

    @property
    def measures(self) -> dict[str, Measure]:
        """All measures by name."""
        return {
            name: Measure(name, unit, meaning, function)
            for name, (function, unit, meaning) in self.module.MEASURES.items()
        }

    def run(self, *, seed: object = 0, **changes: object) -> Run:
        """Simulate with the defaults, changed as given; one list per name in :attr:`results`.

        Args:
            seed: Seed of the random draws, for a model that makes any.
            **changes: Parameters and their values.

        Raises:
            InvalidInputError: If the seed is no whole number from 0 on, or a value is unusable.
        """
        settings = self.settings(changes)
        draws = (Random(whole_number("seed", seed, low=0)),) if self.stochastic else ()
        run: Run = self.module.simulate(settings, *draws)
        return run

    def measure(self, name: str, **changes: object) -> Any:
        """Return one measure for the defaults, changed as given.

        Raises:
            UnknownNameError: If the model has no such measure or parameter.
        """
        if name not in self.measures:
            raise UnknownNameError(f"{self.name} measure", name, self.measures)
        return self.measures[name].function(self.settings(changes))


def whole_number(name: str, value: object, *, low: int) -> int:
    """Return a whole number from ``low`` on, or say what would be right.

    Raises:
        InvalidInputError: If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < low:
        message = f"{name} is {shown(value)}; give a whole number from {low} on."
        raise InvalidInputError(message)
    return int(value)


def unit_text(unit: str) -> str:
    """Return a unit as people read it: ``"dimensionless"`` for ``"1"``, else as it stands."""
    return "dimensionless" if unit == NO_UNIT else unit


def names() -> list[str]:
    """Return the names of all models."""
    return list(_modules())


def _modules() -> dict[str, ModuleType]:
    """Import every model file of this folder, when first asked for; a leading _ keeps one out."""
    files = [file.name for file in iter_modules(__path__) if not file.name.startswith("_")]
    modules = [import_module(f"{__name__}.{file}") for file in files]
    return {str(module.NAME): module for module in modules}


@cache
def get(name: str) -> Model:
    """Return a model by name.

    Raises:
        UnknownNameError: If there is no such model; the nearest names are offered.
    """
    known = _modules()
    if name not in known:
        raise UnknownNameError("model", name, known)
    return Model(known[name])


def run(model: str, *, seed: object = 0, **settings: object) -> Run:
    """Run a model: ``run("death-spiral", team_start="never")`` returns its series by name."""
    return get(model).run(seed=seed, **settings)


def measure(model: str, name: str, **settings: object) -> Any:
    """Measure a model: ``measure("death-spiral", "units_2018", shock=0.1)`` returns one value."""
    return get(model).measure(name, **settings)


def __getattr__(name: str) -> Any:
    # Sweeps need NumPy and pandas; looking a model up does not.
    if name in {"sweep", "summary"}:
        from casekit.models import _sweep  # noqa: PLC0415

        return getattr(_sweep, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)

"""The models of the case: find one, describe it, run it, measure it.

A model is one file in this folder: plain data (``PARAMETERS``, ``RESULTS``, ``MEASURES``) and one
pure ``simulate``. Adding a model means adding its file; its ``NAME`` is what it is found by.

    >>> from casekit import models
    >>> run = models.run("death-spiral", team_start="never")
    >>> models.measure("death-spiral", "units_2018")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from numbers import Real
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from casekit.errors import InvalidInputError, UnknownNameError, shown

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
    options: tuple[str, ...] = ()

    def parse(self, value: object) -> Setting:
        """Return the value as this parameter's type, or say what would be right.

        Raises:
            InvalidInputError: If it is no number, out of bounds, or not among the options.
        """
        if self.options:
            if not isinstance(value, str) or value not in self.options:
                wanted = f"{self.options[0]} to {self.options[-2]}, or {self.options[-1]}"
                message = f"{self.name} is {shown(value)}; give one of {wanted}."
                raise InvalidInputError(message)
            return str(value)
        wanted = f"a number from {self.low:g} to {self.high:g} ({unit_text(self.unit)})"
        number = _number(value)
        if number is None:
            message = f"{self.name} is {shown(value)}; give {wanted}."
            raise InvalidInputError(message)
        if not self.low <= number <= self.high:
            message = f"{self.name} is {number:g}, out of bounds; give {wanted}."
            raise InvalidInputError(message)
        return number


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
    """One named series of a run, with its unit (``"1"`` if it has none)."""

    name: str
    symbol: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Measure:
    """One number, truth value or choice that a model yields for given settings.

    ``unit`` is ``"1"`` for a number without one, and says what a value that is no number is.
    """

    name: str
    unit: str
    meaning: str
    function: Callable[[dict[str, Setting]], Any]


@dataclass(frozen=True)
class Model:
    """A model file as an object: what can be set, what comes out, what can be measured."""

    module: ModuleType

    @property
    def name(self) -> str:
        """Identifier, e.g. ``"death-spiral"``."""
        return str(self.module.NAME)

    @property
    def title(self) -> str:
        """Title for people."""
        return str(self.module.TITLE)

    @property
    def summary(self) -> str:
        """What the model says, in two or three sentences."""
        return str(self.module.SUMMARY)

    @property
    def limits(self) -> tuple[str, ...]:
        """What the model leaves out and where it breaks."""
        return tuple(self.module.LIMITS)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, in the order in which controls show them."""
        return tuple(Parameter(**spec) for spec in self.module.PARAMETERS)

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

    def settings(self, changes: Mapping[str, object] | None = None) -> dict[str, Setting]:
        """Return a value for every parameter: the defaults with ``changes`` laid over them.

        Raises:
            UnknownNameError: If a change names no parameter of this model.
            InvalidInputError: If a value is of the wrong kind or out of bounds.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in (changes or {}).items():
            if name not in known:
                raise UnknownNameError(f"{self.name} parameter", name, known)
            values[name] = known[name].parse(value)
        return values

    def run(self, **changes: object) -> Run:
        """Simulate with the defaults, changed as given; one list per name in :attr:`results`."""
        run: Run = self.module.simulate(self.settings(changes))
        return run

    def measure(self, name: str, **changes: object) -> Any:
        """Return one measure for the defaults, changed as given.

        Raises:
            UnknownNameError: If the model has no such measure or parameter.
        """
        if name not in self.measures:
            raise UnknownNameError(f"{self.name} measure", name, self.measures)
        return self.measures[name].function(self.settings(changes))


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


def run(model: str, **settings: object) -> Run:
    """Run a model: ``run("death-spiral", team_start="never")`` returns its series by name."""
    return get(model).run(**settings)


def measure(model: str, name: str, **settings: object) -> Any:
    """Measure a model: ``measure("death-spiral", "units_2018", shock=0.1)`` returns one value."""
    return get(model).measure(name, **settings)

"""What a widget shows: its question, its controls, its chart, and the prediction it asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import altair as alt

from casekit.models import Adjustable, Parameter, Setting

Settings = Mapping[str, object]
Shown = Mapping[str, Any]


@dataclass(frozen=True)
class Prediction:
    """What a reader commits to before a scenario runs.

    Attributes:
        question: What to predict, with its unit.
        unit: Unit of the predicted numbers.
        settings: The scenario that answers, as changes to the defaults.
        results: Picks the answer from what is shown: one number per label. One pair is entered as a
            number, several are drawn, one slider a label.
        bounds: Smallest value, largest value and step that can be entered.
    """

    question: str
    unit: str
    settings: Settings
    results: Callable[[Shown], Sequence[tuple[str, float]]]
    bounds: tuple[float, float, float]


@dataclass(frozen=True)
class View:
    """How a model, or a table, is shown: nothing here computes, everything asks the show.

    Attributes:
        title: The question the widget answers.
        subtitle: Quantity, unit, scope and period of the chart.
        controls: Parameters that always have a control, in order.
        more: Parameters behind "More assumptions".
        show: The portable module that holds the parameters and turns settings into rows, a sentence
            and a table; see :mod:`casekit.exhibits.shows`.
        chart: Returns the chart for a width in pixels, for the data sets that the show names.
        picture: What kind of picture it is, to open the text alternative with.
        note: Caveat under the chart.
        tables: Returns the rows that the show works on, by table, for a widget on data.
        sources: Ids of the sources of these rows.
        prediction: What to predict before anything moves.
        labels: Returns labels that come from tables, by parameter; the show's own hold elsewhere.
    """

    title: str
    subtitle: str
    controls: tuple[str, ...]
    show: ModuleType
    chart: Callable[[int], alt.TopLevelMixin]
    picture: str
    note: str
    more: tuple[str, ...] = ()
    tables: Callable[[], dict[str, list[dict[str, Any]]]] | None = None
    sources: Callable[[], Sequence[str]] | None = None
    prediction: Prediction | None = None
    labels: Callable[[], Mapping[str, str]] | None = None

    @property
    def name(self) -> str:
        """What the widget is found by, e.g. ``"death-spiral"``."""
        return self._levers.name

    @property
    def parameters(self) -> dict[str, Parameter]:
        """All parameters by name."""
        labels = self.labels() if self.labels else {}
        return {
            parameter.name: replace(parameter, label=labels.get(parameter.name, parameter.label))
            for parameter in self._levers.parameters
        }

    @property
    def _levers(self) -> Adjustable:
        return Adjustable(self.show)

    def settings(self, changes: Settings | None = None) -> dict[str, Setting]:
        """Return a value for every parameter: the defaults with ``changes`` laid over them.

        Raises:
            UnknownNameError: If a setting names no parameter.
            InvalidInputError: If a value is unusable.
        """
        return self._levers.settings(changes)

    def shown(self, changes: Settings | None = None) -> dict[str, Any]:
        """Return what is shown for these settings: data, sentence, columns and rows.

        Raises:
            UnknownNameError: If a setting names no parameter.
            InvalidInputError: If a value is unusable.
        """
        tables = (self.tables(),) if self.tables else ()
        shown: dict[str, Any] = self.show.show(self.settings(changes), *tables)
        return shown

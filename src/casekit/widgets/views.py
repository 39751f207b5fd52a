"""What each widget shows: its model, its controls, and the chart of its show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import altair as alt

from casekit import models
from casekit.errors import UnknownNameError
from casekit.exhibits import spiral
from casekit.exhibits.shows import death_spiral
from casekit.models import Model

Settings = Mapping[str, object]


@dataclass(frozen=True)
class View:
    """How a model, or a table, is shown: nothing here computes, everything asks the show.

    Attributes:
        name: What the widget is found by.
        title: The question the widget answers.
        subtitle: Quantity, unit, scope and period of the chart.
        controls: Parameters that always have a control, in order.
        more: Parameters behind "More assumptions".
        show: The portable module that turns settings into rows, a sentence and a table; see
            :mod:`casekit.exhibits.shows`.
        chart: Returns the chart for a width in pixels, for the data sets that the show names.
        picture: What kind of picture it is, to open the text alternative with.
        note: Caveat under the chart.
        model: Name of the model whose parameters it moves; empty if the show has its own.
        tables: Returns the rows that the show works on, for a widget on data.
    """

    name: str
    title: str
    subtitle: str
    controls: tuple[str, ...]
    more: tuple[str, ...]
    show: ModuleType
    chart: Callable[[int], alt.TopLevelMixin]
    picture: str
    note: str
    model: str = ""
    tables: Callable[[], dict[str, Any]] | None = None

    @property
    def owner(self) -> Model:
        """What holds the parameters: the model, or the show itself."""
        return models.get(self.model) if self.model else Model(self.show)

    def shown(self, settings: Settings) -> dict[str, Any]:
        """Return what is shown for these settings: data, sentence, columns and rows.

        Raises:
            UnknownNameError: If a setting names no parameter.
            InvalidInputError: If a value is unusable.
        """
        tables = (self.tables(),) if self.tables else ()
        shown: dict[str, Any] = self.show.show(self.owner.settings(settings), *tables)
        return shown


VIEWS = {
    "death-spiral": View(
        name="death-spiral",
        model="death-spiral",
        title="When must the supply team start, and what decides it?",
        subtitle="Phones shipped worldwide, million a quarter: your run, the same run without a "
        "team, and printed figures of all trackers (points)",
        controls=("team_start", "demand_loss", "shock", "news"),
        more=(
            "team_effort",
            "base_fill",
            "fill_gain",
            "supplier_sensitivity",
            "growth_hurdle",
            "confidence_delay",
            "perception_delay",
            "capability_delay",
            "growth_2016_on",
        ),
        show=death_spiral,
        chart=spiral.run_chart,
        picture="Line chart.",
        note=spiral.PLAUSIBLE,
    )
}


def view(name: str) -> View:
    """Return how a widget shows its model or its tables.

    Raises:
        UnknownNameError: If there is no such widget.
    """
    if name not in VIEWS:
        raise UnknownNameError("widget", name, VIEWS)
    return VIEWS[name]

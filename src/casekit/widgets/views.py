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

Settings = Mapping[str, object]


@dataclass(frozen=True)
class View:
    """How a model is shown: nothing here computes, everything asks the model.

    Attributes:
        model: Name of the model in :mod:`casekit.models`.
        title: The question the widget answers.
        subtitle: Quantity, unit, scope and period of the chart.
        controls: Parameters that always have a control, in order.
        more: Parameters behind "More assumptions".
        show: The portable module that turns settings into rows, a sentence and a table; see
            :mod:`casekit.exhibits.shows`.
        chart: Returns the chart for a width in pixels, for the data sets that the show names.
        picture: What kind of picture it is, to open the text alternative with.
        note: Caveat under the chart.
    """

    model: str
    title: str
    subtitle: str
    controls: tuple[str, ...]
    more: tuple[str, ...]
    show: ModuleType
    chart: Callable[[int], alt.TopLevelMixin]
    picture: str
    note: str

    def shown(self, settings: Settings) -> dict[str, Any]:
        """Return what is shown for these settings: data, sentence, columns and rows.

        Raises:
            UnknownNameError: If a setting names no parameter.
            InvalidInputError: If a value is unusable.
        """
        shown: dict[str, Any] = self.show.show(models.get(self.model).settings(settings))
        return shown


VIEWS = {
    "death-spiral": View(
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


def view(model: str) -> View:
    """Return how a model is shown.

    Raises:
        UnknownNameError: If no widget shows this model.
    """
    if model not in VIEWS:
        raise UnknownNameError("widget", model, VIEWS)
    return VIEWS[model]

"""What each widget shows: its controls, its chart, and the sentence that says it in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import altair as alt
import pandas as pd

from casekit.errors import UnknownNameError
from casekit.exhibits import spiral

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
        draw: Draws the chart of a run for a width in pixels.
        describe: Says the run in one or two plain sentences.
        table: The run as rows.
        note: Caveat under the chart.
    """

    model: str
    title: str
    subtitle: str
    controls: tuple[str, ...]
    more: tuple[str, ...]
    draw: Callable[[Settings, int], alt.TopLevelMixin]
    describe: Callable[[Settings], str]
    table: Callable[[Settings], pd.DataFrame]
    note: str


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
        draw=spiral.draw_run,
        describe=spiral.describe_run,
        table=spiral.run_frame,
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

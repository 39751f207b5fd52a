"""When must the supply team start? Model A beside its counterfactual, and its phase line."""

import altair as alt

from casekit.exhibits import spiral
from casekit.exhibits.shows import death_spiral as show
from casekit.widgets.view import Prediction, Shown, View

YEARS = ("2015", "2016", "2017", "2018")

# The two panels name their lines differently.
_OWN_COLOURS = alt.ScaleResolveMap(color="independent")


def _chart(width: int) -> alt.VConcatChart:
    run, phase = spiral.run_chart(width), spiral.phase_chart(width)
    panels = run.properties(height=230), phase.properties(height=190)
    return alt.vconcat(*panels, spacing=34, resolve=alt.Resolve(scale=_OWN_COLOURS))


VIEW = View(
    show=show,
    title="When must the supply team start, and what decides it?",
    subtitle="Above: phones shipped worldwide, million a quarter; your run, the same run without a "
    "team, and printed figures of all trackers (points). Below: the market growth at which a level "
    "of supplier confidence can last, without the team and with it at work; filled points are "
    "stable, hollow ones are not",
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
    chart=_chart,
    picture="Two line charts.",
    note=spiral.PLAUSIBLE,
    sources=lambda: sorted(set(spiral.reported()["source"])),
    prediction=Prediction(
        question="No team ever starts, and every shortage takes a fifth of supply, more than twice "
        "the reference. Draw what the model ships in each year.",
        unit="million phones",
        settings={"team_start": "never", "shock": 0.2},
        results=lambda shown: [(year, _units(shown, year)) for year in YEARS],
        bounds=(0, 150, 1),
    ),
)


def _units(shown: Shown, year: str) -> float:
    quarters = [row for row in shown["data"]["run"] if row["quarter"].startswith(year)]
    return float(sum(row["shipments"] for row in quarters))

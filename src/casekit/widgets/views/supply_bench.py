"""What is a shorter wait for parts worth? Model B on one course of demand."""

import altair as alt

from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.shows import supply_bench as show
from casekit.exhibits.theme import ACCENT, INK, SERIES
from casekit.widgets.view import Prediction, View

_PLANNERS = ["no team", "team"]
_LEVERS = [*(name for name, _, _ in show.LEVERS), show.POOL]


def _chart(width: int) -> alt.VConcatChart:
    return alt.vconcat(_months(width), _levers(width), spacing=36)


def _months(width: int) -> alt.LayerChart | alt.FacetChart:
    colour = alt.Color("planner:N", scale=alt.Scale(domain=_PLANNERS, range=[SERIES[1], SERIES[0]]))
    axis = alt.Axis(title="stock at the end of a month, million phones", tickCount=5)
    y = alt.Y("stock:Q", axis=axis, scale=alt.Scale(domain=[-2, 2]))
    x = alt.X("month:Q", axis=alt.Axis(title="month", tickCount=9), scale=alt.Scale(domain=[1, 36]))
    base = alt.Chart(alt.NamedData("months")).encode(x=x, y=y, color=colour)
    lines = [
        base.transform_filter(f"datum.planner == '{name}'").mark_line(
            strokeWidth=2.5, strokeDash=dash, clip=True
        )
        for name, dash in zip(_PLANNERS, ([6, 4], [1, 0]), strict=True)
    ]
    short = base.transform_filter("datum.short").mark_point(
        shape="triangle-down", filled=True, size=50, opacity=1, clip=True
    )
    zero = alt.Chart().mark_rule(color=ACCENT).encode(y=alt.datum(0))
    below = alt.Chart().mark_text(align="left", dy=12, color=ACCENT, text="below: orders wait (▼)")
    names = base.transform_filter("datum.month == 36").mark_text(
        align="left", dx=5, fontWeight=600, dy={"expr": "datum.planner == 'team' ? 8 : -8"}
    )
    words = [below.encode(x=alt.datum(1), y=alt.datum(-1.5)), names.encode(text="planner:N")]
    return alt.layer(zero, *lines, short, *words).properties(width=width - 90, height=200)


def _levers(width: int) -> alt.LayerChart | alt.FacetChart:
    order = alt.Y("lever:N", sort=_LEVERS, axis=alt.Axis(title=None, labels=False))
    x = alt.X(
        "stock:Q",
        axis=alt.Axis(title="safety stock for all phones, million", tickCount=5, grid=True),
    )
    base = alt.Chart(alt.NamedData("stock")).encode(y=order)
    bars = base.mark_bar(height=10, color=SERIES[0], yOffset=8).encode(x=x)
    words = base.mark_text(align="left", dx=2, dy=-6, color=INK).encode(
        x=alt.datum(0), text="lever:N"
    )
    height = 34 * len(_LEVERS)
    room = width - (20 if width == NARROW else 60)
    return alt.layer(bars, words).properties(width=room - 30, height=height)


VIEW = View(
    show=show,
    title="What is a shorter wait for parts worth?",
    subtitle="Above: stock less waiting orders at the end of each month, one phone, the same "
    "demand planned without the team and with it. Below: the safety stock each lever asks for. "
    "Model, million phones",
    controls=("lead_time", "lead_time_team", "forecast_error_team", "phones", "seed"),
    more=("forecast_error", "mean_demand", "demand_sd", "autocorrelation", "window",
          "underage_cost", "overage_cost"),
    chart=_chart,
    picture="A line chart over months and a bar chart.",
    note="Both planners aim at the same chance to cover demand; the one with the team holds less "
    "for it. All values are illustrative, the two costs synthetic: read ratios, not amounts.",
    prediction=Prediction(
        question="The team halves the wait for parts, from four months to two, and forecasts no "
        "better than before. By how many percent does the safety stock shrink?",
        unit="percent",
        settings={"forecast_error_team": 0.30},
        results=lambda shown: [("cut", -show.changes(shown["data"]["stock"])[3])],
        bounds=(0, 100, 1),
    ),
)  # fmt: skip

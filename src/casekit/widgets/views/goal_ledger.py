"""Does the firm keep its goals? The ledger of public goals with a Beta prior."""

from typing import Any

import altair as alt

from casekit import data
from casekit.exhibits.shows import goal_ledger as show
from casekit.exhibits.theme import ACCENT, INK, MUTED, SERIES
from casekit.widgets.view import Prediction, View

_KINDS = [show.KEPT, show.BROKEN, show.OUT]


def _tables() -> dict[str, list[dict[str, Any]]]:
    rows = data.rows("goals")
    kept = ("goal", "due", "verdict")
    return {
        "goals": [
            {name: row[name] for name in kept} | {"rank": _is_rank(row)}
            for row in sorted(rows, key=lambda row: data.order(row["set"]))
        ]
    }


def _is_rank(row: dict[str, str]) -> bool:
    # First place in China is a rank too, though its row gives the time allowed, in quarters.
    return data.fact(row["target"]).unit in {"rank", "quarters"}


def _chart(width: int) -> alt.VConcatChart:
    return alt.vconcat(_ledger(width), _belief(width), spacing=34)


def _ledger(width: int) -> alt.LayerChart | alt.FacetChart:
    y = alt.Y("goal:N", sort=None, axis=None)
    base = alt.Chart(alt.NamedData("ledger")).encode(y=y)
    shape = alt.Shape(
        "counted:N",
        scale=alt.Scale(domain=_KINDS, range=["circle", "cross", "diamond"]),
        legend=None,
    )
    colour = alt.Color(
        "counted:N",
        scale=alt.Scale(domain=_KINDS, range=[SERIES[2], SERIES[1], MUTED]),
        legend=None,
    )
    marks = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.value(8), shape=shape, color=colour
    )
    said = base.mark_text(align="left", fontWeight=600, dy=-6).encode(
        x=alt.value(20), text="said:N", color=colour
    )
    words = base.mark_text(align="left", dy=8, color=INK, fontSize=11).encode(
        x=alt.value(20), text="goal:N"
    )
    return alt.layer(marks, said, words).properties(width=width - 30, height=alt.Step(36))


def _belief(width: int) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="rate of goals kept, 0 to 1", tickCount=5)
    x = alt.X("rate:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("density:Q", axis=alt.Axis(title="belief", labels=False, tickCount=3))
    curve = alt.Chart(alt.NamedData("curve")).encode(x=x, y=y)
    area = curve.mark_area(color=SERIES[0], opacity=0.25)
    line = curve.mark_line(color=SERIES[0], strokeWidth=2.5)
    mean = alt.Chart(alt.NamedData("mean"))
    rule = mean.mark_rule(color=ACCENT, strokeWidth=2).encode(x="rate:Q")
    said = mean.mark_text(align="left", dx=5, color=ACCENT, text="mean").encode(
        x="rate:Q", y=alt.value(-4)
    )
    span = mean.mark_rule(color=INK, strokeWidth=3).encode(x="low:Q", x2="high:Q", y=alt.value(126))
    layers = [area, line, rule, said, span]
    return alt.layer(*layers).properties(width=width - 60, height=130)


VIEW = View(
    show=show,
    title="Does this firm keep its goals?",
    subtitle="Above: public goals set from 2014 to 2018, as you count them. Below: what the count "
    "lets one believe about the rate of goals kept; bar: the middle four fifths",
    controls=("late", "unknown", "goals", "prior_kept", "prior_broken"),
    chart=_chart,
    picture="A list of goals and a curve of belief.",
    note="The goals are those for which we found a page: no sample of all that was promised. "
    "Whether a goal is one of output or of rank is our classification.",
    tables=_tables,
    sources=lambda: list(dict.fromkeys(row["source"] for row in data.rows("goals"))),
    prediction=Prediction(
        question="Count what came late as kept, leave out what is unknown, and start with no "
        "opinion. Where is the rate of goals kept expected, from 0 to 1?",
        unit="rate, 0 to 1",
        settings={"late": show.KEPT},
        results=lambda shown: [("rate", shown["data"]["mean"][0]["rate"])],
        bounds=(0, 1, 0.01),
    ),
)

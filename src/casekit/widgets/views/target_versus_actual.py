"""By how much did 2015 miss? Results by count against the targets of that year."""

from typing import Any

import altair as alt

from casekit import data
from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.shows import target_versus_actual as show
from casekit.exhibits.theme import ACCENT, INK, MUTED, PAPER, SERIES
from casekit.widgets.view import Prediction, View

_FACTS = (
    "target-2015-original", "target-2015-revised", "target-2015-last",
    "units-2015-company", "units-2015-idc", "units-2015h1-company",
)  # fmt: skip


def _tables() -> dict[str, list[dict[str, Any]]]:
    first, span, last, company, idc, half = (data.fact(name) for name in _FACTS)
    values = (first.value, span.value_high, span.value, last.value)
    targets = [
        {"name": name, "value": value} for name, value in zip(show.TARGETS, values, strict=True)
    ]
    results = [
        {"name": name, "value": float(value), "text": text}
        for name, value, text in zip(
            show.COUNTS,
            (company.value or 0, idc.value or 0, 2 * (half.value or 0)),
            (company.text, idc.text, f"twice {half.text}"),
            strict=True,
        )
    ]
    return {"targets": targets, "results": results}


def _chart(width: int) -> alt.LayerChart | alt.FacetChart:
    y = alt.Y("name:N", sort=list(show.COUNTS), axis=None)
    axis = alt.Axis(title="million phones, 2015, worldwide", tickCount=6, grid=True)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=[0, 125]))
    base = alt.Chart(alt.NamedData("bars")).encode(y=y)
    bars = base.mark_bar(height=18).encode(
        x=x, color=alt.condition("datum.chosen", alt.value(SERIES[0]), alt.value(MUTED))
    )
    names = base.mark_text(align="left", dy=-18, color=INK).encode(x=alt.value(0), text="name:N")
    values = base.mark_text(align="right", dx=-6, color=PAPER, fontWeight=600).encode(
        x=x, text="text:N"
    )
    goals = alt.Chart(alt.NamedData("targets")).encode(x=x)
    faint = goals.mark_rule(color=MUTED, strokeDash=[2, 3])
    chosen = goals.transform_filter("datum.chosen")
    rule = chosen.mark_rule(color=ACCENT, strokeWidth=2.5)
    said = chosen.mark_text(color=ACCENT, fontWeight=600, dy=-6, align="center").encode(
        y=alt.value(0), text="name:N"
    )
    layers = [faint, bars, rule, said, names, values]
    room = width - (24 if width == NARROW else 40)
    return alt.layer(*layers).properties(width=room, height=alt.Step(52))


VIEW = View(
    show=show,
    title="By how much did 2015 miss its target?",
    subtitle="Phones worldwide in 2015, million: results by count (bars) and the targets named for "
    "the year (upright lines), yours set off",
    controls=("target", "count"),
    chart=_chart,
    picture="Horizontal bars with upright lines for targets.",
    note="Shipped and sold are different measures, and the company’s figure is a lower bound. The "
    "first half doubled is a projection as of July 2015, not a result.",
    tables=_tables,
    sources=lambda: list(dict.fromkeys(data.fact(name).source.id for name in _FACTS)),
    prediction=Prediction(
        question="Take the lowest target and IDC’s count of the year. By "
        "how many million phones does 2015 still fall short?",
        unit="million phones",
        settings={"target": show.TARGETS[-1], "count": show.COUNTS[1]},
        results=lambda shown: [
            ("short", -row[4])
            for row in shown["rows"]
            if row[0] == show.COUNTS[1] and row[2] == show.TARGETS[-1]
        ],
        bounds=(-50, 50, 0.1),
    ),
)

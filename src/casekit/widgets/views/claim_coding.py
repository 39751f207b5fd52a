"""Observed, claimed or inferred? A board of claims to code, with a meter of agreement."""

from typing import Any

import altair as alt

from casekit import data
from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.shows import claim_coding as show
from casekit.exhibits.theme import ACCENT, GRID, INK, SERIES
from casekit.widgets.view import View


def _tables() -> dict[str, list[dict[str, Any]]]:
    return {
        "claims": [
            {"claim": _claim(row["row"]), "code": row["code"], "reason": row["reason"]}
            for row in data.rows("claim-codes")
        ]
    }


def _claim(name: str) -> str:
    fact = data.fact(name)
    # A row of a series says what it counts, and its figure stands in a column of its own.
    if name in {row["id"] for row in data.rows("facts")}:
        return fact.statement
    return f"{fact.statement.rstrip('.')}: {fact.text}"


def _labels() -> dict[str, str]:
    rows = _tables()["claims"]
    return {f"claim_{place}": row["claim"] for place, row in enumerate(rows, start=1)}


def _chart(width: int) -> alt.VConcatChart:
    codes = list(show.CODES)
    axis = alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)
    x = alt.X("ours:N", sort=codes, axis=axis, title="our code")
    y = alt.Y("yours:N", sort=codes, axis=alt.Axis(title="your code", domain=False, ticks=False))
    base = alt.Chart(alt.NamedData("cells")).encode(x=x, y=y)
    boxes = base.mark_rect(stroke=GRID, strokeWidth=1, fillOpacity=0)
    agree = base.transform_filter("datum.agree").mark_rect(
        color=SERIES[2], fillOpacity=0.12, stroke=SERIES[2], strokeWidth=2
    )
    counts = base.mark_text(color=INK, fontSize=18, fontWeight=600).encode(text="count:Q")
    table = alt.layer(boxes, agree, counts).properties(width=_room(width), height=170)
    return alt.vconcat(table, _meter(width), spacing=26)


def _room(width: int) -> int:
    return width - (100 if width == NARROW else 110)


def _meter(width: int) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="agreement, percent; mark: by chance", tickCount=5)
    x = alt.X("agreed:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    base = alt.Chart(alt.NamedData("meter"))
    bar = base.mark_bar(height=16, color=SERIES[2]).encode(x=x)
    chance = base.mark_tick(color=ACCENT, thickness=3, size=26).encode(x="chance:Q")
    return alt.layer(bar, chance).properties(width=_room(width), height=30)


def _sources() -> list[str]:
    return list(dict.fromkeys(data.fact(row["row"]).source.id for row in data.rows("claim-codes")))


VIEW = View(
    show=show,
    title="Observed, claimed or inferred?",
    subtitle="Claims coded by you (rows) and by us (columns), number of claims; on the framed "
    "diagonal both agree",
    controls=tuple(parameter["name"] for parameter in show.PARAMETERS),
    chart=_chart,
    picture="A table of counts, three codes by three, and a bar of agreement.",
    note="Observed: counted or seen by somebody without a stake. Claimed: said by a party. "
    "Inferred: worked out or concluded from something else. Our coding is one reading; where you "
    "differ, the reasons matter more than the meter.",
    tables=_tables,
    labels=_labels,
    sources=_sources,
)

"""What grew? Revenue as volume, price and everything else, with the split in the reader's hands."""

from typing import Any

import altair as alt

from casekit import data
from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.shows import growth_waterfall as show
from casekit.exhibits.theme import INK, MUTED, SERIES
from casekit.widgets.view import Prediction, View

# By year: revenue, phone revenue, and the units of each count.
_FACTS = {
    "2015": ("revenue-2015", "phone-revenue-2015", "units-2015-company", "units-2015-idc"),
    "2016": ("revenue-2016", "phone-revenue-2016", "units-2016-prospectus", "units-2016-idc"),
    "2017": ("revenue-2017", "phone-revenue-2017", "units-2017-prospectus", "units-2017-idc"),
}


def _tables() -> dict[str, list[dict[str, Any]]]:
    rows = []
    for year, names in _FACTS.items():
        revenue, phones, company, idc = (data.fact(name) for name in names)
        row = {"year": year, "revenue": revenue.value, "phones": phones.value}
        for name, fact in (("company", company), ("IDC", idc)):
            row |= {name: fact.value, f"{name} is": fact.qualifier or ""}
        rows.append(row)
    return {"years": rows}


def _chart(width: int) -> alt.LayerChart | alt.FacetChart:
    narrow = width == NARROW
    axis = alt.Axis(title=None, labelAngle=0, labelLimit=76 if narrow else 120, labelFontSize=10
                    if narrow else 12, labelExpr="split(datum.label, ' ')")  # fmt: skip
    x = alt.X("step:N", sort=None, axis=axis)
    y = alt.Y(
        "start:Q",
        axis=alt.Axis(title="RMB billion", tickCount=6),
        scale=alt.Scale(domain=[0, 130]),
    )
    base = alt.Chart(alt.NamedData("steps")).encode(x=x)
    kinds = ["total", "up", "down"]
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=kinds, range=[MUTED, SERIES[0], SERIES[1]]), legend=None
    )
    bars = base.mark_bar(width=alt.RelativeBandSize(0.7)).encode(y=y, y2="end:Q", color=colour)
    words = base.mark_text(dy=-8, color=INK, fontWeight=600).encode(y="top:Q", text="words:N")
    return alt.layer(bars, words).properties(width=width - 60, height=280)


VIEW = View(
    show=show,
    title="What grew: more phones, dearer phones, or something else?",
    subtitle="Revenue of the firm, RMB billion, from one year to the next; phones split into "
    "volume and price by the count of your choice",
    controls=("years", "count", "method", "to_volume"),
    chart=_chart,
    picture="A waterfall chart.",
    note="Revenue is that of the prospectus. Phone revenue before 2017 is derived from printed "
    "growth rates. Company units of 2015 and 2016 are bounds; IDC counts phones shipped, not sold, "
    "and its figure for 2016 is derived.",
    tables=_tables,
    sources=lambda: list(
        dict.fromkeys(data.fact(name).source.id for names in _FACTS.values() for name in names)
    ),
    prediction=Prediction(
        question="Count phones as IDC does and split by logarithms. How many percent of the growth "
        "in phone revenue from 2016 to 2017 is volume?",
        unit="percent",
        settings={"count": "IDC", "method": show.LOGS},
        results=lambda shown: [
            ("volume", 100 * shown["rows"][1][1] / (shown["rows"][1][1] + shown["rows"][2][1]))
        ],
        bounds=(0, 150, 1),
    ),
)

"""How large was the firm? Share or units by quarter, scope and tracker."""

from typing import Any

import altair as alt
import pandas as pd

from casekit import data
from casekit.exhibits.exhibit import quarter_axis
from casekit.exhibits.shows import share_explorer as show
from casekit.exhibits.theme import ACCENT, MUTED, SERIES
from casekit.widgets.tables import records
from casekit.widgets.view import Prediction, View

_TRACKERS = ("IDC", "IHS", "Strategy Analytics", "company", "Counterpoint", "Canalys")
_OTHER = "other tracker"
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left")
_COLOURS = (*SERIES, MUTED, MUTED)
_COLUMNS = ("period", "entity", "scope", "tracker", "value", "measure", "basis", "vintage")


def _frames() -> dict[str, pd.DataFrame]:
    wanted: dict[str, Any] = {"entity": show.FIRMS, "scope": show.SCOPES}
    frames = {
        "shares": data.load("shares", **wanted),
        "shipments": data.load("shipments", **wanted),
    }
    return {
        table: frame[frame["period"].astype(str).isin(show.QUARTERS)]
        for table, frame in frames.items()
    }


def _tables() -> dict[str, list[dict[str, Any]]]:
    return {
        table: records(frame.sort_values(["period", "tracker"]), *_COLUMNS)
        for table, frame in _frames().items()
    }


def _chart(width: int) -> alt.VConcatChart:
    return alt.vconcat(_key(width), _points(width), spacing=22)


def _points(width: int) -> alt.LayerChart | alt.FacetChart:
    quarters = list(show.QUARTERS)
    x = alt.X("quarter:O", axis=quarter_axis(width), scale=alt.Scale(domain=quarters))
    axis = alt.Axis(title="percent of the market, or million phones", tickCount=5)
    y = alt.Y("value:Q", axis=axis)
    named = " && ".join(f"datum.tracker != '{name}'" for name in _TRACKERS)
    base = alt.Chart(alt.NamedData("points")).transform_calculate(
        group=f"{named} ? '{_OTHER}' : datum.tracker"
    )
    base = base.encode(x=x, y=y, shape=_shape(), color=_colour())
    hollow = base.transform_filter("datum.derived").mark_point(filled=False, size=70, opacity=1)
    solid = base.transform_filter("!datum.derived").mark_point(filled=True, size=75, opacity=1)
    chosen = alt.Chart(alt.NamedData("chosen")).mark_rule(color=ACCENT, strokeDash=[4, 3])
    return alt.layer(chosen.encode(x=x), hollow, solid).properties(width=width - 60, height=260)


def _shape() -> alt.Shape:
    domain = [*_TRACKERS, _OTHER]
    return alt.Shape("group:N", scale=alt.Scale(domain=domain, range=list(_SHAPES)), legend=None)


def _colour() -> alt.Color:
    domain = [*_TRACKERS, _OTHER]
    return alt.Color("group:N", scale=alt.Scale(domain=domain, range=list(_COLOURS)), legend=None)


def _key(width: int) -> alt.LayerChart | alt.FacetChart:
    """Draw each tracker's mark with its name, in rows that fit the width."""
    groups, across = [*_TRACKERS, _OTHER], max(1, (width - 20) // 150)
    key = pd.DataFrame(
        {
            "group": groups,
            "px": [8 + 150 * (place % across) for place in range(len(groups))],
            "py": [8 + 16 * (place // across) for place in range(len(groups))],
        }
    )
    base = alt.Chart(key).encode(
        x=alt.X("px:Q", scale=None, axis=None), y=alt.Y("py:Q", scale=None, axis=None)
    )
    marks = base.mark_point(filled=True, size=60, opacity=1).encode(shape=_shape(), color=_colour())
    words = base.mark_text(align="left", dx=9).encode(text="group:N")
    rows = -(-len(groups) // across)
    return alt.layer(marks, words).properties(width=width - 60, height=16 * rows)


def _sources() -> list[str]:
    return sorted({name for frame in _frames().values() for name in frame["source"]})


def _idc_china(shown: Any) -> list[tuple[str, float]]:
    rows = [row for row in shown["rows"] if row[0] == "2014Q3" and row[2] == "IDC"]
    return [("China", row[1]) for row in rows]


VIEW = View(
    show=show,
    title="How large was the firm, by whose count and where?",
    subtitle="By quarter, 2014Q1 to 2018Q4: each mark one printed figure, hollow if derived by us; "
    "nothing averaged, gaps left open; upright line: the quarter read out below",
    controls=("scope", "quantity", "firm", "quarter"),
    chart=_chart,
    picture="A scatter of figures by quarter and tracker.",
    note="Shipped, sold and sold-through figures are told apart in the table. A share has a scope, "
    "a tracker and a print: without all three it is no figure.",
    tables=_tables,
    sources=_sources,
    prediction=Prediction(
        question="The first mark in the chart is the firm’s share of the world’s phones in 2014Q3, "
        "by IDC. What was its share in China, in the same quarter and by the same tracker?",
        unit="percent",
        settings={"scope": "China"},
        results=_idc_china,
        bounds=(0, 100, 0.1),
    ),
)

"""Did the market judge the speech? Quoted returns of September 2025 in a window of one's choice."""

from typing import Any

import altair as alt

from casekit import data
from casekit.exhibits.shows import event_window as show
from casekit.exhibits.theme import ACCENT, INK, MUTED, SERIES
from casekit.widgets.tables import records
from casekit.widgets.view import Prediction, View


def _returns() -> Any:
    frame = data.load("market-days", measure="return")
    # The two rows over two days are sums, not days.
    return frame[~frame["id"].str.contains("two-days")]


def _tables() -> dict[str, list[dict[str, Any]]]:
    days = _returns().assign(day=lambda frame: frame["period"].astype(str))
    window = data.load("estimation-window")
    window = window.rename(columns={"market_return": "market", "share_return": "share"})
    return {
        "days": records(days, "day", "entity", "tracker", "value"),
        "window": records(window, "market", "share"),
    }


def _chart(width: int) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="return of the day, percent", tickCount=6)
    y = alt.Y("share:Q", axis=axis, scale=alt.Scale(domain=[-10, 6]))
    x = alt.X("label:O", axis=alt.Axis(title="September 2025", labelAngle=0))
    base = alt.Chart(alt.NamedData("days")).encode(x=x)
    inside = base.transform_filter("datum.inside").mark_bar(
        color=MUTED, opacity=0.18, width=alt.RelativeBandSize(1)
    )
    inside = inside.encode(y=alt.datum(6), y2=alt.datum(-10))
    share = base.transform_filter("isValid(datum.share)").mark_bar(
        filled=False, stroke=INK, strokeWidth=1.5, width=alt.RelativeBandSize(0.62)
    )
    abnormal = base.transform_filter("isValid(datum.abnormal)").mark_bar(
        width=alt.RelativeBandSize(0.34)
    )
    sign = alt.condition("datum.abnormal < 0", alt.value(SERIES[1]), alt.value(SERIES[0]))
    gap = base.transform_filter("!isValid(datum.share)").mark_text(
        color=ACCENT, text="no figure", fontSize=11
    )
    zero = alt.Chart().mark_rule(color=MUTED).encode(y=alt.datum(0))
    layers = [
        inside, zero, share.encode(y=y), abnormal.encode(y=alt.Y("abnormal:Q"), color=sign),
        gap.encode(y=alt.datum(1)),
    ]  # fmt: skip
    return alt.layer(*layers).properties(width=width - 60, height=260)


def _sources() -> list[str]:
    return [*_returns()["source"].unique(), *data.load("estimation-window")["source"].unique()]


VIEW = View(
    show=show,
    title="Did the market judge the speech?",
    subtitle="Return of the share on the days around the speech of 25 September 2025: as printed "
    "(outlines) and less the benchmark (filled); shaded: your window. Hong Kong, percent a day",
    controls=("first", "last", "benchmark", "beta", "rival"),
    chart=_chart,
    picture="A bar chart by day.",
    note="Only single figures that pages quote stand here; days without one are gaps. The spread "
    "of a usual day comes from a synthetic share, not from this one. Other news fell into the same "
    "days: one event proves nothing.",
    tables=_tables,
    sources=_sources,
    prediction=Prediction(
        question="On 26 September the Hang Seng Tech Index fell as well. If the share moves one "
        "and a half times as much as that index, what is left of the day’s return?",
        unit="percent",
        settings={"benchmark": show.HSTECH, "beta": 1.5},
        results=lambda shown: [
            ("abnormal", day["abnormal"]) for day in shown["data"]["days"] if day["counted"]
        ],
        bounds=(-20, 20, 0.01),
    ),
)

"""How much to promise? Model E: payoff and keep rate over the promise."""

import altair as alt

from casekit import models
from casekit.exhibits.shows import promise_dial as show
from casekit.exhibits.theme import ACCENT, MUTED, SERIES
from casekit.widgets.view import Prediction, View

_NAMES = ["yours", "best"]
_SETTINGS = {"attention": 1.8}


def _chart(width: int) -> alt.VConcatChart:
    pays = _panel(width, "payoff", "expected payoff, value units", alt.Scale())
    kept = _panel(width, "kept", "promises kept, percent", alt.Scale(domain=[0, 100]))
    said = alt.Chart(alt.NamedData("mean")).mark_text(
        align="left", dx=4, color=ACCENT, text="mean outcome"
    )
    kept += said.encode(x="promise:Q", y=alt.datum(95))
    return alt.vconcat(
        pays.properties(height=190), kept.properties(height=130), spacing=34
    )  # fmt: skip


def _panel(width: int, field: str, title: str, scale: alt.Scale) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="promise, points", tickCount=7)
    x = alt.X("promise:Q", axis=axis, scale=alt.Scale(zero=False))
    y = alt.Y(f"{field}:Q", axis=alt.Axis(title=title, tickCount=5), scale=scale)
    curve = alt.Chart(alt.NamedData("curve")).mark_line(strokeWidth=2.5, color=SERIES[0])
    marks = alt.Chart(alt.NamedData("marks")).encode(x=x, y=y)
    shape = alt.Shape("name:N", scale=alt.Scale(domain=_NAMES, range=["circle", "diamond"]))
    colour = alt.Color("name:N", scale=alt.Scale(domain=_NAMES, range=[SERIES[1], SERIES[2]]))
    dots = marks.mark_point(filled=True, size=120, opacity=1).encode(shape=shape, color=colour)
    offset = {"expr": "datum.name == 'best' ? -14 : 18"}
    words = marks.mark_text(fontWeight=600, dy=offset).encode(text="name:N", color=colour)
    mean = alt.Chart(alt.NamedData("mean")).encode(x="promise:Q")
    rule = mean.mark_rule(color=MUTED, strokeDash=[4, 3])
    return alt.layer(rule, curve.encode(x=x, y=y), dots, words).properties(width=width - 60)


VIEW = View(
    show=show,
    title="How much should one promise?",
    subtitle="Above: what a promise pays on average, attention won less disappointment, zero where "
    "nobody would come to hear it. Below: how often it is kept. Model, points and value units",
    controls=("promise", "attention", "miss_cost", "outcome_sd", "meeting_threshold"),
    more=("beat_value", "outcome_mean"),
    chart=_chart,
    picture="Two line charts.",
    note="Only the ratio of hurt to pleasure has a source, an experiment with money gambles. All "
    "other values are illustrative.",
    prediction=Prediction(
        question="A point of promise now earns 1.8 of attention instead of 1.4; each point short "
        "still costs 2.25, and the outcome is 100 on average. What promise pays best?",
        unit="points",
        settings=_SETTINGS,
        results=lambda _: [("promise", models.measure("expectations", "best_promise_with_gate",
                                                      **_SETTINGS))],
        bounds=(40, 160, 1),
    ),
)  # fmt: skip

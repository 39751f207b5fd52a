"""What does a promise do to trust? Model E, the same promise period by period."""

import altair as alt

from casekit import models
from casekit.exhibits.shows import promise_game as show
from casekit.exhibits.theme import ACCENT, MUTED, PAPER, SERIES
from casekit.widgets.view import Prediction, View

_SETTINGS = {"promise": 88}


def _chart(width: int) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="trust, 0 none to 1 full", tickCount=5)
    y = alt.Y("trust:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    x = alt.X("period:Q", axis=alt.Axis(title="period", tickCount=8), scale=alt.Scale(nice=False))
    fan = alt.Chart(alt.NamedData("fan")).mark_line(color=MUTED, opacity=0.35, strokeWidth=1)
    path = alt.Chart(alt.NamedData("path")).encode(x=x)
    line = path.mark_line(color=SERIES[0], strokeWidth=2.5).encode(y=y)
    belief = path.mark_line(color=SERIES[2], strokeDash=[6, 4], strokeWidth=2).encode(y="belief:Q")
    marks = [
        path.transform_filter(f"{test}datum.kept")
        .mark_point(filled=True, fill=fill, stroke=SERIES[0], strokeWidth=2, size=60, opacity=1)
        .encode(y=y)
        for test, fill in (("", SERIES[0]), ("!", PAPER))
    ]
    rest = alt.Chart(alt.NamedData("rest"))
    rule = rest.mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(y="trust:Q")
    said = rest.mark_text(align="right", dy=-8, color=ACCENT, text="rests here on average")
    words = path.transform_filter("datum.period == 2").mark_text(
        align="left", dx=6, dy=-10, color=SERIES[2], fontWeight=600, text="a Bayesian’s belief"
    )
    layers = [
        fan.encode(x=x, y=y, detail="course:N"), rule, belief, line, *marks,
        said.encode(x="period:Q", y="trust:Q"), words.encode(y="belief:Q"),
    ]  # fmt: skip
    return alt.layer(*layers).properties(width=width - 60, height=260)


VIEW = View(
    show=show,
    title="What does the same promise, made again and again, do to trust?",
    subtitle="Trust before each promise on one course of luck (line; filled: this promise will be "
    f"kept, hollow: broken) and on {show.OTHERS} others (faint). Model, 0 to 1",
    controls=("promise", "trust_gain", "trust_loss", "outcome_sd", "seed"),
    more=("outcome_mean", "initial_trust", "periods"),
    chart=_chart,
    picture="A line chart over periods.",
    note="That trust falls faster than it rises has a source; the two rates and all other values "
    "are illustrative.",
    prediction=Prediction(
        question="A promise of 88 is kept about five times in six. Where does trust rest on "
        "average, from 0 for none to 1 for full?",
        unit="trust, 0 to 1",
        settings=_SETTINGS,
        results=lambda _: [("trust", models.measure("expectations", "trust_at_rest", **_SETTINGS))],
        bounds=(0, 1, 0.01),
    ),
)

"""Does almost no one recover? A reference class built by the reader's own rules."""

import altair as alt

from casekit.exhibits import transfer
from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.shows import reference_class as show
from casekit.exhibits.theme import ACCENT, GRID, INK, MUTED, PAPER, SERIES
from casekit.widgets.view import Prediction, View

_OUTCOMES = ["recovered", show.NOT, show.OUT]
_SETTINGS = {"own": show.NO, "look": show.LATE}


def _chart(width: int) -> alt.LayerChart | alt.FacetChart:
    narrow = width == NARROW
    y = alt.Y("id:N", sort=None, axis=None)
    axis = alt.Axis(title="percent of the peak", values=[0, 50, 100, 150], grid=True)
    x = alt.X("trough:Q", axis=axis, scale=alt.Scale(domain=[0, 250], nice=False))
    base = alt.Chart(alt.NamedData("falls")).encode(y=y)
    fall = base.mark_rule(color=GRID, strokeWidth=6).encode(x=x, x2=alt.datum(100))
    peak = alt.Chart().mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(x=alt.datum(100))
    trough = base.mark_point(filled=True, fill=PAPER, stroke=INK, strokeWidth=2, size=60, opacity=1)
    domain, shapes = _OUTCOMES, ["triangle-up", "cross", "diamond"]
    shape = alt.Shape("outcome:N", scale=alt.Scale(domain=domain, range=shapes), legend=None)
    colours = alt.Scale(domain=domain, range=[SERIES[2], SERIES[1], MUTED])
    colour = alt.Color("outcome:N", scale=colours, legend=None)
    after = base.transform_filter("isValid(datum.after)").mark_point(
        filled=True, size=80, opacity=1
    )
    names = base.mark_text(align="left", dy=-12, color=INK, fontSize=10 if narrow else 11)
    said = base.mark_text(align="right", fontWeight=600, fontSize=10 if narrow else 11)
    right = width - 34
    layers = [
        peak, fall, trough.encode(x=x), after.encode(x="after:Q", shape=shape, color=colour),
        names.encode(x=alt.value(0), text="words:N"),
        said.encode(x=alt.value(right), text="outcome:N", color=colour),
    ]  # fmt: skip
    return alt.layer(*layers).properties(width=right, height=alt.Step(34))


VIEW = View(
    show=show,
    title="Does almost no phone maker recover from a fall?",
    subtitle="Falls of phone makers from their peak (line at 100) to their lowest figure (hollow) "
    "and what the data know afterwards (filled), percent of the peak",
    controls=("recovered", "least_fall", "look", "own", "counted", "open"),
    chart=_chart,
    picture="A chart of falls, one line each.",
    note="The rows are those for which we found figures: no sample. They count different things, "
    "by different trackers, over spans of different length.",
    tables=transfer.tables,
    sources=transfer.sources,
    prediction=Prediction(
        question="Leave the firm of this case out, and look as late as the data go. How many of "
        "the other falls does the data show back above their peak?",
        unit="falls",
        settings=_SETTINGS,
        results=lambda shown: [
            ("falls", sum(row["outcome"] == "recovered" for row in shown["data"]["falls"]))
        ],
        bounds=(0, 21, 1),
    ),
)

"""What is the right to stop worth? Model D: a lattice of worth, and net value over the chance."""

import altair as alt

from casekit import models
from casekit.exhibits.shows import option_tree as show
from casekit.exhibits.theme import ACCENT, INK, MUTED, PAPER, SERIES
from casekit.widgets.view import Prediction, View

MODEL = "innovation-option"
# Where the worth lies beyond the axis no word stands.
_DECIDED = "datum.kind != 'on the way' && datum.worth > 50 && datum.worth < 20000"
_DUTIES = ["may stop", "must launch"]


def _chart(width: int) -> alt.VConcatChart:
    return alt.vconcat(_lattice(width), _net(width), spacing=34)


def _lattice(width: int) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="worth of the product, RMB million", values=[100, 300, 1000, 3000, 10000])
    y = alt.Y("worth:Q", axis=axis, scale=alt.Scale(type="log", domain=[50, 20000]))
    axis = alt.Axis(title="step from today to the decision", tickCount=6, format="d")
    x = alt.X("step:Q", axis=axis, scale=alt.Scale(domain=[-0.2, 6.3], nice=False))
    base = alt.Chart(alt.NamedData("nodes")).encode(x=x, y=y)
    kinds = (("on the way", MUTED, MUTED, 30), ("launch", SERIES[0], SERIES[0], 110),
             ("stop", PAPER, SERIES[1], 110))  # fmt: skip
    marks = [
        base.transform_filter(f"datum.kind == '{kind}'").mark_point(
            filled=True, fill=fill, stroke=stroke, strokeWidth=2, size=size, opacity=1, clip=True
        )
        for kind, fill, stroke, size in kinds
    ]
    words = base.transform_filter(_DECIDED).mark_text(
        align="left", dx=10, color=INK, clip=False
    ).encode(text="kind:N")  # fmt: skip
    cost = alt.Chart(alt.NamedData("cost"))
    rule = cost.mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(y=y)
    said = cost.mark_text(align="left", dy=-8, color=ACCENT, text="launch cost").encode(
        x=alt.datum(0), y=y
    )
    return alt.layer(rule, said, *marks, words).properties(width=width - 90, height=200)


def _net(width: int) -> alt.LayerChart | alt.FacetChart:
    colour = alt.Color("duty:N", scale=alt.Scale(domain=_DUTIES, range=[SERIES[0], SERIES[1]]))
    axis = alt.Axis(title="net value of the research, RMB million", tickCount=5)
    y = alt.Y("net:Q", axis=axis, scale=alt.Scale(domain=[-300, 600], nice=False))
    title = "chance that the research works, percent"
    x = alt.X("chance:Q", axis=alt.Axis(title=title, tickCount=5), scale=alt.Scale(domain=[0, 100]))
    base = alt.Chart(alt.NamedData("net")).encode(x=x, y=y, color=colour)
    lines = [
        base.transform_filter(f"datum.duty == '{name}'").mark_line(
            strokeWidth=2.5, strokeDash=dash, clip=True
        )
        for name, dash in zip(_DUTIES, ([1, 0], [6, 4]), strict=True)
    ]
    zero = alt.Chart().mark_rule(color=MUTED).encode(y=alt.datum(0))
    chosen = alt.Chart(alt.NamedData("chosen")).encode(x=x, y=y)
    dot = chosen.mark_point(filled=True, size=110, color=SERIES[0], opacity=1, clip=True)
    names = base.transform_filter("datum.chance == 85").transform_calculate(
        at="max(-280, min(560, datum.net))"
    )
    words = names.mark_text(
        align="right", fontWeight=600, dy={"expr": "datum.duty == 'may stop' ? -14 : 16"}
    ).encode(y="at:Q", text="duty:N")
    return alt.layer(zero, *lines, dot, words).properties(width=width - 90, height=170)


VIEW = View(
    show=show,
    title="What is the right to stop worth?",
    subtitle="Above: where the product’s worth may stand when the launch is decided, and what a "
    "firm that may stop does there. Below: net value of the research before it begins, by its "
    "chance of success. Model, RMB million",
    controls=("volatility", "success", "worth", "launch_cost", "research_cost", "spillover"),
    more=("wait", "interest"),
    chart=_chart,
    picture="A lattice of points and a line chart.",
    note="All values are illustrative: the sources give the timeline of the concept phone and no "
    "cost, chance or worth. A spillover that “must have been large” because the phone did well is "
    "hindsight.",
    prediction=Prediction(
        question="Let the launch be decided after half the time, and change nothing else. What is "
        "the right to launch worth then, once the research has worked?",
        unit="RMB million",
        settings={"wait": 0.75},
        results=lambda _: [("right", models.measure(MODEL, "option_value", wait=0.75))],
        bounds=(0, 3000, 1),
    ),
)

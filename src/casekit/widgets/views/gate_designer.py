"""Who may stop a product? Model C: errors of a committee, and of a veto of quality itself."""

import altair as alt

from casekit.exhibits.shows import gate_designer as show
from casekit.exhibits.theme import ACCENT, INK, SERIES
from casekit.widgets.view import Prediction, View

_ERRORS = ["good stopped", "bad released"]
_RULES = ["weighed", "quality may veto"]
_OWN_COLOURS = alt.Resolve(scale=alt.ScaleResolveMap(color="independent"))


def _chart(width: int) -> alt.VConcatChart:
    return alt.vconcat(_errors(width), _criterion(width), spacing=34, resolve=_OWN_COLOURS)


def _errors(width: int) -> alt.LayerChart | alt.FacetChart:
    colour = alt.Color("error:N", scale=alt.Scale(domain=_ERRORS, range=[SERIES[0], SERIES[1]]))
    axis = alt.Axis(title="percent of good stopped, of bad released", tickCount=5)
    y = alt.Y("percent:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    x = alt.X("votes:O", axis=alt.Axis(title="yeses needed", labelAngle=0))
    base = alt.Chart(alt.NamedData("errors")).encode(x=x, y=y, color=colour)
    lines = [
        base.transform_filter(f"datum.error == '{name}'").mark_line(strokeWidth=2.5,
                                                                    strokeDash=dash)
        for name, dash in zip(_ERRORS, ([1, 0], [6, 4]), strict=True)
    ]  # fmt: skip
    marks = base.transform_filter("datum.chosen").mark_point(filled=True, size=110, opacity=1)
    first = base.transform_filter("datum.votes == 1")
    names = first.mark_text(align="left", dx=10, dy=-10, fontWeight=600).encode(text="error:N")
    rule = alt.Chart(alt.NamedData("values")).transform_filter("datum.chosen")
    rule = rule.mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(x=x)
    return alt.layer(rule, *lines, marks, names).properties(width=width - 60, height=190)


def _criterion(width: int) -> alt.LayerChart | alt.FacetChart:
    colour = alt.Color("rule:N", scale=alt.Scale(domain=_RULES, range=[SERIES[2], SERIES[3]]))
    axis = alt.Axis(title="criterion: percent of bad products released", tickCount=5)
    y = alt.Y("percent:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    title = "other merits, standard deviations"
    x = alt.X("merit:Q", axis=alt.Axis(title=title, tickCount=7))
    base = alt.Chart(alt.NamedData("criterion")).encode(x=x, y=y, color=colour)
    lines = [
        base.transform_filter(f"datum.rule == '{name}'").mark_line(strokeWidth=2.5, strokeDash=dash)
        for name, dash in zip(_RULES, ([6, 4], [1, 0]), strict=True)
    ]
    names = base.transform_filter("datum.merit == 1.75").mark_text(
        align="right", fontWeight=600, dy={"expr": "datum.rule == 'weighed' ? -10 : 20"}
    )
    chosen = alt.Chart(alt.NamedData("chosen"))
    rule = chosen.mark_rule(color=INK, strokeDash=[4, 3]).encode(x="merit:Q")
    layers = [rule, *lines, names.encode(text="rule:N")]
    return alt.layer(*layers).properties(width=width - 60, height=150)


VIEW = View(
    show=show,
    title="Who may stop a product, and what does that cost?",
    subtitle="Above, the veto as a vote: errors by number of yeses needed. Below, the veto as a "
    "criterion: releases of bad products over their other merits. Model, percent of products",
    controls=("members", "votes", "approve_good", "approve_bad", "deference", "merit"),
    more=("good_share", "gain", "loss", "quality_weight"),
    chart=_chart,
    picture="Two line charts.",
    note="The sources name a committee, a chair and a veto, but settle neither which of the two "
    "readings was meant nor any rate of error: every value is illustrative.",
    prediction=Prediction(
        question="In one decision of five all members simply follow the chair. How many percent of "
        "the bad products does a veto of any of the five then let through?",
        unit="percent",
        settings={"deference": 0.2},
        results=lambda shown: [("bad released", shown["rows"][-1][2])],
        bounds=(0, 100, 0.1),
    ),
)

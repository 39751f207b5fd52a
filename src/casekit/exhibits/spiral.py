"""Exhibits of chapter 3: causal claims, the loop, and what the death-spiral model makes of it."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from casekit import data, models
from casekit.exhibits.exhibit import NARROW, Exhibit, quarter_axis
from casekit.exhibits.loop import draw_loop
from casekit.exhibits.theme import ACCENT, INK, MUTED, PAPER, SERIES
from casekit.models import death_spiral

MODEL = "death-spiral"
GOAL = float(data.fact("target-2018-units"))  # million phones in 2018
PLAUSIBLE = (
    "A model run. Its parameters were chosen by eye so that the run resembles the record: "
    "a plausible story, not evidence."
)


def run_frame(settings: Mapping[str, object]) -> pd.DataFrame:
    """Return the run for these settings and the same run without a team, one row a quarter.

    Columns: quarter (label), shipments and no_team (million units a quarter), fill_rate,
    confidence and capability (0 to 1).
    """
    run = models.run(MODEL, **settings)
    alone = models.run(MODEL, **{**settings, "team_start": death_spiral.NEVER})
    return pd.DataFrame(
        {
            "quarter": run["quarter"],
            "shipments": run["shipments"],
            "no_team": alone["shipments"],
            "fill_rate": run["fill_rate"],
            "confidence": run["confidence"],
            "capability": run["capability"],
        }
    )


def reported() -> pd.DataFrame:
    """Return the worldwide quarterly shipments as printed, all trackers side by side."""
    frame = data.load("shipments", entity="Xiaomi", scope="world")
    frame = frame[frame["basis"] == "reported"]
    return pd.DataFrame(
        {
            "quarter": frame["period"].astype(str),
            "units": frame["value"],
            "source": frame["source"].astype(str),
        }
    )


def _x(width: int) -> alt.X:
    return alt.X("quarter:O", axis=quarter_axis(width), scale=alt.Scale(paddingOuter=0.3))


def _label(point: pd.DataFrame, column: str, text: str, colour: str, dy: int) -> alt.Chart:
    base = alt.Chart(point.assign(label=text))
    mark: alt.Chart = base.mark_text(align="right", dy=dy, color=colour, fontWeight=600)
    return mark.encode(x="quarter:O", y=f"{column}:Q", text="label:N")


def draw_run(settings: Mapping[str, object], width: int) -> alt.LayerChart | alt.FacetChart:
    """Draw a run, the same run without a team, and the printed figures as faint points."""
    frame = run_frame(settings)
    axis = alt.Axis(title="million phones a quarter", tickCount=5)
    points = reported()
    dots = (
        alt.Chart(points[points["quarter"].isin(frame["quarter"])])
        .mark_point(filled=True, size=26, opacity=0.55, color=MUTED)
        .encode(x=_x(width), y="units:Q")
    )
    base = alt.Chart(frame).encode(x=_x(width))
    alone = base.mark_line(color=SERIES[1], strokeDash=[6, 4], strokeWidth=2).encode(
        y=alt.Y("no_team:Q", axis=axis)
    )
    team = base.mark_line(color=SERIES[0], strokeWidth=3).encode(y=alt.Y("shipments:Q", axis=axis))
    layers = [dots, alone, team, *_run_labels(frame)]
    return alt.layer(*layers).properties(width=width - 60, height=300 if width != NARROW else 260)


def _run_labels(frame: pd.DataFrame) -> list[alt.Chart]:
    last, earlier = frame.iloc[[-1]], frame.iloc[[-5]]
    end, alone = float(last["shipments"].iloc[0]), float(last["no_team"].iloc[0])
    if abs(end - alone) < max(end, alone) / 20:
        return [_label(last, "shipments", "with or without a team", SERIES[0], -12)]
    side = -12 if end > alone else 16
    return [
        _label(last, "shipments", "with the team", SERIES[0], side),
        _label(earlier, "no_team", "no team", SERIES[1], -14 if end > alone else -12),
    ]


def describe_run(settings: Mapping[str, object]) -> str:
    """Say in one plain sentence what a run ships from 2016 to 2018, and what without a team."""
    values = models.get(MODEL).settings(settings)
    alone = death_spiral.with_start(values, death_spiral.NEVER)
    shipped = {year: death_spiral.units(values, year) for year in (2016, 2017, 2018)}
    start = values["team_start"]
    opening = "Without a team" if start == death_spiral.NEVER else f"With the team from {start}"
    sentence = (
        f"{opening} the model ships {shipped[2016]:.0f} million phones in 2016, "
        f"{shipped[2017]:.0f} million in 2017 and {shipped[2018]:.0f} million in 2018."
    )
    if start == death_spiral.NEVER:
        return sentence
    return f"{sentence} Without it 2018 would end at {death_spiral.units(alone, 2018):.0f} million."


def spiral_run() -> Exhibit:
    """Return the reference run against its counterfactual."""
    frame = run_frame({}).round(2)
    start = models.get(MODEL).settings()["team_start"]
    columns = {
        "quarter": "quarter",
        "shipments": f"model, team from {start} (million units)",
        "no_team": "model, no team (million units)",
        "fill_rate": "fill rate",
        "confidence": "supplier confidence",
        "capability": "delivery capability",
    }
    return Exhibit(
        name="spiral-run",
        title="In the model, shocks that pass with a supply team lead to collapse without one",
        subtitle="Phones shipped worldwide, million a quarter, 2014Q1 to 2018Q4; model runs "
        "(lines) and printed figures of all trackers (points)",
        takeaway=f"Two runs differ in one thing only: whether a team starts in {start}. The gap "
        "opens within a quarter and never closes.",
        alternative="Line chart. " + describe_run({}),
        table=frame.rename(columns=columns),
        sources=sorted(set(reported()["source"])),
        draw=lambda width: draw_run({}, width),
        note=PLAUSIBLE,
    )


def start_frame() -> pd.DataFrame:
    """Return units in 2018 (million) for every quarter in which the team could start."""
    values = models.get(MODEL).settings()
    starts = [quarter for quarter in death_spiral.QUARTERS if "2015Q4" <= quarter <= "2017Q4"]
    units = [death_spiral.units(death_spiral.with_start(values, start), 2018) for start in starts]
    return pd.DataFrame({"start": starts, "units": units})


def last_responsible_moment() -> Exhibit:
    """Return units in 2018 by the quarter in which the team starts."""
    frame = start_frame()
    latest = models.measure(MODEL, "latest_start_100m")
    losses = -frame["units"].diff().dropna()
    return Exhibit(
        name="last-responsible-moment",
        title=f"In the model one more quarter of waiting costs {losses.min():.0f} to "
        f"{losses.max():.0f} million phones in 2018",
        subtitle="Phones shipped in 2018, million, by the quarter in which the supply team starts; "
        "model runs",
        takeaway=f"In the model {latest} is the last responsible moment: any later start misses "
        f"the goal of {GOAL:.0f} million phones in 2018.",
        alternative="Bar chart that falls from left to right: "
        + ", ".join(f"{row.start} {row.units:.0f}" for row in frame.itertuples())
        + " million.",
        table=frame.round(0).rename(columns={"start": "team starts in", "units": "million, 2018"}),
        draw=lambda width: _draw_starts(frame, width),
        note=PLAUSIBLE,
    )


def _draw_starts(frame: pd.DataFrame, width: int) -> alt.LayerChart | alt.FacetChart:
    narrow = width == NARROW
    shown = frame.assign(
        label=frame["units"].map("{:.0f}".format), met=frame["units"] >= GOAL, goal=GOAL
    )
    angle = -90 if narrow else 0
    x = alt.X("start:O", axis=alt.Axis(title="team starts in", labelAngle=angle, titlePadding=14))
    y = alt.Y("units:Q", axis=alt.Axis(title=None, labels=False, grid=False))
    colour = alt.Color("met:N", scale=alt.Scale(domain=[True, False], range=[SERIES[0], SERIES[1]]))
    bars = alt.Chart(shown).mark_bar(size=18 if narrow else 40).encode(x=x, y=y, color=colour)
    words = alt.Chart(shown).encode(x=x, y=y, text="label:N")
    halo = words.mark_text(dy=-9, color=PAPER, stroke=PAPER, strokeWidth=5)
    labels = words.mark_text(dy=-9, color=INK)
    goal = alt.Chart(shown.head(1)).mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(y="goal:Q")
    word = (
        alt.Chart(shown.tail(1))
        .mark_text(align="right", dx=22 if not narrow else 12, dy=-8, color=ACCENT, fontWeight=600)
        .encode(
            x="start:O",
            y="goal:Q",
            text=alt.value(f"goal: {GOAL:.0f}{'' if narrow else ' million'}"),
        )
    )
    return alt.layer(bars, goal, halo, labels, word).properties(width=width - 20, height=280)


def phase_frame() -> pd.DataFrame:
    """Return market growth at rest n(c), per quarter, over confidence c, for both cases."""
    values = models.get(MODEL).settings()
    rows = []
    for name, capability in (("no team", 0.0), ("team at full capability", 1.0)):
        gain = death_spiral.loop_gain(values, capability)
        for step in range(1, 200):
            confidence = step / 200
            growth = death_spiral.growth_at_rest(values, confidence, gain)
            rows.append({"line": name, "confidence": confidence, "growth": growth})
    return pd.DataFrame(rows)


def phase_line() -> Exhibit:
    """Return the rest points of the loop without and with a team."""
    values = models.get(MODEL).settings()
    alone, team = death_spiral.rest_points(values), death_spiral.rest_points(values, 1.0)
    table = pd.DataFrame(
        [("no team", point) for point in alone] + [("team at full capability", p) for p in team],
        columns=["case", "supplier confidence at rest"],
    )
    table["kind"] = ["stable: collapse", "unstable: tipping point", "stable: health", "stable"]
    return Exhibit(
        name="phase-line",
        title="With the team at work, collapse is no longer a place where the firm can rest",
        subtitle="Market growth a quarter at which a level of supplier confidence sustains itself; "
        "model, closed form",
        takeaway="Without a team the line of assumed growth meets the curve three times: collapse, "
        "a tipping point, health. With the team at work it meets it once, near full confidence.",
        alternative="Two curves. Without a team the curve folds, and growth of "
        f"{values['growth_2016_on']:g} a quarter meets it at confidence "
        + ", ".join(f"{point:.3f}" for point in alone)
        + f"; with the team only at {team[0]:.3f}.",
        table=table.round(4),
        draw=lambda width: _draw_phase(width, table),
        note="A property of the equations, not of the firm. " + PLAUSIBLE,
    )


def _draw_phase(width: int, table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    growth = float(models.get(MODEL).settings()["growth_2016_on"])
    frame = phase_frame()
    frame = frame[frame["growth"].between(-0.06, 0.16)]
    colours = alt.Color("line:N", scale=alt.Scale(range=[SERIES[1], SERIES[0]]))
    x = alt.X("confidence:Q", axis=alt.Axis(title="supplier confidence, 0 to 1", tickCount=5))
    axis = alt.Axis(title="market growth a quarter", tickCount=5, format="%")
    y = alt.Y("growth:Q", axis=axis, scale=alt.Scale(domain=[-0.06, 0.16]))
    curves = alt.Chart(frame).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colours)
    at = pd.DataFrame({"growth": [growth]})
    rule = alt.Chart(at).mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(y="growth:Q")
    assumed = alt.Chart(at.assign(confidence=0.32)).mark_text(dy=-9, color=ACCENT)
    assumed = assumed.encode(x=x, y=y, text=alt.value("assumed growth"))
    rests = pd.DataFrame({"confidence": table["supplier confidence at rest"], "growth": growth})
    dots = alt.Chart(rests).mark_point(filled=True, size=90, color=INK, opacity=1)
    dots = dots.encode(x=x, y=y)
    named = alt.Chart(rests.head(3).assign(word=["collapse", "tipping point", "health"]))
    at_point = named.encode(x=x, y=y, text="word:N")
    names = [
        at_point.transform_filter("datum.word == 'collapse'").mark_text(
            align="left", dx=8, dy=16, color=INK
        ),
        at_point.transform_filter("datum.word == 'tipping point'").mark_text(
            align="right", dx=-8, dy=16, color=INK
        ),
        at_point.transform_filter("datum.word == 'health'").mark_text(
            align="right", dx=-10, dy=-10, color=INK
        ),
    ]
    ends = frame.groupby("line").apply(lambda part: part.iloc[len(part) // 3])
    lines = (
        alt.Chart(ends.reset_index())
        .mark_text(dy=-12, align="left", fontWeight=600)
        .encode(x=x, y=y, text="line:N", color=colours)
    )
    return alt.layer(rule, assumed, curves, dots, *names, lines).properties(
        width=width - 70, height=300
    )


def causal_claims() -> Exhibit:
    """Return the founder's causal statements, coded as links of a diagram."""
    frame = data.load("causal-claims")
    claims = [data.fact(name) for name in frame["fact"]]
    table = pd.DataFrame(
        {
            "from": frame["cause"],
            "to": frame["effect"],
            "sign": frame["sign"].astype(str),
            "part of": frame["part"].astype(str),
            "level": frame["level"].astype(str),
            "claim, in our words": [claim.statement for claim in claims],
        }
    )
    closing = int((table["part of"] == "spiral").sum())
    return Exhibit(
        name="causal-claims",
        title=f"Of {len(table)} links in the founder’s texts, {closing} belong to the spiral",
        subtitle="Causal statements of the book and the letters of 2017, coded by us; + means that "
        "both move the same way",
        takeaway="The book’s own statements do not close the circle: the way back from orders to "
        "sales comes from a letter. A second group, growth that hides its own problems, forms "
        "a balancing loop.",
        alternative="",
        table=table,
        sources=sorted({claim.source.id for claim in claims}),
        note="The coding is ours. Another reader may draw other arrows; compare yours.",
    )


def loop_diagram() -> Exhibit:
    """Return the causal loop of the model as a diagram."""
    links = [
        ("growth of shipments", "growth that suppliers perceive", "+", "delay"),
        ("growth that suppliers perceive", "supplier confidence", "+", "delay"),
        ("supplier confidence", "orders filled", "+", ""),
        ("orders filled", "demand kept", "+", ""),
        ("demand kept", "growth of shipments", "+", ""),
        ("supply team: delivery capability", "orders filled", "+", "delay"),
        ("component shortage", "orders filled", "−", ""),
    ]
    return Exhibit(
        name="loop-diagram",
        title="A loop that lifts a growing maker drags down a shrinking one",
        subtitle="Causal loop of the model; every link in the circle is positive, so the loop "
        "reinforces whichever way it turns",
        takeaway="Nothing in the circle says up or down. A push from outside decides the "
        "direction, and a team changes how much the push matters.",
        alternative="Causal loop diagram: growth of shipments raises the growth suppliers "
        "perceive, after a delay; that raises supplier confidence, after a delay; confidence "
        "raises the share of orders filled; filled orders keep demand; demand raises growth. From "
        "outside, a supply team raises orders filled and a component shortage lowers them.",
        table=pd.DataFrame(links, columns=["from", "to", "sign", "delay"]),
        draw=draw_loop,
    )

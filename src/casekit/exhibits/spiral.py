"""Exhibits of chapter 3: causal claims, the loop, and what the death-spiral model makes of it."""

import altair as alt
import numpy as np
import pandas as pd

from casekit import data, models
from casekit.exhibits.exhibit import NARROW, Exhibit, quarter_axis
from casekit.exhibits.loop import draw_loop
from casekit.exhibits.shows import death_spiral as shows
from casekit.exhibits.theme import ACCENT, INK, MUTED, PAPER, SERIES
from casekit.models import death_spiral

MODEL = "death-spiral"
DRAWS = 2000
GOAL = float(data.fact("target-2018-units"))  # million phones in 2018
PLAUSIBLE = (
    "A model run. Its parameters were chosen by eye so that the run resembles the record: "
    "a plausible story, not evidence."
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


def run_chart(width: int) -> alt.LayerChart | alt.FacetChart:
    """Return the chart of a run, for the data sets ``run`` and ``labels`` of its show.

    The printed figures stand in it as faint points.
    """
    axis = alt.Axis(title="million phones a quarter", tickCount=5)
    points = reported()
    dots = (
        alt.Chart(points[points["quarter"].isin(death_spiral.QUARTERS)])
        .mark_point(filled=True, size=26, opacity=0.55, color=MUTED)
        .encode(x=_x(width), y="units:Q")
    )
    base = alt.Chart(alt.NamedData("run")).encode(x=_x(width))
    alone = base.mark_line(color=SERIES[1], strokeDash=[6, 4], strokeWidth=2).encode(
        y=alt.Y("no_team:Q", axis=axis)
    )
    team = base.mark_line(color=SERIES[0], strokeWidth=3).encode(y=alt.Y("shipments:Q", axis=axis))
    words = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(align="right", fontWeight=600, dy={"expr": "datum.dy"})
        .encode(
            x=_x(width),
            y="y:Q",
            text="text:N",
            color=alt.Color(
                "line:N",
                scale=alt.Scale(domain=["team", "alone"], range=list(SERIES[:2])),
                legend=None,
            ),
        )
    )
    layers = [dots, alone, team, words]
    return alt.layer(*layers).properties(width=width - 60, height=300 if width != NARROW else 260)


def start_frame() -> pd.DataFrame:
    """Return what 2018 brings for every quarter in which the team could start.

    Columns: start; units (million in 2018, reference values); low and high (10th and 90th
    percentile of a sweep in which every number varies by a tenth to either side); reached (share of
    those draws that reach the goal, percent). All starts are tried on the same draws.
    """
    values = models.get(MODEL).settings()
    starts = [quarter for quarter in death_spiral.QUARTERS if "2015Q4" <= quarter <= "2017Q4"]
    rows = []
    for start in starts:
        drawn = models.sweep(
            MODEL, runs=DRAWS, seed=2018, measures=["units_2018"], team_start=start
        )["units_2018"]
        rows.append(
            {
                "start": start,
                "units": death_spiral.units(death_spiral.with_start(values, start), 2018),
                "low": drawn.quantile(0.1),
                "high": drawn.quantile(0.9),
                "reached": 100 * (drawn >= GOAL).mean(),
            }
        )
    return pd.DataFrame(rows)


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
        f"bars: reference run; lines: the middle four fifths of {DRAWS:,} runs in which every "
        "number varies by up to a tenth, the same draws for each start",
        takeaway=f"In the model {latest} is the last responsible moment: any later start misses "
        f"the goal of {GOAL:.0f} million phones in 2018. The lines say how sure that is: with "
        f"that start {_reached(frame, latest):.0f} percent of the runs reach the goal, with the "
        f"start before it {_reached(frame, _before(latest)):.0f} percent.",
        alternative="Bar chart that falls from left to right: "
        + ", ".join(
            f"{row.start} {row.units:.0f} (from {row.low:.0f} to {row.high:.0f})"
            for row in frame.itertuples()
        )
        + " million.",
        table=frame.round(0).rename(
            columns={
                "start": "team starts in",
                "units": "million, 2018",
                "low": "tenth of the runs below",
                "high": "tenth of the runs above",
                "reached": "runs that reach the goal, percent",
            }
        ),
        draw=lambda width: _draw_starts(frame, width),
        note=PLAUSIBLE,
    )


def _reached(frame: pd.DataFrame, start: str) -> float:
    return float(frame.loc[frame["start"] == start, "reached"].iloc[0])


def _before(quarter: str) -> str:
    return death_spiral.QUARTERS[death_spiral.QUARTERS.index(quarter) - 1]


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
    # The figure stands at the foot of its bar, out of the way of the band.
    foot = words.encode(y=alt.value(280))
    labels = foot.mark_text(dy=-10, color=PAPER, fontWeight=600)
    band = alt.Chart(shown).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    halo = band.mark_rule(strokeWidth=5, color=PAPER)
    lines = band.mark_rule(strokeWidth=2, color=INK)
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
    return alt.layer(bars, goal, halo, lines, labels, word).properties(width=width - 20, height=280)


def rival_frame() -> pd.DataFrame:
    """Return the printed record, the reference run, and a rival without any supplier.

    The rival lets the logarithm of shipments run in one straight line a year: a start and five
    yearly growth rates, fitted to the printed figures by least squares. Columns: quarter, units
    (printed, million; several rows where several trackers printed), model, rival.
    """
    points = reported()
    points = points[points["quarter"].isin(death_spiral.QUARTERS)].reset_index(drop=True)
    years = sorted({quarter[:4] for quarter in death_spiral.QUARTERS})
    elapsed = pd.DataFrame(
        {
            year: [
                sum(other[:4] == year for other in death_spiral.QUARTERS[: place + 1])
                for place in range(len(death_spiral.QUARTERS))
            ]
            for year in years
        },
        index=death_spiral.QUARTERS,
    ).assign(start=1)
    logs = np.log(points["units"].to_numpy(dtype=float))
    fitted = np.linalg.lstsq(elapsed.loc[points["quarter"]].to_numpy(dtype=float), logs)[0]
    rival = pd.Series(np.exp(elapsed.to_numpy(dtype=float) @ fitted), index=elapsed.index)
    model = dict(zip(death_spiral.QUARTERS, models.run(MODEL)["shipments"], strict=True))
    return points.assign(
        model=points["quarter"].map(model), rival=points["quarter"].map(rival.to_dict())
    )


def misfit(frame: pd.DataFrame, column: str) -> float:
    """Return how far a column lies from the printed units: root mean square of log errors, %."""
    errors = np.log(frame[column] / frame["units"])
    return float(100 * np.sqrt((errors**2).mean()))


RIVAL_PARAMETERS = 6  # a start and five yearly rates


def two_stories() -> Exhibit:
    """Return the fit of the model and of a rival that knows no suppliers."""
    frame = rival_frame()
    ours, theirs = misfit(frame, "model"), misfit(frame, "rival")
    free = len(models.get(MODEL).parameters)
    better = "fits better" if theirs < ours else "fits about as well"
    return Exhibit(
        name="two-stories",
        title=f"A story without any supplier {better}",
        subtitle="Phones shipped worldwide, million a quarter, 2014Q1 to 2018Q4: printed figures "
        "of all trackers (points), the model, and a rival of one growth rate a year",
        takeaway=f"Against {len(frame)} printed figures the model, with {free} parameters chosen "
        f"by eye, is off by {ours:.1f} percent (root mean square of log errors). One growth rate "
        f"a year, {RIVAL_PARAMETERS} numbers fitted by least squares, is off by {theirs:.1f} "
        "percent. Fit cannot choose between them; what can is an observation on suppliers.",
        alternative="Line chart of three courses that rise to 2015, dip in 2016 and climb in "
        f"2017. Mean misfit: model {ours:.1f} percent, rival {theirs:.1f} percent.",
        table=frame[["quarter", "units", "model", "rival"]].round(2).rename(
            columns={"units": "printed, million", "model": "model, million",
                     "rival": "rival, million"}
        ),
        sources=sorted(set(frame["source"])),
        draw=lambda width: _draw_stories(frame, width),
        note=PLAUSIBLE,
    )  # fmt: skip


def _draw_stories(frame: pd.DataFrame, width: int) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(title="million phones a quarter", tickCount=5)
    x = _x(width)
    base = alt.Chart(frame).encode(x=x)
    dots = base.mark_point(filled=True, size=26, opacity=0.55, color=MUTED).encode(
        y=alt.Y("units:Q", axis=axis)
    )
    once = alt.Chart(frame.drop_duplicates("quarter")).encode(x=x)
    model = once.mark_line(color=SERIES[0], strokeWidth=3).encode(y="model:Q")
    rival = once.mark_line(color=SERIES[1], strokeDash=[6, 4], strokeWidth=2).encode(y="rival:Q")
    last, early = frame.tail(1), frame[frame["quarter"] == "2014Q4"].head(1)
    labels = [
        _label(last, "model", "model", SERIES[0], -12),
        _label(early, "rival", "rival", SERIES[1], -26),
    ]
    height = 300 if width != NARROW else 260
    return alt.layer(dots, rival, model, *labels).properties(width=width - 60, height=height)


def phase_chart(width: int) -> alt.LayerChart | alt.FacetChart:
    """Return the phase line, for the data sets ``curve``, ``rests`` and ``level`` of the show."""
    colours = alt.Color(
        "line:N", scale=alt.Scale(domain=["no team", "team"], range=[SERIES[1], SERIES[0]])
    )
    axis = alt.Axis(title="supplier confidence, 0 to 1", tickCount=5)
    x = alt.X("confidence:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    axis = alt.Axis(title="market growth a quarter", tickCount=5, format="%")
    y = alt.Y("growth:Q", axis=axis, scale=alt.Scale(domain=[shows.LOWEST, shows.HIGHEST]))
    curves = alt.Chart(alt.NamedData("curve")).encode(x=x, y=y, color=colours)
    dashed = curves.transform_filter("datum.line == 'no team'").mark_line(
        strokeWidth=2.5, strokeDash=[6, 4], clip=True
    )
    solid = curves.transform_filter("datum.line == 'team'").mark_line(strokeWidth=2.5, clip=True)
    level = alt.Chart(alt.NamedData("level"))
    rule = level.mark_rule(color=ACCENT, strokeDash=[4, 3]).encode(y=y)
    assumed = level.mark_text(dy=-9, color=ACCENT).encode(
        x=alt.XDatum(0.22), y=y, text=alt.value("assumed growth")
    )
    rests = alt.Chart(alt.NamedData("rests")).encode(x=x, y=y)
    dots = [
        rests.transform_filter(f"{'' if fill == INK else '!'}datum.stable").mark_point(
            filled=True, fill=fill, stroke=INK, strokeWidth=2, size=80, opacity=1
        )
        for fill in (INK, PAPER)
    ]
    words = rests.mark_text(
        color=INK, dx={"expr": "datum.dx"}, dy={"expr": "datum.dy"}, clip=False
    ).encode(text="name:N")
    # Each curve is named left of its middle: one above itself, the other below.
    named = alt.Chart(alt.NamedData("curve")).transform_filter("datum.confidence == 0.3")
    named = named.transform_calculate(at=f"min(datum.growth, {shows.HIGHEST - 0.02})")
    lines = named.mark_text(fontWeight=600, dy={"expr": "datum.line == 'team' ? 16 : -12"})
    lines = lines.encode(x=x, y="at:Q", text="line:N", color=colours)
    layers = [rule, assumed, dashed, solid, *dots, words, lines]
    return alt.layer(*layers).properties(width=width - 70, height=300)


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

"""Exhibits of chapter 2: targets and results, trackers side by side, shortages, China."""

from collections.abc import Sequence
from textwrap import fill

import altair as alt
import pandas as pd

from casekit import data
from casekit.exhibits.exhibit import NARROW, Exhibit, quarter_axis
from casekit.exhibits.theme import ACCENT, GRID, INK, MUTED, SERIES

# Trackers with enough rows to follow; the rest share one mark. Shape as well as colour tells
# them apart.
_FOLLOWED = ("IDC", "IHS", "Strategy Analytics", "company")
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
_COLOURS = (*SERIES[:4], MUTED)
_GROUPS = (*_FOLLOWED, "other tracker")


def _series_table(frame: pd.DataFrame) -> pd.DataFrame:
    columns = ["period", "tracker", "value", "measure", "basis", "vintage", "note"]
    table = frame[columns].assign(period=frame["period"].astype(str))
    return table.rename(columns={"value": "million units", "vintage": "print"})


def _by_group(frame: pd.DataFrame) -> pd.DataFrame:
    """Return period, units, group of tracker, and whether a figure is derived, one row a figure."""
    names = frame["tracker"].astype(str)
    return pd.DataFrame(
        {
            "period": frame["period"].astype(str),
            "units": frame["value"],
            "group": names.where(names.isin(_FOLLOWED), "other tracker"),
            "derived": (frame["basis"] == "derived").to_numpy(),
        }
    )


def _points(shown: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw each figure as a mark of its tracker, hollow if derived; printed ones lie on top."""
    base = alt.Chart(shown).encode(x=x, y=y, color=_colour(), shape=_shape())
    hollow = base.transform_filter("datum.derived").mark_point(filled=False, size=64, opacity=1)
    solid = base.transform_filter("!datum.derived").mark_point(filled=True, size=72, opacity=1)
    return [hollow, solid]


def _legend(width: int, groups: Sequence[str] = _GROUPS) -> alt.LayerChart | alt.FacetChart:
    """Draw the key as marks with words beside them, in two rows on a phone."""
    narrow = width == NARROW
    room = [24 + 8 * len(group) for group in groups]
    row_of = [int(narrow and place > 2) for place in range(len(groups))]  # noqa: PLR2004  three fit
    left = [
        8 + sum(room[other] for other in range(index) if row_of[other] == row_of[index])
        for index in range(len(groups))
    ]
    key = pd.DataFrame({"group": groups, "px": left, "py": [8 + 16 * row for row in row_of]})
    base = alt.Chart(key).encode(
        x=alt.X("px:Q", scale=None, axis=None), y=alt.Y("py:Q", scale=None, axis=None)
    )
    marks = base.mark_point(filled=True, size=60, opacity=1).encode(color=_colour(), shape=_shape())
    words = base.mark_text(align="left", dx=9, color=INK, fontSize=11 if narrow else 12).encode(
        text="group:N"
    )
    return alt.layer(marks, words).properties(height=32 if narrow else 16)


def _colour() -> alt.Color:
    return alt.Color("group:N", scale=alt.Scale(domain=list(_GROUPS), range=list(_COLOURS)))


def _shape() -> alt.Shape:
    return alt.Shape("group:N", scale=alt.Scale(domain=list(_GROUPS), range=list(_SHAPES)))


_EVENTS = (("2016Q2", "founder takes over"), ("2016Q4", "MIX shown"), ("2017Q2", "Mi 6 on sale"))


def units_by_quarter() -> Exhibit:
    """Return the firm's worldwide shipments by quarter, every tracker side by side."""
    frame = data.load("shipments", entity="Xiaomi", scope="world")
    frame = frame[frame["period"].astype(str).between("2014Q1", "2017Q4")]
    return Exhibit(
        name="units-by-quarter",
        title="Trackers differ on most quarters they share, and show one shape: up, flat, down, up",
        subtitle="Xiaomi phones worldwide, million a quarter, 2014Q1 to 2017Q4; each mark one "
        "printed or derived figure, nothing averaged",
        takeaway=f"The figures for one quarter lie up to {_widest(frame):.1f} million phones "
        "apart: quote a tracker, and stay with it.",
        alternative="Scatter of quarterly figures in million. "
        f"They start at {_span(frame, '2014Q1', '2014Q1')} in 2014Q1, stand at "
        f"{_span(frame, '2015Q1', '2015Q4')} in 2015 and {_span(frame, '2016Q1', '2017Q1')} from "
        f"2016Q1 to 2017Q1, and reach {_span(frame, '2017Q2', '2017Q2')} in 2017Q2 and "
        f"{_span(frame, '2017Q4', '2017Q4')} in 2017Q4.",
        table=_series_table(frame),
        sources=frame.attrs["sources"],
        draw=lambda width: _draw_quarters(frame, width),
        note="Shipped, sold and sold-through figures are marked in the table; figures derived by "
        "us from a share or a growth rate are hollow. Where a quarter has no mark, no source we "
        "found gives a figure.",
    )


def _between(frame: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    return frame[frame["period"].astype(str).between(first, last)]


def _span(frame: pd.DataFrame, first: str, last: str) -> str:
    units = _between(frame, first, last)["value"]
    low, high = f"{units.min():.0f}", f"{units.max():.0f}"
    return low if low == high else f"{low} to {high}"


def _widest(frame: pd.DataFrame) -> float:
    units = frame.groupby("period")["value"]
    return float((units.max() - units.min()).max())


def _draw_quarters(frame: pd.DataFrame, width: int) -> alt.VConcatChart:
    narrow = width == NARROW
    shown = _by_group(frame)
    quarters = [str(p) for p in pd.period_range("2014Q1", "2017Q4", freq="Q")]
    x = alt.X("period:O", scale=alt.Scale(domain=quarters), axis=quarter_axis(width))
    y = alt.Y(
        "units:Q",
        scale=alt.Scale(domain=[0, 32]),
        axis=alt.Axis(title="million phones a quarter", tickCount=4),
    )
    ends = shown.groupby("period", as_index=False).agg(units=("units", "min"), top=("units", "max"))
    spread = alt.Chart(ends).mark_rule(color=GRID, strokeWidth=5).encode(x=x, y=y, y2="top:Q")
    events = pd.DataFrame(_EVENTS, columns=["period", "event"]).assign(
        units=[31.0, 28.7, 26.4], foot=0.0
    )
    stems = alt.Chart(events).mark_rule(color=ACCENT, strokeDash=[2, 3])
    stems = stems.encode(x=x, y=y, y2="foot:Q")
    words = (
        alt.Chart(events)
        .mark_text(align="right", dx=-5, color=ACCENT, fontSize=11 if narrow else 12)
        .encode(x=x, y=y, text="event:N")
    )
    plot = alt.layer(spread, stems, words, *_points(shown, x, y)).properties(
        width=width - 60, height=300 if not narrow else 280
    )
    return alt.vconcat(_legend(width), plot)


def targets_2015() -> Exhibit:
    """Return the public targets for 2015 against the results."""
    rows = [
        ("first target", data.fact("target-2015-original"), "target"),
        ("revised target", data.fact("target-2015-revised"), "target"),
        ("last target", data.fact("target-2015-last"), "target"),
        ("result, IDC (shipped)", data.fact("units-2015-idc"), "result"),
        ("result, company (sold)", data.fact("units-2015-company"), "result"),
    ]
    table = pd.DataFrame(
        {
            "what": [label for label, _, _ in rows],
            "low": [fact.value for _, fact, _ in rows],
            "high": [fact.value_high or fact.value for _, fact, _ in rows],
            "text": [fact.text for _, fact, _ in rows],
            "kind": [kind for _, _, kind in rows],
        }
    )
    return Exhibit(
        name="targets-2015",
        title="The target came down twice, and the result stayed below every version of it",
        subtitle="Phones worldwide in 2015, million: public targets and results",
        takeaway="How large the miss was depends on which target counts; that there was one does "
        "not.",
        alternative="Horizontal bars: "
        + "; ".join(f"{label}, {fact.text}" for label, fact, _ in rows)
        + ".",
        table=table[["what", "text", "kind"]].rename(columns={"text": "phones"}),
        sources=[fact.source.id for _, fact, _ in rows],
        draw=lambda width: _draw_targets(table, width),
    )


def _draw_targets(table: pd.DataFrame, width: int) -> alt.LayerChart | alt.FacetChart:
    narrow = width == NARROW
    order = list(table["what"])
    frame = table.assign(zero=0.0)
    y = alt.Y("what:N", sort=order, axis=None)
    # Room to the right of the longest bar for its label, in any font.
    room = alt.Scale(domain=[0, 165 if narrow else 125])
    x = alt.X("high:Q", scale=room, axis=None)
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["target", "result"], range=[GRID, SERIES[0]])
    )
    base = alt.Chart(frame).encode(y=y)
    far = base.mark_bar(height=20, opacity=0.5).encode(x=x, x2="zero:Q", color=colour)
    near = base.mark_bar(height=20).encode(
        x=alt.X("low:Q", scale=room, axis=None), x2="zero:Q", color=colour
    )
    names = base.mark_text(align="left", dy=-19, color=INK).encode(x=alt.value(0), text="what:N")
    values = base.mark_text(align="left", dx=6, color=INK, fontWeight=600).encode(
        x=x, text="text:N"
    )
    return alt.layer(far, near, names, values).properties(width=width - 20, height=alt.Step(46))


def shortage_timeline() -> Exhibit:
    """Return what each source says about when the shortages were."""
    frame = data.load("timeline")
    kinds = ["shortage", "remedy", "product"]
    told = frame["start"].map(data.order).between("2016", "2017-07-31")
    frame = frame[frame["kind"].isin(kinds) & told].copy()
    frame["from"] = [_month(text, last=False) for text in frame["start"]]
    ends = frame["end"].where(frame["end"] != "", frame["start"])
    frame["to"] = [_month(text, last=True) for text in ends]
    frame["rank"] = [kinds.index(str(kind)) for kind in frame["kind"]]
    frame = frame.sort_values(["rank", "from"])
    table = frame[["start", "end", "kind", "event", "grade", "note"]]
    return Exhibit(
        name="shortage-timeline",
        title="The sources agree that there were shortages, and leave open when they were",
        subtitle="Shortages, remedies and products, 2016 to mid-2017, as dated by the sources; a "
        "long bar means a vague date, not a long event",
        takeaway="One letter counts four months in 2016, another two episodes of months each up "
        "to mid-2017. Both can hold; no source we found gives the weeks.",
        alternative="Timeline. "
        + " ".join(f"{row.start}: {row.event}" for row in frame.itertuples()),
        table=table.rename(columns={"start": "from", "end": "to"}),
        sources=list(frame["source"]),
        draw=lambda width: _draw_timeline(frame, width),
    )


def _month(text: str, *, last: bool) -> pd.Timestamp:
    """Return the first or last day that a date of day, month, quarter or year precision covers."""
    frequency = {4: "Y", 6: "Q", 7: "M", 10: "D"}[len(text)]
    period = pd.Period(text, freq=frequency)
    return period.end_time.normalize() if last else period.start_time


def _draw_timeline(frame: pd.DataFrame, width: int) -> alt.LayerChart | alt.FacetChart:
    narrow = width == NARROW
    start, stop = pd.Timestamp("2016-01-01"), pd.Timestamp("2017-07-31")
    shown = pd.DataFrame(
        {
            "row": range(len(frame)),
            "from": frame["from"].to_numpy(),
            # A single day must still be seen.
            "to": [min(day + pd.Timedelta(days=5), stop) for day in frame["to"]],
            "kind": frame["kind"].astype(str).to_numpy(),
            "event": [fill(text.rstrip("."), 46 if narrow else 95) for text in frame["event"]],
        }
    )
    scale = alt.Scale(domain=[start.isoformat(), stop.isoformat()])
    axis = alt.Axis(title=None, format="%b %Y", tickCount=4, grid=True, labelOverlap=True)
    y = alt.Y("row:O", axis=None)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(
            domain=["shortage", "remedy", "product"], range=[SERIES[1], SERIES[0], SERIES[2]]
        ),
    )
    base = alt.Chart(shown).encode(y=y)
    # Words fill the upper part of a row, in two lines on a phone; the bar lies below them.
    bars = base.mark_bar(height=9, cornerRadius=2, yOffset=13 if narrow else 6).encode(
        x=alt.X("from:T", scale=scale, axis=axis), x2="to:T", color=colour
    )
    words = base.mark_text(
        align="left",
        baseline="top",
        dy=-21 if narrow else -14,
        fontSize=11 if narrow else 12,
        lineBreak="\n",
    ).encode(x=alt.value(0), text="event:N", color=colour)
    step = alt.Step(48 if narrow else 34)
    return alt.layer(bars, words).properties(width=width - 20, height=step)


def china_2015_2016() -> Exhibit:
    """Return the firm and its rivals in China, 2015 and 2016, on IDC."""
    frame = data.load("shipments-annual", scope="China", tracker="IDC")
    frame = frame[frame["period"].astype(str).isin(["2015", "2016"])]
    frame = frame[frame["entity"] != "Total market"]
    table = pd.DataFrame(
        {
            "entity": frame["entity"].astype(str),
            "year": frame["period"].astype(str),
            "units": frame["value"],
        }
    )
    wide = table.pivot_table(index="entity", columns="year", values="units").reset_index()
    before, after = (
        dict(zip(part["entity"], part["units"], strict=True))
        for part in (table[table["year"] == year] for year in ("2015", "2016"))
    )
    change = {maker: after[maker] - units for maker, units in before.items()}
    lost = round(-change["Xiaomi"], 1)
    return Exhibit(
        name="china-2015-2016",
        title="In China two rivals about doubled their volume in the year in which the leader of "
        f"2015 lost {lost:g} million",
        subtitle="Phones shipped in China, million a year, IDC; Huawei’s figure for 2015 is not in "
        "our sources",
        takeaway="The phones did not vanish from the market: on the same tracker OPPO gained "
        f"{change['OPPO']:.0f} million and vivo {change['vivo']:.0f} million.",
        alternative="Slope chart. "
        + "; ".join(
            f"{maker} {f'{before[maker]:g}' if maker in before else 'unknown'} to {units:g}"
            for maker, units in after.items()
        )
        + " million.",
        table=wide.rename(
            columns={"entity": "maker", "2015": "2015, million", "2016": "2016, million"}
        ),
        sources=list(frame["source"]),
        draw=lambda width: _draw_slope(table, width),
    )


def _draw_slope(table: pd.DataFrame, width: int) -> alt.LayerChart | alt.FacetChart:
    shown = table.assign(
        mine=table["entity"] == "Xiaomi",
        text=table["entity"] + " " + table["units"].map("{:g}".format),
        at=table.groupby("year")["units"].transform(lambda units: _apart(units, 3.0)),
    )
    x = alt.X("year:O", axis=alt.Axis(title=None, labelAngle=0), scale=alt.Scale(padding=0.9))
    y = alt.Y("units:Q", axis=None, scale=alt.Scale(domain=[28, 82]))
    colour = alt.condition("datum.mine", alt.value(SERIES[0]), alt.value(MUTED))
    size = alt.condition("datum.mine", alt.value(3.5), alt.value(1.8))
    base = alt.Chart(shown).encode(x=x, y=y)
    lines = base.mark_line().encode(detail="entity:N", color=colour, strokeWidth=size)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(color=colour)
    left = (
        base.transform_filter("datum.year == '2015'")
        .mark_text(align="right", dx=-10)
        .encode(text="text:N", color=colour, y="at:Q")
    )
    right = (
        base.transform_filter("datum.year == '2016'")
        .mark_text(align="left", dx=10)
        .encode(text="text:N", color=colour, y="at:Q")
    )
    return alt.layer(lines, dots, left, right).properties(width=min(width - 20, 560), height=320)


def _apart(values: pd.Series, gap: float) -> pd.Series:
    """Return positions near the values that are at least ``gap`` apart, for labels."""
    placed = values.sort_values()
    for above, below in zip(placed.index[1:], placed.index[:-1], strict=True):
        placed[above] = max(placed[above], placed[below] + gap)
    return placed


def units_by_year() -> Exhibit:
    """Return each year's size by source."""
    frame = data.load("shipments-annual", entity="Xiaomi", scope="world")
    frame = frame[frame["period"].astype(str).between("2013", "2018")]
    in_2016 = frame.loc[frame["period"].astype(str) == "2016", "value"]
    apart = float(in_2016.max() - in_2016.min())
    return Exhibit(
        name="units-by-year",
        title="Every figure for 2016 lies below every figure for 2015; those for 2016 lie "
        f"{apart:.0f} million apart",
        subtitle="Xiaomi phones worldwide, million a year, by source; shipped or sold as in the "
        "table",
        takeaway="A fall measured across two sources is no measurement: pick one and say which.",
        alternative="Dot plot by year. "
        + "; ".join(f"{row.period} {row.tracker} {row.value:g}" for row in frame.itertuples())
        + " million.",
        table=_series_table(frame).drop(columns="print"),
        sources=frame.attrs["sources"],
        draw=lambda width: _draw_years(frame, width),
        note="Hollow marks are derived by us. The company’s figure for 2015 is a lower bound, "
        "that for 2016 was seen without its decimals.",
    )


def _draw_years(frame: pd.DataFrame, width: int) -> alt.VConcatChart:
    shown = _by_group(frame)
    x = alt.X("period:O", axis=alt.Axis(title=None, labelAngle=0))
    y = alt.Y(
        "units:Q",
        scale=alt.Scale(domain=[0, 130]),
        axis=alt.Axis(title="million phones a year", tickCount=5),
    )
    plot = alt.layer(*_points(shown, x, y)).properties(width=width - 60, height=280)
    shown_groups = [group for group in _GROUPS if (shown["group"] == group).any()]
    return alt.vconcat(_legend(width, shown_groups), plot)

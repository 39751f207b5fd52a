"""The few kinds of picture that several chapters draw: bars with words, lines with a coloured key.

Colours and dashes go by the order of the groups, so that a key and its lines agree; words stand
beside what they name, and fit a phone.
"""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from casekit import data
from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.theme import ACCENT, GRID, INK, MUTED, SERIES

_DASHES = ([1, 0], [7, 4], [2, 3], [10, 3, 2, 3], [5, 2])
_LETTER = 8.2  # pixels, at the size of the key in the widest of the fonts


def listed(rows: Sequence[tuple[str, str]]) -> tuple[pd.DataFrame, list[str]]:
    """Return facts as :func:`bars` takes them, with basis and grade, and the ids of their sources.

    Args:
        rows: A name and the id of a fact, one pair a bar.
    """
    facts = [(name, data.fact(row)) for name, row in rows]
    table = pd.DataFrame(
        {
            "what": [name for name, _ in facts],
            "value": [found.value for _, found in facts],
            "text": [found.text for _, found in facts],
            "basis": [found.basis for _, found in facts],
            "grade": [found.grade for _, found in facts],
        }
    )
    return table, [found.source.id for _, found in facts]


def spoken(table: pd.DataFrame) -> str:
    """Return the text alternative of bars: every name with its text."""
    pairs = zip(table["what"], table["text"], strict=True)
    return "Bars: " + "; ".join(f"{name}, {text}" for name, text in pairs)


def bars(
    table: pd.DataFrame, width: int, *, room: float, low: float = 0.0, strong: Sequence[str] = ()
) -> alt.LayerChart | alt.FacetChart:
    """Draw one horizontal bar a row, its name above it and its text at its end.

    Args:
        table: Columns ``what`` (name), ``value`` and ``text``.
        width: Pixels.
        room: Largest value of the axis, with space for the longest text.
        low: Smallest value, below nought where bars go to the left.
        strong: Names whose bars stand out.
    """
    frame = table.assign(
        zero=0.0,
        end=table["value"].clip(lower=0.0),
        kind=table["what"].isin(strong).map({True: "strong", False: "plain"}),
    )
    scale = alt.Scale(domain=[low, room])
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["strong", "plain"], range=[ACCENT, SERIES[0]])
    )
    base = alt.Chart(frame).encode(y=alt.Y("what:N", sort=list(table["what"]), axis=None))
    drawn = base.mark_bar(height=16).encode(
        x=alt.X("value:Q", scale=scale, axis=None), x2="zero:Q", color=colour
    )
    names = base.mark_text(align="left", dy=-17, color=INK).encode(x=alt.value(0), text="what:N")
    values = base.mark_text(align="left", dx=6, color=INK, fontWeight=600).encode(
        x=alt.X("end:Q", scale=scale, axis=None), text="text:N"
    )
    return alt.layer(drawn, names, values).properties(width=width - 20, height=alt.Step(42))


def lines(  # noqa: PLR0913  what a picture of lines can ask for
    frame: pd.DataFrame,
    width: int,
    *,
    x: str,
    y: str,
    span: tuple[float, float],
    height: int = 230,
    points: bool = False,
    marked: tuple[float, str] | None = None,
    x_format: str = "~r",
) -> alt.VConcatChart:
    """Draw one line a group over a number, under a key in the lines' own colours.

    Args:
        frame: Columns ``x``, ``y`` and ``group``, in the order of the key.
        width: Pixels.
        x: Title of the horizontal axis.
        y: Title of the vertical axis.
        span: Ends of the vertical axis.
        height: Pixels.
        points: Whether each row is a mark too, as where x takes few values.
        marked: A value of x that stands out, and what it is.
        x_format: How the horizontal axis writes its numbers, in d3's words.
    """
    groups = list(dict.fromkeys(frame["group"]))
    colour = alt.Color("group:N", scale=alt.Scale(domain=groups, range=_colours(groups)))
    dash = alt.StrokeDash(
        "group:N", scale=alt.Scale(domain=groups, range=list(_DASHES[: len(groups)]))
    )
    ends = [float(frame["x"].min()), float(frame["x"].max())]
    across = alt.X(
        "x:Q",
        scale=alt.Scale(domain=ends, nice=False),
        axis=alt.Axis(title=x, tickCount=6, format=x_format),
    )
    up = alt.Y(
        "y:Q", scale=alt.Scale(domain=list(span), nice=False), axis=alt.Axis(title=y, tickCount=5)
    )
    base = alt.Chart(frame).encode(x=across, y=up, color=colour)
    layers: list[alt.Chart] = [base.mark_line(strokeWidth=2.5).encode(strokeDash=dash)]
    if points:
        layers.append(base.mark_point(filled=True, size=55, opacity=1))
    if marked:
        layers += _mark(*marked, across, ends, span)
    plot = alt.layer(*layers).properties(width=width - 60, height=height)
    return alt.vconcat(key(groups, width), plot)


def _mark(
    place: float, words: str, across: alt.X, ends: Sequence[float], span: tuple[float, float]
) -> list[alt.Chart]:
    frame = pd.DataFrame({"x": [place], "low": [span[0]], "high": [span[1]], "words": [words]})
    base = alt.Chart(frame)
    stem = base.mark_rule(color=MUTED, strokeDash=[2, 3]).encode(x=across, y="low:Q", y2="high:Q")
    # Words stand on the side with more room.
    left = place > (ends[0] + ends[1]) / 2
    said = base.mark_text(
        align="right" if left else "left", dx=-5 if left else 5, dy=8, color=MUTED
    ).encode(x=across, y="high:Q", text="words:N")
    return [stem, said]


def _colours(groups: Sequence[str]) -> list[str]:
    return [*SERIES, MUTED][: len(groups)]


def key(
    groups: Sequence[str], width: int, *, areas: bool = False
) -> alt.LayerChart | alt.FacetChart:
    """Draw the names of groups in their colours, on as many rows as the width asks for.

    Args:
        groups: Names, in the order of the colours.
        width: Pixels.
        areas: Whether the colours fill areas, as in columns, and do not draw lines.
    """
    lefts, rows, left, row = [], [], 0.0, 0
    for group in groups:
        long = 34 + _LETTER * len(group)
        if left and left + long > width - 30:
            left, row = 0.0, row + 1
        lefts.append(left)
        rows.append(row)
        left += long
    frame = pd.DataFrame({"group": groups, "px": lefts, "py": [8 + 17 * row for row in rows]})
    frame["end"] = frame["px"] + 20
    colour = alt.Color("group:N", scale=alt.Scale(domain=list(groups), range=_colours(groups)))
    dash = alt.StrokeDash(
        "group:N", scale=alt.Scale(domain=list(groups), range=list(_DASHES[: len(groups)]))
    )
    down = alt.Y("py:Q", scale=None, axis=None)
    base = alt.Chart(frame).encode(y=down, color=colour)
    if areas:
        mark = base.mark_square(size=120, opacity=1).encode(
            x=alt.X("end:Q", scale=None, axis=None), xOffset=alt.value(-10)
        )
    else:
        mark = base.mark_rule(strokeWidth=2.5).encode(
            x=alt.X("px:Q", scale=None, axis=None), x2="end:Q", strokeDash=dash
        )
    words = base.mark_text(align="left", dx=5, fontSize=11 if width == NARROW else 12).encode(
        x=alt.X("end:Q", scale=None, axis=None), text="group:N"
    )
    return alt.layer(mark, words).properties(height=17 * (rows[-1] + 1))


def columns(
    frame: pd.DataFrame, width: int, *, y: str, span: tuple[float, float], height: int = 220
) -> alt.VConcatChart:
    """Draw stacked columns, one a value of ``x``, under a key in the parts' colours.

    Args:
        frame: Columns ``x`` (text), ``y`` (amount) and ``group``.
        width: Pixels.
        y: Title of the vertical axis.
        span: Ends of the vertical axis.
        height: Pixels.
    """
    groups = list(dict.fromkeys(frame["group"]))
    colour = alt.Color("group:N", scale=alt.Scale(domain=groups, range=_colours(groups)))
    order = {group: place for place, group in enumerate(groups)}
    chart = (
        alt.Chart(frame.assign(order=frame["group"].map(order)))
        .mark_bar(size=34, stroke=GRID)
        .encode(
            x=alt.X("x:O", axis=alt.Axis(title=None, labelAngle=0)),
            y=alt.Y("y:Q", scale=alt.Scale(domain=list(span)), axis=alt.Axis(title=y, tickCount=5)),
            color=colour,
            order=alt.Order("order:Q"),
        )
        .properties(width=width - 60, height=height)
    )
    return alt.vconcat(key(groups, width, areas=True), chart)

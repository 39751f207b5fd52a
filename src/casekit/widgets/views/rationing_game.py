"""Who orders more than it needs? The rationing game of model B, for two to four players."""

import altair as alt

from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.shows import rationing_game as show
from casekit.exhibits.theme import ACCENT, INK, SERIES
from casekit.widgets.view import Prediction, View

_PLAYERS = [f"player {number}" for number in show.PLAYERS]
_DASHES = [[1, 0], [6, 4], [2, 3], [8, 3, 2, 3]]


def _chart(width: int) -> alt.VConcatChart:
    return alt.vconcat(_bars(width), _rounds(width), spacing=34)


def _bars(width: int) -> alt.LayerChart | alt.FacetChart:
    y = alt.Y("player:N", sort=_PLAYERS, axis=alt.Axis(title=None, labels=False))
    axis = alt.Axis(title="received after the last round, ten thousand phones", tickCount=5)
    x = alt.X("received:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    base = alt.Chart(alt.NamedData("last")).encode(y=y)
    bars = base.mark_bar(height=12, yOffset=8, color=SERIES[0], clip=True).encode(x=x)
    ticks = base.mark_tick(color=ACCENT, thickness=3, size=20, yOffset=8).encode(x="need:Q")
    words = base.mark_text(align="left", dx=2, dy=-8, color=INK, fontSize=11).encode(
        x=alt.datum(0), text="words:N"
    )
    room = width - (30 if width == NARROW else 60)
    return alt.layer(bars, ticks, words).properties(width=room, height=alt.Step(40))


def _rounds(width: int) -> alt.LayerChart | alt.FacetChart:
    colour = alt.Color("player:N", scale=alt.Scale(domain=_PLAYERS, range=list(SERIES[:4])))
    dash = alt.StrokeDash("player:N", scale=alt.Scale(domain=_PLAYERS, range=_DASHES), legend=None)
    title, steps = "ordered, ten thousand phones, in steps of ten", [1, 10, 100, 1000, 10000]
    axis = alt.Axis(title=title, values=steps)
    y = alt.Y("order:Q", axis=axis, scale=alt.Scale(type="log", domain=[1, 10000], clamp=True))
    x = alt.X("round:O", axis=alt.Axis(title="round; 0 is the truth", labelAngle=0))
    base = alt.Chart(alt.NamedData("rounds")).encode(x=x, y=y, color=colour)
    lines = base.mark_line(strokeWidth=2.5, clip=True).encode(strokeDash=dash)
    ends = base.transform_window(
        last="rank()", sort=[alt.SortField("round", order="descending")], groupby=["player"]
    ).transform_filter("datum.last == 1")
    offset = {"expr": "12 * (toNumber(slice(datum.player, 7)) - 2.5)"}
    words = ends.mark_text(align="left", dx=6, dy=offset, fontWeight=600).encode(text="player:N")
    return alt.layer(lines, words).properties(width=width - 110, height=150)


VIEW = View(
    show=show,
    title="Who orders more than it needs, and why?",
    subtitle="Above: what each player receives after the last round, against its need (upright "
    "mark). Below: orders by round. Ten thousand phones, model",
    controls=("player_1", "order_1", "player_2", "buyers", "capacity", "allocation"),
    more=("order_2", "player_3", "order_3", "player_4", "order_4", "need", "rounds"),
    chart=_chart,
    picture="A bar chart by player and a line chart of orders by round.",
    note="A truthful bot orders its need. A replying bot sees the orders of the round before and "
    "orders what would serve it best. A person's order stands until the person moves it. Play it "
    "in turns at one screen: whoever gains by it moves, until nobody does. All values are "
    "illustrative.",
    prediction=Prediction(
        question="Four bots that reply to each other need 40 each, and the supplier can make 120 "
        "of the 160. What does each order after four rounds?",
        unit="ten thousand phones",
        settings={"buyers": 4, "need": 40, "capacity": 120, "player_1": show.BOT, "rounds": 4},
        results=lambda shown: [("order", shown["rows"][-1][2])],
        bounds=(0, 10000, 1),
    ),
)

"""Exhibits of chapter 11: the share beside its benchmarks, the speech's form, the news around."""

import altair as alt
import pandas as pd

from casekit import data
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit, claims
from casekit.exhibits.theme import GRID, SERIES

_DAYS = {
    "25 Sep": {"share": "xiaomi-return-2025-09-25", "Hang Seng": "hsi-return-2025-09-25"},
    "26 Sep": {
        "share": "xiaomi-return-2025-09-26",
        "Hang Seng": "hsi-return-2025-09-26",
        "Hang Seng Tech": "hstech-return-2025-09-26",
    },
    "29 Sep": {"share": "xiaomi-return-2025-09-29-price", "Hang Seng": "hsi-return-2025-09-29"},
    "30 Sep": {"share": "xiaomi-return-2025-09-30", "Hang Seng": "hsi-return-2025-09-30"},
}
_BEATS = (
    ("ordinary world: an assembler?", "assembler-reproach-column"),
    ("call: the meetings", "review-meetings-2020-column"),
    ("decision: a sum of money", "rd-commitment-2020-column"),
    ("decision: another kind of firm", "hard-tech-shift-column"),
    ("companions", "new-managers-column"),
    ("an old defeat", "songguo-failed-column"),
    ("trial: doubt inside", "double-spending-doubt-column"),
    ("trial: the board", "board-2022-column"),
    ("success: the chip", "xring-o1-column"),
    ("success: the lap", "su7-ultra-record-column"),
    ("return: a friend", "speech-2025-friend-column"),
)


def returns_by_day() -> Exhibit:
    """Return the daily returns of the share and of two indices around the speech."""
    rows = [
        (day, who, data.fact(name)) for day, found in _DAYS.items() for who, name in found.items()
    ]
    frame = pd.DataFrame(
        {
            "day": [day for day, _, _ in rows],
            "who": [who for _, who, _ in rows],
            "percent": [fact.value for _, _, fact in rows],
        }
    )
    table = frame.assign(
        basis=[fact.basis for _, _, fact in rows], grade=[fact.grade for _, _, fact in rows]
    )
    fell = data.fact("xiaomi-return-2025-09-26")
    tech = data.fact("hstech-return-2025-09-26")
    return Exhibit(
        name="returns-by-day",
        title="The share rose before the speech, fell after it, and the market moved as well",
        subtitle="Daily return in percent, 1810.HK and two indices, 25 to 30 September 2025; the "
        "speech was given on the evening of the 25th",
        takeaway=f"On the 26th the share moved by {fell.text} and the index of its own trade by "
        f"{tech.text}. Only the difference asks for an explanation that is the firm’s own.",
        alternative="Grouped columns: "
        + "; ".join(f"{day}, {who}, {fact.text}" for day, who, fact in rows),
        table=table,
        sources=[fact.source.id for _, _, fact in rows],
        draw=lambda width: _draw_returns(frame, width),
        note="The share’s figure for 29 September is a price within the day. Other prints of the "
        "same days differ; the widget lets you choose.",
    )


def _draw_returns(frame: pd.DataFrame, width: int) -> alt.VConcatChart:
    groups = ["share", "Hang Seng", "Hang Seng Tech"]
    colour = alt.Color("who:N", scale=alt.Scale(domain=groups, range=list(SERIES[:3])))
    base = alt.Chart(frame).encode(x=alt.X("day:O", axis=alt.Axis(title=None, labelAngle=0)))
    drawn = base.mark_bar().encode(
        y=alt.Y("percent:Q", scale=alt.Scale(domain=[-9, 5]), axis=alt.Axis(title="percent a day")),
        xOffset=alt.XOffset("who:N", sort=groups),
        color=colour,
    )
    nought = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=GRID).encode(y="y:Q")
    plot = alt.layer(nought, drawn).properties(width=width - 60, height=240)
    return alt.vconcat(plots.key(groups, width, areas=True), plot)


def heros_journey() -> Exhibit:
    """Return the beats of the speech as the column retells them."""
    table, sources = claims(_BEATS, "Beat")
    return Exhibit(
        name="heros-journey",
        title="Told in beats, a change of course becomes a journey with one traveller",
        subtitle="The speech of 25 September 2025 as a Japanese column retells it, set on the "
        "stations of a hero’s journey",
        takeaway="Every beat is a second-hand report. The form has no place for rivals who also "
        "tried, for luck, or for a project that was rightly stopped.",
        alternative="Table of stations, what the column reports for each, source and grade.",
        table=table,
        sources=sources,
        note="The names of the stations are ours; the column has four stages. The speech itself "
        "was not seen.",
    )


def news_around() -> Exhibit:
    """Return what else was reported in the days around the speech."""
    frame = data.load("timeline")
    told = frame["start"].astype(str).between("2025-09", "2025-10-31")
    frame = frame[told].sort_values("start")
    table = frame[["start", "kind", "event", "grade"]].astype(str)
    return Exhibit(
        name="news-around",
        title="Within a week of the speech several things happened that could move a price",
        subtitle="Events from September to October 2025 in the record, by date",
        takeaway="What was printed after the close of the 26th cannot explain that day. What was "
        "printed before it competes with the speech.",
        alternative="Table of dated events with kind and grade.",
        table=table.rename(columns={"start": "date"}),
        sources=list(frame["source"]),
    )

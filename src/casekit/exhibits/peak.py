"""Exhibits of chapter 1: one quarter on five trackers, the climb to it, and the home market."""

import pandas as pd

from casekit import data
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit

_TRACKERS = (
    ("IHS, shipped", "units-2014q3-ihs", "rank-world-2014q3-ihs"),
    ("Strategy Analytics, shipped", "units-2014q3-sa", "rank-world-2014q3-sa"),
    ("IDC, shipped", "units-2014q3-idc", "rank-world-2014q3-idc"),
    ("Gartner, sold to users", "units-2014q3-gartner", "rank-world-2014q3-gartner"),
)
_CLIMB = (
    ("2012", "units-2012-company"),
    ("2013", "units-2013-company"),
    ("2014, first half", "units-2014h1-company"),
    ("2014, second half", "units-2014h2-company"),
    ("2014", "units-2014-company"),
)
_CHINA = (
    ("Xiaomi", "share-2014-china-idc"),
    ("Samsung", "share-2014-china-samsung-idc"),
    ("Lenovo", "share-2014-china-lenovo-idc"),
    ("Huawei", "share-2014-china-huawei-idc"),
    ("Coolpad", "share-2014-china-coolpad-idc"),
)


def trackers_2014q3() -> Exhibit:
    """Return the peak quarter as each tracker counted it, with the rank it printed."""
    facts = [(name, data.fact(units), data.fact(rank)) for name, units, rank in _TRACKERS]
    table = pd.DataFrame(
        {
            "what": [name for name, _, _ in facts],
            "value": [units.value for _, units, _ in facts],
            "text": [f"{units.amount} million, {rank.text}" for _, units, rank in facts],
        }
    )
    low, high = table["value"].min(), table["value"].max()
    left_out = data.fact("rank-world-2014q3-trendforce")
    return Exhibit(
        name="trackers-2014q3",
        title="The quarter of the peak has a size and a rank for each tracker",
        subtitle="Xiaomi phones worldwide in 2014Q3, million, and the rank that the same tracker "
        "gave the firm",
        takeaway=f"Highest and lowest count lie {high - low:.1f} million phones apart. A rank "
        "without its tracker is half a statement.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "tracker", "text": "phones, rank"}),
        sources=[fact.source.id for _, units, rank in facts for fact in (units, rank)]
        + [left_out.source.id],
        draw=lambda width: plots.bars(table, width, room=34),
        note=f"{left_out.statement} We have seen no figure of it for the firm.",
    )


def climb_to_2014() -> Exhibit:
    """Return the firm's own yearly counts up to the peak year, and the halves of that year."""
    table, sources = plots.listed(_CLIMB)
    times = data.evaluate("[units-2014-company] / [units-2012-company]")
    return Exhibit(
        name="climb-to-2014",
        title=f"By its own count the firm sold {times:.1f} times as many phones in 2014 as in 2012",
        subtitle="Xiaomi phones sold worldwide, million, the firm’s count; the second half of 2014 "
        "by subtraction",
        takeaway="Two years of such growth are a fact about the past. What it says about the next "
        "year depends on what drove it.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "period", "text": "phones sold"}),
        sources=sources,
        draw=lambda width: plots.bars(
            table, width, room=84, strong=["2014, first half", "2014, second half"]
        ),
    )


def china_2014() -> Exhibit:
    """Return the five largest makers in China in 2014 on IDC."""
    table, sources = plots.listed(_CHINA)
    lead = data.evaluate("[share-2014-china-idc] - [share-2014-china-samsung-idc]")
    return Exhibit(
        name="china-2014",
        title=f"First at home in 2014, by {lead:.1f} percentage points",
        subtitle="Share of smartphones shipped in China in 2014, percent, IDC; the five largest",
        takeaway="A lead of that size can be lost in a quarter. First place says who is ahead and "
        "nothing about how far.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "maker", "text": "share"}),
        sources=sources,
        draw=lambda width: plots.bars(table, width, room=17, strong=["Xiaomi"]),
    )

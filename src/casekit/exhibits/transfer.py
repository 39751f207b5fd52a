"""Exhibits of chapter 14: falls of phone makers, and a rate that the rules decide."""

from typing import Any

import pandas as pd

from casekit import data
from casekit.exhibits import plots
from casekit.exhibits.crisis import units_by_year
from casekit.exhibits.exhibit import Exhibit
from casekit.exhibits.shows import reference_class
from casekit.models import Adjustable

__all__ = ["falls", "rates_by_rule", "sources", "tables", "units_by_year"]

_RULES: tuple[tuple[str, dict[str, object]], ...] = (
    ("above the peak again, first look, own firm counts", {}),
    ("the same, without the firm of this case", {"own": "no"}),
    ("the same, at the last year known", {"own": "no", "look": "at the last year known"}),
    (
        "the same, and no later figure is no recovery",
        {"own": "no", "look": "at the last year known", "open": "not recovered"},
    ),
    (
        "any rise above the lowest point, without the firm",
        {"own": "no", "recovered": "above the lowest point"},
    ),
    ("falls of half or more, any rise", {"recovered": "above the lowest point", "least_fall": 50}),
)
_SHOWN = (
    "decline-motorola-quarterly", "decline-sony-ericsson", "decline-blackberry-quarterly",
    "decline-htc-units", "decline-xiaomi-idc", "decline-xiaomi-china-idc",
    "decline-nokia-revenue", "decline-samsung-idc", "decline-apple-idc",
)  # fmt: skip


def tables() -> dict[str, list[dict[str, Any]]]:
    """Return the falls as the show of the reference class takes them."""
    found = []
    for row in data.rows("declines"):
        figures = {name: _value(row[name]) for name in ("peak", "trough", "after")}
        said = {"id": row["id"], "maker": row["entity"], "counted": row["counted"]}
        found.append(said | figures | {"own": row["entity"] == "Xiaomi"})
    return {"declines": found}


def _value(name: str) -> float | None:
    return data.fact(name).value if name else None


def sources() -> list[str]:
    """Return the sources of all falls."""
    names = [row[column] for row in data.rows("declines") for column in ("peak", "trough", "after")]
    return list(dict.fromkeys(data.fact(name).source.id for name in names if name))


def falls() -> Exhibit:
    """Return how deep makers fell and where the last known figure stands, peak at one hundred."""
    known = {row["id"]: row for row in data.rows("declines")}
    rows = [known[name] for name in _SHOWN]
    frame = pd.DataFrame(
        {
            "what": [f"{row['entity']}: {row['counted']}" for row in rows],
            "value": [_of_peak(row["trough"], row["peak"]) for row in rows],
            "later": [
                _of_peak(row["after"], row["peak"]) if row["after"] else None for row in rows
            ],
        }
    ).sort_values("value")
    frame["text"] = [
        f"{low:.0f}, later {later:.0f}" if later == later else f"{low:.0f}, no later figure"  # noqa: PLR0124  NaN is not itself
        for low, later in zip(frame["value"], frame["later"], strict=True)
    ]
    return Exhibit(
        name="falls",
        title="Falls of every depth, and few figures for what came after",
        subtitle="First low after the highest figure known, set to 100, and the last figure "
        "known; makers and measures for which this book holds rows",
        takeaway="The deepest falls here end in blanks. A count that leaves the blanks out and "
        "one that takes them for failures are two different counts.",
        alternative=plots.spoken(frame),
        table=frame[["what", "text"]].rename(columns={"what": "maker", "text": "peak = 100"}),
        sources=[
            data.fact(name).source.id
            for row in rows
            for name in (row["peak"], row["trough"], row["after"])
            if name
        ],
        draw=lambda width: plots.bars(
            frame, width, room=165 if width < 500 else 130,  # noqa: PLR2004  the phone's drawing
        ),
        note="Units, smartphones and revenue are not the same thing; each bar compares a maker "
        "with the highest figure that this book holds for it; its peak may lie elsewhere.",
    )  # fmt: skip


def _of_peak(row: str, peak: str) -> float:
    return 100 * data.evaluate(f"[{row}] / [{peak}]")


def rates_by_rule() -> Exhibit:
    """Return the rate of recovery under six sets of rules, by the rows of this book."""
    rules = Adjustable(reference_class)
    rows = []
    for name, settings in _RULES:
        falls = reference_class.show(rules.settings(settings), tables())["data"]["falls"]
        counted = [row for row in falls if row["outcome"] != "left out"]
        back = sum(row["outcome"] == "recovered" for row in counted)
        rate = 100 * back / len(counted) if counted else 0.0
        rows.append((name, rate, f"{back} of {len(counted)}"))
    table = pd.DataFrame(rows, columns=["what", "value", "text"])
    low, high = table["value"].min(), table["value"].max()
    return Exhibit(
        name="rates-by-rule",
        title=f"“Almost no one recovers”: from {low:.0f} to {high:.0f} percent, by rule",
        subtitle="Falls followed by a recovery, percent of the falls that the rule admits",
        takeaway="The claim is neither true nor false until somebody says which falls, how far "
        "back, by when, and what to do with those who vanish.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "rule", "text": "recovered"}),
        sources=sources(),
        draw=lambda width: plots.bars(table, width, room=128),
        note="So few rows, unequal in length and chosen by what could be found, measure no base "
        "rate. They measure how much the rule decides.",
    )

"""Exhibits of chapter 4: the measures of May 2016 and after, and what a supply team can change."""

import pandas as pd

from casekit import models
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit, claims
from casekit.exhibits.shows import supply_bench

_MEASURES = (
    ("founder takes over, book", "remedy-takeover"),
    ("the same, press of the day", "remedy-takeover-press"),
    ("new managers", "remedy-management"),
    ("supply team", "remedy-supply-team"),
    ("its head arrives", "zhang-feng-joined"),
    ("core technology", "remedy-technology"),
    ("quality committee, book", "remedy-quality-committee"),
    ("the same, letter", "quality-committee-2017"),
)
_ILLUSTRATIVE = "Every value is illustrative: no source gives lead times, errors or costs."


def remedies() -> Exhibit:
    """Return the measures with what dates them, source by source."""
    table, sources = claims(_MEASURES, "Measure")
    return Exhibit(
        name="remedies",
        title="Four measures in one list, of which the sources date two",
        subtitle="The measures to repair the phone division, as the sources state and date them",
        takeaway="The book lists the measures side by side. Put in order of time, the supply team "
        "got its known head months after the takeover and the committee came later still.",
        alternative="Table of measures with the statement of each source, the source and its "
        "grade.",
        table=table,
        sources=sources,
        note="Where a source gives no date, the table gives none.",
    )


def order_cost() -> Exhibit:
    """Return what a single order is expected to cost, short and left over, by its size."""
    model = models.get("supply-planning")
    run, values = model.run(), model.settings()
    columns = {
        "both together": run["mismatch_cost"],
        "phones short": [values["underage_cost"] * units for units in run["units_short"]],
        "phones left over": [values["overage_cost"] * units for units in run["units_left_over"]],
    }
    frame = pd.DataFrame(
        [
            {"group": group, "x": quantity, "y": cost}
            for group, costs in columns.items()
            for quantity, cost in zip(run["order_quantity"], costs, strict=True)
        ]
    )
    best, least = model.measure("best_order"), model.measure("expected_cost")
    table = pd.DataFrame({"order, million": run["order_quantity"], **columns}).round(2)
    return Exhibit(
        name="order-cost",
        title="The cheapest order is larger than the mean demand when a lost sale costs more",
        subtitle="Expected cost of one order, RMB million, by its size in million phones; model "
        "run, normal demand",
        takeaway=f"The least cost, RMB {least:.0f} million, is not nought: the best planner still "
        "expects to be wrong. The flat bottom says that a small error in the order costs little.",
        alternative=f"Line chart. The cost of phones short falls and that of phones left over "
        f"rises with the order; their sum is least, {least:.0f}, at {best:.2f} million.",
        table=table,
        draw=lambda width: plots.lines(
            frame, width, x="order, million phones", y="RMB million", span=(0, 160),
            marked=(best, "least cost"),
        ),
        note=_ILLUSTRATIVE,
    )  # fmt: skip


def safety_stock_levers() -> Exhibit:
    """Return the safety stock under each lever of a supply team, and with a shared part."""
    values = models.Adjustable(supply_bench).settings({"phones": 3})
    stocks = supply_bench.safety_stocks(values)
    table = pd.DataFrame(
        {
            "what": [row["lever"] for row in stocks],
            "value": [row["stock"] for row in stocks],
            "text": [f"{row['stock']:.2f} million" for row in stocks],
        }
    )
    first, last = table["value"].iloc[0], table["value"].iloc[-1]
    return Exhibit(
        name="safety-stock-levers",
        title="A shorter wait, a better forecast and a shared part multiply",
        subtitle="Safety stock for three phones together, million units; model run",
        takeaway=f"All levers together leave {100 * last / first:.0f} percent of the stock. None "
        "of them asks a supplier for one more part.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "lever", "text": "safety stock"}),
        draw=lambda width: plots.bars(table, width, room=1.45 * first, strong=["team: both"]),
        note=_ILLUSTRATIVE,
    )

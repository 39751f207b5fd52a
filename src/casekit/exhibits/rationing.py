"""Exhibits of chapter 5: what was said of suppliers, orders in a shortage, swings of orders."""

import pandas as pd

from casekit import models
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit, claims
from casekit.models import supply_planning

_SAID = (
    ("book: suppliers follow momentum", "momentum-decides-support"),
    ("book: relations come first", "supplier-relations-condition"),
    ("press, 2016: a chip is short", "mi5-chip-shortage"),
    ("press, 2016: assemblers are asked for more", "mi5-assemblers"),
    ("undated report: partners had worried", "partners-watch-2016"),
    ("report, 2017: suppliers see the firm less", "suppliers-firm-less-present"),
    ("anonymous page, 2018: visits", "samsung-visits"),
    ("founder, 2018: thin margins, thin buffer", "buffer-limit"),
)
_RULES = {"in proportion to orders": "proportional", "up to an equal level": "uniform"}
_WINDOWS = (12, 6, 4)
_ILLUSTRATIVE = "Every value is illustrative: no source gives an order book or a lead time."


def supplier_statements() -> Exhibit:
    """Return what the sources say about suppliers, for and against the founder's claim."""
    table, sources = claims(_SAID, "Who and when")
    return Exhibit(
        name="supplier-statements",
        title="Nobody in the record is a supplier who says that it held parts back",
        subtitle="Statements about suppliers and partners of the firm, 2016 to 2018",
        takeaway="Sellers of phones are said to have worried, and suppliers to have met the firm "
        "less often. Neither is a supplier withdrawing.",
        alternative="Table of statements with source and grade.",
        table=table,
        sources=sources,
    )


def orders_in_a_shortage() -> Exhibit:
    """Return the order of each of two buyers, round by round, under two rules."""
    model = models.get("supply-planning")
    runs = {name: model.run(allocation=rule, rounds=6) for name, rule in _RULES.items()}
    frame = pd.DataFrame(
        [
            {"group": name, "x": place, "y": order}
            for name, run in runs.items()
            for place, order in zip(run["round"], run["buyer_order"], strict=True)
        ]
    )
    last = frame[frame["group"] == next(iter(_RULES))]["y"].iloc[-1]
    table = frame.pivot_table(index="x", columns="group", values="y")[list(_RULES)].round(1)
    need, capacity = (float(model.settings()[name]) for name in ("need", "capacity"))
    return Exhibit(
        name="orders-in-a-shortage",
        title="Whether buyers order more than they need is decided by the supplier’s rule",
        subtitle="Order of each of two buyers in a shortage, ten thousand units a month, by round "
        "of replies to the last orders; model run",
        takeaway=f"Each buyer needs {need:.0f} and receives {capacity / 2:.0f} from first round to "
        f"last. Shared in proportion, orders reach {last:.0f}; levelled, nobody gains by asking.",
        alternative=f"Line chart over six rounds. Shared in proportion to orders, each order grows "
        f"from {need:.0f} to {last:.0f}. Levelled, it stays at {need:.0f}.",
        table=table.reset_index().rename(columns={"x": "round"}),
        draw=lambda width: plots.lines(
            frame, width, x="round", y="ten thousand units", span=(0, 200), points=True
        ),
        note=_ILLUSTRATIVE,
    )


def swing_by_lead_time() -> Exhibit:
    """Return how much more orders vary than demand, by lead time and length of the forecast."""
    frame = pd.DataFrame(
        [
            {
                "group": f"mean of {window} months",
                "x": lead,
                "y": supply_planning.bullwhip_bound(lead, window),
            }
            for window in _WINDOWS
            for lead in range(1, 13)
        ]
    )
    table = frame.pivot_table(index="x", columns="group", values="y").round(2).reset_index()
    worst = frame["y"].max()
    return Exhibit(
        name="swing-by-lead-time",
        title="A forecast made from past sales makes orders swing more the longer parts take",
        subtitle="Variance of orders over variance of demand, at the least, by lead time in "
        "months; order-up-to policy with a moving average",
        takeaway=f"At one year of lead time and four months of memory orders vary {worst:.0f} "
        "times as much as demand, and no buyer has done anything foolish.",
        alternative="Three rising curves; the shorter the memory of the forecast, the steeper. "
        f"The highest reaches {worst:.0f} at twelve months.",
        table=table.rename(columns={"x": "lead time, months"}),
        sources=["chen-drezner-ryan-simchi-levi-2000"],
        draw=lambda width: plots.lines(
            frame, width, x="lead time, months", y="times the variance of demand", span=(0, 28)
        ),
        note="A lower bound for demand without memory, from the theorem of the source.",
    )

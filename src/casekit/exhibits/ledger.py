"""Exhibits of chapter 9: the promises that ran in early 2018, stores, and a flattering clock."""

import pandas as pd

from casekit import data
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit

# What stood when the letter of February 2018 was read; the ledger widget says how it ended.
_RUNNING = {
    "goal-units-2015": "missed",
    "goal-revenue-2017": "met, by the firm’s own word",
    "goal-stores-2017": "no count for the end of the year was found",
    "goal-units-2018": "running, eleven months to go",
    "goal-stores-1000": "running, two years to go",
    "goal-stores-2000": "running",
}
_FIRMS = {"xiaomi": "Xiaomi", "google": "Google", "facebook": "Facebook", "tencent": "Tencent",
          "alibaba": "Alibaba", "apple": "Apple", "huawei": "Huawei"}  # fmt: skip
_STORES = (
    ("2016-01", "stores-2016-01"),
    ("2017-01", "stores-2017-01"),
    ("2017-07", "stores-2017-07"),
    ("2018-03", "stores-2018-03"),
    ("2019-12", "stores-2019-12"),
    ("2020-12", "stores-2020-12-06"),
)
_PLAN = (("2017-01", "stores-2017-01"), ("2017-12", "stores-plan-2017-end"),
         ("2020-01", "stores-target-three-years"))  # fmt: skip


def promises_in_2018() -> Exhibit:
    """Return the public goals that had been set by early 2018, and how they stood then."""
    goals = data.load("goals").set_index("id").loc[list(_RUNNING)]
    table = pd.DataFrame(
        {
            "goal": list(goals["goal"]),
            "set": list(goals["set"].astype(str)),
            "due": list(goals["due"].astype(str)),
            "scope": list(goals["scope"].astype(str)),
            "as seen in early 2018": list(_RUNNING.values()),
            "grade": list(goals["grade"].astype(str)),
        }
    )
    return Exhibit(
        name="promises-in-2018",
        title="Six public goals before the seventh: one missed, one met, four open",
        subtitle="Goals of the firm that had been stated in public by early 2018, as they stood "
        "then",
        takeaway="Two results are too few to tell a keep-rate from a guess. The ledger is short "
        "for everyone who has to decide whether to believe the next goal.",
        alternative="Table of goals with date set, date due, scope and standing.",
        table=table,
        sources=list(goals["source"]),
    )


def clocks() -> Exhibit:
    """Return how long seven firms took to a round revenue, as the firm's letter counts it."""
    rows = [(name, f"years-to-100bn-{firm}") for firm, name in _FIRMS.items()]
    table, sources = plots.listed(rows)
    return Exhibit(
        name="clocks",
        title="A clock in yuan of different years flatters the latest arrival",
        subtitle="Years from founding to a yearly revenue of one hundred thousand million yuan, as "
        "the speech of February 2018 counts them",
        takeaway="The yuan of different decades are set equal, and the firms were chosen by the "
        "one that comes out ahead.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "firm", "text": "years"}),
        sources=sources,
        draw=lambda width: plots.bars(table, width, room=28, strong=["Xiaomi"]),
        note="Claims of one letter about seven firms; not tested here.",
    )


def stores_and_plan() -> Exhibit:
    """Return the stores counted and the plan of January 2017."""
    rows = [(month, data.fact(name), "counted") for month, name in _STORES]
    rows += [(month, data.fact(name), "planned in January 2017") for month, name in _PLAN]
    frame = pd.DataFrame(
        {
            "x": [_year(month) for month, _, _ in rows],
            "y": [fact.value for _, fact, _ in rows],
            "group": [group for _, _, group in rows],
        }
    )
    table = pd.DataFrame(
        {
            "month": [month for month, _, _ in rows],
            "stores": [fact.value for _, fact, _ in rows],
            "kind": [group for _, _, group in rows],
            "grade": [fact.grade for _, fact, _ in rows],
        }
    )
    return Exhibit(
        name="stores-and-plan",
        title="The stores came, later than the plan had them",
        subtitle="Mi Home stores, as counted by several sources, and the plan of the January 2017 "
        "letter",
        takeaway="Whether the plan meant a thousand in all or a thousand more is not settled; read "
        "as a total, it was reached eleven months late.",
        alternative="Two rising lines from 54 stores in January 2017; the counted one lies below "
        "the planned one from 2018 to the end.",
        table=table,
        sources=[fact.source.id for _, fact, _ in rows],
        draw=lambda width: plots.lines(
            frame, width, x="January of the year", y="stores", span=(0, 1050), points=True,
            x_format="d",
        ),
        note="Counts come from different sources, two of them weak; between the marks nothing is "
        "known.",
    )  # fmt: skip


def _year(month: str) -> float:
    year, number = month.split("-")
    return int(year) + (int(number) - 1) / 12

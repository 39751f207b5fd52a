"""What the supply bench shows: one path of demand planned twice, and what each lever is worth."""

import math

from casekit.models import supply_planning as model
from casekit.models._portable import Random, fixed, normal_quantile, number

NAME = "supply-bench"
PARAMETERS = model.PARAMETERS + (
    number(
        "phones", "n", "Let this many phones share one part",
        3, (1, 6, 1), "phones",
        "phones of equal, unrelated demand; with a shared part one pool covers them all",
        "illustrative", whole=True,
    ),
    number(
        "seed", "seed", "Try another course of demand",
        10, (1, 99, 1), "1", "seed of the random draws", "any", whole=True,
    ),
)  # fmt: skip

COLUMNS = ["month", "demand", "stock, no team", "stock, team"]
# Levers laid over each other: name, lead time and forecast error with ("_team") or without ("").
LEVERS = (
    ("no team", "", ""),
    ("shorter wait alone", "_team", ""),
    ("better forecast alone", "", "_team"),
    ("team: both", "_team", "_team"),
)
POOL = "team, and one shared part"


def show(settings: dict) -> dict:
    """Return stock by month, safety stock by lever, a sentence and the months as a table.

    Args:
        settings: A value for every parameter.
    """
    run = model.simulate(settings, Random(settings["seed"]))
    months = zip(run["month"], run["demand"], run["inventory"], run["inventory_team"])
    rows = [list(row) for row in months]
    stock = safety_stocks(settings)
    return {
        "data": {"months": _months(rows), "stock": stock},
        "sentence": _sentence(settings, rows, stock),
        "columns": COLUMNS,
        "rows": rows,
    }


def safety_stocks(settings: dict) -> list:
    """Return the safety stock for all phones, million units, under each lever and for the pool.

    The pool of n unrelated phones has n times the mean and √n times the spread of one.
    """
    n = settings["phones"]
    found = [
        {"lever": name, "stock": n * _stock(settings, wait, forecast, 1)}
        for name, wait, forecast in LEVERS
    ]
    return found + [{"lever": POOL, "stock": _stock(settings, "_team", "_team", n)}]


def _stock(p, wait, forecast, n):
    z = normal_quantile(model.critical_ratio(p["underage_cost"], p["overage_cost"]))
    spread = p["forecast_error" + forecast] / math.sqrt(n)
    return model.safety_stock(z, spread, n * p["mean_demand"], p["lead_time" + wait])


def _months(rows):
    return [
        {"month": month, "planner": planner, "stock": stock, "short": stock < 0.0}
        for month, _, alone, team in rows
        for planner, stock in (("no team", alone), ("team", team))
    ]


def changes(stock: list) -> list:
    """Return by how many percent each lever changes the first safety stock; None if that is nil.

    Args:
        stock: Rows as :func:`safety_stocks` gives them.
    """
    whole = stock[0]["stock"]
    return [100.0 * (row["stock"] / whole - 1.0) if whole else None for row in stock]


def _sentence(settings, rows, stock):
    alone = len([row for row in rows if row[2] < 0.0])
    team = len([row for row in rows if row[3] < 0.0])
    text = "On this course of demand stock runs out in %d of %d months without the team and in %d "
    text = text % (alone, len(rows), team) + "with it. "
    _, wait, forecast, both, pool = changes(stock)
    if wait is None:
        return text + "Both costs are equal, so the planner holds no safety stock at all."
    text += "The team changes the safety stock by %s percent: " % _signed(both)
    text += "the shorter wait alone by %s, the better forecast alone by %s." % (
        _signed(wait), _signed(forecast),
    )  # fmt: skip
    if settings["phones"] == 1:
        return text
    shared = " With one part shared by %d phones it is %s percent."
    return text + shared % (settings["phones"], _signed(pool))


def _signed(percent):
    return fixed(percent, signed=True)

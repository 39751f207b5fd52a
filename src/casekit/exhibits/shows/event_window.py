"""What the event window shows: returns on quoted days, less a benchmark's, summed over a window."""

import math

from casekit.models import expectations as model
from casekit.models._portable import choice, fixed, normal_quantile, number

NAME = "event-window"
DAYS = (
    "2025-09-22", "2025-09-23", "2025-09-24", "2025-09-25", "2025-09-26", "2025-09-29",
    "2025-09-30",
)  # fmt: skip
NONE, HSI, HSTECH = "nothing", "Hang Seng Index", "Hang Seng Tech Index"
HIGHER, LOWER = "the higher one", "the lower one"
COLUMNS = ["day", "share, %", "who printed it", "benchmark, %", "abnormal, %", "counted"]
MISSING = "\u2013"

PARAMETERS = (
    choice("first", "from", "Count from", "2025-09-26", DAYS, "day",
           "first day of the window", "any"),
    choice("last", "to", "Count to", "2025-09-26", DAYS, "day", "last day of the window", "any"),
    choice("benchmark", "R_m", "Hold the share against", NONE, (NONE, HSI, HSTECH), "index",
           "what the share might have done without the event", "any"),
    number("beta", "β", "The share moves this much with it", 1.0, (0.0, 2.0, 0.05), "1",
           "percent that the share moves when the benchmark moves by one percent",
           "1 is the market-adjusted return; the synthetic window estimates its own"),
    choice("rival", "print", "Where prints differ, take", LOWER, (LOWER, HIGHER), "figure",
           "which of several printed or derived figures of one day counts", "any"),
)  # fmt: skip


def show(settings: dict, tables: dict) -> dict:
    """Return each day with its abnormal return, their sum over the window, and a table.

    Args:
        settings: A value for every parameter.
        tables: ``days`` (day, entity, tracker, value: returns in percent) and ``window`` (returns
            of the synthetic market and share, in percent, for the spread of a usual day).
    """
    days = [_day(settings, tables["days"], day) for day in DAYS]
    counted = [day for day in days if day["counted"]]
    return {
        "data": {"days": days},
        "sentence": _sentence(settings, days, counted, tables["window"]),
        "columns": COLUMNS,
        "rows": [
            [day["day"], _cell(day["share"]), day["by"], _cell(day["market"]),
             _cell(day["abnormal"]), "yes" if day["counted"] else "no"]
            for day in days
        ],
    }  # fmt: skip


def _cell(value):
    return MISSING if value is None else value


def _day(settings, rows, day):
    share, by = _figure(settings, rows, day, "1810.HK")
    market, _ = (0.0, "") if settings["benchmark"] == NONE else (
        _figure(settings, rows, day, settings["benchmark"])
    )  # fmt: skip
    known = share is not None and market is not None
    inside = settings["first"] <= day <= settings["last"]
    return {
        "day": day, "label": day[8:], "share": share, "by": by, "market": market, "inside": inside,
        "abnormal": share - settings["beta"] * market if known else None,
        "counted": known and inside,
    }  # fmt: skip


def _figure(settings, rows, day, entity):
    """Return the figure of a day that the reader's rule picks, and who printed it."""
    found = [(row["value"], row["tracker"]) for row in rows
             if row["day"] == day and row["entity"] == entity]  # fmt: skip
    if not found:
        return None, MISSING
    return max(found) if settings["rival"] == HIGHER else min(found)


def _sentence(settings, days, counted, window):
    if settings["last"] < settings["first"]:
        return "The window ends before it begins: there is nothing to add up."
    gaps = [day["day"] for day in days if day["inside"] and not day["counted"]]
    said = "" if not gaps else " Left out, for want of a figure: %s." % ", ".join(gaps)
    if not counted:
        return "No day of this window has the figures it needs." + said
    total = 0.0
    for day in counted:
        total += day["abnormal"]
    market, share = [row["market"] for row in window], [row["share"] for row in window]
    _, _, sigma = model.market_model(market, share)
    spread = math.sqrt(model.car_variance(sigma, market, [day["market"] for day in counted]))
    against = "" if settings["benchmark"] == NONE else " against the %s" % settings["benchmark"]
    text = "Over %d day%s the share returned %s percent%s. " % (
        len(counted), "" if len(counted) == 1 else "s", _signed(total), against,
    )  # fmt: skip
    text += "Had it the spread of our synthetic share, a sum beyond %s either way would be rare: "
    line = spread * normal_quantile(0.975)
    return (
        (text % fixed(line, 1))
        + ("this one is." if abs(total) > line else "this one is not.")
        + said
    )


def _signed(percent):
    return fixed(percent, 2, signed=True)

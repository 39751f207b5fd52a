"""What the growth waterfall shows: growth in revenue as volume, price and everything else."""

import math

from casekit.models._portable import choice, fixed, number

NAME = "growth-waterfall"
YEARS = ("2015 to 2016", "2016 to 2017")
SLIDER, LOGS = "the slider", "logarithms"
COUNTS = ("company", "IDC")
COLUMNS = ["step", "RMB billion", "share of the growth, %"]

PARAMETERS = (
    choice("years", "years", "Explain the growth from", YEARS[1], YEARS, "years",
           "the two years that are compared", "any"),
    choice("count", "q", "Count phones as the", COUNTS[0], COUNTS, "count",
           "whose units stand behind volume and price", "any"),
    choice("method", "by", "Split what is both by", SLIDER, (SLIDER, LOGS), "method",
           "how the part due to volume and price together is shared out", "any"),
    number("to_volume", "w", "Give volume this share of it", 0.5, (0.0, 1.0, 0.05),
           "share of what is both", "0 gives all of it to price, 1 all to volume", "any"),
)  # fmt: skip


def show(settings: dict, tables: dict) -> dict:
    """Return the steps of the waterfall, the split in words, and the steps as a table.

    Args:
        settings: A value for every parameter.
        tables: ``years``: rows with year, revenue and phones (RMB billion), and for each count
            the units (million) and a word on their precision.
    """
    before, after = (_year(tables, year) for year in settings["years"].split(" to "))
    volume, price = split(settings, before, after)
    rest = after["revenue"] - before["revenue"] - volume - price
    parts = [("phones: volume", volume), ("phones: price", price), ("everything else", rest)]
    growth = after["revenue"] - before["revenue"]
    ends = (["revenue " + before["year"], before["revenue"], "\u2013"],
            ["revenue " + after["year"], after["revenue"], "\u2013"])  # fmt: skip
    return {
        "data": {"steps": _steps(before, after, parts)},
        "sentence": _sentence(settings, before, after, parts),
        "columns": COLUMNS,
        "rows": [ends[0]]
        + [[name, amount, 100.0 * amount / growth] for name, amount in parts]
        + [ends[1]],
    }


def _year(tables, year):
    return next(row for row in tables["years"] if row["year"] == year)


def split(settings: dict, before: dict, after: dict) -> tuple:
    """Return what volume and price add to phone revenue, RMB billion; together exactly its growth.

    With revenue = price times units, p₀·Δq is volume, q₀·Δp is price, and Δp·Δq is both: the
    slider shares it out. Logarithms share the growth as ln(q₁/q₀) to ln(p₁/p₀).
    """
    q0, q1 = before[settings["count"]], after[settings["count"]]
    p0, p1 = before["phones"] / q0, after["phones"] / q1
    if settings["method"] == LOGS:
        growth = after["phones"] - before["phones"]
        volume = growth * math.log(q1 / q0) / math.log(after["phones"] / before["phones"])
        return volume, growth - volume
    both = (p1 - p0) * (q1 - q0)
    return p0 * (q1 - q0) + settings["to_volume"] * both, q0 * (p1 - p0) + (
        1.0 - settings["to_volume"]
    ) * both


def _steps(before, after, parts):
    level, steps = before["revenue"], []
    steps.append(_step("revenue " + before["year"], 0.0, level, "total"))
    for name, amount in parts:
        steps.append(_step(name, level, level + amount, "up" if amount >= 0.0 else "down"))
        level += amount
    return steps + [_step("revenue " + after["year"], 0.0, after["revenue"], "total")]


def _step(name, start, end, kind):
    amount = end - start
    words = fixed(end, 1) if kind == "total" else fixed(amount, 1, signed=True)
    return {"step": name, "start": start, "end": end, "kind": kind, "words": words,
            "top": max(start, end)}  # fmt: skip


def _sentence(settings, before, after, parts):
    growth = after["revenue"] - before["revenue"]
    phones = after["phones"] - before["phones"]
    text = "Revenue changes by RMB %s billion, phones by %s: volume %s, price %s. "
    text = text % tuple(_signed(x) for x in (growth, phones, parts[0][1], parts[1][1]))
    q0, q1 = before[settings["count"]], after[settings["count"]]
    change = 100.0 * (after["phones"] / q1 / (before["phones"] / q0) - 1.0)
    text += "By this count the average phone brings in %s percent in the second year. "
    text = text % _signed(change)
    vague = [row[settings["count"] + " is"] for row in (before, after)]
    if vague[0] or vague[1]:
        said = " and ".join(
            "%s for %s" % (word, row["year"]) for word, row in zip(vague, (before, after)) if word
        )
        text += "The count is a bound (%s), so the direction of the price stays open." % said
    return text.strip()


def _signed(amount):
    return fixed(amount, 1, signed=True)

"""What the goal ledger shows: public goals kept or broken, and what a record so short can carry."""

import math

from casekit.models._portable import choice, fixed, number

NAME = "goal-ledger"
KEPT, BROKEN, OUT = "kept", "broken", "left out"
ALL, OUTPUT, RANK = "all goals", "output goals", "rank goals"
COLUMNS = ["goal", "due", "verdict", "kind", "counted as"]
GRID = tuple(0.005 + 0.01 * step for step in range(100))

PARAMETERS = (
    choice("late", "late", "A goal reached late is", BROKEN, (KEPT, BROKEN, OUT), "count",
           "how a goal counts that was reached after its date", "any"),
    choice("unknown", "unknown", "A goal of unknown outcome is", OUT, (BROKEN, OUT), "count",
           "how a goal counts of whose outcome no page was found", "any"),
    choice("goals", "kind", "Count", ALL, (ALL, OUTPUT, RANK), "kind",
           "an output goal depends on what the firm makes and sells, a rank goal on rivals too",
           "our classification, by the unit of the target"),
    number("prior_kept", "α", "Believe beforehand, as if kept", 1.0, (0.5, 20.0, 0.5), "goals",
           "belief before the ledger, as if so many goals had been kept",
           "1 and 1: all rates alike"),
    number("prior_broken", "β", "Doubt beforehand, as if broken", 1.0, (0.5, 20.0, 0.5), "goals",
           "doubt before the ledger, as if so many goals had been broken",
           "1 and 1: all rates alike"),
)  # fmt: skip


def show(settings: dict, tables: dict) -> dict:
    """Return the ledger as counted, the density of the rate of goals kept, words and a table.

    Args:
        settings: A value for every parameter.
        tables: ``goals``: rows with goal, due, verdict (met, late, missed, unknown) and rank
            (whether the target is a rank).
    """
    rows = [
        dict(row, kind=RANK if row["rank"] else OUTPUT, counted=_counted(settings, row))
        for row in tables["goals"]
    ]
    kept, broken = (len([row for row in rows if row["counted"] == as_]) for as_ in (KEPT, BROKEN))
    a, b = settings["prior_kept"] + kept, settings["prior_broken"] + broken
    curve = [{"rate": rate, "density": density(rate, a, b)} for rate in GRID]
    low, high = interval(curve)
    return {
        "data": {
            "ledger": [
                {"goal": row["goal"], "counted": row["counted"],
                 "said": "%s (due %s, %s)" % (row["counted"], row["due"], row["verdict"])}
                for row in rows
            ],
            "curve": curve,
            "mean": [{"rate": a / (a + b), "low": low, "high": high}],
        },
        "sentence": _sentence(kept, broken, len(rows), a / (a + b), (low, high)),
        "columns": COLUMNS,
        "rows": [[row["goal"], row["due"], row["verdict"], row["kind"], row["counted"]]
                 for row in rows],
    }  # fmt: skip


def _counted(settings, row):
    if settings["goals"] != ALL and (settings["goals"] == RANK) != row["rank"]:
        return OUT
    return {"met": KEPT, "missed": BROKEN}.get(row["verdict"]) or settings[row["verdict"]]


def density(rate: float, a: float, b: float) -> float:
    """Return the density of the Beta(a, b) distribution at a rate between 0 and 1."""
    log_of_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp((a - 1.0) * math.log(rate) + (b - 1.0) * math.log(1.0 - rate) - log_of_beta)


def interval(curve: list) -> tuple:
    """Return the rates between which the middle four fifths lie, to a hundredth."""
    whole = 0.0
    for point in curve:
        whole += point["density"]
    run = 0.0
    ends: list = []
    for point in curve:
        run += point["density"] / whole
        for place, share in enumerate((0.1, 0.9)):
            if len(ends) == place and run >= share:
                ends.append(point["rate"])
    return tuple(ends)


def _sentence(kept, broken, known, mean, span):
    text = "By this count %d goal%s kept and %d broken; %d of %d stay out. "
    text = text % (kept, " is" if kept == 1 else "s are", broken, known - kept - broken, known)
    text += "With your prior the rate of goals kept is expected at %s, and lies between %s and %s "
    low, high = span
    return text % (fixed(mean, 2), fixed(low, 2), fixed(high, 2)) + "with a chance of four in five."

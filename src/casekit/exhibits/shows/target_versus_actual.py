"""What target versus actual shows: a year's result by two counts, held against a moving target."""

from casekit.models._portable import choice, fixed

NAME = "target-versus-actual"
TARGETS = ("the first target", "the upper end of the range", "the lower end of the range",
           "the last target")  # fmt: skip
COUNTS = ("company, sold", "IDC, shipped", "company, first half doubled")
COLUMNS = ["result", "million phones", "target", "million phones in the target", "gap, million"]

PARAMETERS = (
    choice("target", "T", "Hold the year against", TARGETS[0], TARGETS, "target",
           "which of the targets named for 2015 counts", "any"),
    choice("count", "r", "Take the result from", COUNTS[0], COUNTS, "count",
           "whose count of 2015 counts; the first half doubled is a projection as of July 2015",
           "any"),
)  # fmt: skip


def show(settings: dict, tables: dict) -> dict:
    """Return every target and result, the gap between the two chosen, and all gaps as a table.

    Args:
        settings: A value for every parameter.
        tables: ``targets`` and ``results``, rows with name, value (million phones) and text.
    """
    target = _row(tables["targets"], settings["target"])
    result = _row(tables["results"], settings["count"])
    bars = [dict(row, kind="result", chosen=row is result) for row in tables["results"]]
    lines = [dict(row, chosen=row is target) for row in tables["targets"]]
    return {
        "data": {"bars": bars, "targets": lines},
        "sentence": _sentence(target, result),
        "columns": COLUMNS,
        "rows": [
            [held["name"], held["text"], goal["name"], goal["value"], held["value"] - goal["value"]]
            for held in tables["results"]
            for goal in tables["targets"]
        ],
    }


def _row(rows, name):
    return next(row for row in rows if row["name"] == name)


def _sentence(target, result):
    gap = result["value"] - target["value"]
    text = "%s: %s phones in 2015, worldwide. Against %s of %g million that is %s million "
    text = text % (_capital(result["name"]), result["text"], target["name"], target["value"],
                   fixed(abs(gap), 1))  # fmt: skip
    return text + ("short." if gap < 0.0 else "above it.")


def _capital(name):
    return name[0].upper() + name[1:]

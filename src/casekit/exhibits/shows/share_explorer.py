"""What the share explorer shows: one firm's share or units by quarter, trackers side by side."""

from casekit.models._portable import choice, fixed

NAME = "share-explorer"
QUARTERS = tuple("%dQ%d" % (year, q) for year in range(2014, 2019) for q in range(1, 5))
SHARE, UNITS = "share of the market, percent", "phones, million"
SCOPES = ("world", "China", "India")
FIRMS = ("Xiaomi", "Huawei", "OPPO", "vivo", "Samsung", "Apple")
COLUMNS = ["quarter", "figure", "tracker", "measure", "basis", "print"]
GAP = "\u2013"

PARAMETERS = (
    choice("scope", "scope", "Count phones in", "world", SCOPES, "market",
           "the market that the figure is about", "any"),
    choice("quantity", "what", "Show", SHARE, (SHARE, UNITS), "quantity",
           "a share of all phones in that market, or the phones themselves", "any"),
    choice("firm", "firm", "Follow", "Xiaomi", FIRMS, "firm", "whose figures are shown", "any"),
    choice("quarter", "quarter", "Read the figures of", "2014Q3", QUARTERS, "quarter",
           "the quarter that the sentence reads out", "any"),
)  # fmt: skip


def show(settings: dict, tables: dict) -> dict:
    """Return the figures of one firm, scope and quantity, those of one quarter in words, a table.

    Args:
        settings: A value for every parameter.
        tables: ``shares`` (percent) and ``shipments`` (million phones), rows with period, entity,
            scope, tracker, value, measure, basis, vintage.
    """
    table = "shares" if settings["quantity"] == SHARE else "shipments"
    wanted = (settings["firm"], settings["scope"])
    rows = [row for row in tables[table] if (row["entity"], row["scope"]) == wanted]
    points = [
        {"quarter": row["period"], "value": row["value"], "tracker": row["tracker"],
         "derived": row["basis"] == "derived"}
        for row in rows
    ]  # fmt: skip
    cells = [
        [row["period"], row["value"], row["tracker"], row["measure"], row["basis"], row["vintage"]]
        for row in rows
    ]
    return {
        "data": {"points": points, "chosen": [{"quarter": settings["quarter"]}]},
        "sentence": _sentence(settings, rows),
        "columns": COLUMNS,
        "rows": cells or [[GAP] * len(COLUMNS)],
    }


def _sentence(settings, rows):
    unit = " percent" if settings["quantity"] == SHARE else " million"
    here = [row for row in rows if row["period"] == settings["quarter"]]
    said = ["%s %g%s (%s, %s)" % (row["tracker"], row["value"], unit, row["measure"], row["basis"])
            for row in here]  # fmt: skip
    place = "worldwide" if settings["scope"] == "world" else "in " + settings["scope"]
    text = "%s %s, %s: %s. " % (
        settings["firm"], place, settings["quarter"],
        "; ".join(said) if said else "no figure in the data, a gap",
    )  # fmt: skip
    known = len({row["period"] for row in rows})
    text += "Of the %d quarters from 2014 to 2018, %d have a figure" % (len(QUARTERS), known)
    return text + _spread(rows, unit) + "."


def _spread(rows, unit):
    """Say how far figures of one quarter lie apart at most."""
    widest, where = 0.0, ""
    for quarter in QUARTERS:
        values = [row["value"] for row in rows if row["period"] == quarter]
        if values and max(values) - min(values) > widest:
            widest, where = max(values) - min(values), quarter
    if not where:
        return ""
    return "; those of one quarter lie up to %s%s apart (%s)" % (fixed(widest, 1), unit, where)

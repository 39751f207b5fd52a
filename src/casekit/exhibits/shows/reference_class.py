"""What the reference class shows: falls of phone makers, and how many came back by which rule."""

from casekit.models._portable import choice, fixed, number

NAME = "reference-class"
ANY, YEARS, QUARTERS = "anything", "years", "quarters"
EARLY, LATE = "at the first good look", "at the last year known"
PEAK, HALF, TROUGH = "back above the peak", "half of the fall won back", "above the lowest point"
YES, NO = "yes", "no"
OUT, NOT = "left out", "not recovered"
COLUMNS = ["maker", "what is counted", "fall, %", "later, peak = 100", "outcome"]
GAP = "\u2013"

PARAMETERS = (
    number("least_fall", "fall", "Count a fall of at least", 5.0, (0.0, 80.0, 1.0), "percent",
           "smallest fall from peak to trough that belongs to the class", "any"),
    choice("counted", "what", "Count falls in", ANY, (ANY, YEARS, QUARTERS), "periods",
           "whether figures are those of years or of quarters", "any"),
    choice("look", "when", "Look again", EARLY, (EARLY, LATE), "time",
           "where two rows differ only in the year at which they stop, which one counts", "any"),
    choice("recovered", "back", "Call recovered what is", PEAK, (PEAK, HALF, TROUGH), "rule",
           "how far back a maker must come", "any"),
    choice("own", "own", "Let the firm of this case count too", YES, (YES, NO), "choice",
           "whether the firm whose chances are judged belongs to the class", "any"),
    choice("open", "open", "A fall without a later figure is", OUT, (OUT, NOT), "count",
           "how a row counts that ends at its lowest figure", "any"),
)  # fmt: skip

_EARLY = "-one-year"


def show(settings: dict, tables: dict) -> dict:
    """Return the falls that the rules admit, what became of each, words and a table.

    Args:
        settings: A value for every parameter.
        tables: ``declines``: rows with id, maker, counted, own, peak, trough and after (numbers of
            one unit; after is None where the row ends at its trough).
    """
    ids = [row["id"] for row in tables["declines"]]
    rows = [_outcome(settings, row) for row in tables["declines"] if _admitted(settings, row, ids)]
    rows.sort(key=lambda row: row["trough"])
    return {
        "data": {"falls": rows},
        "sentence": _sentence(rows, len(ids)),
        "columns": COLUMNS,
        "rows": [
            [row["maker"], row["counted"], 100.0 - row["trough"],
             GAP if row["after"] is None else row["after"], row["outcome"]]
            for row in rows
        ] or [[GAP] * len(COLUMNS)],
    }  # fmt: skip


def _admitted(settings, row, ids):
    early = row["id"].endswith(_EARLY)
    twin = row["id"][: -len(_EARLY)] if early else row["id"] + _EARLY
    if twin in ids and early != (settings["look"] == EARLY):
        return False
    if settings["own"] == NO and row["own"]:
        return False
    period = {YEARS: "in a year", QUARTERS: "in a quarter"}.get(settings["counted"], "")
    fall = 100.0 * (1.0 - row["trough"] / row["peak"])
    return row["counted"].endswith(period) and fall >= settings["least_fall"]


def _outcome(settings, row):
    """Return a row with its figures as percent of its peak, and what became of it."""
    trough = 100.0 * row["trough"] / row["peak"]
    after = None if row["after"] is None else 100.0 * row["after"] / row["peak"]
    bar = {PEAK: 100.0, HALF: (100.0 + trough) / 2.0, TROUGH: trough}[settings["recovered"]]
    back = after is not None and after > bar
    outcome = "recovered" if back else NOT if after is not None else settings["open"]
    return {
        "id": row["id"], "maker": row["maker"], "counted": row["counted"], "trough": trough,
        "after": after, "outcome": outcome, "words": "%s, %s" % (row["maker"], row["counted"]),
    }  # fmt: skip


def _sentence(rows, known):
    judged = [row for row in rows if row["outcome"] != OUT]
    back = [row for row in judged if row["outcome"] == "recovered"]
    if not judged:
        return "No fall that these rules admit has an outcome to judge."
    text = "By these rules %d of %d falls were followed by a recovery, %s percent" % (
        len(back), len(judged), fixed(100.0 * len(back) / len(judged)),
    )  # fmt: skip
    own = len([row for row in back if row["maker"] == "Xiaomi"])
    text += "; %d of the recoveries %s the firm’s own. " % (own, "is" if own == 1 else "are")
    out = len(rows) - len(judged)
    said = "The rules leave out %d of the %d rows, and %d more end at their lowest figure. "
    text += said % (known - len(rows), known, out)
    return text + "So few, and so unequal in length, prove little."

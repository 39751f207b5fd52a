"""What the gate designer shows: both errors of a committee, and of a veto of quality itself."""

from casekit.models import quality_gate as model
from casekit.models._portable import fixed

NAME = "gate-designer"
PARAMETERS = model.PARAMETERS
COLUMNS = ["yeses needed", "good stopped, %", "bad released, %", "value per product"]


def show(settings: dict) -> dict:
    """Return errors by number of yeses, releases by merit, a sentence and the errors as a table.

    Args:
        settings: A value for every parameter of the model.
    """
    votes = [_errors(settings, k) for k in range(1, settings["members"] + 1)]
    return {
        "data": {
            "errors": [
                {"votes": row[0], "error": error, "percent": percent,
                 "chosen": row[0] == settings["votes"]}
                for row in votes
                for error, percent in (("good stopped", row[1]), ("bad released", row[2]))
            ],
            "values": [{"votes": row[0], "value": row[3], "chosen": row[0] == settings["votes"]}
                       for row in votes],
            "criterion": _criterion(settings),
            "chosen": [{"merit": settings["merit"]}],
        },
        "sentence": _sentence(settings),
        "columns": COLUMNS,
        "rows": votes,
    }  # fmt: skip


def _errors(settings, k):
    p = dict(settings, votes=k)
    measured = [model.MEASURES[name][0](p) for name in ("false_reject_pct", "false_accept_pct",
                                                        "value")]  # fmt: skip
    return [k] + measured


def _criterion(settings):
    """Return how many bad products each rule releases, over what else speaks for a product."""
    p2, found = settings["approve_bad"], []
    for merit in model.MERITS:
        for rule, share in (
            ("weighed", model.released_by_weighing(settings, merit, p2)),
            ("quality may veto", model.released_under_veto(merit, p2)),
        ):
            found.append({"merit": merit, "rule": rule, "percent": 100.0 * share})
    return found


def _sentence(settings):
    k, m = settings["votes"], settings["members"]
    if k > m:
        text = "Nobody can gather %d yeses among %d: nothing is released. " % (k, m)
    else:
        _, stopped, released, value = _errors(settings, k)
        said = (k, m, fixed(stopped, 1), fixed(released, 1), fixed(value, 2))
        text = (
            "Asking %d of %d for a yes stops %s percent of good products and releases %s "
            "percent of bad ones; a product proposed is worth %s. " % said
        )  # fmt: skip
    best = model.best_votes(settings, settings["gain"])
    text += _best(best, m) + " "
    merit, p2 = settings["merit"], settings["approve_bad"]
    vetoed = 100.0 * model.released_under_veto(merit, p2)
    weighed = 100.0 * model.released_by_weighing(settings, merit, p2)
    return text + (
        "Read as a criterion, quality’s own veto releases %s percent of bad products with this "
        "merit, weighing %s." % (fixed(vetoed), fixed(weighed))
    )


def _best(best, members):
    if best < 1:
        return "For independent votes no gate at all would be worth most."
    if best > members:
        return "For independent votes releasing nothing would be worth most."
    return "For independent votes %d would be worth most." % best

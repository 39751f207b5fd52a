"""What the promise dial shows: what each promise pays, how often it is kept, and the best one."""

from casekit.models import expectations as model
from casekit.models._portable import fixed

NAME = "promise-dial"
PARAMETERS = model.PARAMETERS
COLUMNS = ["promise", "payoff", "payoff with the gate", "kept, %"]


def show(settings: dict) -> dict:
    """Return payoff and keep rate over the promise, the promise chosen, the best one, a table.

    Args:
        settings: A value for every parameter of the model.
    """
    rows = [[G, pays, gated, 100.0 * kept] for G, pays, gated, kept in model.promises(settings)]
    best = _measure(settings, "best_promise_with_gate")
    marked = [("yours", settings["promise"])]
    if best is not None:
        marked.append(("best", best))
    return {
        "data": {
            "curve": [{"promise": row[0], "payoff": row[2], "kept": row[3]} for row in rows],
            "mean": [{"promise": settings["outcome_mean"]}],
            "marks": [_mark(settings, name, promise) for name, promise in marked],
        },
        "sentence": _sentence(settings, best),
        "columns": COLUMNS,
        "rows": rows,
    }


def _measure(settings, name):
    return model.MEASURES[name][0](settings)


def _mark(settings, name, promise):
    p = dict(settings, promise=promise)
    kept = _measure(p, "keep_rate_pct")
    return {"name": name, "promise": promise, "payoff": _measure(p, "payoff_with_gate"),
            "kept": kept}  # fmt: skip


def _sentence(settings, best):
    yours = _mark(settings, "yours", settings["promise"])
    text = "A promise of %s is kept in %s of 100 cases and pays %s on average. "
    text = text % (fixed(yours["promise"]), fixed(yours["kept"]), fixed(yours["payoff"], 1))
    if settings["promise"] < settings["meeting_threshold"]:
        text += "It is too small for anybody to come and listen. "
    if best is not None:
        there = _mark(settings, "best", best)
        return text + "Best would be %s, kept in %s of 100 cases, which pays %s." % (
            fixed(best, 1), fixed(there["kept"]), fixed(there["payoff"], 1),
        )  # fmt: skip
    if _measure(settings, "promise_rule") == model.WITHOUT_LIMIT:
        return text + "Falling short costs less than attention earns: no promise is too high."
    return text + "No promise pays more than staying away."

"""What the repeated game of promises shows: trust by period, under several courses of luck."""

from casekit.models import expectations as model
from casekit.models._portable import Random, fixed, number

NAME = "promise-game"
PARAMETERS = model.PARAMETERS + (
    number(
        "seed", "seed", "Try another course of luck",
        1, (1, 99, 1), "1", "seed of the random draws", "any", whole=True,
    ),
)  # fmt: skip
COLUMNS = ["period", "promise", "outcome", "kept", "trust", "belief of a Bayesian"]
OTHERS = 12
"""How many other courses of luck are drawn faintly behind the one chosen."""


def show(settings: dict) -> dict:
    """Return trust by period for the chosen course and others, where it rests, and a table.

    Args:
        settings: A value for every parameter.
    """
    played = model.periods(settings, Random(settings["seed"]))
    rest = _measure(settings, "trust_at_rest")
    return {
        "data": {
            "path": [
                {"period": t, "trust": T, "belief": belief, "kept": kept == 1}
                for t, _, T, belief, _, _, kept, _ in played
            ],
            "fan": [
                {"course": course, "period": row[0], "trust": row[2]}
                for course in range(1, OTHERS + 1)
                for row in model.periods(settings, Random(1000 * settings["seed"] + course))
            ],
            "rest": [{"trust": rest, "period": settings["periods"]}],
        },
        "sentence": _sentence(settings, played, rest),
        "columns": COLUMNS,
        "rows": [
            [t, G, O, "kept" if kept else "broken", T, belief]
            for t, G, T, belief, _, O, kept, _ in played
        ],
    }


def _measure(settings, name):
    return model.MEASURES[name][0](settings)


def _sentence(settings, played, rest):
    kept = len([row for row in played if row[6]])
    last = played[-1]
    trust = model.trust_after(last[2], last[6], settings["trust_gain"], settings["trust_loss"])
    text = "On this course %d of %d promises are kept and trust ends at %s. "
    text = text % (kept, len(played), fixed(trust, 2))
    text += "A promise of %s is kept in %s of 100 cases, so that trust rests at %s on average."
    often = fixed(_measure(settings, "keep_rate_pct"))
    text = text % (fixed(settings["promise"]), often, fixed(rest, 2))
    return text + " Counting alone would believe in the next promise with %s." % (
        fixed(model.beta_posterior_mean(kept, len(played) - kept), 2)
    )

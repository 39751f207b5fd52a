"""The seal of a decision, and how well stated confidence fitted what came: runs in the page too.

A seal fixes what was decided before the outcome is read: whoever changes a word gets another one.
It is a commitment, no security, since anybody can open the epilogue without it.
"""

import hashlib


def seal(decision: str, choice: str, confidence: float, reason: str) -> str:
    """Return the SHA-256 of a decision, 64 hexadecimal digits.

    Args:
        decision: What was to be decided, by its identifier.
        choice: The option taken.
        confidence: Stated probability of the forecast, percent.
        reason: The reason, in the reader's own words.
    """
    text = "\n".join([decision, choice, "%g" % confidence, reason])
    return "".join(["%02x" % byte for byte in hashlib.sha256(text.encode()).digest()])


def brier(forecasts: list) -> float:
    """Return the mean squared distance of stated probabilities from what came (Brier 1950).

    0 is perfect, 0.25 is what always saying fifty percent earns, 1 is always certain and wrong.

    Args:
        forecasts: Pairs of probability (0 to 1) and outcome (0 or 1); at least one.
    """
    total = 0.0
    for probability, outcome in forecasts:
        total += (probability - outcome) ** 2
    return total / len(forecasts)


def show(settings: dict) -> dict:
    """Return the seal of each decision, and the Brier score of all: what the page asks for.

    Args:
        settings: ``decisions``, each with ``decision``, ``choice``, ``confidence`` (percent),
            ``reason`` and ``outcome`` (whether the forecast came true).
    """
    made = settings["decisions"]
    return {
        "seals": [seal(d["decision"], d["choice"], d["confidence"], d["reason"]) for d in made],
        "brier": brier([(d["confidence"] / 100.0, float(d["outcome"])) for d in made]),
    }

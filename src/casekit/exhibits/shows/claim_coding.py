"""What the claim board shows: how a reader codes claims, against our coding, and Cohen's kappa."""

from casekit.models._portable import choice, fixed

NAME = "claim-coding"
OPEN = "not coded yet"
CODES = ("observed", "claimed", "inferred")
CLAIMS = 12
COLUMNS = ["claim", "yours", "ours", "our reason"]
GAP = "\u2013"

PARAMETERS = tuple(
    choice("claim_%d" % place, "%d" % place, "Claim %d" % place, OPEN, (OPEN,) + CODES, "code",
           "how this claim is coded", "the reader")
    for place in range(1, CLAIMS + 1)
)  # fmt: skip


def show(settings: dict, tables: dict) -> dict:
    """Return the cross-table of both codings, the agreement in words, and the claims as a table.

    Args:
        settings: A code for every claim.
        tables: ``claims``: rows with claim (its text), code and reason, in the order of the
            parameters.
    """
    pairs, rows = [], []
    for place, row in enumerate(tables["claims"], 1):
        yours = settings["claim_%d" % place]
        coded = yours != OPEN
        if coded:
            pairs.append((yours, row["code"]))
        # Ours is told claim by claim, after the reader's.
        ours = (row["code"], row["reason"]) if coded else (GAP, GAP)
        rows.append([row["claim"], yours, ours[0], ours[1]])
    return {
        "data": {
            "cells": [
                {"yours": yours, "ours": ours, "count": pairs.count((yours, ours)),
                 "agree": yours == ours}
                for yours in CODES
                for ours in CODES
            ],
            "meter": _meter(pairs),
        },
        "sentence": _sentence(pairs),
        "columns": COLUMNS,
        "rows": rows,
    }  # fmt: skip


def agreement(pairs: list) -> tuple:
    """Return the share of agreement, the share expected by chance, and Cohen's kappa.

    Kappa is (p − pₑ)/(1 − pₑ), where pₑ is the agreement of two coders who use each code as often
    as these do, but independently (Cohen 1960); None where both use one code only.

    Args:
        pairs: Codes of both coders, one pair a claim; at least one.
    """
    n = len(pairs)
    agreed = len([pair for pair in pairs if pair[0] == pair[1]]) / n
    chance = 0.0
    for code in CODES:
        first = len([pair for pair in pairs if pair[0] == code])
        second = len([pair for pair in pairs if pair[1] == code])
        chance += first * second / (n * n)
    return agreed, chance, None if chance >= 1.0 else (agreed - chance) / (1.0 - chance)


def _meter(pairs):
    if not pairs:
        return []
    agreed, chance, _ = agreement(pairs)
    return [{"agreed": 100.0 * agreed, "chance": 100.0 * chance}]


def _sentence(pairs):
    if not pairs:
        return "No claim is coded yet. Code one, and our code and reason stand in the table."
    agreed, chance, kappa = agreement(pairs)
    text = (
        "Of %d claims coded you agree with us on %s percent; chance alone would give %s percent. "
    )
    text = text % (len(pairs), fixed(100.0 * agreed), fixed(100.0 * chance))
    if kappa is None:
        return text + "Kappa does not exist yet: both codings use a single code."
    return text + "Cohen’s kappa is %s, where 0 is chance and 1 full agreement." % fixed(kappa, 2)

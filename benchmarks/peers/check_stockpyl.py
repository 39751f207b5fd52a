"""Print the newsvendor's best quantity and expected cost by stockpyl, for one known case and some.

Usage: python check_stockpyl.py
"""

import json
import random
from importlib.metadata import version

from stockpyl.newsvendor import newsvendor_normal  # type: ignore[import-not-found]

RANDOM_CASES = 20


def cases() -> list[dict[str, float]]:
    """Return the known case and random ones, the same every time."""
    draw = random.Random(20).uniform
    known = {"holding": 2.0, "stockout": 18.0, "mean": 120.0, "sd": 10.0}
    others = [
        {
            "holding": draw(0.5, 20),
            "stockout": draw(0.5, 100),
            "mean": draw(50, 500),
            "sd": draw(1, 60),
        }
        for _ in range(RANDOM_CASES)
    ]
    return [known, *others]


def solved(case: dict[str, float]) -> dict[str, float]:
    """Return the case with stockpyl's solution."""
    quantity, cost = newsvendor_normal(case["holding"], case["stockout"], case["mean"], case["sd"])
    return {**case, "quantity": float(quantity), "cost": float(cost)}


if __name__ == "__main__":
    print(json.dumps({"version": version("stockpyl"), "cases": [solved(c) for c in cases()]}))

"""Compare our newsvendor with stockpyl's, to a millionth.

Usage: python benchmarks/cross_check.py
"""

from environments import PeerError, environment, spoken

from casekit.models import supply_planning

TOLERANCE = 1e-6


def furthest(case: dict[str, float]) -> float:
    """Return how far our quantity or cost is from stockpyl's."""
    ours = supply_planning.newsvendor(case["stockout"], case["holding"], case["mean"], case["sd"])
    theirs = (case["quantity"], case["cost"])
    return float(max(abs(a - b) for a, b in zip(ours, theirs, strict=True)))


def check() -> None:
    """Print the known case and the largest difference; stop if it is too large."""
    try:
        found = spoken(environment("stockpyl"), "check_stockpyl.py")
    except PeerError as error:
        print(f"stockpyl is left out: {error}")
        return
    known, apart = found["cases"][0], max(furthest(case) for case in found["cases"])
    print(
        f"newsvendor: stockpyl {found['version']} orders {known['quantity']:.4f} at a cost of "
        f"{known['cost']:.4f}; {len(found['cases'])} cases differ from ours by up to {apart:.1g}"
    )
    if apart > TOLERANCE:
        message = f"The newsvendor differs from stockpyl's by more than {TOLERANCE:g}."
        raise SystemExit(message)


if __name__ == "__main__":
    check()

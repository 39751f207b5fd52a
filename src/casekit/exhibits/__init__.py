"""Exhibits: charts of tables and of model runs, each with finding, sources, table and download.

>>> from casekit import exhibits
>>> exhibits.get("units-by-quarter")  # displays itself in a notebook
"""

from importlib import import_module
from typing import TYPE_CHECKING

from casekit.errors import UnknownNameError

if TYPE_CHECKING:
    from casekit.exhibits.exhibit import Exhibit

__all__ = ["get", "module", "names", "number"]

# By chapter: the module that draws, and its exhibits in the order in which they appear. Names,
# not functions, so that looking up a number does not load the chart library.
_CHAPTERS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("peak", ("climb-to-2014", "trackers-2014q3", "china-2014")),
    2: (
        "crisis",
        (
            "targets-2015",
            "shortage-timeline",
            "china-2015-2016",
            "units-by-quarter",
        ),
    ),
    3: (
        "spiral",
        (
            "causal-claims",
            "loop-diagram",
            "last-responsible-moment",
            "two-stories",
        ),
    ),
    4: ("supply", ("remedies", "order-cost", "safety-stock-levers")),
    5: ("rationing", ("supplier-statements", "orders-in-a-shortage", "swing-by-lead-time")),
    6: ("veto", ("committee-told", "following-the-chair", "cost-of-prevention")),
    7: ("concept", ("concept-told", "worth-of-doubt", "chance-that-pays")),
    8: ("turn", ("growth-2017q2", "rivals-2017q4", "home-and-abroad", "money-2015-2017")),
    9: ("ledger", ("promises-in-2018", "clocks", "stores-and-plan")),
    10: ("promise", ("before-the-speech", "best-promise", "trust-by-keeping")),
    11: ("verdict", ("heros-journey", "returns-by-day", "news-around")),
    12: ("criticism", ("letter-twice", "misprints", "online-shares")),
    14: ("transfer", ("falls", "units-by-year", "rates-by-rule")),
}
_NUMBERS = {
    name: (chapter, order)
    for chapter, (_, exhibits) in _CHAPTERS.items()
    for order, name in enumerate(exhibits, start=1)
}


def names() -> list[str]:
    """Return the names of all exhibits."""
    return list(_NUMBERS)


def number(name: str) -> tuple[int, int]:
    """Return an exhibit's chapter and its place in it, e.g. ``(2, 1)``.

    Raises:
        UnknownNameError: If there is no such exhibit; the nearest names are offered.
    """
    if name not in _NUMBERS:
        raise UnknownNameError("exhibit", name, _NUMBERS)
    return _NUMBERS[name]


def module(name: str) -> str:
    """Return the name of the module that draws an exhibit, without loading it.

    Raises:
        UnknownNameError: If there is no such exhibit; the nearest names are offered.
    """
    chapter, _ = number(name)
    return f"casekit.exhibits.{_CHAPTERS[chapter][0]}"


def get(name: str) -> "Exhibit":
    """Return an exhibit by name.

    Raises:
        UnknownNameError: If there is no such exhibit; the nearest names are offered.
    """
    chapter, order = number(name)
    exhibit: Exhibit = getattr(import_module(module(name)), name.replace("-", "_"))()
    return exhibit.numbered(f"{chapter}.{order}")

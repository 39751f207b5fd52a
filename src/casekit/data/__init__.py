"""The tables of the case: load one, look up a fact, cite a source, check them all.

>>> from casekit.data import fact
>>> fact("units-2015-company").text
'over 70 million'
"""

from typing import TYPE_CHECKING, Any

from casekit.data._check import Fault, check
from casekit.data._facts import Fact, Source, evaluate, fact, source
from casekit.data._tables import folder, tables

if TYPE_CHECKING:
    from casekit.data._frames import load

__all__ = [
    "Fact",
    "Fault",
    "Source",
    "check",
    "evaluate",
    "fact",
    "folder",
    "load",
    "source",
    "tables",
]


def __getattr__(name: str) -> Any:
    # Looking up one fact should not wait a second for pandas.
    if name == "load":
        from casekit.data._frames import load  # noqa: PLC0415

        return load
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)

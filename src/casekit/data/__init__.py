"""The tables of the case: load one, look up a fact, cite a source, check them all.

>>> from casekit.data import fact
>>> fact("units-2015-company").text
'over 70 million'
"""

from typing import TYPE_CHECKING, Any

from casekit.data._check import Fault, check
from casekit.data._disputes import Dispute, RivalValue, dispute
from casekit.data._facts import Fact, cite, evaluate, fact, warm
from casekit.data._sources import Source, source
from casekit.data._stamp import stamp
from casekit.data._tables import describe, folder, rows, tables
from casekit.data._times import order
from casekit.data._wording import long_date

if TYPE_CHECKING:
    from casekit.data._frames import Table, facts, load

__all__ = [
    "Dispute",
    "Fact",
    "Fault",
    "RivalValue",
    "Source",
    "Table",
    "check",
    "cite",
    "describe",
    "dispute",
    "evaluate",
    "fact",
    "facts",
    "folder",
    "load",
    "long_date",
    "order",
    "rows",
    "source",
    "stamp",
    "tables",
    "warm",
]

# Looking up one fact should not wait for pandas.
_FRAMES = {"Table", "facts", "load"}


def __getattr__(name: str) -> Any:
    if name in _FRAMES:
        from casekit.data import _frames  # noqa: PLC0415

        return getattr(_frames, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)

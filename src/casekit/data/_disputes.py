"""Where sources disagree: the rival values, why they differ, what settles it, what stays open."""

from dataclasses import dataclass
from pathlib import Path

from casekit.data import _tables
from casekit.data._facts import Fact, fact
from casekit.errors import UnknownNameError


@dataclass(frozen=True)
class RivalValue:
    """One side of a dispute: whose claim it is, in a few words, and its row."""

    says: str
    fact: Fact


@dataclass(frozen=True)
class Dispute:
    """A point on which sources, or the two languages of one letter, disagree.

    Attributes:
        id: Readable id.
        kind: ``sources`` or ``translation``.
        question: What is in dispute.
        why: Why the values differ.
        settle: How a reader can settle it.
        open: What remains open.
        values: The rival claims, two or more; nothing averages them.
    """

    id: str
    kind: str
    question: str
    why: str
    settle: str
    open: str
    values: tuple[RivalValue, ...]

    def __str__(self) -> str:
        """The dispute on several lines: question, rival values with sources, and what to do."""
        sides = [
            f"  - {side.says} [{side.fact.source.citation}; grade {side.fact.grade}]"
            for side in self.values
        ]
        ends = [f"Why: {self.why}", f"To settle it: {self.settle}", f"Open: {self.open}"]
        return "\n".join([self.question, *sides, *ends])


def dispute(dispute_id: str, *, root: Path | None = None) -> Dispute:
    """Look up a dispute by its id; ``load("disputes")`` lists them.

    Args:
        dispute_id: For example ``"dispute-100bn-profit-or-revenue"``.
        root: Another folder of tables to read.

    Raises:
        UnknownNameError: There is no such dispute, or it names a row that is not there.
        InvalidInputError: A table cannot be read.
    """
    here = _tables.folder(root)
    known = {row["id"]: row for row in _tables.rows("disputes", here)}
    if dispute_id not in known:
        raise UnknownNameError(kind="dispute", name=dispute_id, known=known)
    sides = tuple(
        RivalValue(row["says"], fact(row["row"], root=root))
        for row in _tables.rows("dispute-values", here)
        if row["dispute"] == dispute_id
    )
    return Dispute(**known[dispute_id], values=sides)

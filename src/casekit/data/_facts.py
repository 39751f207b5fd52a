"""Look up one fact, or work out a formula."""

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, nan
from pathlib import Path
from typing import Any

from casekit.data import _formula, _tables
from casekit.data._sources import Source, source
from casekit.data._wording import long_date, number, with_unit
from casekit.errors import InvalidInputError, UnknownNameError

# What has a place in the market: of these a reader must know which part of the world is meant.
_PLACED = {
    "shipped", "sold", "sold-through", "demand", "supply", "share", "revenue", "profit", "target",
    "forecast", "stores", "rank",
}  # fmt: skip
_STYLES = ("apa", "bibtex")
_PHONES = {"shipped", "sold", "sold-through", "unknown"}


@dataclass(frozen=True)
class Fact:
    """One sourced claim: a row of ``facts`` or of a series.

    ``value`` and ``value_high`` are in ``unit`` and are ``None`` where the source gives none;
    ``printed`` and ``printed_high`` keep them as written, with the source's precision; ``table`` is
    where the row stands.
    """

    id: str
    statement: str
    value: float | None
    value_high: float | None
    printed: str
    printed_high: str
    qualifier: str
    unit: str
    period: str
    entity: str
    scope: str
    measure: str
    basis: str
    formula: str
    source: Source
    locator: str
    grade: str
    note: str
    table: str

    @property
    def text(self) -> str:
        """The value as it stands in prose, e.g. ``over 70 million``; else the statement."""
        if not self.printed:
            return self.statement
        amount = with_unit(self.amount, self.unit)
        return " ".join(part for part in (self.qualifier, amount) if part)

    @property
    def amount(self) -> str:
        """The number alone, or both ends of a range, as prose prints it; empty if there is none."""
        return "\N{EN DASH}".join(
            number(cell) for cell in (self.printed, self.printed_high) if cell
        )

    @property
    def where(self) -> str:
        """The scope a number is true of; empty for claims, and where a place has no meaning."""
        if not self.printed or (self.scope == "unknown" and self.measure not in _PLACED):
            return ""
        return "scope unknown" if self.scope == "unknown" else self.scope

    def __str__(self) -> str:
        """The fact on one line: value, claim with its scope, and source."""
        value = f"{self.text}: " if self.printed else ""
        return f"{value}{self.statement} [{self.scope}; {self.measure}] {self.source.citation}."

    def __float__(self) -> float:
        if self.value is None:
            message = f"The fact {self.id!r} is a claim without a number; use its statement."
            raise InvalidInputError(message)
        return self.value


def fact(fact_id: str, *, root: Path | None = None) -> Fact:
    """Look up a fact, or a row of a series, by its id.

    Args:
        fact_id: For example ``"change-2016-idc"`` or ``"units-2015-idc"``.
        root: Another folder of tables to read.

    Raises:
        UnknownNameError: There is no such id; the nearest are offered.
        InvalidInputError: A table cannot be read, or the value is no number.
    """
    here = _tables.folder(root)
    known = _index(here)
    if fact_id not in known:
        raise UnknownNameError(kind="fact", name=fact_id, known=known)
    row = known[fact_id]
    plain: dict[str, Any] = {name: row.get(name, "") for name in Fact.__dataclass_fields__}
    plain |= {
        "statement": row.get("statement") or _statement(row),
        "value": _amount(row, "value"),
        "value_high": _amount(row, "value_high"),
        "printed": row["value"],
        "printed_high": row.get("value_high", ""),
        "source": source(row.get("source", ""), root=root),
    }
    return Fact(**plain)


def cite(name: str, style: str = "apa", *, root: Path | None = None) -> str:
    """Cite a document, or the document a claim is taken from.

    Args:
        name: Id of a source, or of a fact or a row of a series.
        style: ``apa`` (an entry of a reference list) or ``bibtex``.
        root: Another folder of tables to read.

    Raises:
        UnknownNameError: There is no such id, or no such style; the nearest are offered.
        InvalidInputError: A table cannot be read.
    """
    here = _tables.folder(root)
    claims, sources = _index(here), {row["id"] for row in _tables.rows("sources", here)}
    if name not in claims and name not in sources:
        raise UnknownNameError(kind="source or fact", name=name, known=[*sources, *claims])
    if style not in _STYLES:
        raise UnknownNameError(kind="style of citation", name=style, known=_STYLES)
    cited = source(claims[name]["source"] if name in claims else name, root=root)
    return cited.bibtex if style == "bibtex" else cited.apa


def evaluate(formula: str, *, root: Path | None = None) -> float:
    """Work out arithmetic on facts, e.g. ``"[units-2015-idc] / [target-2015-last]"``.

    Args:
        formula: Numbers, ``+ - * / **``, round brackets, ``ln exp sqrt abs min max``, and ids in
            square brackets; ``[id.high]`` is the upper end of a range.
        root: Another folder of tables to read.

    Raises:
        InvalidInputError: It is not such a formula, a fact in it has no number, or a table cannot
            be read.
        UnknownNameError: There is no such fact.
    """

    def amount(name: str) -> float:
        found = fact(name.removesuffix(".high"), root=root)
        if not name.endswith(".high"):
            return float(found)
        if found.value_high is None:
            message = f"The fact {found.id!r} has no upper end; leave out `.high`."
            raise InvalidInputError(message)
        return found.value_high

    return _formula.compute(formula, amount)


@lru_cache
def _index(root: Path) -> dict[str, dict[str, str]]:
    return {
        row["id"]: {**row, "table": table}
        for table in _tables.package(root)
        for row in _tables.rows(table, root)
        if "value" in row
    }


def _amount(row: dict[str, str], column: str) -> float | None:
    cell = row.get(column, "")
    try:
        number = float(cell) if cell else None
    except ValueError:
        number = nan
    if number is not None and not isfinite(number):
        message = (
            f"The fact {row['id']!r} has {cell!r} in the column {column}, which is no number; "
            "correct it, and run `casekit data check`."
        )
        raise InvalidInputError(message)
    return number


def _statement(row: dict[str, str]) -> str:
    """Say what a row of a series counts."""
    entity, scope, tracker = (row.get(name, "unknown") for name in ("entity", "scope", "tracker"))
    unit, measure = row.get("unit", ""), row.get("measure", "unknown")
    what = {"percent": "share of phones", "million units": "phones"}.get(
        unit, unit.removeprefix("million ") if unit.startswith("million ") else ""
    )
    counted = " ".join(part for part in (what, measure if measure != "unknown" else "") if part)
    said = counted if measure in _PHONES else measure
    place = "" if scope == "unknown" else f"{scope}, "
    return f"{entity}, {place}{long_date(row.get('period', 'undated'))}: {said} ({tracker})."


def warm() -> None:
    """Read what every lookup needs, so that processes forked from this one need not."""
    _index(_tables.folder())

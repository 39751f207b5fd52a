"""Look up one fact, one source, or work out a formula."""

from calendar import month_name
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, nan
from pathlib import Path
from typing import Any

from casekit.data import _formula, _tables
from casekit.errors import InvalidInputError, UnknownNameError


@dataclass(frozen=True)
class Source:
    """A document that facts are taken from: one row of ``sources``."""

    id: str
    author: str
    publisher: str
    title: str
    title_confirmed: bool
    language: str
    date: str
    url: str
    kind: str
    grade: str

    @property
    def citation(self) -> str:
        """One line for a note: author, publisher, title, date."""
        title = f"“{self.title}”" if self.title_confirmed else f"{self.title} (title unconfirmed)"
        date = "undated" if self.date == "unknown" else _long_date(self.date)
        return ", ".join(part for part in (self.author, self.publisher, title, date) if part)


@dataclass(frozen=True)
class Fact:
    """One sourced claim: a row of ``facts`` or of a series.

    ``value`` and ``value_high`` are in ``unit`` and are ``None`` where the source gives none;
    ``printed`` and ``printed_high`` keep them as written, with the source's precision.
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

    @property
    def text(self) -> str:
        """The value as it stands in prose, e.g. ``over 70 million``; else the statement."""
        if not self.printed:
            return self.statement
        number = "\N{EN DASH}".join(
            _number(cell) for cell in (self.printed, self.printed_high) if cell
        )
        return " ".join(part for part in (self.qualifier, _with_unit(number, self.unit)) if part)

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


def source(source_id: str, *, root: Path | None = None) -> Source:
    """Look up a source by its id.

    Args:
        source_id: For example ``"lei-book-chapter"``.
        root: Another folder of tables to read.

    Raises:
        UnknownNameError: There is no such source; the nearest are offered.
        InvalidInputError: The table of sources cannot be read.
    """
    known = {row["id"]: row for row in _tables.rows("sources", _tables.folder(root))}
    if source_id not in known:
        raise UnknownNameError(kind="source", name=source_id, known=known)
    row = known[source_id]
    plain: dict[str, Any] = {name: row.get(name, "") for name in Source.__dataclass_fields__}
    return Source(**plain | {"title_confirmed": plain["title_confirmed"] == "true"})


def evaluate(formula: str, *, root: Path | None = None) -> float:
    """Work out arithmetic on facts, e.g. ``"[units-2015-idc] / [target-2015-last]"``.

    Args:
        formula: Numbers, ``+ - * / **``, round brackets, and ids in square brackets; ``[id.high]``
            is the upper end of a range.
        root: Another folder of tables to read.

    Raises:
        InvalidInputError: It is not such a formula, a fact in it has no number, or a table cannot
            be read.
        UnknownNameError: There is no such fact.
    """

    def number(name: str) -> float:
        found = fact(name.removesuffix(".high"), root=root)
        if not name.endswith(".high"):
            return float(found)
        if found.value_high is None:
            message = f"The fact {found.id!r} has no upper end; leave out `.high`."
            raise InvalidInputError(message)
        return found.value_high

    return _formula.compute(formula, number)


@lru_cache
def _index(root: Path) -> dict[str, dict[str, str]]:
    return {
        row["id"]: row
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
    what = "share of phones" if row.get("unit") == "percent" else "phones"
    entity, scope, period, measure, tracker = (
        row.get(name, "unknown") for name in ("entity", "scope", "period", "measure", "tracker")
    )
    counted = "" if measure == "unknown" else f" {measure}"
    return f"{entity}, {scope}, {period}: {what}{counted} ({tracker})."


def _number(cell: str) -> str:
    whole, point, part = cell.removeprefix("-").partition(".")
    if not whole.isdecimal():  # e.g. 1e5, a number that no source prints
        return cell
    sign = "\N{MINUS SIGN}" if cell.startswith("-") else ""
    return f"{sign}{int(whole):,}{point}{part}"


def _with_unit(number: str, unit: str) -> str:
    currency, _, scale = unit.partition(" ")
    if currency in {"RMB", "USD", "EUR"}:
        return " ".join(part for part in (currency, number, scale) if part)
    if unit == "rank":
        return f"number {number}"
    if number == "1":
        unit = {"companies": "company"}.get(unit, unit.removesuffix("s"))
    words = {"percent": "%", "million units": " million", "million unit": " million"}
    words |= {"ratio": " times", "": ""}
    return f"{number}{words.get(unit, f' {unit}')}"


def _long_date(date: str) -> str:
    year, *rest = date.split("-")
    try:
        month = [month_name[int(rest[0])]] if rest else []
        day = [str(int(rest[1]))] if len(rest) > 1 else []
    except (ValueError, IndexError):
        return date  # the data check names it; a citation still shows what stands there
    return " ".join([*day, *month, year])

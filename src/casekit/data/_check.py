"""Check every table: against its schema, and against the rules that join the tables."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casekit.data import _formula, _tables
from casekit.data._times import is_time, order
from casekit.errors import CasekitError, InvalidInputError, UnknownNameError

Row = dict[str, str]
Complaint = tuple[str, str]  # the column, and what to do about it

# Uniqueness is a rule over all tables (see _duplicates), so the schema's own would say it twice.
# A file of another length has another hash too.
_SAID_ELSEWHERE = {"unique-error", "primary-key", "byte-count"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the data.

    Attributes:
        table: Name of the table, or of the file where there is no table.
        row: Line number in the file; the header is line 1.
        column: Name of the column; empty if the whole line or file is meant.
        message: What is wrong and what to do.
    """

    table: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.table}, line {self.row}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.message}"


def check(root: Path | None = None) -> list[Fault]:
    """Validate the data package in ``root`` (default: the tables of casekit).

    Missing, broken and unreadable files are faults too. The list is empty when all is well.

    Raises:
        InvalidInputError: The ``frictionless`` library is not installed.
    """
    validate = _schema_validator()
    here = _tables.folder(root)
    try:
        described = _tables.read_package(here)
    except _tables.BROKEN as error:
        message = f"it is no readable data package ({_tables.brief(error)}); restore the file."
        return [Fault("datapackage.json", 1, "", message)]
    faults: list[Fault] = []
    read: dict[str, list[Row]] = {}
    for table, about in described.items():
        broken = _unreadable(here, table, about)
        faults += broken or validate(here, about)
        if not broken:
            read[table] = _read(here / about["path"])
    complete = len(read) == len(described)
    faults += _rule_faults(read, described, complete=complete)
    faults += [fault for about in described.values() for fault in _dangling(read, about)]
    if complete:  # whom a missing table would have used, nobody can say
        faults += _unused(read)
    return sorted(set(faults), key=lambda fault: (fault.table, fault.row, fault.column))


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, restval="", restkey=""))


def _unreadable(here: Path, table: str, about: _tables.Json) -> list[Fault]:
    """Look at the file as bytes and at its header; later steps rely on both."""
    try:
        content = (here / about["path"]).read_bytes()
        header = next(csv.reader(content.decode("utf-8").splitlines()), [])
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = "a byte is not UTF-8; save the file as UTF-8."
        return [Fault(table, line, "", message)]
    except (OSError, csv.Error) as error:
        message = f"the file {about['path']} cannot be read ({_tables.brief(error)}); restore it."
        return [Fault(table, 1, "", message)]
    wanted = [field["name"] for field in about["schema"]["fields"]]
    return [Fault(table, 1, *complaint) for complaint in _header(header, wanted)]


def _header(found: list[str], wanted: list[str]) -> Iterator[Complaint]:
    for name in wanted:
        if name not in found:
            yield name, "the column is missing; add it."
    for name in found:
        if name not in wanted:
            yield name, "the schema has no such column; remove it."
    if sorted(found) == sorted(wanted) and found != wanted:
        yield "", f"the columns stand in the wrong order; use {', '.join(wanted)}."


def _schema_validator() -> Callable[[Path, _tables.Json], list[Fault]]:
    try:
        from frictionless import FrictionlessException, Resource  # noqa: PLC0415 - an extra, slow
    except ImportError as error:
        message = "Checking data needs the frictionless library; install the extra casekit[book]."
        raise InvalidInputError(message) from error

    def validate(here: Path, about: _tables.Json) -> list[Fault]:
        # Foreign keys need all tables at once; _dangling says the same with a better hint.
        schema = {key: part for key, part in about["schema"].items() if key != "foreignKeys"}
        try:
            resource = Resource.from_descriptor({**about, "schema": schema}, basepath=str(here))
            errors = [error for task in resource.validate().tasks for error in task.errors]
        except FrictionlessException as error:
            said = _tables.brief(error)
            message = f"its description cannot be used ({said}); correct datapackage.json."
            return [Fault(about["name"], 1, "", message)]
        return [_fault(about, error) for error in errors if error.type not in _SAID_ELSEWHERE]

    return validate


def _fault(about: _tables.Json, error: Any) -> Fault:
    if error.type == "hash-count":
        message = (
            "the bytes differ from the recorded hash; if the change is meant, run "
            "`casekit data stamp`, else restore the file."
        )
        return Fault(about["name"], 1, "", message)
    column = getattr(error, "field_name", None) or ""
    cell = getattr(error, "cell", None) or ""
    field: _tables.Json = next(
        (field for field in about["schema"]["fields"] if field["name"] == column), {}
    )
    message = _advice(error.note or error.message, cell, field)
    return Fault(about["name"], getattr(error, "row_number", 1), column, message)


def _advice(note: str, cell: str, field: _tables.Json) -> str:
    allowed = field.get("constraints", {})
    if '"required"' in note:
        return "the cell is empty but required; fill it in."
    if '"enum"' in note:
        return str(UnknownNameError(kind=field["name"], name=cell, known=allowed["enum"]))
    if '"pattern"' in note:
        return f"{cell!r} does not have the form {allowed['pattern']}; correct it."
    if note.startswith("type is"):
        return f"{cell!r} is not a {field['type']}; correct it."
    return f"{note}; correct it."


def _rule_faults(
    read: dict[str, list[Row]], described: dict[str, _tables.Json], *, complete: bool
) -> Iterator[Fault]:
    yield from _duplicates(read)
    # With a table missing, every formula that needs it would be blamed.
    numbers = _Numbers(read) if complete else None
    for table, rows in read.items():
        bounds = described[table].get("plausible", [])
        columns = [field["name"] for field in _fields(described[table]) if "refersTo" in field]
        for line, row in enumerate(rows, start=2):
            complaints = [
                *_complaints(row, numbers),
                *_plausible(row, bounds),
                *(_no_row(row, columns, numbers) if numbers else ()),
            ]
            for column, message in complaints:
                yield Fault(table, line, column, message)


def _fields(about: _tables.Json) -> list[_tables.Json]:
    fields: list[_tables.Json] = about["schema"]["fields"]
    return fields


def _plausible(row: Row, bounds: list[_tables.Json]) -> Iterator[Complaint]:
    """Hold a figure against the first bound of its series whose other columns fit the row."""
    for bound in bounds:
        if all(row.get(name) == bound[name] for name in bound.keys() - {"low", "high"}):
            for column in ("value", "value_high"):
                if not _within(row.get(column, ""), bound):
                    message = (
                        f"{row[column]} {row['unit']} lies outside {bound['low']} to "
                        f"{bound['high']}, which holds for this series; correct figure or unit."
                    )
                    yield column, message
            return


def _within(cell: str, bound: _tables.Json) -> bool:
    try:
        return not cell or bool(bound["low"] <= float(cell) <= bound["high"])
    except ValueError:
        return True  # the schema has already named the cell that is no number


def _no_row(row: Row, columns: list[str], numbers: "_Numbers") -> Iterator[Complaint]:
    for column in columns:
        if row[column] and row[column] not in numbers.rows:
            yield column, str(UnknownNameError(kind="row", name=row[column], known=numbers.rows))


def _unused(read: dict[str, list[Row]]) -> Iterator[Fault]:
    """Find documents that no row is taken from, and disputes with fewer than two sides."""
    cited = {row["source"] for rows in read.values() for row in rows if "source" in row}
    for line, row in enumerate(read.get("sources", []), start=2):
        # Scholarly works are cited by the text; a test of the book sees to those.
        if row["id"] not in cited and row["grade"] != "S":
            yield Fault("sources", line, "id", "no row is taken from this source; remove it.")
    sides = Counter(row["dispute"] for row in read.get("dispute-values", []))
    for line, row in enumerate(read.get("disputes", []), start=2):
        if sides[row["id"]] < 2:  # noqa: PLR2004  one value is no dispute
            message = "a dispute needs two rows or more in dispute-values; add the rival."
            yield Fault("disputes", line, "id", message)


def _dangling(read: dict[str, list[Row]], about: _tables.Json) -> Iterator[Fault]:
    """Find cells that refer to a row that is not there."""
    for columns, target, names in _tables.foreign_keys(about):
        if target not in read:  # its own fault is already named; do not blame who refers to it
            continue
        column = ", ".join(columns)
        known = {_cells(row, names) for row in read[target]}
        for line, row in enumerate(read.get(about["name"], []), start=2):
            cells = _cells(row, columns)
            # The schema itself says whether a reference may be left out.
            if any(row[name] for name in columns) and cells not in known:
                message = str(UnknownNameError(kind=column, name=cells, known=known))
                yield Fault(about["name"], line, column, message)


def _cells(row: Row, columns: list[str]) -> str:
    return ", ".join(row[name] for name in columns)


def _duplicates(read: dict[str, list[Row]]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for table, rows in read.items():
        for line, row in enumerate(rows, start=2):
            place = f"{table}, line {line}"
            if row["id"] in seen:
                message = f"the id {row['id']!r} already stands in {seen[row['id']]}; rename one."
                yield Fault(table, line, "id", message)
            seen.setdefault(row["id"], place)


def _complaints(row: Row, numbers: "_Numbers | None") -> Iterator[Complaint]:
    if row.get("value", "").lower() in {"nan", "inf", "-inf"}:
        yield "value", f"{row['value']!r} is no amount; write the number or leave the cell empty."
    if "formula" in row:
        yield from _basis(row)
        yield from _recomputes(row, numbers)
    if "value_high" in row:
        yield from _range(row)
    yield from _times(row)


def _basis(row: Row) -> Iterator[Complaint]:
    derived = row["basis"] == "derived"
    if derived and not row["formula"]:
        yield "formula", "a derived row needs a formula; write it, or call the row reported."
    if not derived and row["formula"]:
        yield "formula", "only a derived row has a formula; remove it, or call the row derived."
    if derived != (row["grade"] == "C"):
        yield "grade", "grade C and basis derived go together; correct one of them."


def _recomputes(row: Row, numbers: "_Numbers | None") -> Iterator[Complaint]:
    if numbers is None or row["basis"] != "derived" or not row["formula"]:
        return
    try:
        result = _formula.compute(row["formula"], numbers)
        stored = float(row["value"])
    except CasekitError as error:
        yield "formula", str(error)
        return
    except ValueError:
        yield "value", "a derived row needs a number; write the result of its formula."
        return
    half_a_digit = 0.5 * 10.0 ** -len(row["value"].partition(".")[2])
    if abs(result - stored) > half_a_digit * (1 + 1e-9):
        yield "value", f"{row['value']} is stored but the formula gives {result:.6g}; correct one."


def _range(row: Row) -> Iterator[Complaint]:
    if bool(row["value"]) != bool(row["unit"]):
        yield "unit", "a value and its unit go together; fill in or empty both."
    try:
        if row["value_high"] and float(row["value_high"]) <= float(row["value"]):
            yield "value_high", "the upper end must exceed the value; correct the range."
    except ValueError:
        return  # the schema has already named the cell that is no number


def _times(row: Row) -> Iterator[Complaint]:
    for column in ("period", "date", "start", "end", "set", "due", "reached"):
        cell = row.get(column, "")
        if cell and cell not in {"unknown", "undated"} and not all(map(is_time, cell.split("/"))):
            yield column, f"{cell!r} is not in the calendar; write e.g. 2016Q1 or 2017-07-07."
    if row.get("end") and order(row["end"], last=True) < order(row["start"]):
        yield "end", "the end lies before the start; correct one of them."
    if row.get("date") == "unknown" and not row["note"]:
        yield "note", "a source without a date needs a note that says so; fill it in."
    if row.get("verdict") in {"met", "late"} and not row["reached"]:
        yield "reached", "a goal that was met, or met late, has a date; fill it in."
    first, _, last = row.get("period", "").partition("/")
    if last and last <= first:
        yield "period", "the second year must follow the first; correct the period."


class _Numbers:
    """Numbers of all rows by id, as formulas ask for them; nothing is cached between checks."""

    def __init__(self, read: dict[str, list[Row]]) -> None:
        self.rows = {r["id"]: r for rows in read.values() for r in rows if "value" in r}

    def __call__(self, name: str) -> float:
        id_, _, end = name.partition(".")
        if id_ not in self.rows:
            raise UnknownNameError(kind="fact", name=id_, known=self.rows)
        try:
            return float(self.rows[id_]["value_high" if end else "value"])
        except (KeyError, ValueError) as error:
            message = f"the formula uses [{name}], which is no number; use another row."
            raise InvalidInputError(message) from error

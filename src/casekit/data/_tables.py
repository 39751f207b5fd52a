"""Find, list and read the tables as text. Needs the standard library alone, so it is quick."""

import csv
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from casekit.errors import InvalidInputError, UnknownNameError

Json = dict[str, Any]

# What reading a broken or absent file may raise; csv.Error is a plain Exception.
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, csv.Error)


def folder(root: Path | None = None) -> Path:
    """Return the folder that holds the tables.

    Args:
        root: Another folder to use instead, e.g. a copy in a test.

    Returns:
        ``root`` if given, else the tables inside the installed package, else ``data/`` of the
        checkout.
    """
    if root is not None:
        return root
    packaged = Path(__file__).parent / "tables"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "data"


def read_package(root: Path) -> dict[str, Json]:
    """Read ``datapackage.json`` in ``root`` afresh: a description of each table by its name.

    Raises:
        Exception: One of ``BROKEN``, if the file cannot be read or lacks what is used of it.
    """
    text = (root / "datapackage.json").read_text(encoding="utf-8")
    described = {about["name"]: about for about in json.loads(text)["resources"]}
    # Ask for what is used later, so that its absence shows here.
    fields = {name: _fields(about) for name, about in described.items()}
    for name, about in described.items():
        _ = root / about["path"], fields[name]["id"]
        for columns, target, names in foreign_keys(about):
            _ = [fields[name][one] for one in columns], [fields[target][one] for one in names]
    return described


def _fields(about: Json) -> Json:
    return {
        field["name"]: (field["type"], field.get("constraints", {}).get("enum"))
        for field in about["schema"]["fields"]
    }


def foreign_keys(about: Json) -> Iterator[tuple[list[str], str, list[str]]]:
    """Yield columns, the table they refer to, and its columns, for each foreign key of a table."""
    for key in about["schema"].get("foreignKeys", []):
        reference = key["reference"]
        # The standard also allows one bare name, and an empty resource for the table itself.
        columns, names = (
            [part] if isinstance(part, str) else part
            for part in (key["fields"], reference["fields"])
        )
        yield columns, reference["resource"] or about["name"], names


@lru_cache
def package(root: Path) -> dict[str, Json]:
    """Return the description of each table in ``root`` by its name.

    Raises:
        InvalidInputError: ``datapackage.json`` is absent, broken or incomplete.
    """
    try:
        return read_package(root)
    except BROKEN as error:
        raise _unreadable(root / "datapackage.json", error) from error


def rows(table: str, root: Path | None = None) -> list[dict[str, str]]:
    """Read one table as text cells, one dict of the schema's columns a row; absent cells are empty.

    Raises:
        UnknownNameError: There is no such table.
        InvalidInputError: The file is absent, broken, or lacks a column.
    """
    return _rows(table, folder(root))


@lru_cache
def _rows(table: str, root: Path) -> list[dict[str, str]]:
    about = describe(table, root)
    path = root / about["path"]
    columns = [field["name"] for field in about["schema"]["fields"]]
    try:
        with path.open(encoding="utf-8", newline="") as file:
            found = csv.DictReader(file, restval="")
            missing = [name for name in columns if name not in (found.fieldnames or ())]
            read = [] if missing else [{name: row[name] for name in columns} for row in found]
    except BROKEN as error:
        raise _unreadable(path, error) from error
    if missing:
        message = f"The file {path} lacks the column {missing[0]!r}; run `casekit data check`."
        raise InvalidInputError(message)
    return read


def _unreadable(path: Path, error: Exception) -> InvalidInputError:
    message = f"The file {path} cannot be read ({brief(error)}); run `casekit data check`."
    return InvalidInputError(message)


def brief(error: Exception) -> str:
    """Return the first line of an error's message, or its class where it has none."""
    said = error.strerror if isinstance(error, OSError) else str(error)
    if isinstance(error, KeyError):
        said = f"it lacks {said}"
    return said.splitlines()[0] if said else type(error).__name__


def describe(table: str, root: Path | None = None) -> Json:
    """Return the description of ``table`` in the data package: title, schema, hash, users.

    Raises:
        UnknownNameError: There is no such table.
    """
    known = package(folder(root))
    if table not in known:
        raise UnknownNameError(kind="table", name=table, known=known)
    return known[table]


def tables(root: Path | None = None) -> list[str]:
    """List the names of all tables, e.g. ``facts`` or ``shipments-annual``.

    Args:
        root: Another folder of tables to read.

    Raises:
        InvalidInputError: The data package cannot be read.
    """
    return list(package(folder(root)))

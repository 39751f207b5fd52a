"""Load tables as pandas frames, typed by the schema in ``datapackage.json``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from casekit.data._tables import Json, describe, folder, rows
from casekit.errors import InvalidInputError, UnknownNameError

# A reader must not draw one line through rows that differ in one of these.
_MIXABLE = ("basis", "tracker", "scope", "measure")
_SERIES = {
    "shipments": "Q-DEC",
    "shares": "Q-DEC",
    "shipments-annual": "Y-DEC",
    "shares-annual": "Y-DEC",
}


def load(table: str, /, *, root: Path | None = None, **filters: Any) -> pd.DataFrame:
    """Load a table, or the rows of it that match.

    Args:
        table: A name from :func:`tables`.
        root: Another folder of tables to read.
        **filters: Column and wanted value, or several values in a list, e.g. ``tracker="IDC"``.

    Returns:
        One row a record. ``value`` is float64, enumerations are categories, ``period`` of a series
        is a pandas period (quarter or year), the rest is string. ``attrs`` holds ``title``,
        ``description``, ``units`` (column to unit), ``sources`` (ids) and ``mixes``: columns among
        basis, tracker, scope and measure in which the rows of a series differ, with their values.

    Raises:
        UnknownNameError: No such table, column or value; the nearest names are offered.
        InvalidInputError: The table cannot be read, or a cell is not of its column's type.
    """
    here = folder(root)
    about = describe(table, here)
    fields = about["schema"]["fields"]
    frame = pd.DataFrame(
        rows(table, here), columns=[field["name"] for field in fields], dtype="string"
    )
    allowed = {field["name"]: field.get("constraints", {}).get("enum", []) for field in fields}
    chosen = [_matches(frame, name, wanted, allowed) for name, wanted in filters.items()]
    for match in chosen:
        frame = frame[match[frame.index]]
    frame = frame.reset_index(drop=True)
    for field in fields:
        frame[field["name"]] = _typed(frame[field["name"]], field, _SERIES.get(table))
    frame.attrs.update(_attributes(frame, about))
    return frame


def _matches(
    frame: pd.DataFrame, column: str, wanted: Any, allowed: dict[str, list[str]]
) -> "pd.Series[bool]":
    if column not in allowed:
        raise UnknownNameError(kind="column", name=column, known=allowed)
    several = isinstance(wanted, Iterable) and not isinstance(wanted, str)
    values = [str(value) for value in (wanted if several else [wanted])]
    # A value that the schema knows may be absent from the rows: that is an empty answer, no error.
    known = {*frame[column], *allowed[column]}
    for value in values:
        if value not in known:
            raise UnknownNameError(kind=column, name=value, known=known)
    return frame[column].isin(values)


def _typed(cells: "pd.Series[Any]", field: Json, frequency: str | None) -> "pd.Series[Any]":
    filled = cells.mask(cells == "")
    try:
        if field["type"] == "number":
            return filled.astype("float64")
        if field["type"] == "boolean":
            return (cells == "true").astype(bool)
        if field["name"] == "period" and frequency:
            return pd.Series(pd.PeriodIndex(cells.to_list(), freq=frequency), index=cells.index)
    except ValueError as error:
        message = f"Column {field['name']!r} cannot be read ({error}); run `casekit data check`."
        raise InvalidInputError(message) from error
    if "enum" in field.get("constraints", {}) or field.get("category"):
        return filled.astype("category")
    return cells


def _attributes(frame: pd.DataFrame, about: Json) -> Json:
    is_series = about["name"] in _SERIES
    mixable = [name for name in _MIXABLE if is_series and name in frame]
    kinds = {name: sorted(frame[name].dropna().unique()) for name in mixable}
    return {
        "title": about.get("title", ""),
        "description": about.get("description", ""),
        "units": {f["name"]: f["unit"] for f in about["schema"]["fields"] if "unit" in f},
        "sources": sorted(set(frame["source"])) if "source" in frame else [],
        "mixes": {name: found for name, found in kinds.items() if len(found) > 1},
    }

"""Load tables as pandas frames, typed by the schema in ``datapackage.json``."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from casekit.data._tables import Json, describe, folder, package, rows
from casekit.errors import InvalidInputError, UnknownNameError

# A reader must not draw one line through rows that differ in one of these.
_MIXABLE = ("basis", "tracker", "scope", "measure", "unit")
# Long texts, and what the sources say in full: there to be asked for, not to be printed.
_UNPRINTED = ("formula", "locator", "note", "source", "vintage")


class Table(pd.DataFrame):
    """A loaded table: a frame that prints its title, what all its rows share, and what it mixes.

    What is cut out of it is a plain :class:`pandas.DataFrame` with the same ``attrs``.
    """

    @property
    def _brief(self) -> tuple[str, pd.DataFrame, str]:
        """Return title and shared values, the columns that differ, and the warning."""
        plain = pd.DataFrame(self)
        told = plain.drop(columns=[name for name in _UNPRINTED if name in plain])
        filled = told.loc[:, [not told[name].replace("", None).isna().all() for name in told]]
        several = len(plain) > 1
        shared = [c for c in filled if several and len(filled[c].unique()) == 1]
        constants = "; ".join(f"{name} {filled[name].iloc[0]}" for name in shared)
        mixes = self.attrs.get("mixes", {})
        mixed = ", ".join(f"{name} ({', '.join(kinds)})" for name, kinds in mixes.items())
        warning = f"Mixed: {mixed}. Choose one of each before you draw a line." if mixed else ""
        title = self.attrs.get("title", "")
        return (
            f"{title} [{constants}]" if constants else title,
            filled.drop(columns=shared),
            warning,
        )

    def __repr__(self) -> str:
        """Return the table as text."""
        title, told, warning = self._brief
        wide = ("display.max_columns", None, "display.width", 120, "display.max_colwidth", 40)
        with pd.option_context(*wide):
            return "\n".join(part for part in (title, repr(told), warning) if part)

    def _repr_html_(self) -> str:
        title, told, warning = self._brief
        html: str = told._repr_html_()  # type: ignore[operator]
        return f"<p>{escape(title)}</p>{html}" + (f"<p>{escape(warning)}</p>" if warning else "")


def load(table: str, /, *, root: Path | None = None, **filters: Any) -> Table:
    """Load a table, or the rows of it that match.

    Args:
        table: A name from :func:`tables`.
        root: Another folder of tables to read.
        **filters: Column and wanted value, or several values in a list, e.g. ``tracker="IDC"``.

    Returns:
        One row a record. ``value`` is float64, enumerations are categories, ``period`` of a series
        is a pandas period (quarter, year or day), the rest is string. ``attrs`` holds ``title``,
        ``description``, ``units`` (column to unit; a series in one unit names it), ``sources``
        (ids) and ``mixes``: columns among basis, tracker, scope, measure and unit in which the
        rows of a series differ, with their values.

    Raises:
        UnknownNameError: No such table, column or value; the nearest names are offered.
        InvalidInputError: The table cannot be read, or a cell is not of its column's type.
    """
    here = folder(root)
    about = describe(table, here)
    fields = about["schema"]["fields"]
    frame = _select(rows(table, here), fields, filters)
    for field in fields:
        frame[field["name"]] = _typed(frame[field["name"]], field, about.get("frequency"))
    loaded = Table(frame)
    loaded.attrs.update(_attributes(frame, about))
    return loaded


def facts(*, root: Path | None = None, **filters: Any) -> Table:
    """Return the claims of all tables that match, rival figures side by side.

    Args:
        root: Another folder of tables to read.
        **filters: Column and wanted value, or several values in a list, e.g.
            ``entity="Xiaomi", period="2017Q2", measure="shipped"``.

    Returns:
        Facts and rows of series, one row a claim, in the columns of ``facts`` without statement
        and with ``table`` and ``tracker``. ``value`` is float64, enumerations are categories,
        periods are text, because they differ in length. ``attrs`` as for :func:`load`.

    Raises:
        UnknownNameError: No such column or value; the nearest names are offered.
        InvalidInputError: A table cannot be read, or a cell is not of its column's type.
    """
    here = folder(root)
    fields = _claim(here)
    about = {"title": "Claims of all tables", "series": True, "schema": {"fields": fields}}
    claims = [
        {"tracker": "", "value_high": "", **row, "table": table}
        for table, described in package(here).items()
        if any(field["name"] == "value" for field in described["schema"]["fields"])
        for row in rows(table, here)
    ]
    frame = _select(claims, fields, filters)
    for field in fields:
        name: str = field["name"]
        frame[name] = _typed(frame[name], field, None)
    loaded = Table(frame)
    loaded.attrs.update(_attributes(frame, about))
    return loaded


def _claim(here: Path) -> list[Json]:
    kept: list[Json] = describe("facts", here)["schema"]["fields"]
    plain = {"type": "string", "category": True}
    wide = [
        # Other tables have other words in these columns, so the list of facts does not bind.
        {"name": field["name"], "type": field["type"], "category": "enum" in field["constraints"]}
        for field in kept
        if field["name"] != "statement"
    ]
    place = next(place for place, field in enumerate(wide) if field["name"] == "entity")
    return [*wide[:place], {"name": "tracker", **plain}, *wide[place:], {"name": "table", **plain}]


def _select(found: list[dict[str, str]], fields: list[Json], filters: Json) -> pd.DataFrame:
    names = [field["name"] for field in fields]
    frame = pd.DataFrame(found, columns=names, dtype="string")
    allowed = {field["name"]: field.get("constraints", {}).get("enum", []) for field in fields}
    # Each filter is held against the whole table, so that a typo is told from an empty answer.
    chosen = [_matches(frame, name, wanted, allowed) for name, wanted in filters.items()]
    for match in chosen:
        frame = frame[match[frame.index]]
    return frame.reset_index(drop=True)


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
        if field["type"] in {"number", "integer"}:
            return filled.astype("float64" if field["type"] == "number" else "int64")
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
    mixable = [name for name in _MIXABLE if about.get("series") and name in frame]
    kinds = {name: sorted(frame[name].dropna().unique()) for name in mixable}
    units = {f["name"]: f["unit"] for f in about["schema"]["fields"] if "unit" in f}
    if len(kinds.get("unit", ())) == 1:
        units["value"] = kinds["unit"][0]
    return {
        "title": about.get("title", ""),
        "description": about.get("description", ""),
        "units": units,
        "sources": sorted(set(frame["source"])) if "source" in frame else [],
        "mixes": {name: found for name, found in kinds.items() if len(found) > 1},
    }

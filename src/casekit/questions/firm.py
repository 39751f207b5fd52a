"""A student's own numbers, as they stand in the file `firm.json` beside the notebook."""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casekit.errors import InvalidInputError

FILE = "firm.json"
_MOST_CHARACTERS = 100_000
_LEFT = "style='text-align: left'"

Value = float | int | str


@dataclass(frozen=True)
class Entry:
    """One number or word of a firm: its value, what it counts, and what it stands for."""

    value: Value
    unit: str
    meaning: str


@dataclass(frozen=True)
class Firm(Mapping[str, Value]):
    """The numbers of one student's firm, by name; shown in a notebook as a table.

    Attributes:
        assignment: Name of the assignment the numbers belong to.
        number: What tells this firm from others; it says nothing about the student.
        entries: Each number with unit and meaning.
    """

    assignment: str
    number: str
    entries: Mapping[str, Entry]

    def __getitem__(self, name: str) -> Value:
        return self.entries[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def title(self) -> str:
        """The first line of what is shown, which a submitted notebook keeps."""
        return f"Firm {self.number} ({self.assignment})"

    def __repr__(self) -> str:
        rows = [
            f"{name:24} {entry.value!s:>12}  {entry.unit:28} {entry.meaning}".rstrip()
            for name, entry in self.entries.items()
        ]
        return "\n".join([self.title, *rows])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'><code>{html.escape(name)}</code></th>"
            f"<td>{html.escape(str(entry.value))}</td><td {_LEFT}>{html.escape(entry.unit)}</td>"
            f"<td {_LEFT}>{html.escape(entry.meaning)}</td></tr>"
            for name, entry in self.entries.items()
        )
        return (
            f"<table><caption>{html.escape(self.title)}</caption><thead><tr><th>name</th>"
            f"<th>value</th><th {_LEFT}>unit</th><th {_LEFT}>meaning</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def to_json(self) -> str:
        """Return the text of the file `firm.json`."""
        entries = {name: vars(entry) for name, entry in self.entries.items()}
        document = {"assignment": self.assignment, "number": self.number, "values": entries}
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def firm(assignment: str | None = None, folder: str | Path = ".") -> Firm:
    """Read the numbers of your firm from `firm.json`, the file you were given with the notebook.

    Args:
        assignment: Name of the assignment, to make sure that the file belongs to it.
        folder: Where the file lies; by default beside the notebook.

    Raises:
        InvalidInputError: If the file is missing, no firm, or one of another assignment.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        message = (
            f"{FILE} is not beside this notebook: put the file that you were given there, and run"
            " this cell again."
        )
        raise InvalidInputError(message)
    found = read_firm(path)
    if assignment is not None and found.assignment != assignment:
        message = (
            f"{FILE} belongs to {found.assignment}, and this is {assignment}: put the file of this"
            " assignment here."
        )
        raise InvalidInputError(message)
    return found


def read_firm(path: Path) -> Firm:
    """Read a `firm.json`.

    Raises:
        InvalidInputError: If it is no such file.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:
            document = json.loads(stream.read(_MOST_CHARACTERS))
        entries = {str(name): _entry(each) for name, each in document["values"].items()}
        return Firm(str(document["assignment"]), str(document["number"]), entries)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        message = f"{path.name} is damaged: replace it by the file that you were given."
        raise InvalidInputError(message) from problem


def _entry(document: dict[str, Any]) -> Entry:
    value = document["value"]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    return Entry(value, str(document["unit"]), str(document["meaning"]))

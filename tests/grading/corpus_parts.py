"""What the corpus is made of: cells of an instructor, changes of a student, cases."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from textwrap import dedent
from typing import Any, Literal

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

Notebooks = dict[str, NotebookNode]
Change = Callable[[Notebooks], None]
Content = str | bytes

_REGION = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Submission:
    """What a student hands in, told by how it differs from the released notebooks.

    Attributes:
        student: The student's id.
        answers: New sources by grade id, or one for the only cell with a solution.
        changes: Done to the notebooks after that, in this order.
        solved: Whether the instructor's solutions stand where there is no answer.
        files: Files changed or added, by path.
        timestamp: What `timestamp.txt` says, if there is one.
        leaves_out: Names of notebooks not handed in.
        extension: Granted to this student.
        by_hand: Marks given before grading, by grade id: manual score and extra credit.
        encode: How a notebook's text becomes a file.
        earns: What the test cells must earn together, if that goes without saying.
    """

    student: str
    answers: Mapping[str, str] | str = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    solved: bool = False
    files: Mapping[str, Content] = field(default_factory=dict)
    timestamp: str | None = None
    leaves_out: tuple[str, ...] = ()
    extension: timedelta | None = None
    by_hand: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    encode: Callable[[str], bytes] = str.encode
    earns: Literal["maximum", "nothing"] | None = None


@dataclass(frozen=True)
class Case:
    """A complete assignment with its submissions.

    Attributes:
        name: Name of the assignment.
        notebooks: The cells of the source notebooks, by name.
        submissions: What students handed in.
        files: Files beside the notebooks, by path.
        due: When it is due, in UTC.
        differs: Students whose rows may differ from those of stock, and why.
        minor: The notebooks are in nbformat 4 point this.
    """

    name: str
    notebooks: Mapping[str, list[NotebookNode]]
    submissions: list[Submission]
    files: Mapping[str, Content] = field(default_factory=dict)
    due: datetime | None = None
    differs: Mapping[str, str] = field(default_factory=dict)
    minor: int = 5


def case(name: str, cells: list[NotebookNode], *submissions: Submission, **rest: Any) -> Case:
    """A case of one notebook, named like the assignment."""
    return Case(name, {name: cells}, list(submissions), **rest)


# Submissions


def by(student: str, answers: Mapping[str, str] | str, *changes: Change, **rest: Any) -> Submission:
    """A student with answers of their own."""
    return Submission(student, answers, changes, **rest)


def right(student: str, *changes: Change, **rest: Any) -> Submission:
    """A student who answers like the instructor."""
    rest = {"earns": "maximum"} | rest
    return Submission(student, rest.pop("answers", {}), changes, solved=True, **rest)


def untouched(student: str, *changes: Change, **rest: Any) -> Submission:
    """A student who hands in the released notebook."""
    return Submission(student, {}, changes, **({"earns": "nothing"} | rest))


# Cells


def plain(source: str) -> NotebookNode:
    """A code cell that nbgrader knows nothing of."""
    return new_code_cell(tidy(source))


def words(source: str, attachments: dict[str, dict[str, str]] | None = None) -> NotebookNode:
    """A Markdown cell that nbgrader knows nothing of."""
    more = {"attachments": attachments} if attachments else {}
    return new_markdown_cell(tidy(source), **more)


def locked(grade_id: str, source: str) -> NotebookNode:
    """An instructor's code cell that grading restores."""
    return _marked(plain(source), grade_id, locked=True)


def locked_text(grade_id: str, source: str) -> NotebookNode:
    """An instructor's Markdown cell that grading restores."""
    return _marked(words(source), grade_id, locked=True)


def solution(grade_id: str, source: str) -> NotebookNode:
    """A code cell for an answer that tests grade."""
    return _marked(plain(source), grade_id, solution=True)


def test(grade_id: str, points: float, source: str) -> NotebookNode:
    """A cell of tests."""
    return _marked(plain(source), grade_id, grade=True, locked=True, points=points)


def manual_code(grade_id: str, points: float, source: str) -> NotebookNode:
    """A code cell that somebody grades by hand."""
    return _marked(plain(source), grade_id, grade=True, solution=True, points=points)


def manual_text(grade_id: str, points: float, source: str) -> NotebookNode:
    """A Markdown cell that somebody grades by hand."""
    return _marked(words(source), grade_id, grade=True, solution=True, points=points)


def task(grade_id: str, points: float, source: str) -> NotebookNode:
    """A task that students answer in cells of their own."""
    return _marked(words(source), grade_id, task=True, locked=True, points=points)


test.__test__ = False  # not for pytest


def pair(name: str, points: float, answer: str, tests: str) -> list[NotebookNode]:
    """A cell for an answer and its test."""
    return [solution(name, answer), test(f"{name}-test", points, tests)]


def _marked(cell: NotebookNode, grade_id: str, **marks: Any) -> NotebookNode:
    usual = {"grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": grade_id} | usual | marks
    return cell


def tidy(source: str) -> str:
    """A source written in a triple-quoted string, as it stands in a cell."""
    return dedent(source).strip("\n")


def without_regions(source: str) -> str:
    """A solution without the lines that mark it."""
    return _REGION.sub("", source).rstrip("\n")


def grade_id_of(cell: NotebookNode) -> str | None:
    """The name nbgrader knows a cell by."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


# Changes


def find(notebooks: Notebooks, grade_id: str) -> tuple[NotebookNode, int]:
    """The notebook that holds a cell, and where."""
    for notebook in notebooks.values():
        for place, cell in enumerate(notebook.cells):
            if grade_id_of(cell) == grade_id:
                return notebook, place
    raise KeyError(grade_id)


def before(grade_id: str, *cells: NotebookNode) -> Change:
    """New cells before a cell."""
    return _insert(grade_id, 0, cells)


def after(grade_id: str, *cells: NotebookNode) -> Change:
    """New cells after a cell."""
    return _insert(grade_id, 1, cells)


def _insert(grade_id: str, offset: int, cells: tuple[NotebookNode, ...]) -> Change:
    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        notebook.cells[place + offset : place + offset] = [_copy(cell) for cell in cells]

    return change


def _copy(cell: NotebookNode) -> NotebookNode:
    return NotebookNode({name: value for name, value in cell.items() if name != "id"})


def at_start(*cells: NotebookNode) -> Change:
    """New cells at the start of each notebook."""

    def change(notebooks: Notebooks) -> None:
        for notebook in notebooks.values():
            notebook.cells[:0] = [_copy(cell) for cell in cells]

    return change


def at_end(*cells: NotebookNode) -> Change:
    """New cells at the end of each notebook."""

    def change(notebooks: Notebooks) -> None:
        for notebook in notebooks.values():
            notebook.cells += [_copy(cell) for cell in cells]

    return change


def remove(grade_id: str) -> Change:
    """A cell deleted."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        del notebook.cells[place]

    return change


def remove_with(text: str) -> Change:
    """The cells deleted that hold a text."""

    def change(notebooks: Notebooks) -> None:
        for notebook in notebooks.values():
            notebook.cells = [cell for cell in notebook.cells if text not in cell.source]

    return change


def move(grade_id: str, after: str) -> Change:
    """A cell moved behind another one of the same notebook."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        cell = notebook.cells.pop(place)
        _, place = find(notebooks, after)
        notebook.cells.insert(place + 1, cell)

    return change


def duplicate(grade_id: str) -> Change:
    """A cell copied and pasted, nbgrader's marks included."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        notebook.cells.insert(place, _copy(notebook.cells[place]))

    return change


def rewrite(old: str, new: str) -> Change:
    """A text replaced wherever it stands."""

    def change(notebooks: Notebooks) -> None:
        for notebook in notebooks.values():
            for cell in notebook.cells:
                cell.source = cell.source.replace(old, tidy(new))

    return change


def mark(grade_id: str, /, **marks: Any) -> Change:
    """Some of nbgrader's marks of a cell changed; None takes one away."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        kept = notebook.cells[place].metadata.nbgrader
        kept.update(marks)
        for name in [name for name, value in kept.items() if value is None]:
            del kept[name]

    return change


def unmark(grade_id: str) -> Change:
    """All of nbgrader's marks taken from a cell."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        del notebook.cells[place].metadata["nbgrader"]

    return change


def as_text(grade_id: str) -> Change:
    """A code cell turned into text."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        cell = notebook.cells[place]
        notebook.cells[place] = new_markdown_cell(cell.source, metadata=cell.metadata)

    return change


def attach(grade_id: str, attachments: dict[str, dict[str, str]]) -> Change:
    """Files attached to a Markdown cell."""

    def change(notebooks: Notebooks) -> None:
        notebook, place = find(notebooks, grade_id)
        notebook.cells[place]["attachments"] = attachments

    return change


def kernel(name: str) -> Change:
    """Another kernel chosen."""

    def change(notebooks: Notebooks) -> None:
        for notebook in notebooks.values():
            notebook.metadata.kernelspec = {"name": name, "display_name": name}

    return change


def older_format(notebooks: Notebooks) -> None:
    """The notebooks saved by an older program: nbformat 4.4, whose cells have no ids."""
    for notebook in notebooks.values():
        notebook.nbformat_minor = 4
        for cell in notebook.cells:
            cell.pop("id", None)

"""Read an assignment from nbgrader's gradebook, and write grades into it, many at a time.

The tables are nbgrader's own, through its own classes; what is written is what nbgrader 0.9.6
writes.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader import api
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import bindparam, insert, select, update
from traitlets.config import Config

from casekit.errors import InvalidInputError
from casekit.grading.notebooks import NotNotebookError, parse
from casekit.grading.plan import KnownCell, NotebookPlan, SourceCell, plan_notebook


@dataclass(frozen=True)
class Entry:
    """What is to be written for one submission.

    Attributes:
        student: The student's id.
        timestamp: When it was handed in, or None to leave what stands there.
        scores: By notebook, the autograded score of each graded cell that was found; None where a
            person must mark.
        comments: By notebook, the comment on each answer.
        missing: Notebooks that were not handed in.
        unread: Notebooks that were handed in and cannot be read: a person must look.
        same: By notebook, graded cells whose answer has not changed since a person marked it.
    """

    student: str
    timestamp: datetime | None
    scores: Mapping[str, Mapping[str, float | None]]
    comments: Mapping[str, Mapping[str, str | None]]
    missing: Sequence[str] = ()
    unread: Sequence[str] = ()
    same: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """What the gradebook says of a submission after it was written."""

    student: str
    score: float
    max_score: float
    needs_manual: bool
    late_seconds: float


def read_plans(
    gradebook: api.Gradebook, assignment: str, source: Path, marks: tuple[str, str]
) -> tuple[NotebookPlan, ...]:
    """Return an assignment's notebooks, cells from the gradebook, order and names from the source.

    Args:
        gradebook: An open gradebook.
        assignment: A released assignment.
        source: The folder of its source notebooks.
        marks: What begins and ends a hidden test.

    Raises:
        InvalidInputError: If a source notebook is missing or broken.
    """
    return tuple(
        _plan(notebook, source / f"{notebook.name}.ipynb", marks)
        for notebook in gradebook.find_assignment(assignment).notebooks
    )


def _plan(notebook: api.Notebook, path: Path, marks: tuple[str, str]) -> NotebookPlan:
    try:
        source = parse(path.read_bytes())
    except (OSError, NotNotebookError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        message = f"{path} cannot be read ({reason}): put the source notebook back."
        raise InvalidInputError(message) from problem
    known = _known_cells(notebook)
    order = []
    code = []
    for cell in source.cells:
        mark = cell.metadata.get("nbgrader") or {}
        own = known.get(str(mark.get("grade_id")))
        if own is not None and own not in order:
            order.append(own)
        if cell.cell_type == "code":
            code.append(SourceCell(cell.source, own))
    rest = [cell for cell in known.values() if cell not in order]
    kernel = json.loads(notebook.kernelspec) if notebook.kernelspec else None
    return plan_notebook(notebook.name, [*order, *rest], code, marks, kernel)


def _known_cells(notebook: api.Notebook) -> dict[str, KnownCell]:
    graded = {cell.name: cell.max_score for cell in notebook.grade_cells}
    tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return {
        cell.name: KnownCell(
            cell.name, cell.cell_type, cell.source or "", cell.checksum, bool(cell.locked),
            cell.name in solutions, cell.name in tasks,
            graded.get(cell.name, tasks.get(cell.name)),
        )
        for cell in notebook.source_cells
    }  # fmt: skip


@dataclass
class Mark:
    """What the gradebook says of one graded cell.

    Attributes:
        auto: Autograded score, or None.
        manual: Score given by hand, or None.
        score: Points that count.
        points: Points that can be earned.
    """

    auto: float | None
    manual: float | None
    score: float
    points: float


@dataclass
class Marks:
    """What the gradebook says of one submitted notebook.

    Attributes:
        grades: By the graded cell's name.
        comments: By the answer's name; nothing where there is none.
        late_seconds: How late the submission came.
        needs_manual: Whether somebody still has to mark a part of it.
    """

    grades: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    late_seconds: float = 0.0
    needs_manual: bool = False

    @property
    def score(self) -> float:
        """Points in all."""
        return sum(mark.score for mark in self.grades.values())

    @property
    def points(self) -> float:
        """Points that can be earned."""
        return sum(mark.points for mark in self.grades.values())


def read_marks(gradebook: api.Gradebook, assignment: str, notebook: str) -> dict[str, Marks]:
    """Return what the gradebook says of a notebook of all students, in three queries.

    Args:
        gradebook: An open gradebook.
        assignment: A released assignment.
        notebook: One of its notebooks.
    """
    found = gradebook.find_notebook(notebook, assignment)
    points = {cell.id: cell.max_score for cell in (*found.grade_cells, *found.task_cells)}
    names = {cell.id: cell.name for cell in (*found.grade_cells, *found.solution_cells,
                                             *found.task_cells)}  # fmt: skip
    marks: dict[str, Marks] = {}
    book, work = api.SubmittedNotebook.__table__, api.SubmittedAssignment.__table__
    whose = select(book.c.id, work.c.student_id).join(work, work.c.id == book.c.assignment_id)
    pairs = gradebook.db.execute(whose.where(book.c.notebook_id == found.id)).all()
    students = {number: student for number, student in pairs}  # noqa: C416 - rows, not pairs
    for each in gradebook.assignment_submissions(assignment):
        marks[each.student_id] = Marks(late_seconds=each.total_seconds_late)
    for table in (api.Grade.__table__, api.Comment.__table__):
        query = select(table).join(book, book.c.id == table.c.notebook_id)
        for row in gradebook.db.execute(query.where(book.c.notebook_id == found.id)).mappings():
            own, name = marks[students[row["notebook_id"]]], names[row["cell_id"]]
            if table.name == "grade":
                most = points[row["cell_id"]]
                own.grades[name] = Mark(row["auto_score"], row["manual_score"], _score(row), most)
                own.needs_manual = own.needs_manual or bool(row["needs_manual_grade"])
            else:
                own.comments[name] = row["manual_comment"] or row["auto_comment"] or ""
    return marks


class Writer:
    """Write grades of one assignment, a batch in one transaction.

    Args:
        gradebook: An open gradebook; used by one thread at a time.
        assignment: A released assignment.
        config: The course's settings: who is created, how lateness is penalised.
    """

    def __init__(self, gradebook: api.Gradebook, assignment: str, config: Config) -> None:
        self._db = gradebook.db
        found = gradebook.find_assignment(assignment)
        self._assignment, self._due = found.id, found.duedate
        self._notebooks = {notebook.name: notebook.id for notebook in found.notebooks}
        self._graded: dict[tuple[str, str], str] = {}
        self._commented: dict[tuple[str, str], str] = {}
        for notebook in found.notebooks:
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                self._graded[notebook.id, cell.name] = cell.id
            for cell in (*notebook.solution_cells, *notebook.task_cells):
                self._commented[notebook.id, cell.name] = cell.id
        self._max_score = float(found.max_score or 0.0)
        self._penalties = AssignLatePenalties(config=config)
        self._db.rollback()

    def write(self, entries: Sequence[Entry]) -> list[Standing]:
        """Write entries, all or none, and return how the submissions stand then.

        Raises:
            SQLAlchemyError: If the database refuses; nothing is written then.
        """
        try:
            standings = self._write({entry.student: entry for entry in entries})
            self._db.commit()
        except BaseException:
            self._db.rollback()
            raise
        return standings

    def _write(self, entries: Mapping[str, Entry]) -> list[Standing]:
        self._new: list[tuple[Any, list[dict[str, Any]]]] = []
        self._add_students(entries)
        submissions = self._submissions(entries)
        books = self._books(submissions)
        grades = self._cells(api.Grade, books, self._graded)
        comments = self._cells(api.Comment, books, self._commented)
        self._set_grades(entries, grades)
        self._set_comments(entries, comments)
        late = self._late(submissions)
        self._set_penalties(entries, books, grades, late)
        for table, rows in self._new:  # with their final values: nothing is written twice
            self._db.execute(insert(table), rows)
        own: dict[str, list[dict[str, Any]]] = {student: [] for student in entries}
        for (student, _, _), row in grades.items():
            own[student].append(row)
        return [
            Standing(
                student, sum(map(_score, rows)), self._max_score,
                any(row["needs_manual_grade"] for row in rows), late[student],
            )
            for student, rows in own.items()
        ]  # fmt: skip

    # Rows that must be there

    def _add_students(self, students: Iterable[str]) -> None:
        wanted = list(students)
        table = api.Student.__table__
        there = set(self._db.scalars(select(table.c.id).where(table.c.id.in_(wanted))))
        self._insert(table, [{"id": name} for name in wanted if name not in there])

    def _submissions(self, entries: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        table = api.SubmittedAssignment.__table__
        query = select(table).where(
            table.c.assignment_id == self._assignment, table.c.student_id.in_(list(entries))
        )
        found: dict[str, dict[str, Any]] = {
            row["student_id"]: dict(row) for row in self._db.execute(query).mappings()
        }
        new = []
        for student, entry in entries.items():
            if student not in found:
                row = {
                    "id": _new_id(), "assignment_id": self._assignment, "student_id": student,
                    "timestamp": entry.timestamp, "extension": None,
                }  # fmt: skip
                new.append(row)
                found[student] = row
        changed = [
            {"at": found[student]["id"], "stamp": entry.timestamp}
            for student, entry in entries.items()
            if entry.timestamp is not None and found[student]["timestamp"] != entry.timestamp
        ]
        self._insert(table, new)
        self._update(table, changed, timestamp=bindparam("stamp"))
        for student, entry in entries.items():
            if entry.timestamp is not None:
                found[student]["timestamp"] = entry.timestamp
        return found

    def _books(
        self, submissions: Mapping[str, Mapping[str, Any]]
    ) -> dict[tuple[str, str], dict[str, Any]]:
        """Rows of submitted notebooks, by student and notebook's name."""
        table = api.SubmittedNotebook.__table__
        students = {row["id"]: student for student, row in submissions.items()}
        names = {number: name for name, number in self._notebooks.items()}
        query = select(table).where(table.c.assignment_id.in_(list(students)))
        found: dict[tuple[str, str], dict[str, Any]] = {
            (students[row["assignment_id"]], names[row["notebook_id"]]): dict(row)
            for row in self._db.execute(query).mappings()
            if row["notebook_id"] in names
        }
        new = []
        for student, submission in submissions.items():
            for name, number in self._notebooks.items():
                if (student, name) not in found:
                    row = {
                        "id": _new_id(), "assignment_id": submission["id"], "notebook_id": number,
                        "flagged": False, "late_submission_penalty": None,
                    }  # fmt: skip
                    new.append(row)
                    found[student, name] = row
        self._insert(table, new)
        return found

    def _cells(
        self,
        kind: type[api.Grade] | type[api.Comment],
        books: Mapping[tuple[str, str], Mapping[str, Any]],
        cells: Mapping[tuple[str, str], str],
    ) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Rows of grades or comments, by student, notebook and cell."""
        table: Any = kind.__table__
        places = {row["id"]: key for key, row in books.items()}
        names = {number: name for (_, name), number in cells.items()}
        found = {}
        for part in _parts(list(places)):
            query = select(table).where(table.c.notebook_id.in_(part))
            for row in self._db.execute(query).mappings():
                if row["cell_id"] in names:
                    found[(*places[row["notebook_id"]], names[row["cell_id"]])] = dict(row)
        blank: dict[str, Any] = (
            {"auto_score": None, "manual_score": None, "extra_credit": None,
             "needs_manual_grade": True}
            if kind is api.Grade
            else {"auto_comment": None, "manual_comment": None}
        )  # fmt: skip
        new = []
        for (student, book), row in books.items():
            for (notebook, name), number in cells.items():
                if notebook == self._notebooks[book] and (student, book, name) not in found:
                    made = {"id": _new_id(), "notebook_id": row["id"], "cell_id": number} | blank
                    new.append(made)
                    found[student, book, name] = made
        self._insert(table, new)
        return found

    # What they say

    def _set_grades(
        self,
        entries: Mapping[str, Entry],
        grades: Mapping[tuple[str, str, str], dict[str, Any]],
    ) -> None:
        changed = []
        score: float | None
        for (student, book, name), row in grades.items():
            entry = entries[student]
            if book in entry.missing:
                score, flag = 0.0, False
            elif book in entry.unread:
                score, flag = None, True
            elif name in entry.scores.get(book, {}):
                score = entry.scores[book][name]
                flag = row["manual_score"] is not None or score is None
                if row["manual_score"] is not None and name in entry.same.get(book, ()):
                    flag = flag if row["auto_score"] != score else row["needs_manual_grade"]
            else:
                continue
            row |= {"auto_score": score, "needs_manual_grade": flag}
            changed.append({"at": row["id"], "score": score, "flag": flag})
        self._update(
            api.Grade.__table__, changed,
            auto_score=bindparam("score"), needs_manual_grade=bindparam("flag"),
        )  # fmt: skip

    def _set_comments(
        self,
        entries: Mapping[str, Entry],
        comments: Mapping[tuple[str, str, str], dict[str, Any]],
    ) -> None:
        changed = []
        for (student, book, name), row in comments.items():
            text = entries[student].comments.get(book, {}).get(name)
            if name in entries[student].comments.get(book, {}) and row["auto_comment"] != text:
                row["auto_comment"] = text
                changed.append({"at": row["id"], "text": text})
        self._update(api.Comment.__table__, changed, auto_comment=bindparam("text"))

    def _late(self, submissions: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
        late = {}
        for student, row in submissions.items():
            due = self._due
            if due is not None and row["extension"] is not None:
                due += row["extension"]
            both = due is not None and row["timestamp"] is not None
            late[student] = max(0.0, (row["timestamp"] - due).total_seconds()) if both else 0.0
        return late

    def _set_penalties(
        self,
        entries: Mapping[str, Entry],
        books: Mapping[tuple[str, str], dict[str, Any]],
        grades: Mapping[tuple[str, str, str], Mapping[str, Any]],
        late: Mapping[str, float],
    ) -> None:
        changed = []
        for (student, book), row in books.items():
            if book not in entries[student].scores:
                continue
            score = 0.0
            if late[student] > 0:
                own = (each for key, each in grades.items() if key[:2] == (student, book))
                score = sum(map(_score, own))
            penalty = self._penalty(student, score, late[student])
            if row["late_submission_penalty"] != penalty:
                row["late_submission_penalty"] = penalty
                changed.append({"at": row["id"], "penalty": penalty})
        table = api.SubmittedNotebook.__table__
        self._update(table, changed, late_submission_penalty=bindparam("penalty"))

    def _penalty(self, student: str, score: float, late: float) -> float | None:
        if late <= 0:
            return None
        self._penalties.init_plugin()
        wanted = self._penalties.plugin_inst.late_submission_penalty(student, score, late)
        return None if wanted is None else min(max(wanted, 0), score)

    # Statements

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        """Note rows that are new; they may still be filled in until all are written."""
        if rows:
            self._new.append((table, rows))

    def _update(self, table: Any, rows: list[dict[str, Any]], **values: Any) -> None:
        new = {row["id"] for _, added in self._new for row in added}
        rows = [row for row in rows if row["at"] not in new]
        if rows:
            statement = update(table).where(table.c.id == bindparam("at")).values(**values)
            self._db.connection().execute(statement, rows)


def _new_id() -> str:
    return uuid.uuid4().hex


def _parts(items: list[str], size: int = 500) -> Iterable[list[str]]:
    """Short lists: databases limit how many values one statement may name."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _score(row: Mapping[str, Any]) -> float:
    given = row["manual_score"] if row["manual_score"] is not None else row["auto_score"]
    return 0.0 if given is None else float(given) + float(row["extra_credit"] or 0.0)

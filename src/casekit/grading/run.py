"""Grade an assignment of an nbgrader course: many submissions at a time, each written whole.

What has been graded and has not changed is left alone, so that a run that was interrupted goes on
where it stopped. One thread writes the gradebook.
"""

import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from traitlets.config import Config

from casekit.grading import engines, folders
from casekit.grading.cells import is_number
from casekit.grading.course import HOME, Content, Course
from casekit.grading.engines import Engine, Options
from casekit.grading.gradebook import Entry, Standing, Writer
from casekit.grading.ledger import Job, Ledger, no_notebook
from casekit.grading.notebooks import NotNotebookError, parse
from casekit.grading.plan import KnownCell
from casekit.grading.session import Assignment, Graded, Submission

Progress = Callable[[str, int, int], None]
Status = Literal["graded", "unchanged", "missing", "failed"]

_BATCH = 25
_BATCH_SECONDS = 2.0
_BATCH_CHARACTERS = 50_000_000


@dataclass(frozen=True)
class Row:
    """What became of one submission.

    Attributes:
        student: The student's id.
        status: ``graded`` now, ``unchanged`` since it was graded, ``missing``, or ``failed``.
        score: Points so far, or None if there is no grade.
        max_score: Points that can be reached, or None if there is no grade.
        needs_manual: Whether somebody still has to mark a part of it.
        late_seconds: How late it came; None if there is no grade.
        problems: What a person should know: kind and sentence.
    """

    student: str
    status: Status
    score: float | None = None
    max_score: float | None = None
    needs_manual: bool = False
    late_seconds: float | None = None
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def problem(self) -> str:
        """All problems as one sentence, or nothing."""
        said = "; ".join(text.rstrip(".") for _, text in self.problems)
        return f"{said}." if said else ""


class Run:
    """One run of grading over a course's assignment.

    Args:
        course: The course.
        assignment: What it is graded by.
        engine: Grades submissions: threads of this process, or other machines.
        progress: Called after each submission.

    Attributes:
        doubtful: Tests that the instructor's own solution does not pass here, and why.
    """

    def __init__(
        self, course: Course, assignment: Assignment, engine: Engine, progress: Progress
    ) -> None:
        self.doubtful: dict[str, str] = {}
        self._solution: Future[Graded] | None = None
        self._numeric: set[tuple[str, str]] | None = None
        self._unsure: set[tuple[str, str]] = set()
        self._course, self._assignment, self._engine = course, assignment, engine
        self._progress = progress
        self._rows: dict[str, Row] = {}
        self._waiting: dict[Future[Graded], Job] = {}
        self._ready: list[tuple[Job, Graded, Path]] = []
        self._flushed = time.monotonic()
        self._total = 0

    def __call__(self, students: Sequence[str], *, again: bool) -> list[Row]:
        """Grade students' submissions and return a row each, in their order."""
        self._total = len(students)
        folders.sweep(self._course.autograded)
        with self._course.gradebook() as gradebook:
            self._writer = Writer(gradebook, self._course.name, self._course.config)
            self._ledger = Ledger(self._course, self._assignment, gradebook)
            try:
                for student in students:
                    try:
                        self._begin(student, again=again)
                    except OSError as problem:
                        self._fail(student, "", f"its files cannot be read ({problem!s:.200})")
                    except Exception as problem:  # noqa: BLE001 - it must not stop the others
                        self._fail(student, "", _failed(problem))
                    while len(self._waiting) >= self._engine.width:
                        self._collect()
                while self._waiting:
                    self._collect()
                self._flush()
            except BaseException:
                for future in self._waiting:
                    future.cancel()
                # What is done is done: it is written before we go.
                with contextlib.suppress(Exception):
                    self._flush()
                raise
        return [self._rows[student] for student in students]

    # One submission

    def _begin(self, student: str, *, again: bool) -> None:
        ledger = self._ledger
        if not self._course.submission_folder(student).is_dir():
            kept = ledger.kept(student)
            self._tell(_row(kept, "unchanged", _LOST_FILES) if kept else self._missing(student))
            return
        try:
            job = ledger.job(student)
        except folders.UnreadableError as problem:
            self._fail(student, "", str(problem))
            return
        before, standing = ledger.problems(job), ledger.find(student)
        if not again and before is not None and standing is not None:
            self._tell(_row(standing, "unchanged", before))
            return
        trouble = no_notebook(job.handed_in, self._assignment)
        if trouble:
            self._fail(student, job.digest, trouble)
            return
        submission = Submission(student, job.handed_in.notebooks, job.handed_in.files, job.laid)
        if self._solution is None:
            self._solution = self._engine.submit(self._course.solution(self._assignment))
        self._waiting[self._engine.submit(submission)] = job

    def _look_at_solution(self) -> set[tuple[str, str]]:
        """Return the tests whose result is a number of points when the answer is right.

        The instructor's own solution is graded like a submission: a test that it does not pass
        cannot judge anybody. Nor does it show what such a test comes to: those are noted too.
        """
        graded = {notebook.name: notebook for notebook in self._solved().notebooks if notebook.text}
        numeric = set()
        for plan in self._assignment.notebooks:
            notebook = graded.get(plan.name)
            if notebook is None:
                self.doubtful[plan.name] = "it did not run"
            for cell in plan.cells:
                score = notebook.scores.get(cell.name) if notebook else 0.0
                if notebook and is_number(notebook.results.get(cell.name, "")):
                    numeric.add((plan.name, cell.name))
                if cell.is_test and score is not None and score < (cell.points or 0):
                    self._unsure.add((plan.name, cell.name))
                    if notebook:
                        self.doubtful[f"{plan.name}/{cell.name}"] = f"{score:g} of {cell.points:g}"
        return numeric

    def _solved(self) -> Graded:
        """Return the instructor's solution as it was graded; if a process was lost, once more."""
        found = self._solution.result() if self._solution else Graded("")
        kinds = {kind for notebook in found.notebooks for kind, _ in notebook.problems}
        if kinds & {"ended", "test ended", "no grade"}:
            found = self._engine.submit(self._course.solution(self._assignment)).result()
        return found

    def _require_numbers(self, graded: Graded) -> None:
        """Take back full marks for a result that is no number where it should be one.

        nbgrader takes what it cannot read for full marks: an answer must not be able to make it so.
        Where the instructor's own solution does not pass, it is not known what should be there:
        whatever is shown must be a number then, and a test that shows nothing is left as it is.
        """
        if self._numeric is None:
            self._numeric = self._look_at_solution()
        for notebook in graded.notebooks:
            for name, result in notebook.results.items():
                place = (notebook.name, name)
                wanted = place in self._numeric or (result and place in self._unsure)
                if wanted and not is_number(result) and notebook.scores.get(name):
                    notebook.scores[name] = 0.0
                    text = (
                        f"{name} came to {result[:60] or 'nothing'}, which is no number of points"
                    )
                    notebook.problems.append(("no number", text))

    def _missing(self, student: str) -> Row:
        folder = self._course.submission_folder(student)
        near = [path.name for path in folder.parent.glob("*")
                if path.name.casefold() == folder.name.casefold()]  # fmt: skip
        text = f"found {near[0]}, rename it to {folder.name}." if near else ""
        return Row(student, "missing", problems=(("no grade", text),) if near else ())

    def _fail(self, student: str, digest: str, problem: str) -> None:
        state = {"digest": digest, "problem": problem}
        with contextlib.suppress(OSError):  # an id that makes no file, a disk that is full
            folders.write_atomically(
                self._course.state_file(student), json.dumps(state), private=True
            )
        self._tell(Row(student, "failed", problems=(("no grade", problem),)))

    def _collect(self) -> None:
        """Take what is done; write a batch when there is one, or when a while has gone by."""
        done, _ = wait(self._waiting, timeout=_BATCH_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            job = self._waiting.pop(future)
            try:
                self._take(job, future.result())
            except Exception as problem:  # noqa: BLE001 - one submission must not stop the others
                self._fail(job.student, "", _failed(problem))
        waited = time.monotonic() - self._flushed > _BATCH_SECONDS
        texts = (each.text for _, graded, _ in self._ready for each in graded.notebooks)
        is_full = len(self._ready) >= _BATCH or sum(map(len, texts)) > _BATCH_CHARACTERS
        if is_full or (self._ready and waited):
            self._flush()

    def _take(self, job: Job, graded: Graded) -> None:
        folders.write_atomically(self._course.log_file(job.student), _log(graded), private=True)
        if not any(notebook.text for notebook in graded.notebooks):
            reasons = [text for each in graded.notebooks for _, text in each.problems]
            self._fail(job.student, job.digest, "; ".join(reasons) or "nothing could be graded")
            return
        ours = dict(self._assignment.files) | dict(job.laid)
        files = folders.merged(job.handed_in.files, ours)
        files |= {
            f"{each.name}.ipynb": each.text.encode("utf-8", "replace")
            for each in graded.notebooks
            if each.text
        }
        self._require_numbers(graded)
        part = folders.lay_part(self._course.graded_folder(job.student), files)
        told = replace(job, handed_in=job.handed_in.without_content(), laid={})
        self._ready.append((told, graded, part))  # its files lie there
        self._progress(f"graded {job.student}", len(self._rows) + len(self._ready), self._total)

    def _flush(self) -> None:
        """Write what is ready; if a batch cannot be written, each by itself."""
        ready, self._ready = self._ready, []
        self._flushed = time.monotonic()
        try:
            self._write(ready)
        except Exception:  # noqa: BLE001 - told below for those that it is about
            for one in ready:
                try:
                    self._write([one])
                except Exception as problem:  # noqa: BLE001 - one must not stop the others
                    text = f"it cannot be written ({type(problem).__name__}: {problem!s:.200})"
                    self._fail(one[0].student, "", text)

    def _write(self, ready: Sequence[tuple[Job, Graded, Path]]) -> None:
        """Write the gradebook, then the notebooks, then that they are graded.

        In this order a mark given by hand is held against the notebook that it was given for,
        whenever the work is interrupted.
        """
        if not ready:
            return
        course = self._course
        entries, problems = [], []
        for job, graded, _ in ready:
            # Whoever stops us from here on leaves submissions that count as not graded.
            course.state_file(job.student).unlink(missing_ok=True)
            entries.append(_entry(job, graded, self._assignment, self._same(job, graded)))
            problems.append(self._problems(job, graded))
        standings = {each.student: each for each in self._writer.write(entries)}
        for (job, _, part), told in zip(ready, problems, strict=True):
            if part.exists():
                folders.swap(part, course.graded_folder(job.student))
            state = {"digest": job.digest, "problem": "", "problems": told}
            folders.write_atomically(
                course.state_file(job.student), json.dumps(state), private=True
            )
            self._tell(_row(standings[job.student], "graded", told))

    def _problems(self, job: Job, graded: Graded) -> tuple[tuple[str, str], ...]:
        found = [("left out", text) for text in job.handed_in.problems]
        found += [problem for each in graded.notebooks for problem in each.problems]
        folder = self._course.submission_folder(job.student)
        texts = {each.name: each.text for each in graded.notebooks if each.text}
        return (*found, *self._course.content.remarks(job.student, folder, texts))

    def _same(self, job: Job, graded: Graded) -> dict[str, frozenset[str]]:
        """Graded cells whose answer reads as it did when it was graded last."""
        same = {}
        for notebook in graded.notebooks:
            path = self._course.graded_folder(job.student) / f"{notebook.name}.ipynb"
            plan = next(plan for plan in self._assignment.notebooks if plan.name == notebook.name)
            if path.is_file() and notebook.text:
                before, now = (
                    _answers(path.read_bytes()),
                    _answers(notebook.text.encode("utf-8", "replace")),
                )
                answers = answers_of(plan.cells)
                same[notebook.name] = frozenset(
                    name
                    for name, cells in answers.items()
                    if [before.get(cell) for cell in cells] == [now.get(cell) for cell in cells]
                )
        return same

    def _tell(self, row: Row) -> None:
        self._rows[row.student] = row
        self._progress(f"{row.status} {row.student}", len(self._rows), self._total)


_LOST_FILES = (("kept", "the files are no longer in submitted/, the grade is kept"),)


def answers_of(cells: Sequence[KnownCell]) -> dict[str, list[str]]:
    """Return for each graded cell the cells that it judges: itself, or the answers before it."""
    found: dict[str, list[str]] = {}
    before: list[str] = []
    for cell in cells:
        if cell.solution:
            before.append(cell.name)
        if cell.points is not None:
            found[cell.name] = list(before) if cell.is_test else [cell.name]
    return found


def _answers(content: bytes) -> dict[str, str]:
    try:
        notebook = parse(content)
    except NotNotebookError:
        return {}
    marks = ((cell, cell.metadata.get("nbgrader", {})) for cell in notebook.cells)
    return {mark["grade_id"]: cell.source for cell, mark in marks if mark.get("grade_id")}


def _entry(
    job: Job, graded: Graded, assignment: Assignment, same: Mapping[str, frozenset[str]]
) -> Entry:
    read = [notebook for notebook in graded.notebooks if notebook.text]
    missing = [
        plan.name for plan in assignment.notebooks if plan.name not in job.handed_in.notebooks
    ]
    return Entry(
        job.student, job.handed_in.timestamp,
        {each.name: each.scores for each in read}, {each.name: each.comments for each in read},
        missing, [each.name for each in graded.notebooks if not each.text], same,
    )  # fmt: skip


def _row(standing: Standing, status: Status, problems: Sequence[tuple[str, str]] = ()) -> Row:
    return Row(
        standing.student, status, standing.score, standing.max_score, standing.needs_manual,
        standing.late_seconds, tuple(problems),
    )  # fmt: skip


def _failed(problem: Exception) -> str:
    return f"grading failed ({type(problem).__name__}: {problem!s:.200})"


def _log(graded: Graded) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"{now} {graded.student} took {graded.seconds:.3f} s"]
    for notebook in graded.notebooks:
        lines += [f"{notebook.name}{line}" for line in notebook.log]
        lines += [f"{notebook.name} {name}: {score}" for name, score in notebook.scores.items()]
        lines += [f"{notebook.name} {kind}: {text}" for kind, text in notebook.problems]
    return "\n".join(lines) + "\n"


def by_kind(rows: Sequence[Row]) -> Counter[str]:
    """Count problems of rows by kind."""
    return Counter(kind for row in rows for kind, _ in row.problems)


_LOOK = "Look at these tests by hand, or see with an audit what nbgrader makes of them."


def to_stderr(sentence: str) -> None:
    """Tell whoever runs a program."""
    print(f"casekit: {sentence}", file=sys.stderr)  # noqa: T201 - must be seen by whoever calls


def grade(  # noqa: PLR0913 - one door, every option by name
    root: str | Path,
    config: Config,
    assignment: str,
    *,
    content: Content | None = None,
    students: Sequence[str] | None = None,
    regrade: Literal["changed", "all"] = "changed",
    options: Options = Options(),  # noqa: B008 - frozen
    progress: Progress = lambda *_: None,
    tell: Callable[[str], None] = to_stderr,
) -> list[Row]:
    """Grade what was handed in for an assignment of an nbgrader course.

    Args:
        root: The course's folder.
        config: Its settings, as nbgrader loads them.
        assignment: A released assignment.
        content: What the course adds to grading.
        students: Whom to grade; everybody with a submission by default.
        regrade: ``changed`` leaves alone what was graded and has not changed, ``all`` does not.
            Marks given by hand survive both.
        options: How many at a time, where, and whether shut in.
        progress: Called with a message, how many are done, and how many there are.
        tell: Called with a sentence that whoever grades should read.

    Returns:
        One row a student, in the order of ``students``.

    Raises:
        InvalidInputError: If the assignment is not released, its source cannot be read, or another
            run is going on.
        NoSandboxError: If student code cannot be shut in here.
    """
    course = Course(Path(root).resolve(), config, assignment, content)
    found = course.read()
    names = course.students() if students is None else list(students)
    with course.alone(), engines.choose(course, found, options) as engine:
        run = Run(course, found, engine, progress)
        rows = run(names, again=regrade == "all")
    _report(course, rows, run.doubtful, isolated=options.isolated)
    if run.doubtful:
        tests = ", ".join(f"{name} ({what})" for name, what in run.doubtful.items())
        tell(f"the instructor's own solution does not earn full marks here: {tests}. {_LOOK}")
    return rows


def _report(
    course: Course, rows: Sequence[Row], doubtful: Mapping[str, str], *, isolated: bool
) -> None:
    """Write down what a run came to."""
    document = {
        "assignment": course.name,
        "graded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sandbox": isolated,
        "status": dict(Counter(row.status for row in rows)),
        "problems": dict(by_kind(rows)),
        "doubtful_tests": dict(doubtful),
    }
    path = course.root / HOME / "reports" / f"{course.name}.json"
    folders.write_atomically(path, json.dumps(document, indent=1) + "\n", private=True)

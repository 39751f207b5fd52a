"""Grade one submission: the student's cells in one process, the tests in another.

The supervisor stands between the two. Of the student's process it reads nothing but MessagePack; it
passes calls and results on unread, keeps the time, and ends what does not stop.
"""

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_output

from casekit.grading import cells, wire
from casekit.grading.isolation import Limits
from casekit.grading.notebooks import NotNotebookError, parse
from casekit.grading.plan import KnownCell, NotebookPlan, TestPlan
from casekit.grading.sandbox import Child, LostError, Workers
from casekit.grading.worker import EVALUATOR, STUDENT

_FETCH_SECONDS = 20.0
_WATCH = 0.25
_TIMED_OUT = {
    "output_type": "error",
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["\x1b[0;31mCellTimeoutError\x1b[0m: No reply from kernel before timeout"],
}


_ANOTHER = "holds none of this assignment's cells but others: is it another assignment's notebook?"


@dataclass(frozen=True)
class Rules:
    """How cells are run and what is kept of their outputs; names as in nbgrader's settings.

    Attributes:
        timeout: Seconds that a cell may run, or None for no limit.
        max_lines: Most lines of text of a cell's outputs; -1 for no limit.
        max_traceback: Most lines of a traceback; -1 for no limit.
        ignore: Pattern of text on stderr to drop, or nothing.
        notice: What is written above a cell that comes back.
        begin: Functions ``module:name`` that a judging process calls first.
    """

    timeout: float | None = 30.0
    max_lines: int = 1000
    max_traceback: int = 100
    ignore: str = ""
    notice: str = ""
    begin: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """What grading must know about an assignment.

    Attributes:
        name: Its name.
        notebooks: Its notebooks.
        files: The instructor's files beside them, by path.
        evaluator_files: Files for the judging process alone, by path.
        rules: How cells are run.
    """

    name: str
    notebooks: tuple[NotebookPlan, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    evaluator_files: Mapping[str, bytes] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        student: The student's id.
        notebooks: The text of each notebook of the assignment, by name; those that are there.
        files: Other files, by path.
        laid: Files that are laid anew for this student, whatever was handed in.
    """

    student: str
    notebooks: Mapping[str, bytes]
    files: Mapping[str, bytes] = field(default_factory=dict)
    laid: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class GradedNotebook:
    """What came of one notebook.

    Attributes:
        name: Its name.
        text: The notebook with outputs, as JSON; empty if it could not be read.
        scores: Autograded score of each graded cell; None where a person must mark.
        comments: Comment on each answer.
        problems: What a person should know, in words, each with its kind.
        log: What was run, and how long it took.
    """

    name: str
    text: str = ""
    scores: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


@dataclass
class Graded:
    """What came of one submission.

    Attributes:
        student: The student's id.
        notebooks: What came of each notebook that was handed in.
        seconds: How long it took.
    """

    student: str
    notebooks: list[GradedNotebook] = field(default_factory=list)
    seconds: float = 0.0


class DeadError(Exception):
    """The student's process has ended or had to be ended."""


def grade(workers: Workers, assignment: Assignment, submission: Submission) -> Graded:
    """Grade a submission.

    Raises:
        LostError: If a warm worker has gone; ask again.
    """
    begin = time.monotonic()
    graded = Graded(submission.student)
    left: dict[str, bytes] = {}
    for plan in sorted(assignment.notebooks, key=lambda plan: plan.name):
        if plan.name in submission.notebooks:
            more = replace(submission, laid={**submission.laid, **left})
            found, written = _grade_notebook(workers, assignment, more, plan)
            graded.notebooks.append(found)
            left |= written  # the next notebook finds what this one has written
    graded.seconds = time.monotonic() - begin
    return graded


def _grade_notebook(
    workers: Workers, assignment: Assignment, submission: Submission, plan: NotebookPlan
) -> tuple[GradedNotebook, dict[str, bytes]]:
    """Grade one notebook; return also the files that its cells have written, if another follows."""
    found = GradedNotebook(plan.name)
    try:
        notebook = parse(submission.notebooks[plan.name])
    except NotNotebookError as problem:
        found.problems.append(("no notebook", f"{plan.name}.ipynb {problem}"))
        return found, {}
    rules = assignment.rules
    restored = cells.restore(notebook, plan, rules.notice)
    if restored.is_another:
        found.problems.append(("no notebook", f"{plan.name}.ipynb {_ANOTHER}"))
        return found, {}
    found.problems += [("changed cells", problem) for problem in restored.problems]
    with _Run(workers, assignment, submission, plan) as run:
        for number, (cell, known) in enumerate(restored.pairs()):
            if cell.cell_type == "code" and cell.source.strip():
                before = time.monotonic()
                run.cell(cell, known)
                name = known.name if known else ""
                found.log.append(f"[{number}] {name} {time.monotonic() - before:.3f} s")
            limit_outputs(cell, rules)
            if known is not None:
                _judge(found, cell, known)
        written = run.files() if len(assignment.notebooks) > 1 else {}
        found.problems += run.problems
    found.text = nbformat.writes(restored.notebook)
    return found, written


def _judge(found: GradedNotebook, cell: NotebookNode, known: KnownCell) -> None:
    if known.points is not None and not known.task:
        try:
            found.scores[known.name] = cells.auto_score(cell)
        except ValueError as problem:
            found.scores[known.name] = 0.0
            found.problems.append(("faulty test", f"{known.name}: {problem}"))
    if known.solution or known.task:
        found.comments[known.name] = cells.auto_comment(cell, known)


def limit_outputs(cell: NotebookNode, rules: Rules) -> None:
    """Shorten a cell's outputs as nbgrader does, and drop what is to be ignored on stderr."""
    if cell.cell_type != "code":
        return
    kept, lines = [], 0
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr" and rules.ignore and re.search(rules.ignore, output.text):
                continue
            if rules.max_lines != -1:
                if lines == rules.max_lines:
                    continue
                text = output.text.split("\n")
                if len(text) + lines > rules.max_lines:
                    text = [*text[: rules.max_lines - lines - 1], "... Output truncated ..."]
                lines += len(text)
                output.text = "\n".join(text)
        elif output.output_type == "error" and -1 < rules.max_traceback < len(output.traceback):
            start = rules.max_traceback // 2
            end = rules.max_traceback - start - 1
            output.traceback = [
                *output.traceback[:start], "... Traceback truncated ...", *output.traceback[-end:]
            ]  # fmt: skip
        kept.append(output)
    cell.outputs = kept


class _Run:
    """The two processes of one notebook, and the time they take."""

    def __init__(
        self, workers: Workers, assignment: Assignment, submission: Submission, plan: NotebookPlan
    ) -> None:
        self._workers, self._plan, self._rules = workers, plan, assignment.rules
        self._limits: Limits = workers.setting.limits
        files = {**submission.files, **assignment.files, **submission.laid}
        own = {**assignment.files, **submission.laid}
        both: dict[str, Any] = {
            "own_classes": list(plan.own_classes), "environment": {},
            "asked": [each.name for each in plan.classes], "imported": list(plan.imported),
        }  # fmt: skip
        self._tasks: dict[str, dict[str, Any]] = {
            STUDENT: both | {"files": files},
            EVALUATOR: both | {
                "files": own, "private": dict(assignment.evaluator_files),
                "begin": list(self._rules.begin), "holders": list(plan.holders),
                "classes": [[each.name, list(each.members), list(each.special)]
                            for each in plan.classes],
                "about": {"assignment": assignment.name, "student": submission.student},
            },
        }  # fmt: skip
        self._moves = 0
        self._written: dict[str, bytes] = {}
        self._fetched: dict[str, int] = {}
        self._children: dict[str, Child] = {}
        self._done: set[int] = set()
        self._count = 0
        self._calling: Any = None
        self._dead = self._folder = ""
        self.problems: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            child.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    # Cells

    def cell(self, cell: NotebookNode, known: KnownCell | None) -> None:
        """Run a cell, and write its outputs into it."""
        self._count += 1
        cell.execution_count = self._count
        if known is not None and known.is_test:
            outputs = self._test(cell.source, known.name)
        else:
            outputs = self._student(cell.source)
        cell.outputs = outputs
        for output in outputs:
            if output.output_type == "execute_result":
                output.execution_count = self._count

    def _student(self, source: str) -> list[NotebookNode]:
        if self._dead:
            return []
        self._moves += 1
        try:
            reply, late = self._ask_student({"kind": "run", "source": source}, self._timeout())
        except DeadError as problem:
            self._bury(str(problem))
            return [_error("DeadKernelError", str(problem))]
        outputs = read_outputs(reply.get("outputs"))
        return [*outputs, new_output(**_TIMED_OUT)] if late else outputs

    def _timeout(self) -> float | None:
        return self._rules.timeout

    def _test(self, source: str, name: str) -> list[NotebookNode]:
        plan = self._plan.tests.get(name)
        evaluator = self._child(EVALUATOR)
        try:
            for number in plan.before if plan else ():
                if number not in self._done:
                    self._done.add(number)
                    self._evaluate(evaluator, self._plan.trusted[number])
            if plan:
                self._bind(evaluator, plan)
            outputs, late = self._evaluate(evaluator, source, plan.handed if plan else ())
        except (wire.Broken, wire.Late) as problem:
            self._lose_evaluator(name, _reason(problem))
            return [_error("DeadKernelError", "the test did not come to its end")]
        if plan and plan.echo:
            self._student(plan.echo)
        return [*outputs, new_output(**_TIMED_OUT)] if late else outputs

    def _lose_evaluator(self, name: str, why: str) -> None:
        """A test whose process ends, be it by what a student's value did to it, earns nothing."""
        self._children.pop(EVALUATOR).close()
        self._done.clear()
        self._fetched.clear()
        self.problems.append(("test ended", f"{name}: its process ended: {why}"))

    def _bind(self, evaluator: Child, plan: TestPlan) -> None:
        """Bring the names that a test reads up to date, unless nothing has moved since."""
        needed = [name for name in (*plan.wanted, *plan.spare)
                  if self._fetched.get(name) != self._moves]  # fmt: skip
        reply = self._fetch(needed)
        self._fetched |= dict.fromkeys(needed, self._moves)
        names = reply.get("names")
        names = [name for name in names if name in needed] if isinstance(names, list) else []
        values = reply.get("values")
        wire.send(evaluator.channel, {
            "kind": "bind", "names": names, "values": values if isinstance(values, bytes) else b"",
            "wanted": [name for name in plan.wanted if name in needed],
            "spare": [name for name in plan.spare if name in needed],
            "files": (written := _mapping(reply.get("files"))),
        })  # fmt: skip
        self._written |= written

    def _fetch(self, names: list[str]) -> dict[str, Any]:
        if self._dead or not (names or STUDENT in self._children):
            return {}
        try:
            reply, late = self._ask_student({"kind": "fetch", "names": names}, _FETCH_SECONDS)
        except DeadError as problem:
            self._bury(str(problem))
            return {}
        return {} if late else reply

    def files(self) -> dict[str, bytes]:
        """Return the files that the student's cells have written."""
        return self._written | _mapping(self._fetch([]).get("files"))

    # The student's process

    def _child(self, role: str) -> Child:
        if role not in self._children:
            child = self._workers.fork(role)
            self._children[role] = child
            task = self._tasks[role] | {"place": self._place(role)}
            try:
                wire.send(child.channel, task)
            except wire.Broken as problem:
                raise LostError(str(problem)) from problem
        return self._children[role]

    def _place(self, role: str) -> str:
        """Return a folder of this machine for a child that has none of its own."""
        if self._workers.setting.isolated:
            return ""
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="grading-")
        return f"{self._folder}/{role}"

    def _bury(self, why: str) -> None:
        self._dead = why
        self.problems.append(("ended", f"the program ended: {why}"))
        self._children[STUDENT].close()

    def _ask_student(
        self, message: dict[str, Any], seconds: float | None
    ) -> tuple[dict[str, Any], bool]:
        """Ask the student's process, and say whether it had to be interrupted.

        Raises:
            DeadError: If it ended, did not stop, sent nonsense, or used too much memory.
        """
        child = self._child(STUDENT)
        try:
            wire.send(child.channel, message)
            return self._answer_of_student(child, seconds)
        except wire.Broken as problem:
            raise DeadError(_reason(problem)) from problem

    def _answer_of_student(
        self, child: Child, seconds: float | None
    ) -> tuple[dict[str, Any], bool]:
        until = None if seconds is None else time.monotonic() + seconds
        late = not self._wait(child, child, until)
        if late:
            child.interrupt()
            if not self._wait(child, child, time.monotonic() + self._limits.seconds_to_stop):
                message = "it did not stop when its time was over"
                raise DeadError(message)
        reply = wire.receive(child.channel, time.monotonic() + _FETCH_SECONDS)
        if not isinstance(reply, dict):
            message = "it sent what is no answer"
            raise DeadError(message)
        return reply, late

    def _wait(self, listened: Child, watched: Child | None, until: float | None) -> bool:
        """Wait for a message; meanwhile watch how much memory the student's processes use."""
        while True:
            left = _WATCH if until is None else min(_WATCH, until - time.monotonic())
            if wire.is_ready(listened.channel, max(0.0, left)):
                return True
            if until is not None and time.monotonic() >= until:
                return False
            if watched is not None and _memory(watched.number) > self._limits.whole_memory:
                watched.kill()
                message = "it used more memory than a submission may"
                raise DeadError(message)

    # The judging process

    def _evaluate(
        self, evaluator: Child, source: str, handed: Sequence[str] = ()
    ) -> tuple[list[NotebookNode], bool]:
        """Run instructor's code, and pass on its calls of the student's functions."""
        seconds = self._timeout()
        until = None if seconds is None else time.monotonic() + seconds
        message = {"kind": "run", "source": source, "handed": list(handed)}
        wire.send(evaluator.channel, message)
        late = False
        while True:
            if not self._wait(evaluator, None, until):
                if late:
                    raise wire.Late
                late = True
                evaluator.interrupt()
                until = time.monotonic() + self._limits.seconds_to_stop
                continue
            data = wire.receive_packed(evaluator.channel, time.monotonic() + _FETCH_SECONDS)
            message = wire.unpack(data)
            if message["kind"] == "done":
                self._stop_call(self._calling)
                self._leave(message.get("left") or {})
                return read_outputs(message["outputs"]), late
            if message["kind"] == "broken":
                raise wire.Broken(message["why"])
            if message["kind"] == "cancel":
                self._stop_call(message["ticket"])
            else:
                self._pass_on(evaluator, data, message, until)

    def _leave(self, state: dict[str, Any]) -> None:
        """Tell the student's process what a test has changed and nobody has called for yet."""
        if self._dead or STUDENT not in self._children or not any(state.values()):
            return
        try:
            self._ask_student({"kind": "state", "state": state}, _FETCH_SECONDS)
        except DeadError as problem:
            self._bury(str(problem))

    def _pass_on(
        self, evaluator: Child, data: bytes, message: dict[str, Any], until: float | None
    ) -> None:
        """Pass a message to the student's process and its answer back, unread."""
        ticket = message.get("ticket")
        if self._dead or STUDENT not in self._children:
            _say_dead(evaluator, ticket)
            return
        student = self._children[STUDENT]
        self._moves += 1
        try:
            wire.send_packed(student.channel, data)
            self._calling = ticket
            if self._wait_for_call(evaluator, student, until):
                answer = wire.receive_packed(student.channel, time.monotonic() + _FETCH_SECONDS)
                self._calling = None
                wire.send_packed(evaluator.channel, answer)
        except (wire.Broken, wire.Late, DeadError) as problem:
            self._bury(_reason(problem))
            _say_dead(evaluator, ticket)

    def _wait_for_call(self, evaluator: Child, student: Child, until: float | None) -> bool:
        """Wait until the student's function answers, or the test gives up or runs out of time."""
        while True:
            now = time.monotonic()
            if self._wait(student, student, min(now + 0.02, until or now + 1)):
                return True
            if until is not None and time.monotonic() >= until:
                self._stop_student(student)
                return False
            if wire.is_ready(evaluator.channel, 0):
                return False  # it gives up: what it says is read next

    def _stop_call(self, ticket: Any) -> None:
        """The test waits no longer for the function it has called."""
        if self._calling is not None and self._calling == ticket and not self._dead:
            try:
                self._stop_student(self._children[STUDENT])
            except (DeadError, wire.Broken, wire.Late) as problem:
                self._bury(_reason(problem))

    def _stop_student(self, student: Child) -> None:
        """Interrupt a function that runs on, and take its late answer away."""
        student.interrupt()
        if not self._wait(student, student, time.monotonic() + self._limits.seconds_to_stop):
            message = "it did not stop when its time was over"
            raise DeadError(message)
        wire.receive_packed(student.channel, time.monotonic() + _FETCH_SECONDS)
        self._calling = None


def _say_dead(evaluator: Child, ticket: Any) -> None:
    raised = [["RuntimeError"], ["the program of the submission has ended"], "", [], None]
    wire.send(evaluator.channel, {"kind": "return", "ticket": ticket, "raised": raised})


def _mapping(found: Any) -> dict[str, bytes]:
    if not isinstance(found, dict):
        return {}
    return {
        name: data
        for name, data in found.items()
        if isinstance(name, str) and isinstance(data, bytes)
    }


def _reason(problem: Exception) -> str:
    if isinstance(problem, wire.Late):
        return "it did not answer"
    return str(problem)[:200]


def _error(name: str, value: str) -> NotebookNode:
    made: NotebookNode = new_output(
        "error", ename=name, evalue=value, traceback=[f"{name}: {value}"]
    )
    return made


def _memory(number: int) -> int:
    """Bytes that a process and all it has started use by themselves."""
    whole = 0
    try:
        first = psutil.Process(number)
        for process in (first, *first.children(recursive=True)):
            try:
                whole += process.memory_full_info().uss
            except psutil.Error:
                continue
    except psutil.Error:
        return whole
    return whole


def read_outputs(found: Any) -> list[NotebookNode]:
    """Return what a process says it has shown as a notebook's outputs; nonsense is left out."""
    return [output for each in _list(found) if (output := _read_output(each)) is not None]


def _read_output(found: Any) -> NotebookNode | None:
    kind = found.get("output_type") if isinstance(found, dict) else None
    content = _CONTENT.get(kind)
    return new_output(kind, **content(found)) if content else None


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    data = found.get("data")
    kept = {
        _text(mime): value if isinstance(value, dict | list) else _text(value)
        for mime, value in (data.items() if isinstance(data, dict) else ())
    }
    return {"data": kept}


_CONTENT: dict[Any, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "stream": lambda found: {
        "name": "stderr" if found.get("name") == "stderr" else "stdout",
        "text": _text(found.get("text")),
    },
    "error": lambda found: {
        "ename": _text(found.get("ename")),
        "evalue": _text(found.get("evalue")),
        "traceback": [_text(line) for line in _list(found.get("traceback"))],
    },
    "execute_result": _shown,
    "display_data": _shown,
}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(found: Any) -> str:
    text = found if isinstance(found, str) else "" if found is None else str(found)[:10_000]
    return text.encode("utf-8", "replace").decode("utf-8")

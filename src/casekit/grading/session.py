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

from nbformat import NotebookNode
from nbformat.v4 import writes

from casekit.grading import cells, folders, wire
from casekit.grading.limits import (
    MOST_CHARACTERS,
    MOST_OUTPUTS,
    MOST_SHOWN,
    MOST_VALUES,
    Limits,
)
from casekit.grading.notebooks import NotNotebookError, parse
from casekit.grading.plan import KnownCell, NotebookPlan, TestPlan
from casekit.grading.roles import EVALUATOR, STUDENT
from casekit.grading.sandbox import Child, LostError, Workers

_FETCH_SECONDS = 20.0
_VERY_LONG = 10**6
_MANY_CONTAINERS = 10**12
_MOST_NAMES = 1000
_MOST_DEPTH = 20
_EACH = 10  # an output takes the memory of so many values, whatever is in it
_BARE = 1000
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
        rules: How cells are run.
    """

    name: str
    notebooks: tuple[NotebookPlan, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        student: The student's id.
        notebooks: The text of each notebook of the assignment, by name; those that are there.
        files: Other files, by path.
        laid: Files that are laid anew for this student, whatever was handed in.
        left: Files that cells of an earlier notebook have written, for the student's process alone.
    """

    student: str
    notebooks: Mapping[str, bytes]
    files: Mapping[str, bytes] = field(default_factory=dict)
    laid: Mapping[str, bytes] = field(default_factory=dict)
    left: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class GradedNotebook:
    """What came of one notebook.

    Attributes:
        name: Its name.
        text: The notebook with outputs, as JSON; empty if it could not be read.
        scores: Autograded score of each graded cell; None where a person must mark.
        comments: Comment on each answer.
        results: What tests came to, as text; nothing if they showed no result.
        problems: What a person should know, in words, each with its kind.
        log: What was run, and how long it took.
    """

    name: str
    text: str = ""
    scores: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
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


def grade(
    workers: Workers, assignment: Assignment, submission: Submission, *, again: bool = False
) -> Graded:
    """Grade a submission.

    Args:
        workers: Fork the processes.
        assignment: What to grade by.
        submission: What was handed in.
        again: Whether it has been tried before: a process that ends unbidden then has ended by
            what it ran, and not because somebody killed it.

    Raises:
        LostError: If a warm worker has gone, or a process has ended unbidden; ask again.
    """
    begin = time.monotonic()
    graded = Graded(submission.student)
    left: dict[str, bytes] = {}
    for plan in sorted(assignment.notebooks, key=lambda plan: plan.name):
        if plan.name in submission.notebooks:
            more = replace(submission, left=left)
            found, written = _grade_notebook(workers, assignment, more, plan, again=again)
            graded.notebooks.append(found)
            # The next notebook finds what this one has written.
            _keep(left, written, workers.setting.limits.scratch)
    graded.seconds = time.monotonic() - begin
    return graded


def _grade_notebook(
    workers: Workers,
    assignment: Assignment,
    submission: Submission,
    plan: NotebookPlan,
    *,
    again: bool,
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
    with _Processes(workers, assignment, submission, plan, again=again) as run:
        for number, (cell, known) in enumerate(restored.pairs()):
            if cell.cell_type == "code" and cell.source.strip():
                before = time.monotonic()
                run.cell(cell, known)
                name = known.name if known else ""
                found.log.append(f"[{number}] {name} {time.monotonic() - before:.3f} s")
            limit_outputs(cell, rules)
            if known is not None:
                _judge(found, cell, known)
        written = run.files()
        found.problems += run.problems
    if run.room.is_short:
        found.problems.append(("left out", f"{plan.name} shows too much: not all of it is kept"))
    found.text = writes(restored.notebook)
    return found, written


def _judge(found: GradedNotebook, cell: NotebookNode, known: KnownCell) -> None:
    if known.points is not None and not known.task:
        try:
            found.scores[known.name] = cells.auto_score(cell)
        except (ValueError, LookupError, TypeError) as problem:  # a result without any text, too
            found.scores[known.name] = 0.0
            found.problems.append(("faulty test", f"{known.name}: {problem}"))
    if known.is_test:
        found.results[known.name] = cells.result(cell)
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


class _Processes:
    """The two processes of one notebook, and the time they take."""

    def __init__(
        self,
        workers: Workers,
        assignment: Assignment,
        submission: Submission,
        plan: NotebookPlan,
        *,
        again: bool,
    ) -> None:
        self._again = again
        self._workers, self._plan, self._rules = workers, plan, assignment.rules
        self._limits: Limits = workers.setting.limits
        own = {**assignment.files, **submission.laid}
        files = folders.merged({**submission.files, **submission.left}, own)
        both: dict[str, Any] = {
            "own_classes": list(plan.own_classes),
            "asked": [each.name for each in plan.classes], "imported": list(plan.imported),
        }  # fmt: skip
        self._tasks: dict[str, dict[str, Any]] = {
            STUDENT: both | {"files": files},
            EVALUATOR: both | {
                "files": own,
                "begin": list(self._rules.begin), "holders": list(plan.holders),
                "masks": plan.masks,
                "classes": [[each.name, list(each.members), list(each.special)]
                            for each in plan.classes],
                "about": {"assignment": assignment.name, "student": submission.student},
            },
        }  # fmt: skip
        self._moves = self._judges = 0
        self.room = Room()
        self._is_only = len(assignment.notebooks) == 1
        self._written: dict[str, bytes] = {}
        self._fetched: dict[str, int] = {}
        self._children: dict[str, Child] = {}
        self._done: set[int] = set()
        self._count = 0
        self._calling: Any = None
        seconds = self._rules.timeout
        whole = None if seconds is None else seconds * self._limits.cells_of_time
        self._until = None if whole is None else time.monotonic() + whole
        self._dead = self._folder = ""
        self._judged: list[str] = []  # tests that the judging process has run
        self._lost: set[str] = set()  # and those whose process has ended since
        self.problems: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            self._workers.release(child)
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
            reply, late = self._ask_student({"kind": "run", "source": source}, self._rules.timeout)
        except DeadError as problem:
            self._bury(str(problem))
            return [_error("DeadKernelError", str(problem))]
        outputs = read_outputs(reply.get("outputs"), self.room)
        return [*outputs, NotebookNode(_TIMED_OUT)] if late else outputs

    def _test(self, source: str, name: str) -> list[NotebookNode]:
        plan = self._plan.tests.get(name)
        lost = self._lost.intersection(plan.goes_on_from if plan else ())
        if lost:
            reason = f"what {min(lost)} has noted was lost"
            self.problems.append(("test ended", f"{name}: {reason}"))
            return [_error("DeadKernelError", reason)]
        self._judged.append(name)
        evaluator = self._child(EVALUATOR)
        try:
            for number in plan.before if plan else ():
                if number not in self._done:
                    self._done.add(number)
                    self._evaluate(evaluator, self._plan.trusted[number], trusted=True)
            if plan:
                self._bind(evaluator, plan)
            outputs, late = self._evaluate(evaluator, source, plan.handed if plan else ())
        except (wire.Broken, wire.Late) as problem:
            self._doubt(problem, evaluator)
            self._lose_evaluator(name, _reason(problem))
            return [_error("DeadKernelError", "the test did not come to its end")]
        if plan and plan.echo:
            self._student(plan.echo)
        return [*outputs, NotebookNode(_TIMED_OUT)] if late else outputs

    def _lose_evaluator(self, name: str, why: str) -> None:
        """A test whose process ends, be it by what a student's value did to it, earns nothing."""
        self._workers.release(self._children.pop(EVALUATOR))
        self._lost.update(self._judged)
        self._judged.clear()
        self._done.clear()
        self._fetched.clear()
        self.problems.append(("test ended", f"{name}: its process ended: {why}"))

    def _bind(self, evaluator: Child, plan: TestPlan) -> None:
        """Bring the names that a test reads up to date, unless nothing has moved since."""
        needed = [name for name in (*plan.wanted, *plan.spare)
                  if self._fetched.get(name) != self._moves]  # fmt: skip
        names, values, written = self._fetch(needed)
        self._fetched |= dict.fromkeys(needed, self._moves)
        message = {
            "kind": "bind", "names": names,
            "wanted": [name for name in plan.wanted if name in needed],
            "spare": [name for name in plan.spare if name in needed],
        }  # fmt: skip
        wire.send_files(evaluator.channel, message, written)
        wire.send_packed(evaluator.channel, values)
        if not self._is_only:
            _keep(self._written, written, self._limits.scratch)

    def _fetch(self, names: list[str]) -> tuple[list[str], bytes, dict[str, bytes]]:
        """Return which of some names are bound, their values unopened, and files written since."""
        nothing: tuple[list[str], bytes, dict[str, bytes]] = ([], b"", {})
        if self._dead or not (names or STUDENT in self._children):
            return nothing
        try:
            reply, _ = self._ask_student({"kind": "fetch", "names": names}, _FETCH_SECONDS)
            channel, until = self._children[STUDENT].channel, time.monotonic() + _FETCH_SECONDS
            values = wire.receive_packed(channel, until)
            files = wire.receive_files(channel, _texts(reply, "files"), until, wire.MOST_BYTES)
        except (DeadError, wire.Broken, wire.Late) as problem:
            self._doubt(problem, self._children[STUDENT])
            self._bury(_reason(problem))
            return nothing
        return [name for name in _texts(reply, "names") if name in names], values, files

    def files(self) -> dict[str, bytes]:
        """Return the files that the student's cells have written, if another notebook follows."""
        if not self._is_only:
            _keep(self._written, self._fetch([])[2], self._limits.scratch)
        return self._written

    # The student's process

    def _child(self, role: str) -> Child:
        if role not in self._children:
            child = self._workers.fork(role)
            self._children[role] = child
            # Numbers of containers: odd for the student's process, new even ones for each judge.
            first = 1 if role == STUDENT else 2 * (1 + self._judges * _MANY_CONTAINERS)
            self._judges += role == EVALUATOR
            task = self._tasks[role] | {"place": self._place(role), "first": first}
            until = time.monotonic() + _FETCH_SECONDS
            try:
                wire.send_files(child.channel, task, task["files"], until)
            except (wire.Broken, wire.Late) as problem:
                raise LostError(str(problem)) from problem
        return self._children[role]

    def _place(self, role: str) -> str:
        """Return a folder of this machine for a child that has none of its own."""
        if self._workers.setting.isolated:
            return ""
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="grading-")
        return f"{self._folder}/{role}"

    def _doubt(self, problem: Exception, child: Child) -> None:
        """Ask for another try if a process has ended, and nothing here has ended it.

        Raises:
            LostError: If it is so, and this is the first try, or its warm worker has gone too.
        """
        gone = isinstance(problem, wire.Gone) and not child.ended_for
        if gone and not (self._again and child.has_worker()):
            raise LostError(str(problem)) from problem

    def _bury(self, why: str) -> None:
        self._dead = why
        self.problems.append(("ended", f"the program ended: {why}"))
        self._workers.release(self._children[STUDENT])

    def _ask_student(
        self, message: dict[str, Any], seconds: float | None
    ) -> tuple[dict[str, Any], bool]:
        """Ask the student's process, and say whether it had to be interrupted.

        Raises:
            DeadError: If it ended, did not stop, sent nonsense, or used too much memory.
        """
        child = self._child(STUDENT)
        try:
            wire.send(child.channel, message, time.monotonic() + _FETCH_SECONDS)
            return self._answer_of_student(child, self._at_most(seconds))
        except (wire.Broken, wire.Late) as problem:
            self._doubt(problem, child)
            raise DeadError(child.ended_for or _reason(problem)) from problem

    def _at_most(self, seconds: float | None) -> float | None:
        """Seconds for a step, within what is left for the whole notebook.

        Raises:
            DeadError: If nothing is left.
        """
        if seconds is None or self._until is None:
            return seconds
        left = self._until - time.monotonic()
        if left <= 0:
            message = "it took longer than a submission may"
            raise DeadError(message)
        return min(seconds, left)

    def _answer_of_student(
        self, child: Child, seconds: float | None
    ) -> tuple[dict[str, Any], bool]:
        until = None if seconds is None else time.monotonic() + seconds
        late = not self._wait(child, until)
        if late:
            child.interrupt()
            if not self._wait(child, time.monotonic() + self._limits.seconds_to_stop):
                message = "it did not stop when its time was over"
                raise DeadError(message)
        soon = time.monotonic() + _FETCH_SECONDS
        reply = wire.receive(child.channel, soon, wire.MOST_OPENED, wire.MOST_PARTS)
        if not isinstance(reply, dict):
            message = "it sent what is no answer"
            raise DeadError(message)
        return reply, late

    def _wait(self, listened: Child, until: float | None) -> bool:
        """Wait for a message, and say whether one has come."""
        left = _VERY_LONG if until is None else until - time.monotonic()
        return wire.is_ready(listened.channel, max(0.0, left))

    # The judging process

    def _evaluate(
        self, evaluator: Child, source: str, handed: Sequence[str] = (), *, trusted: bool = False
    ) -> tuple[list[NotebookNode], bool]:
        """Run instructor's code, and pass on its calls of the student's functions."""
        seconds = self._rules.timeout
        until = None if seconds is None else time.monotonic() + seconds
        message = {
            "kind": "run", "source": source, "handed": list(handed), "trusted": trusted,
        }  # fmt: skip
        wire.send(evaluator.channel, message)
        late = False
        while True:
            if not self._wait(evaluator, until):
                if late:
                    raise wire.Late
                late = True
                evaluator.interrupt()
                until = time.monotonic() + self._limits.seconds_to_stop
                continue
            data = wire.receive_packed(evaluator.channel, time.monotonic() + _FETCH_SECONDS)
            message = wire.unpack(data)
            if message["kind"] == "done":
                if self._calling is not None:
                    waiting = self._calling
                    self._stop_call(waiting)
                    _say_dead(evaluator, waiting)  # a thread of the test's may wait for it still
                self._leave(message["left"])
                return read_outputs(message["outputs"], self.room), late
            if message["kind"] == "broken":
                raise wire.Broken(message["why"])
            if message["kind"] == "cancel":
                self._stop_call(message["ticket"])
            else:
                self._pass_on(evaluator, data, message, until)

    def _leave(self, state: bytes) -> None:
        """Tell the student's process what a test has changed and nobody has called for yet."""
        if self._dead or STUDENT not in self._children or not state:
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
        if self._until is not None and time.monotonic() > self._until and not self._dead:
            self._bury("it took longer than a submission may")
        if self._dead or STUDENT not in self._children:
            _say_dead(evaluator, ticket)
            return
        student = self._children[STUDENT]
        self._moves += 1
        try:
            wire.send_packed(student.channel, data, time.monotonic() + _FETCH_SECONDS)
            self._calling = ticket
            if self._wait_for_call(evaluator, student, until):
                answer = wire.receive_packed(student.channel, time.monotonic() + _FETCH_SECONDS)
                self._calling = None
                wire.send_packed(evaluator.channel, answer)
        except (wire.Broken, wire.Late, DeadError) as problem:
            self._doubt(problem, student)
            self._bury(student.ended_for or _reason(problem))
            _say_dead(evaluator, ticket)

    def _wait_for_call(self, evaluator: Child, student: Child, until: float | None) -> bool:
        """Wait until the student's function answers, or the test gives up or runs out of time."""
        while True:
            now = time.monotonic()
            if self._wait(student, min(now + 0.02, until or now + 1)):
                return True
            if until is not None and time.monotonic() >= until:
                self._stop_student(student)
                return False
            if wire.is_ready(evaluator.channel, 0):
                return False  # it gives up: what it says is read next

    def _stop_call(self, ticket: Any) -> None:
        """The test waits no longer for the function it has called."""
        if self._calling is not None and ticket is not None and not self._dead:
            try:
                self._stop_student(self._children[STUDENT])
            except (DeadError, wire.Broken, wire.Late) as problem:
                self._doubt(problem, self._children[STUDENT])
                self._bury(_reason(problem))

    def _stop_student(self, student: Child) -> None:
        """Interrupt a function that runs on, and take its late answer away."""
        student.interrupt()
        if not self._wait(student, time.monotonic() + self._limits.seconds_to_stop):
            message = "it did not stop when its time was over"
            raise DeadError(message)
        wire.receive_packed(student.channel, time.monotonic() + _FETCH_SECONDS)
        self._calling = None


def _say_dead(evaluator: Child, ticket: Any) -> None:
    raised = [["RuntimeError"], ["the program of the submission has ended"], "", [], None]
    wire.send(evaluator.channel, wire.sealed("return", ticket, {"raised": raised}))


def _texts(reply: dict[str, Any], name: str) -> list[str]:
    found = _list(reply.get(name))
    return [each for each in found[:_MOST_NAMES] if isinstance(each, str)]


def _reason(problem: Exception) -> str:
    if isinstance(problem, wire.Late):
        return "it did not answer"
    return str(problem)[:200]


def _error(name: str, value: str) -> NotebookNode:
    return NotebookNode(
        output_type="error", ename=name, evalue=value, traceback=[f"{name}: {value}"]
    )


def _keep(kept: dict[str, bytes], written: Mapping[str, bytes], most: int) -> None:
    """Add files to those that are kept, and leave out what a private folder could not hold."""
    for name, content in written.items():
        kept.pop(name, None)  # an old one must not stand for a new one that is too large
        if sum(map(len, kept.values())) + len(content) <= most:
            kept[name] = content


class _FullError(Exception):
    """There is no room left for an output."""


class Room:
    """What the outputs of a notebook may still take.

    Args:
        shown: Bytes of text.
        values: Values of any kind.

    Attributes:
        is_short: Whether something found no room.
    """

    def __init__(self, shown: int = MOST_SHOWN, values: int = MOST_VALUES) -> None:
        self._left = (shown, values)
        self.is_short = False

    def output(self, kind: str, found: dict[str, Any]) -> NotebookNode | None:
        """Return an output, or None if there is no room for it as a whole."""
        before = self._left
        try:
            self.take(values=_EACH)
            return NotebookNode(output_type=kind, **_CONTENT[kind](found, self))
        except _FullError:
            self._left, self.is_short = before, True
            return None

    def take(self, shown: int = 0, values: int = 1) -> None:
        """Take room for something.

        Raises:
            _FullError: If there is not so much.
        """
        self._left = (self._left[0] - shown, self._left[1] - values)
        if min(self._left) < 0:
            raise _FullError

    def text(self, found: Any) -> str:
        """Return something as text that a file can hold."""
        data = _text(found)
        self.take(len(data))
        return data.decode()

    def json(self, value: Any, depth: int = 0) -> Any:
        """Return a value as JSON has it, and no deeper than anybody needs."""
        if isinstance(value, dict | list) and depth < _MOST_DEPTH:
            self.take()
            if isinstance(value, list):
                return [self.json(each, depth + 1) for each in value]
            return {self.text(key): self.json(each, depth + 1) for key, each in value.items()}
        if value is None or isinstance(value, bool | int | float):
            self.take()
            return value
        return self.text(value)


def read_outputs(found: Any, room: Room) -> list[NotebookNode]:
    """Return what a process says it has shown as a notebook's outputs; nonsense is left out.

    What has no room is left out too, but never what decides a score: whether there is an error,
    text on stderr, a result. The first of each is kept in a few words.

    Args:
        found: What it says.
        room: What the outputs of its notebook may still take.
    """
    outputs: list[NotebookNode] = []
    deciding: set[str] = set()
    left = {"stderr": MOST_CHARACTERS, "stream": MOST_CHARACTERS}
    for each in _list(found):
        kind = each.get("output_type") if isinstance(each, dict) else None
        if not isinstance(kind, str) or kind not in _CONTENT:
            continue
        what = "stderr" if kind == "stream" and each.get("name") == "stderr" else kind
        shortened = each
        if kind == "stream":
            shortened = each | {"text": _text(each.get("text")).decode()[: left[what]]}
            left[what] -= len(shortened["text"])
        output = room.output(kind, shortened) if len(outputs) < MOST_OUTPUTS else None
        if output is None and what in _BARE_CONTENT and what not in deciding:
            output = NotebookNode(output_type=kind, **_BARE_CONTENT[what](each))
        if output is not None:
            deciding.add(what)
            outputs.append(output)
    return outputs


def _shown(found: dict[str, Any], room: Room) -> dict[str, Any]:
    data = found.get("data")
    pairs = data.items() if isinstance(data, dict) else ()
    kept = {room.text(mime): room.json(value) for mime, value in pairs}
    return {"data": NotebookNode(kept), "metadata": NotebookNode(), "execution_count": None}


_CONTENT: dict[str, Callable[[dict[str, Any], Room], dict[str, Any]]] = {
    "stream": lambda found, room: {
        "name": "stderr" if found.get("name") == "stderr" else "stdout",
        "text": room.text(found.get("text")),
    },
    "error": lambda found, room: {
        "ename": room.text(found.get("ename")),
        "evalue": room.text(found.get("evalue")),
        "traceback": [room.text(line) for line in _list(found.get("traceback"))],
    },
    "execute_result": _shown,
    "display_data": lambda found, room: {
        name: part for name, part in _shown(found, room).items() if name != "execution_count"
    },
}


def _bare_result(found: dict[str, Any]) -> dict[str, Any]:
    data = found.get("data")
    text = _bare(data.get("text/plain") if isinstance(data, dict) else "")
    return _shown({"data": {"text/plain": text}}, Room())


_BARE_CONTENT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "stderr": lambda found: {"name": "stderr", "text": _bare(found.get("text"))},
    "error": lambda found: {
        "ename": _bare(found.get("ename")), "evalue": _bare(found.get("evalue")), "traceback": [],
    },
    "execute_result": _bare_result,
}  # fmt: skip


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(found: Any) -> bytes:
    plain = isinstance(found, str | int | float)  # a nest of lists may be too deep to be shown
    return (str(found) if plain else "").encode("utf-8", "replace")


def _bare(found: Any) -> str:
    return _text(found)[:_BARE].decode("utf-8", "ignore")

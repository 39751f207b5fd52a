"""Build the nbgrader source notebook of an assignment from its text, questions and rubric.

`exercise.md` is a MyST notebook that holds nothing which `questions.yml` and `rubric.yml` say. Text
blocks opened by ``+++ {"question": "<id>"}``, ``+++ {"predict": "<id>"}`` and ``+++ {"essay":
"<id>"}`` stand where a question, a prediction and the essay begin; a code cell with the option
``:question: <id>`` holds a question's solution. The builder adds title, prompts, the form of each
answer, the test cells, the rubric table and the essay's answer cell.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from casekit.errors import InvalidInputError
from casekit.questions.files import read_text
from casekit.questions.rehearsal import ESSAY_STUB, TEST_PREFIX, WORDS
from casekit.questions.rubric import Rubric, load_rubric
from casekit.questions.schema import Assignment, Question
from casekit.questions.validation import check_keys, load_assignment, refuse
from casekit.questions.wording import NO_UNIT, answer_note, form_text

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_MARKERS = re.compile(r"###\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS)")
_ROLES = ("question", "predict", "essay")
_INTRODUCTION = """\
# Assignment {number}: {title}

About {minutes} minutes; {points:g} points, of which {essay:g} for the essay.

**What you hand in.** This notebook, saved under its own name, with every answer variable filled and
the essay at the end written.

**How it works.** Your firm's numbers stand in the file `firm.json`, which you were given with this
notebook: keep it beside the notebook. Write your work below each question and give the named
variable a value. The cell under your answer checks the *form* only: type, shape, unit and a
plausible range. Whether the answer is right shows when it is graded. Before you hand in, restart
the kernel and run all cells; `casekit check NOTEBOOK` does the same in a terminal.

**What is allowed.** Every table and model of `casekit`, the chapters, your own notes, and talking
about method with others. The numbers, the code and the essay are your own. If a writing or coding
assistant helped you, say where and how in one line under the essay.
"""
_PREDICT = "predicted = None  # what you expect, before you compute; not graded"


@dataclass(frozen=True)
class _Parts:
    """What an assignment is made of."""

    assignment: Assignment
    rubric: Rubric
    text: Path

    def number(self, question_id: str) -> int:
        """The number of a question in the notebook."""
        return [question.id for question in self.assignment.questions].index(question_id) + 1


def build_notebook(folder: Path, common_rubric: Path) -> NotebookNode:
    """Build the source notebook, with solutions and hidden tests.

    Args:
        folder: The assignment: `exercise.md`, `questions.yml`, `rubric.yml`.
        common_rubric: The `common-rubric.yml` of all assignments.

    Returns:
        A notebook (nbformat 4.5) with nbgrader's metadata, the same bytes at every call.

    Raises:
        InvalidInputError: If text, questions and rubric do not fit together.
    """
    questions = folder / "questions.yml"
    assignment = load_assignment(questions)
    rubric = load_rubric(folder / "rubric.yml", common_rubric)
    check_keys(assignment, questions)
    whole = sum(question.points for question in assignment.questions) + rubric.points
    if whole != assignment.points:
        reason = f"is {assignment.points:g}, but questions and essay add up to {whole:g}"
        refuse(questions, [(("assignment", "points"), reason)])
    parts = _Parts(assignment, rubric, folder / "exercise.md")
    cells = _read_cells(parts.text)
    _check_cells(cells, parts)
    built = [_introduction(parts), *(new for cell in cells for new in _expand(cell, parts))]
    _number(built)
    notebook: NotebookNode = new_notebook(cells=built, metadata={"kernelspec": _KERNEL})
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """Return a notebook as the text of an `.ipynb` file."""
    return str(nbformat.writes(notebook, version=4)) + "\n"


def test_id(question_id: str) -> str:
    """Return the id of the test cell of a question."""
    return TEST_PREFIX + question_id


def _read_cells(path: Path) -> list[NotebookNode]:
    text = read_text(path)
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as problem:  # its parser has errors of its own, and yaml's
        reason = " ".join(str(problem).split())[:200]
        message = f"{path} is no MyST notebook ({reason}): look at its +++ lines and code cells."
        raise InvalidInputError(message) from problem
    cells: list[NotebookNode] = notebook.cells
    return cells


def _check_cells(cells: list[NotebookNode], parts: _Parts) -> None:
    ids = [question.id for question in parts.assignment.questions]
    faults = [fault for cell in cells for fault in _cell_faults(cell, ids)]
    for kind, where in (("code", "solution cells"), ("markdown", "question blocks with text")):
        found = [
            cell.metadata["question"]
            for cell in cells
            if "question" in cell.metadata and cell.cell_type == kind
        ]
        faults += [
            f"question {name} has {found.count(name)} {where}, give it one."
            for name in ids
            if found.count(name) != 1
        ]
        if sorted(found) == sorted(ids) and found != ids:
            faults.append(f"the {where} stand in another order than in questions.yml.")
    if not faults:
        faults += _order_faults(cells)
    essays = [cell.metadata["essay"] for cell in cells if "essay" in cell.metadata]
    if essays != [parts.rubric.id]:
        faults.append(f"the essay of rubric.yml, {parts.rubric.id}, needs exactly one essay block.")
    if faults:
        raise InvalidInputError("\n".join(f"{parts.text}: {fault}" for fault in faults))


def _cell_faults(cell: NotebookNode, ids: list[str]) -> Iterator[str]:
    name = cell.metadata.get("question") or cell.metadata.get("predict")
    opening = (cell.source.strip().splitlines() or [""])[0]
    if _MARKERS.search(cell.source):
        yield f"the cell starting {opening!r} has markers of nbgrader: the builder sets them."
    if name is not None and name not in ids:
        yield f"a cell names the question {name}, which questions.yml does not have."
    elif cell.cell_type == "code" and "question" in cell.metadata:
        defines = rf"^(?:{re.escape(str(name))}\s*(?::[^=]+)?=|def {re.escape(str(name))}\()"
        if not re.search(defines, cell.source, re.MULTILINE):
            yield f"the solution cell of {name} gives {name} no value."


def _order_faults(cells: list[NotebookNode]) -> Iterator[str]:
    answered: set[str] = set()
    opened: set[str] = set()
    predicted = False
    for cell in cells:
        name = cell.metadata.get("question")
        if name and cell.cell_type == "code":
            answered.add(name)
            if name not in opened:
                yield f"the solution cell of {name} stands before its question block."
        elif name:
            opened.add(name)
        elif "predict" in cell.metadata:
            predicted = True
            if cell.metadata["predict"] in answered:
                yield f"{cell.metadata['predict']} is to be predicted after it is answered."
    if not predicted:
        yield "a predict block is missing: ask for an expectation before a computation."


def _introduction(parts: _Parts) -> NotebookNode:
    found = parts.assignment
    number = found.name.partition("-")[0].lstrip("0") or found.name
    text = _INTRODUCTION.format(
        number=number, title=found.title, minutes=found.minutes, points=found.points,
        essay=parts.rubric.points,
    )  # fmt: skip
    cell: NotebookNode = new_markdown_cell(text.strip())
    return cell


def _expand(cell: NotebookNode, parts: _Parts) -> Iterator[NotebookNode]:
    """One cell of the text becomes one to three cells of the notebook."""
    role = next((role for role in _ROLES if role in cell.metadata), None)
    if role == "question" and cell.cell_type == "code":
        question = parts.assignment.question(cell.metadata["question"])
        stub = f"{question.id} = None  # {answer_note(question)}"
        source = f"{stub}\n{BEGIN}\n{cell.source.strip()}\n{END}"
        yield _graded(new_code_cell(source), question.id, solution=True)
        yield _test_cell(question, parts.assignment.name)
    elif role == "question":
        yield new_markdown_cell(_question_text(cell, parts))
    elif role == "predict":
        yield new_markdown_cell(f"### Before you compute\n\n{cell.source}")
        yield new_code_cell(_PREDICT)
    elif role == "essay":
        number = len(parts.assignment.questions) + 1
        heading = f"## {number}. Essay: {parts.rubric.title}"
        yield new_markdown_cell(f"{heading}\n\n{cell.source}")
        yield new_markdown_cell(_rubric_text(parts.rubric))
        answer = new_markdown_cell(ESSAY_STUB, metadata={WORDS: list(parts.rubric.words)})
        yield _graded(answer, parts.rubric.id, solution=True, points=parts.rubric.points)
    elif cell.cell_type == "code":
        # A cell may ask to be folded: a note to be judged is read, not its code.
        kept = {"jupyter": cell.metadata["jupyter"]} if "jupyter" in cell.metadata else {}
        yield new_code_cell(cell.source, metadata=kept)
    else:
        yield new_markdown_cell(cell.source)


def _question_text(cell: NotebookNode, parts: _Parts) -> str:
    question = parts.assignment.question(cell.metadata["question"])
    titles = [f"question {parts.number(earlier)}, `{earlier}`," for earlier in question.follows]
    follows = (
        f" If your answer to {' or '.join(titles)} is off, what follows from it counts here."
        if titles
        else ""
    )
    blocks = [
        f"## {parts.number(question.id)}. {question.title}",
        question.prompt.strip(),
        f"**Your answer:** `{question.id}`, {form_text(question)}{follows}"
        f" *{question.points:g} points.*",
        cell.source.strip(),
    ]
    return "\n\n".join(block for block in blocks if block)


def _graded(
    cell: NotebookNode, name: str, *, solution: bool = False, points: float | None = None
) -> NotebookNode:
    mark = {
        "grade": points is not None,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    cell.metadata["nbgrader"] = mark if points is None else mark | {"points": float(points)}
    cell.id = name
    return cell


def _test_cell(question: Question, assignment: str) -> NotebookNode:
    given = [f'"{assignment}"', f'"{question.id}"', f"lambda: {question.id}"]
    if question.follows:
        earlier = ", ".join(f'"{name}": lambda: {name}' for name in question.follows)
        given.append(f"earlier={{{earlier}}}")
    source = "\n".join(
        [
            "# This cell checks the form of your answer; it does not know whether it is right.",
            _check_call(question),
            BEGIN_HIDDEN,
            "from casekit.questions.marking import mark",
            "",
            f"mark({', '.join(given)})",
            END_HIDDEN,
        ]
    )
    return _graded(new_code_cell(source), test_id(question.id), points=question.points)


def _check_call(question: Question) -> str:
    arguments: dict[str, Any] = {
        "name": question.id,
        "type": question.type,
        "unit": "" if question.unit == NO_UNIT else question.unit,
        "low": question.low,
        "high": question.high,
        "options": list(question.options),
        "length": question.length,
        "labels": list(question.labels),
        "columns": list(question.columns),
        "arguments": list(question.arguments),
        "example": dict(question.example),
    }
    given = [
        f"    {name}={json.dumps(value, ensure_ascii=False)},"
        for name, value in arguments.items()
        if value not in (None, "", [], {})
    ]
    return "\n".join(["check(", f"    lambda: {question.id},", *given, ")"])


def _rubric_text(rubric: Rubric) -> str:
    low, high = rubric.words
    rows = [
        f"| {criterion.title} | {criterion.weight:g} % | " + " | ".join(criterion.anchors) + " |"
        for criterion in rubric.criteria
    ]
    head = (
        f"**How this is marked.** {rubric.points:g} points, {low} to {high} words. Each criterion"
        " is judged from 0 to 4 and counts with its weight. Language as such is not marked."
    )
    table = ["| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |", "|---|---|---|---|---|---|---|", *rows]
    return "\n".join([head, "", *table])


def _number(cells: list[NotebookNode]) -> None:
    """Give the other cells readable ids too: random ones would change at every build."""
    for number, cell in enumerate(cells, start=1):
        if "nbgrader" not in cell.metadata:
            cell.id = f"{'text' if cell.cell_type == 'markdown' else 'code'}-{number:02d}"

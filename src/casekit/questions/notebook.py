"""Build the nbgrader source notebook of an assignment from its text, questions and rubric.

`exercise.md` is a MyST notebook. A code cell answers a question when it carries the option
``:question: <id>``; a text block opened by ``+++ {"essay": "<id>"}`` asks for the essay. The
builder adds the test cells, the rubric table and the essay's answer cell, so that the text holds
nothing twice.
"""

import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

from casekit.errors import CasekitError, InvalidInputError
from casekit.questions import keys
from casekit.questions.rubric import Rubric, load_rubric
from casekit.questions.schema import Question, read_text
from casekit.questions.validation import load_questions

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
ESSAY_STUB = "*Write your answer here.*"
TEST_PREFIX = "test-"

# What a file that is JSON but no notebook raises depends on how far nbformat gets.
_NO_NOTEBOOK = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
    nbformat.ValidationError,
)
# A wrong name in a formula, a division by zero, a factor on a word.
_BROKEN_KEY = (CasekitError, ArithmeticError, LookupError, TypeError, ValueError)
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_MARKERS = re.compile(r"^\s*###\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS)\s*$", re.MULTILINE)


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
    text = folder / "exercise.md"
    questions = {question.id: question for question in load_questions(folder / "questions.yml")}
    rubric = load_rubric(folder / "rubric.yml", common_rubric)
    check_keys(questions.values(), folder / "questions.yml")
    cells = _read_cells(text)
    _check_cells(cells, questions, rubric, text)
    built = [new for cell in cells for new in _expand(cell, questions, rubric, folder.name)]
    _number(built)
    notebook: NotebookNode = new_notebook(cells=built, metadata={"kernelspec": _KERNEL})
    return notebook


def read_notebook(path: Path) -> NotebookNode:
    """Read an `.ipynb` file.

    Raises:
        InvalidInputError: If it is missing or is no notebook.
    """
    text = read_text(path)
    try:
        with warnings.catch_warnings():
            # Older tools, and nbgrader itself, write cells without ids; nbformat mends them.
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            # A cell that was copied outside Jupyter has its id twice; nbformat mends that too.
            warnings.simplefilter("ignore", DuplicateCellId)
            notebook: NotebookNode = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
    except _NO_NOTEBOOK as problem:
        message = f"{path.name} is not a valid notebook: ask for a new copy."
        raise InvalidInputError(message) from problem
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """Return a notebook as the text of an `.ipynb` file."""
    return str(nbformat.writes(notebook, version=4)) + "\n"


def check_keys(questions: Iterable[Question], path: Path) -> None:
    """Refuse keys that cannot be computed or are at odds with their question.

    Args:
        questions: The questions of one assignment.
        path: Their `questions.yml`, for the message.

    Raises:
        InvalidInputError: One sentence a fault, with question and field, one fault a line.
    """
    found = [
        f"{path}, question {question.id}, field {fault}."
        for question in questions
        for fault in _key_faults(question)
    ]
    if found:
        raise InvalidInputError("\n".join(found))


def _key_faults(question: Question) -> list[str]:
    try:
        keys.expected(question)
    except _BROKEN_KEY as problem:
        return [f"key: {_reason(problem)}"]
    try:
        return list(keys.faults(question))
    except _BROKEN_KEY as problem:
        return [f"mistakes: {_reason(problem)}"]


def _reason(problem: Exception) -> str:
    return str(problem).rstrip(".?") or type(problem).__name__


def test_id(question_id: str) -> str:
    """Return the id of the test cell of a question."""
    return TEST_PREFIX + question_id


def _read_cells(path: Path) -> list[NotebookNode]:
    notebook = jupytext.reads(read_text(path), fmt="md:myst")
    cells: list[NotebookNode] = notebook.cells
    return cells


def _check_cells(
    cells: list[NotebookNode], questions: dict[str, Question], rubric: Rubric, path: Path
) -> None:
    faults = [fault for cell in cells for fault in _cell_faults(cell, questions)]
    answered = [cell.metadata["question"] for cell in cells if "question" in cell.metadata]
    faults += [
        f"question {name} has {answered.count(name)} solution cells, give it one."
        for name in questions
        if answered.count(name) != 1
    ]
    essays = [cell.metadata["essay"] for cell in cells if "essay" in cell.metadata]
    if essays != [rubric.id]:
        faults.append(f"the essay of rubric.yml, {rubric.id}, needs exactly one essay block.")
    if faults:
        raise InvalidInputError("\n".join(f"{path}: {fault}" for fault in faults))


def _cell_faults(cell: NotebookNode, questions: dict[str, Question]) -> Iterator[str]:
    name = cell.metadata.get("question")
    markers = [match.groups() for match in _MARKERS.finditer(cell.source)]
    region = [("BEGIN", "SOLUTION"), ("END", "SOLUTION")]
    opening = cell.source.strip().splitlines()[:1]
    if name is None:
        if markers:
            yield f"the cell starting {opening[0]!r} has solution markers but no question."
        return
    if name not in questions:
        yield f"a solution cell names the question {name}, which questions.yml does not have."
    if markers != region:
        yield f"the solution cell of {name} needs one '{BEGIN}' and one '{END}' after it."
    if not re.search(rf"^{re.escape(str(name))} = None\b", cell.source, re.MULTILINE):
        yield f"the solution cell of {name} needs the line '{name} = None' for the student."


def _expand(
    cell: NotebookNode, questions: dict[str, Question], rubric: Rubric, assignment: str
) -> Iterator[NotebookNode]:
    """One cell of the text becomes one to three cells of the notebook."""
    if "question" in cell.metadata:
        question = questions[cell.metadata["question"]]
        yield _graded(new_code_cell(cell.source), question.id, solution=True)
        yield _test_cell(question, assignment)
    elif "essay" in cell.metadata:
        yield new_markdown_cell(cell.source)
        yield new_markdown_cell(_rubric_text(rubric))
        answer = new_markdown_cell(ESSAY_STUB)
        yield _graded(answer, rubric.id, solution=True, points=rubric.points)
    elif cell.cell_type == "code":
        yield new_code_cell(cell.source)
    else:
        yield new_markdown_cell(cell.source)


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
    source = "\n".join(
        [
            "# This cell checks the form of your answer; it does not know whether it is right.",
            _check_call(question),
            BEGIN_HIDDEN,
            "from casekit.questions.marking import mark",
            "",
            f'mark("{assignment}", "{question.id}", {question.id})',
            END_HIDDEN,
        ]
    )
    return _graded(new_code_cell(source), test_id(question.id), points=question.points)


def _check_call(question: Question) -> str:
    arguments: dict[str, Any] = {
        "name": question.id,
        "type": question.type,
        "unit": question.unit or None,
        "low": question.low,
        "high": question.high,
        "options": list(question.options) if question.options else None,
        "length": question.length,
    }
    given = [
        f"    {name}={_literal(value)}," for name, value in arguments.items() if value is not None
    ]
    return "\n".join(["check(", f"    {question.id},", *given, ")"])


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_literal(element) for element in value) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


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

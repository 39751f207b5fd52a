"""Judge an answer by its key: points for the gradebook, and one sentence for the student.

Called from the hidden region of a test cell, while the course is graded. The keys stand in the
course's ``keys`` folder, never in a notebook.
"""

from pathlib import Path

from casekit.errors import InvalidInputError
from casekit.questions.checking import Answer, read_answer
from casekit.questions.keys import expected, matches, mistaken
from casekit.questions.schema import Question, find_question


def mark(assignment: str, question_id: str, value: object) -> float:
    """Print one sentence about an answer and return the points it earns.

    Args:
        assignment: Name of the assignment, e.g. ``"02-crisis"``.
        question_id: The question's id, which is the variable's name.
        value: The student's answer.

    Returns:
        Points between 0 and the question's points, rounded to 2 decimals. As the last expression
        of a test cell it becomes the cell's score.

    Raises:
        InvalidInputError: If no course folder with keys lies above the working directory.
        CheckFailedError: If the answer is not in the form the question asks for.
    """
    question = find_question(find_keys(assignment) / "questions.yml", question_id)
    answer = read_answer(
        value,
        question.id,
        question.type,
        options=question.options,
        length=question.length,
        unit=question.unit or "",
    )
    points, sentence = judge(question, answer)
    print(sentence)  # noqa: T201 - the cell's output is where nbgrader and the feedback look
    return points


def judge(question: Question, answer: Answer) -> tuple[float, str]:
    """Compare an answer with the key and the known mistakes.

    Args:
        question: The question.
        answer: The answer as a plain Python value of the question's type.

    Returns:
        The points earned, and a sentence that never tells the key's value.
    """
    right = matches(question, answer, expected(question))
    points = round(question.points * sum(right) / len(right), 2)
    if all(right):
        return points, f"{question.id}: right."
    hint = _hint(question, answer, right) or "Not the expected value."
    partly = f"{sum(right)} of {len(right)} elements are right. " if len(right) > 1 else ""
    return points, f"{question.id}: {partly}{hint}"


def find_keys(assignment: str) -> Path:
    """Return the folder with an assignment's keys, walking up from the working directory.

    Raises:
        InvalidInputError: If there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        keys = folder / "keys" / assignment
        if (keys / "questions.yml").is_file():
            return keys
    message = f"No keys for {assignment} above {here}: mark inside the course folder."
    raise InvalidInputError(message)


def _hint(question: Question, answer: Answer, right: list[bool]) -> str | None:
    """The first known mistake that explains every wrong element."""
    for value, hint in mistaken(question):
        wrong = matches(question, answer, value)
        if all(explained or fine for explained, fine in zip(wrong, right, strict=True)):
            return hint
    return None

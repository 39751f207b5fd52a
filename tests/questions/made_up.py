"""Made-up questions, and where the real ones are, for the tests of this folder."""

from pathlib import Path

from casekit.questions.schema import Assignment, to_assignment

EXERCISES = Path(__file__).parents[2] / "exercises"
NAMES = sorted(path.parent.name for path in EXERCISES.glob("*/exercise.md"))

PLAIN = {
    "id": "x", "title": "t", "prompt": "p", "type": "float", "points": 4, "key": {"value": 50.0},
    "objectives": [1], "difficulty": 1, "unit": "m", "low": -1000, "high": 1000,
    "tolerance": {"relative": 0.01}, "rounding": 1,
}  # fmt: skip


def an_assignment(*questions) -> Assignment:
    """An assignment of questions, each given by what it has other than a plain one."""
    document = {
        "assignment": {"title": "t", "minutes": 30, "points": 4},
        "questions": [
            {name: value for name, value in (PLAIN | changes).items() if value is not None}
            for changes in questions
        ],
    }
    return to_assignment(document, Path("01-made-up/questions.yml"))


def a_question(**changes):
    """One question; a field that is None is left out."""
    return an_assignment(changes).questions[0]

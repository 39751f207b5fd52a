import shutil
from pathlib import Path

import pytest
import yaml

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


@pytest.fixture
def exercises(tmp_path):
    """A copy of the exercises that a test may spoil."""
    return Path(shutil.copytree(EXERCISES, tmp_path / "exercises"))


@pytest.fixture
def edit(exercises):
    """Change one question of assignment 02 in the copy, and return the file's path."""

    def change(index=0, **values):
        path = exercises / "02-crisis" / "questions.yml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        entry = document["questions"][index]
        for name, value in values.items():
            if value is None:
                del entry[name]
            else:
                entry[name] = value
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return path

    return change

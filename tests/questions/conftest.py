import shutil
from pathlib import Path

import pytest
import yaml
from made_up import EXERCISES


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

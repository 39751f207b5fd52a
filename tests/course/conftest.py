import shutil
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SMALL = ("02-crisis", "03-death-spiral")


@pytest.fixture(scope="session")
def checkout():
    return CHECKOUT


@pytest.fixture(scope="session")
def some_exercises(tmp_path_factory):
    """Give a function that makes a checkout of some assignments: a course of all takes its time."""

    def make(*names):
        folder = tmp_path_factory.mktemp("checkout")
        (folder / "exercises").mkdir()
        for name in names:
            shutil.copytree(CHECKOUT / "exercises" / name, folder / "exercises" / name)
        shutil.copy(CHECKOUT / "exercises" / "common-rubric.yml", folder / "exercises")
        return folder

    return make


@pytest.fixture(scope="session")
def small(some_exercises):
    """A checkout with two assignments."""
    return some_exercises(*SMALL)

"""Does the plan take from a student what the student is to bind, and nothing else?"""

import pytest

from casekit.errors import InvalidInputError
from casekit.grading.engines import is_safe, require_safe
from casekit.grading.plan import KnownCell, SourceCell, plan_notebook

MARKS = ("BEGIN HIDDEN", "END HIDDEN")


def cell(role, source):
    names = {"solution": "answer", "test": "judge", "locked": "given"}
    if role == "plain":
        return SourceCell(source, None)
    points = 1.0 if role == "test" else None
    name = f"{names[role]}-{abs(hash(source))}"
    known = KnownCell(
        name, "code", source, None, locked=role != "solution", solution=role == "solution",
        points=points,
    )  # fmt: skip
    return SourceCell(source, known)


def plan(*cells):
    source = [cell(*each) for each in cells]
    known = [each.known for each in source if each.known]
    made = plan_notebook("n", known, source, MARKS)
    [*_, last] = made.tests.values()
    return made, last


def test_an_answer_is_taken_from_the_student_and_a_checking_function_is_not():
    made, test = plan(
        ("locked", "import math\ndef check(x):\n    assert math.isclose(x, key)\nkey = 3.0"),
        ("solution", "answer = 3.0"),
        ("test", "check(answer)"),
    )
    assert test.wanted == ("answer",)
    assert test.spare == ()
    assert len(made.trusted) == 3


@pytest.mark.parametrize(
    ("solution", "taken"),
    [
        ("total = sum(data)", False),
        ("total = 0\nfor value in data:\n    total += value", False),
        ("print(data)", False),
        ("part = data[1:]", False),
        ("data.append(4)", True),
        ("data[0] = 4", True),
        ("also = data\nalso.append(4)", True),
        ("for row in data:\n    row.append(1)", True),
        ("last = data.pop()", True),
    ],
)
def test_given_data_are_the_students_only_if_the_solution_changes_them(solution, taken):
    _, test = plan(
        ("locked", "data = [1, 2, 3]"), ("solution", solution), ("test", "assert sum(data)")
    )
    assert ("data" in test.wanted) is taken


def test_what_follows_from_an_answer_is_the_students_too():
    made, test = plan(
        ("solution", "def f(x):\n    return x + 1"),
        ("locked", "result = f(3)\nlimit = 5"),
        ("test", "assert result < limit"),
    )
    assert test.wanted == ("result",)
    assert made.trusted == ("limit = 5",)


def test_a_plain_cell_is_the_students_to_edit_but_not_what_it_imports():
    _, test = plan(
        ("plain", "import numpy as np\nrate = 0.1"), ("test", "assert np.isclose(rate, 0.1)")
    )
    assert test.wanted == ("rate",)


def test_names_that_a_test_binds_for_the_students_functions_are_handed_over():
    _, test = plan(
        ("solution", "def price(n):\n    return n * rate"),
        ("test", "rate = 10\nassert price(2) == 20"),
    )
    assert test.handed == ("rate",)


def test_what_a_star_imports_is_an_import():
    made, test = plan(
        ("solution", "from math import *\nnear = sqrt(2)"), ("test", "assert isclose(near, 1.4)")
    )
    assert made.trusted == ("from math import *",)
    assert test.wanted == ("near",)


@pytest.mark.parametrize(
    ("earlier", "test", "goes_on"),
    [
        ("noted.append(f(1))", "assert not noted", True),
        ("noted += f([1])", "assert not noted", True),
        ("count = f(1)", "count += 1\nassert count == 2", True),
        ("found = f(1)", "assert found", True),
        ("assert f(1)", "assert f(2)", False),
        ("assert f(noted) == []", "assert not noted", False),
        ("found = f(1)", "found = f(2)\nassert found", False),
        ("for x in (1, 2):\n    assert f(x)", "for x in (3, 4):\n    assert f(x) == x", False),
        ("points = 0\npoints += f(1)", "points = 0\npoints += f(2)\npoints", False),
    ],
)
def test_a_test_may_go_on_from_an_earlier_one(earlier, test, goes_on):
    _, made = plan(
        ("locked", "noted = []"), ("solution", "def f(x):\n    return x"), ("test", earlier),
        ("test", test),
    )  # fmt: skip
    assert len(made.goes_on_from) == goes_on


@pytest.mark.parametrize(
    ("source", "masks"),
    [
        ("x = np.ma.array([1], mask=[0])", True),
        ("import numpy.ma as nma", True),
        ("from numpy import ma", True),
        ("x = table['n'].astype('Int64')", True),
        ("masked = table[mask]\nma = masked.mean()", False),
        ("x = 1  # masked_where(np.ma)", False),
        ("x = np.int64(3)", False),
    ],
)
def test_masked_and_missing_values_are_answers_where_the_code_makes_them(source, masks):
    assert plan(("solution", source), ("test", "assert x"))[0].masks is masks


def test_a_class_offers_what_the_solution_defines():
    made, _ = plan(
        ("solution", "class Stack:\n    def __init__(self):\n        self.items = []\n"
         "    def push(self, x):\n        self.items.append(x)\n"
         "    def __len__(self):\n        return len(self.items)\nstack = Stack()"),
        ("test", "assert len(stack) == 0"),
    )  # fmt: skip
    [found] = made.classes
    assert found.members == {"items", "push"}
    assert "__len__" in found.special
    assert "stack" in made.holders


def test_the_visible_part_of_a_test_runs_for_cells_that_use_what_it_binds():
    _, test = plan(
        ("test", "seen = 1\n### BEGIN HIDDEN\nsecret = 2\n### END HIDDEN"),
        ("plain", "print(seen)"),
    )
    assert test.echo == "seen = 1"


def test_a_cell_that_cannot_be_read_needs_nothing():
    _, test = plan(("plain", "%%bash\nls ("), ("test", "x = = 1"))
    assert (test.wanted, test.spare) == ((), ())


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("tcp://127.0.0.1:8786", True), ("127.0.0.1:8786", True), ("tcp://localhost:1", True),
        ("tcp://[::1]:8786", True), ("tls://10.0.0.5:8786", True), ("tcp://10.0.0.5:8786", False),
        ("tcp://0.0.0.0:8786", False), ("ws://127.0.0.1:1", False), ("tcp://grader.edu:1", False),
        ("inproc://127.0.0.1/1", False), ("tcp://127.0.0.1.evil.org:1", False), ("", False),
    ],
)  # fmt: skip
def test_a_scheduler_is_of_this_machine_or_has_tls(address, safe):
    assert is_safe(address) is safe
    if not safe:
        with pytest.raises(InvalidInputError, match="whoever reaches a Dask port can run code"):
            require_safe(address)

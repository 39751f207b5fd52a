"""What attacks are made of: the assignments they are made on, and ways to change a submission."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corpus_parts import (
    Case,
    Notebooks,
    find,
    locked,
    manual_text,
    pair,
    plain,
    solution,
    test,
    tidy,
    words,
)
from nbformat.v4 import new_code_cell

Write = Callable[[Notebooks, Path], None]

PORT = "{{PORT}}"
"""Stands in a source for the number of a port that the host listens on."""

BY_NUMBER = """\
    import gc


    def by_number(*arguments, **named):
        peer = next(each for each in gc.get_objects() if type(each).__name__ == "Peer")
        for number in range(1, 40):
            try:
                print(peer.use("call", number, arguments, named))
            except Exception as problem:
                print(type(problem))"""
"""A cell that lets an attack call whatever a test has handed over, by its number."""

CODE = 126
POINTS = {
    "target": {
        "mean-test": 2.0, "evens-test": 3.0, "slope-test": 4.0, "table-test": 4.0,
        "word-test": 2.0, "code-test": 1.0,
    },
    "pair": {"a-test": 1.0, "b-test": 2.0},
    "kinds": {"vector-test": 3.0, "box-test": 2.0},
    "uses": {
        "area-test": 4.0, "load-test": 2.0, "lines-test": 1.0, "half-test": 3.0, "till-test": 3.0,
        "copied-test": 2.0, "pay-test": 1.0, "given-test": 2.0, "after-test": 1.0,
    },
    "things": {
        "top-test": 2.0, "whole-test": 1.0, "area-test": 1.0, "stop-test": 2.0, "twice-test": 2.0,
        "near-test": 1.0, "points-test": 1.0, "middle-test": 2.0, "read-test": 2.0,
        "rule-test": 1.0, "steps-test": 1.0, "last-test": 3.0,
    },
}  # fmt: skip
ESSAY = 5.0
SALES = "shop,units\nmill,10\npier,7\nmill,5\ntown,1\npier,2\n"


def target(hidden: str) -> Case:
    """The assignment under attack.

    Args:
        hidden: A text that stands in hidden tests alone.
    """
    cells = [
        words("# Target"),
        plain("""\
            import math
            from pathlib import Path

            import numpy as np
            import pandas as pd"""),
        locked("helpers", """\
            DATA = [4.0, 8.0, 15.0, 16.0, 23.0, 42.0]
            TOLERANCE = 0.001
            sales = pd.read_csv("sales.csv")


            def close(found, wanted):
                return abs(found - wanted) <= TOLERANCE"""),
        *pair("mean", 2, "mean = sum(DATA) / len(DATA)", f"""\
            assert mean > 0
            ### BEGIN HIDDEN TESTS
            # {hidden}
            assert close(mean, 18.0)
            assert close(mean, sum(DATA) / len(DATA))
            ### END HIDDEN TESTS"""),
        *pair("evens", 3, "evens = [each for each in DATA if each % 2 == 0]", f"""\
            points = 0
            if len(evens) == 4:
                points += 1
            ### BEGIN HIDDEN TESTS
            if evens == [4.0, 8.0, 16.0, 42.0] and "{hidden}":
                points += 2
            ### END HIDDEN TESTS
            points"""),
        *pair("slope", 4, """\
            def slope(x, y):
                middle, height = sum(x) / len(x), sum(y) / len(y)
                both = sum((a - middle) * (b - height) for a, b in zip(x, y))
                return both / sum((a - middle) ** 2 for a in x)""", f"""\
            assert close(slope([0, 1], [1, 3]), 2.0)
            ### BEGIN HIDDEN TESTS
            x = [2, 4, 8]
            assert close(slope(x, [1, 2, 4]), 0.5), "{hidden}"
            assert x == [2, 4, 8]
            assert close(slope([1, 2, 3], [3, 5, 7.5]), 2.25)
            ### END HIDDEN TESTS"""),
        *pair("table", 4, 'table = sales.groupby("shop", as_index=False)["units"].sum()', f"""\
            assert list(table.columns) == ["shop", "units"]
            ### BEGIN HIDDEN TESTS
            # {hidden}
            again = pd.read_csv("sales.csv").groupby("shop", as_index=False)["units"].sum()
            assert table.equals(again)
            ### END HIDDEN TESTS"""),
        *pair("word", 2, 'word = sales["shop"].iloc[-1].upper()', f"""\
            assert word.isupper()
            ### BEGIN HIDDEN TESTS
            # {hidden}
            assert word == "PIER"
            ### END HIDDEN TESTS"""),
        *pair("code", 1, "code = 14 * int(DATA[4] - DATA[3] + 2)", f"""\
            assert code % 2 == 0
            ### BEGIN HIDDEN TESTS
            # {hidden}
            assert code == int(Path("/given/private/key.txt").read_text().split()[0])
            ### END HIDDEN TESTS"""),
        manual_text("essay", ESSAY, "Your thoughts."),
    ]  # fmt: skip
    return Case("target", {"target": cells}, [], {"sales.csv": SALES})


def two() -> Case:
    """A second assignment, of two notebooks."""
    first = pair("a", 1, "a = 6 * 7", "assert a == 42")
    second = [
        solution("b", "b = 'forty-two'"),
        test("b-test", 2, "assert b == 'forty-two'"),
    ]
    return Case("pair", {"first": first, "second": second}, [], {"notes/read.txt": "Read this.\n"})


def kinds() -> Case:
    """A third assignment, of classes: one the student writes, one that is given."""
    cells = [
        locked(
            "given",
            """\
            class Box:
                def __init__(self, width, height):
                    self.width, self.height = width, height

                def same(self, other):
                    return (self.width, self.height) == (other.width, other.height)""",
        ),
        *pair(
            "vector",
            3,
            """\
            class Vector:
                def __init__(self, x, y):
                    self.x, self.y = x, y

                def __eq__(self, other):
                    return (self.x, self.y) == (other.x, other.y)

                def dot(self, other):
                    return self.x * other.x + self.y * other.y""",
            """\
            assert Vector(1, 2).dot(Vector(3, 4)) == 11
            ### BEGIN HIDDEN TESTS
            assert Vector(1, 2).dot(Vector(5, 7)) == 19
            ### END HIDDEN TESTS""",
        ),
        *pair(
            "box",
            2,
            "box = Box(2, 3)",
            """\
            assert isinstance(box, Box)
            ### BEGIN HIDDEN TESTS
            assert box.same(Box(2, 3))
            ### END HIDDEN TESTS""",
        ),
    ]
    return Case("kinds", {"kinds": cells}, [])


def uses(hidden: str) -> Case:
    """A fourth assignment, of functions that call what tests give them.

    Args:
        hidden: A text that stands in hidden tests alone.
    """
    cells = [
        locked("given-file", """\
            import functools
            from pathlib import Path

            import pandas as pd

            Path("given.csv").write_text("units\\n3\\n4\\n")"""),
        *pair("area", 4, """\
            def area(f, a, b):
                wide = (b - a) / 1000
                return sum(f(a + (i + 0.5) * wide) * wide for i in range(1000))""", f"""\
            ### BEGIN HIDDEN TESTS
            assert abs(area(lambda x: x**3, 0, 3) - 20.25) < 0.01, "{hidden}"
            ### END HIDDEN TESTS"""),
        *pair("load", 2, 'def load(read, name):\n    return read(name)["units"].sum()', """\
            ### BEGIN HIDDEN TESTS
            assert load(pd.read_csv, "given.csv") == 7
            Path("other.csv").write_text("units;n\\n7;1\\n")
            assert load(functools.partial(pd.read_csv, sep=";"), "other.csv") == 7
            ### END HIDDEN TESTS"""),
        *pair("lines", 1, "def lines(read, name):\n    return len(list(read(name)))",
              'assert lines(open, "given.csv") == 3'),
        *pair("half", 3, "def half(x):\n    return x / 2", """\
            ### BEGIN HIDDEN TESTS
            for found, wanted in zip(map(half, [2, 5]), [1.0, 2.5]):
                assert found == wanted
            ### END HIDDEN TESTS"""),
        *pair("till", 3, """\
            class Till:
                def __init__(self, total):
                    self.total = total

                def __enter__(self):
                    return self

                def __exit__(self, *_):
                    return False""", """\
            ### BEGIN HIDDEN TESTS
            with Till(2) as till:
                assert till.total == 2
            ### END HIDDEN TESTS"""),
        *pair("copied", 2, "def copied(grid):\n    return [row[:] for row in grid]", """\
            ### BEGIN HIDDEN TESTS
            grid = [[1], [2]]
            other = copied(grid)
            assert other == grid
            other[0][0] = 99
            assert grid == [[1], [2]]
            ### END HIDDEN TESTS"""),
        *pair("pay", 1, """\
            class TooLittle(Exception):
                pass


            def pay(amount):
                if amount < 1:
                    raise TooLittle(amount)""", """\
            ### BEGIN HIDDEN TESTS
            try:
                pay(0)
                assert False
            except TooLittle:
                pass
            ### END HIDDEN TESTS"""),
        *pair("given", 2, 'given = pd.read_csv("given.csv")["units"].sum()', f"""\
            ### BEGIN HIDDEN TESTS
            Path("wanted.txt").write_text("{hidden}")
            assert given == pd.read_csv("given.csv")["units"].sum()
            ### END HIDDEN TESTS"""),
        *pair("after", 1, "after = 1", "assert after == 1"),
    ]  # fmt: skip
    return Case("uses", {"uses": cells}, [])


def things() -> Case:
    """A fifth assignment, of things of the instructor's that a student's code may reach."""
    cells = [
        locked("given-things", """\
            import enum
            import functools

            import numpy as np
            import pandas as pd

            sales = pd.DataFrame({"units": [10, 7, 5], "shop": ["a", "b", "a"]})
            noted = []


            class Light(enum.Enum):
                RED = 1
                BLUE = 2


            class Box:
                def __init__(self, width, height):
                    self.width, self.height = width, height

                @functools.cached_property
                def area(self):
                    return self.width * self.height"""),
        *pair("top", 2, "def top(units):\n    return units.max()", """\
            ### BEGIN HIDDEN TESTS
            assert top(sales["units"]) == sales["units"].max()
            ### END HIDDEN TESTS"""),
        *pair("whole", 1, 'whole = sales["units"].sum()', "assert whole == sales['units'].sum()"),
        *pair("area", 1, "area = Box(2, 3)", "assert area.area == 6"),
        *pair("stop", 2, "def stop():\n    return Light.RED", """\
            ### BEGIN HIDDEN TESTS
            assert stop().value == Light.RED.value
            ### END HIDDEN TESTS"""),
        *pair("twice", 2, "from operator import eq\n\n\ndef twice(x):\n    return 2 * x", """\
            ### BEGIN HIDDEN TESTS
            for x in (2, 3, 5):
                found = twice(x)
                assert eq(found, x + x)
            ### END HIDDEN TESTS"""),
        *pair("near", 1, "from math import *\n\nnear = sqrt(2)", "assert isclose(near, 2**0.5)"),
        *pair("points", 1, """\
            class Point:
                def __init__(self, x):
                    self.x = x

                def __sub__(self, other):
                    return Point(self.x - other)

                def __abs__(self):
                    return abs(self.x)


            points = [Point(1), Point(2)]


            def first(points):
                return points[0]""", """\
            assert [each.x for each in points] == [1, 2]
            assert first(points) is points[0]"""),
        *pair("middle", 2, "def middle(xs):\n    return sum(xs) / len(xs)", """\
            ### BEGIN HIDDEN TESTS
            assert abs(middle([1, 2]) - 1.5) < 1e-6
            assert all(abs(each - 1.5) < 1e-6 for each in [middle([1, 2])])
            ### END HIDDEN TESTS"""),
        *pair("read", 2, "def read(load, name):\n    return int(load(name).sum())", """\
            ### BEGIN HIDDEN TESTS
            np.save("numbers.npy", np.arange(4))
            assert read(np.load, "numbers.npy") == 6
            ### END HIDDEN TESTS"""),
        *pair("rule", 1, "def rule(text):\n    return eval(text)", """\
            try:
                rule("1 +")
                assert False
            except SyntaxError as problem:
                print(problem.msg)
            ### BEGIN HIDDEN TESTS
            noted += [] if rule("1 + 1") == 2 else ["rule"]
            ### END HIDDEN TESTS"""),
        *pair("steps", 1, "def steps(n):\n    return n", "assert sum(range(steps(4))) == 6"),
        *pair("last", 3, "last = 1", "assert last and not noted"),
    ]  # fmt: skip
    return Case("things", {"things": cells}, [])


ORDER = list(POINTS["target"])


@dataclass(frozen=True)
class Attack:
    """A hostile submission, and what must come of it.

    Attributes:
        name: The student's id.
        tries: What it tries, in one line.
        write: Changes notebooks that are solved, and the folder they will be written to; a
            notebook taken out of the mapping is not written.
        scores: Points of tests that do not earn all they can.
        flags: Kinds of problems that must be reported.
        status: What the run must say of it.
        free: Tests that may earn anything, for they depend on what comes first.
        assignment: Which assignment it is made on.
        essay: Whether the essay waits for a person.
    """

    name: str
    tries: str
    write: Write
    scores: Mapping[str, float] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    status: str = "graded"
    free: tuple[str, ...] = ()
    assignment: str = "target"
    essay: bool = True


def nothing(*names: str) -> dict[str, float]:
    """No points for some answers of the target."""
    return {f"{name}-test": 0.0 for name in names}


def nothing_from(name: str) -> dict[str, float]:
    """No points for an answer of the target and all that come after it."""
    return dict.fromkeys(ORDER[ORDER.index(f"{name}-test") :], 0.0)


def rest_from(name: str) -> tuple[str, ...]:
    """An answer's test and all that come after it."""
    return tuple(ORDER[ORDER.index(f"{name}-test") :])


# Ways to write ------------------------------------------------------------------------------


def instead(**sources: str) -> Write:
    """Other answers, by name; a dash in a name is written as an underline."""

    def write(notebooks: Notebooks, _: Path) -> None:
        for name, source in sources.items():
            notebook, place = find(notebooks, name.replace("_", "-"))
            notebook.cells[place].source = tidy(source)

    return write


def ahead(name: str, *sources: str) -> Write:
    """Cells before a cell."""

    def write(notebooks: Notebooks, _: Path) -> None:
        notebook, place = find(notebooks, name)
        notebook.cells[place:place] = [new_code_cell(tidy(source)) for source in sources]

    return write


def first(*sources: str) -> Write:
    """Cells before all others of the first notebook."""

    def write(notebooks: Notebooks, _: Path) -> None:
        notebook = next(iter(notebooks.values()))
        notebook.cells[:0] = [new_code_cell(tidy(source)) for source in sources]

    return write


def files(**contents: str | bytes) -> Write:
    """Files beside the notebook; two underlines in a name stand for a dot, three for a slash."""

    def write(_: Notebooks, folder: Path) -> None:
        for name, content in contents.items():
            path = folder / name.replace("___", "/").replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def edit(change: Callable[[Notebooks], None]) -> Write:
    """A change of the notebooks alone."""
    return lambda notebooks, _: change(notebooks)


def raw(content: bytes, name: str = "target") -> Write:
    """A notebook's file that holds other bytes."""

    def write(notebooks: Notebooks, folder: Path) -> None:
        del notebooks[name]
        (folder / f"{name}.ipynb").write_bytes(content)

    return write


def both(*writes: Write) -> Write:
    """One after the other."""

    def write(notebooks: Notebooks, folder: Path) -> None:
        for each in writes:
            each(notebooks, folder)

    return write

"""Cases of what nbgrader itself does: points, hand-graded cells, files, due dates, formats."""

import base64
from datetime import UTC, datetime, timedelta

from corpus_parts import (
    Case,
    after,
    as_text,
    at_start,
    attach,
    before,
    by,
    case,
    duplicate,
    kernel,
    locked,
    locked_text,
    manual_code,
    manual_text,
    mark,
    move,
    older_format,
    pair,
    plain,
    remove,
    rewrite,
    right,
    solution,
    task,
    test,
    unmark,
    untouched,
    words,
)

_PIXEL = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\nIDATx\x9cc\0\1\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xaeB`\x82",
).decode()

_SALES = """\
month,region,units
1,north,120
1,south,80
2,north,100
2,south,95
3,north,140
3,south,60
"""

_HELPER = '''\
"""What the tests of this assignment use."""

TOLERANCE = 1e-6


def close(a, b):
    return abs(a - b) <= TOLERANCE


class Account:
    def __init__(self, balance):
        self.balance = balance

    def __eq__(self, other):
        return isinstance(other, Account) and self.balance == other.balance

    __hash__ = None
'''

_DUE = datetime(2026, 3, 1, 17, tzinfo=UTC).replace(tzinfo=None)
_EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


_TOOLS = {
    "tools/__init__.py": "",
    "tools/data/words.txt": "Über\nallen\nGipfeln\n",
    "tools/lexicon.py": """\
from pathlib import Path


def words_of(name):
    return Path(name).read_text(encoding="utf-8").split()
""",
}


def _two_answers() -> list:
    return [
        solution(
            "double",
            """
            def double(x):
                ### BEGIN SOLUTION
                return 2 * x
                ### END SOLUTION
            """,
        ),
        test("double-test", 2, "assert double(4) == 8\nassert double('ab') == 'abab'"),
        solution(
            "half",
            """
            def half(x):
                ### BEGIN SOLUTION
                return x / 2
                ### END SOLUTION
            """,
        ),
        test("half-test", 3, "assert half(5) == 2.5"),
    ]


def _windows(text: str) -> bytes:
    """A notebook edited on Windows: line ends of the file and within the cells."""
    return text.replace("\\n", "\\r\\n").replace("\n", "\r\n").encode()


def _with_mark(text: str) -> bytes:
    return b"\xef\xbb\xbf" + text.encode()


BASICS = [
    # Several tests of a function, visible and hidden, of different weight.
    case(
        "hidden-tests",
        [
            words("# Squares\nComplete the function."),
            solution(
                "squares",
                '''
                def squares(n):
                    """Compute the squares of 1 to n."""
                    ### BEGIN SOLUTION
                    if n < 1:
                        raise ValueError("n must be greater than or equal to 1")
                    return [i ** 2 for i in range(1, n + 1)]
                    ### END SOLUTION
                ''',
            ),
            test("squares-one", 0.75, "assert squares(1) == [1]"),
            test("squares-none", 0, "assert squares(1) != []"),
            test(
                "squares-visible",
                1.25,
                """
                assert squares(1) == [1]
                assert squares(3) == [1, 4, 9]
                """,
            ),
            test(
                "squares-hidden",
                2,
                """
                assert squares(2) == [1, 4]
                ### BEGIN HIDDEN TESTS
                try:
                    squares(0)
                except ValueError:
                    pass
                else:
                    raise AssertionError("no ValueError for 0")
                ### END HIDDEN TESTS
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            """
            def squares(n):
                return [i ** 2 for i in range(1, n + 1)]
            """,
        ),
        untouched("zoe"),
    ),
    # Partial credit: the test's last line is the number of points, once too many of them.
    case(
        "partial-credit",
        [
            solution(
                "primes",
                """
                ### BEGIN SOLUTION
                primes = [2, 3, 5, 7, 11, 13]
                ### END SOLUTION
                """,
            ),
            test(
                "primes-share",
                2,
                """
                found = len(set(primes) & {2, 3, 5, 7, 11, 13})
                found / 3
                """,
            ),
            test(
                "primes-steps",
                3,
                """
                points = 0
                if 1 not in primes:
                    points += 1
                if primes == sorted(primes):
                    points += 0.5
                ### BEGIN HIDDEN TESTS
                if len(primes) >= 6:
                    points += 1.5
                if len(primes) > 20:
                    points += 5
                ### END HIDDEN TESTS
                print("points:", points)
                points
                """,
            ),
        ],
        right("ada"),
        by("ben", "primes = [7, 5, 2]"),
        by("dan", "primes = [*range(30)]"),
        differs={"dan": "stock fails: partial credit is greater than the maximum"},
    ),
    # Results of tests that are no number of points, all of which count as full marks.
    case(
        "partial-other",
        [
            plain("import numpy as np\nfrom decimal import Decimal"),
            solution("value", "value = 0.5"),
            test("as-list", 1, "[value]"),
            test("as-two", 1, "[value, value]"),
            test("as-text", 1, "str(value)"),
            test("as-word", 1, "'well done'"),
            test("as-nothing", 1, "None"),
            test("as-truth", 1, "value == 0.5"),
            test("as-numpy", 1, "np.float64(value)"),
            test("as-array", 1, "np.array(value)"),
            test("as-decimal", 1, "Decimal(value)"),
            test("as-negative", 1, "-value"),
            test("as-nan", 1, "value * float('nan')"),
            test("as-whole", 2, "int(value * 2)"),
            test("as-assignment", 1, "kept = value"),
            test("as-silenced", 1, "value;"),
            test("as-printed", 1, "print(value)"),
            test("as-two-results", 1, "value\n0.25"),
        ],
        right("ada", earns=None),
        by("ben", "value = 0.0"),
        by("cleo", "value = 1 / 3\n%precision 2"),
    ),
    # Code and text graded by hand, with and without a response, with images, marked before.
    case(
        "by-hand",
        [
            locked_text("read-me", "Write a function, and *tell* what it does."),
            words("![scheme](attachment:scheme.png)", {"scheme.png": {"image/png": _PIXEL}}),
            manual_code(
                "essay-code",
                5,
                """
                def report(values):
                    ### BEGIN SOLUTION
                    return f"{len(values)} values"
                    ### END SOLUTION
                """,
            ),
            test("essay-check", 1, "assert isinstance(report([1, 2]), str)"),
            manual_text("essay-text", 4, "It counts the values."),
            manual_text(
                "essay-region",
                2,
                """
                Why is that useful?

                ### BEGIN SOLUTION
                It is short.
                ### END SOLUTION
                """,
            ),
            manual_code("essay-free", 2, "answer = 42"),
        ],
        right("ada", attach("essay-text", {"mine.png": {"image/png": _PIXEL}})),
        by("ben", {"essay-code": "def report(values):\n    return 1 / 0", "essay-text": "None."}),
        by(
            "cleo",
            {"essay-text": "It counts.", "essay-code": "raise RuntimeError('unfinished')"},
            by_hand={"essay-text": (3.0, None), "essay-check": (0.5, 0.25)},
        ),
        untouched("zoe", by_hand={"essay-code": (2.0, 1.0)}),
    ),
    # Tasks are answered in cells of the student's own and are never graded automatically.
    case(
        "task-cells",
        [
            task("explore", 6, "Plot the data, then describe it in a cell of your own."),
            solution("largest", "largest = 140"),
            test("largest-test", 1, "assert largest == 140"),
            task(
                "reflect",
                2.5,
                """
                What would you do with more time?

                ### BEGIN MARK SCHEME
                Any sensible remark.
                ### END MARK SCHEME
                """,
            ),
        ],
        right(
            "ada",
            after("explore", plain("print('a plot')"), words("It rises.")),
            after("reflect", words("Sleep.")),
        ),
        untouched("yan", rewrite("describe it in a cell of your own", "done"), remove("reflect")),
    ),
    # Two notebooks, one of which may be missing; a notebook nobody asked for.
    Case(
        "two-notebooks",
        {
            "part-one": [
                solution(
                    "area",
                    """
                    def area(r):
                        ### BEGIN SOLUTION
                        return 3 * r * r
                        ### END SOLUTION
                    """,
                ),
                test("area-test", 2, "assert area(2) == 12"),
                manual_text("area-why", 1, "Because."),
            ],
            "part-two": [
                solution(
                    "edge",
                    """
                    def edge(r):
                        ### BEGIN SOLUTION
                        return 6 * r
                        ### END SOLUTION
                    """,
                ),
                test("edge-test", 2, "assert edge(2) == 12"),
                manual_code("edge-why", 1, "edge(1)"),
                task("edge-task", 1, "Draw it."),
            ],
        },
        [
            right("ada", files={"scratch.ipynb": _EMPTY}),
            right("ben", leaves_out=("part-two",), earns=None),
            right("cleo", leaves_out=("part-one",), earns=None),
        ],
    ),
    # A file that the first notebook writes and the second one reads.
    Case(
        "notebooks-in-turn",
        {
            "a-collect": [
                plain("import json"),
                solution(
                    "collect",
                    """
                    ### BEGIN SOLUTION
                    with open("counts.json", "w") as file:
                        json.dump({"north": 360, "south": 235}, file)
                    ### END SOLUTION
                    """,
                ),
                test("collect-test", 1, "assert json.load(open('counts.json'))['north'] == 360"),
            ],
            "b-use": [
                locked("load", "import json\ncounts = json.load(open('counts.json'))"),
                solution("total", "total = sum(counts.values())"),
                test("total-test", 2, "assert total == 595"),
            ],
        },
        [right("ada"), by("ben", {"total": "total = 595"})],
    ),
    # A table beside the notebook, read by student and test; grading restores it.
    case(
        "csv-file",
        [
            locked("imports", "import pandas as pd"),
            plain("sales = pd.read_csv('sales.csv')\nsales.head()"),
            solution(
                "north",
                "north = sales.query('region == \"north\"').units.sum()",
            ),
            test(
                "north-again",
                2,
                """
                again = pd.read_csv("sales.csv")
                assert north == again.query("region == 'north'").units.sum()
                """,
            ),
            test(
                "north-known",
                1,
                """
                ### BEGIN HIDDEN TESTS
                assert north == 360
                ### END HIDDEN TESTS
                """,
            ),
        ],
        right("ada"),
        right("ben", files={"sales.csv": _SALES.replace("120", "1")}),
        by("cleo", "sales.loc[0, 'units'] = 0\nsales.to_csv('sales.csv')\nnorth = 240"),
        files={"sales.csv": _SALES},
        differs={"cleo": "her program overwrites the table that the test reads, and stock lets it"},
    ),
    # Modules and folders beside the notebook, used by tests; students edit one, add another.
    case(
        "helper-module",
        [
            locked("imports", "import helper\nfrom helper import Account, close"),
            solution(
                "interest",
                """
                def interest(sum, rate):
                    ### BEGIN SOLUTION
                    return sum * rate / 100
                    ### END SOLUTION
                """,
            ),
            test(
                "interest-test",
                2,
                "assert helper.close(interest(50, 3), 1.5)",
            ),
            solution(
                "pay",
                """
                def pay(account, sum):
                    ### BEGIN SOLUTION
                    return Account(account.balance + sum)
                    ### END SOLUTION
                """,
            ),
            test(
                "pay-test",
                1,
                """
                before = Account(10)
                assert pay(before, 5) == Account(15)
                assert before.balance == 10
                """,
            ),
            *pair(
                "longest",
                1,
                """
                ### BEGIN SOLUTION
                from tools.lexicon import words_of

                longest = max(words_of("tools/data/words.txt"), key=len)
                ### END SOLUTION
                """,
                """
                import tools.lexicon

                assert longest in tools.lexicon.words_of("tools/data/words.txt")
                assert longest == "Gipfeln"
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {"interest": "def interest(sum, rate):\n    return 0"},
            files={"helper.py": "close = max", "tools/data/words.txt": "Gipfel"},
        ),
        by(
            "cleo",
            {
                "interest": "from bank import interest",
                "pay": "def pay(account, sum):\n    account.balance += sum\n    return account",
            },
            files={"bank.py": "def interest(sum, rate):\n    return sum * rate / 100\n"},
        ),
        files={"helper.py": _HELPER, **_TOOLS},
    ),
    # A due date: in time, late by hours and by days, with an extension.
    case(
        "late-work",
        _two_answers(),
        right("ada", timestamp="2026-03-01 17:00:00 UTC"),
        right("ben", timestamp="2026-03-01 19:00:01 UTC"),
        right("cleo", timestamp="2026-03-04 08:00:00 UTC"),
        right("dan", timestamp="2026-03-01T20:30:00.250+01:00", extension=timedelta(hours=2)),
        due=_DUE,
    ),
    # Penalties at their limits: none, negative, greater than the score; no date at all.
    case(
        "late-limits",
        _two_answers(),
        right("eve", timestamp="2026-03-01 17:04:00 UTC"),
        by("fay", {"double": "double = str"}, timestamp="2026-03-01 21:00:00 UTC"),
        right("guest", timestamp="2026-03-02 17:00:00 Europe/Berlin"),
        right("hal", timestamp="last night"),
        due=_DUE,
        differs={"hal": "stock fails: the timestamp is no date"},
    ),
    # Notebooks of an older program, whose cells have no ids; a timestamp that is empty.
    case(
        "older-format",
        _two_answers(),
        right("ada", timestamp="\n"),
        by("ben", {"half": "def half(x):\n    return x // 2"}, at_start(plain("import math"))),
        minor=4,
        due=_DUE,
    ),
    # What other programs do to a file: Windows line ends, an older format, a byte order mark.
    case(
        "file-formats",
        [
            *_two_answers(),
            manual_code("free", 1, "free = 1\nfree"),
            locked("between", "x = 1\ny = 2"),
            test("text", 1, 'text = """a\nb"""\nassert len(text) == 3\nassert x + y == 3'),
        ],
        right("ada", encode=_windows),
        untouched("zoe", encode=_windows, earns=None),
        right("ben", older_format),
        right("dan", encode=_with_mark),
        differs={"dan": "stock fails: it cannot read a file that begins with a byte order mark"},
    ),
    # Students change what grading restores: tests, points, kinds of cells, the kernel.
    case(
        "changed-tests",
        [
            locked("limit", "LIMIT = 10"),
            solution(
                "cap",
                """
                def cap(x):
                    ### BEGIN SOLUTION
                    return min(x, LIMIT)
                    ### END SOLUTION
                """,
            ),
            test("cap-test", 2, "assert LIMIT == 10\nassert cap(99) == 10\nassert cap(-1) == -1"),
        ],
        by("ben", "def cap(x):\n    return x", rewrite("assert cap(99) == 10", "pass")),
        right(
            "cleo", mark("cap-test", points=200), rewrite("LIMIT = 10", "LIMIT = 1"), unmark("cap")
        ),
        right(
            "dan",
            rewrite("assert cap(99) == 10", "assert False"),
            as_text("cap-test"),
            kernel("julia-1.10"),
        ),
    ),
    # Cells deleted, moved behind their test, copied or renamed.
    case(
        "lost-cells",
        _two_answers(),
        right("ada", remove("half-test"), earns=None),
        right("ben", move("double", after="half-test"), earns=None),
        right("dan", duplicate("double")),
        right("eve", mark("half-test", grade_id="other-test")),
        differs={
            "dan": "stock fails: a cell is there twice",
            "eve": "stock fails: a test is not known to the gradebook",
        },
    ),
    # Cells without any code.
    case(
        "empty-cells",
        [
            plain(""),
            plain("# nothing to do here\n\n"),
            solution("nothing", "nothing = None"),
            test("no-test", 1, ""),
            test("comment-test", 1, "# looks right"),
            test("nothing-test", 1, "assert nothing is None"),
        ],
        right("ada"),
        by("ben", "", before("nothing", plain("   ")), after("nothing", plain("# done"))),
    ),
]

"""Cases of what students do beside answering: moved cells, errors, output, files, endless loops."""

from corpus_parts import (
    after,
    at_end,
    at_start,
    before,
    by,
    case,
    locked,
    move,
    pair,
    plain,
    remove_with,
    rewrite,
    right,
    solution,
    test,
    words,
)

ODD = [
    # Built-ins shadowed, the cell with the imports deleted, imports under other names.
    case(
        "names-and-imports",
        [
            plain("import numpy as np\nfrom math import floor"),
            *pair(
                "total",
                1,
                """
                ### BEGIN SOLUTION
                total = 0
                for value in [1, 2, 3]:
                    total += value
                ### END SOLUTION
                """,
                "assert total == 6",
            ),
            test("total-again", 1, "assert total == sum([1, 2, 3])"),
            *pair(
                "rounded",
                2,
                """
                def rounded(values):
                    ### BEGIN SOLUTION
                    return np.floor(values)
                    ### END SOLUTION
                """,
                "assert list(rounded([1.5, 2.5])) == [1, 2]",
            ),
            test("rounded-numpy", 1, "assert np.all(rounded(np.array([0.5])) == 0)"),
            test("floor-test", 1, "assert floor(2.5) == 2 and max(total, 1) == 6"),
        ],
        right("ada"),
        by(
            "ben",
            {
                "total": "sum = 0\nfor value in [1, 2, 3]:\n    sum += value\ntotal = sum",
                "rounded": """
                list = [1.5, 2.5]
                from math import floor
                def rounded(v): return map(floor, v)
                """,
            },
            at_end(plain("del sum")),
        ),
        by(
            "cleo",
            {
                "total": "import numpy\nfrom numpy import *\ntotal = arange(4).sum()",
                "rounded": "def rounded(values):\n    return numpy.floor(values)",
            },
            remove_with("import numpy as np"),
        ),
    ),
    # Answers in another cell than meant, a cell split in two, cells moved and added.
    case(
        "rearranged",
        [
            words("# Two functions"),
            *pair(
                "double",
                1,
                """
                def double(x):
                    ### BEGIN SOLUTION
                    return 2 * x
                    ### END SOLUTION
                """,
                "assert double(2) == 4",
            ),
            locked("between", "four = double(2)"),
            *pair(
                "triple",
                2,
                """
                def triple(x):
                    ### BEGIN SOLUTION
                    return double(x) + x
                    ### END SOLUTION
                """,
                "assert triple(2) == four + 2",
            ),
        ],
        right(
            "ada",
            at_start(words("*Ada*"), plain("print('a cell of my own')")),
            before("triple-test", plain("triple(5)"), plain("def unused(): pass")),
            at_end(plain("double = None\ntriple = None")),
        ),
        by(
            "ben",
            {"double": "", "triple": "# see above"},
            before("double", plain("def double(x):\n    return x + x")),
            after("double", plain("helper = 3\n"), plain("def triple(x):\n    return helper * x")),
        ),
        right("cleo", move("double", after="triple-test"), earns=None),
    ),
    # Cells that raise; what ran before the error stays.
    case(
        "failing-cells",
        [
            *pair("first", 1, "first = 1\nsecond = 2\nthird = 3", "assert first == 1"),
            test("second-test", 1, "assert second == 2"),
            test("third-test", 1, "assert third == 3"),
            *pair(
                "deep",
                1,
                """
                def deep(n):
                    ### BEGIN SOLUTION
                    return n
                    ### END SOLUTION
                """,
                "assert deep(5) == 5",
            ),
            test(
                "deep-error",
                1,
                """
                try:
                    deep(10 ** 6)
                except RecursionError:
                    raise AssertionError("too deep") from None
                """,
            ),
        ],
        right("ada", at_start(plain("1 / 0"), plain("this is no Python"))),
        by(
            "ben",
            {
                "first": "first = 1\nsecond = 2\nsecond / 0\nthird = 3",
                "deep": "def deep(n):\n    return 0 if n == 0 else 1 + deep(n - 1)\ndeep(10 ** 6)",
            },
        ),
        by("cleo", {"first": "first = 1\nsecond = = 2", "deep": "def deep(n):\nreturn n"}),
    ),
    # Warnings and stderr: harmless in an answer, fatal in a test, unless it prints a lot.
    case(
        "warnings",
        [
            plain("import sys\nimport warnings\n\nimport numpy as np"),
            *pair(
                "ratio",
                2,
                """
                def ratio(a, b):
                    ### BEGIN SOLUTION
                    with np.errstate(divide="ignore"):
                        return np.array(a) / np.array(b)
                    ### END SOLUTION
                """,
                "assert ratio([1.0, 2.0], [1.0, 0.0]).tolist() == [1, np.inf]",
            ),
            *pair(
                "old",
                1,
                """
                def old(x):
                    ### BEGIN SOLUTION
                    return x
                    ### END SOLUTION
                """,
                "assert old(1) == 1",
            ),
            test("old-again", 1, "assert old(1) == 1\nold(0.5)"),
            *pair("noise", 1, "noise = 'quiet'", "assert noise"),
            test("own-noise", 1, "print('checking', noise, file=sys.stderr)\nassert noise"),
            test(
                "printed-first",
                1,
                "for i in range(1200):\n    print(i)\nprint(noise, file=sys.stderr)",
            ),
        ],
        right("ada", earns=None),
        by(
            "ben",
            {
                "ratio": "def ratio(a, b):\n    return np.array(a) / np.array(b)",
                "old": """
                def old(x):
                    warnings.warn('old is old', DeprecationWarning)
                    return x
                """,
                "noise": "noise = 'loud'\nprint(noise, file=sys.stderr)\nwarnings.warn(noise)",
            },
        ),
        by(
            "cleo",
            {
                "ratio": """
                def ratio(a, b):
                    return np.array(a) / np.array(b)

                ratio([1], [0])
                """,
                "old": "def old(x):\n    print(x, file=sys.stderr)\n    return x",
                "noise": """
                import logging
                noise = 1
                logging.warning('noise')
                warnings.simplefilter('ignore')
                """,
            },
        ),
    ),
    # Rich output of answers and of tests, and output that never ends.
    case(
        "rich-output",
        [
            plain("import pandas as pd\nfrom IPython.display import HTML, display"),
            solution("figure", "figure = [1, 2]\nfigure"),
            test("figure-shown", 1, "display(figure)\ndisplay(0)"),
            test("figure-table", 1, "pd.DataFrame({'a': figure})"),
            test("figure-html", 1, "print(len(figure))\nHTML('<b>well done</b>')"),
            test(
                "figure-points",
                2,
                """
                class Points:
                    def __repr__(self):
                        return str(len(figure) / 2)

                Points()
                """,
            ),
            test(
                "figure-long",
                1,
                "for part in figure:\n    print('part ' * 20000)\nassert len(figure) == 2",
            ),
        ],
        right("ada", earns=None),
        by(
            "ben",
            """
            class Figure(list):
                def _repr_html_(self):
                    return "<svg></svg>"

                def __repr__(self):
                    return "<Figure size 640x480 with 1 Axes>"

            figure = Figure("abc")
            display(figure, HTML("<i>drawn</i>"))
            for line in range(3000):
                print(line)
            figure
            """,
        ),
    ),
    # IPython's magics in answers and tests.
    case(
        "magics",
        [
            solution("slow", "%%time\nslow = sum(range(1000))"),
            test("slow-test", 1, "assert slow == 499500"),
            *pair("shell", 1, "shell = !echo hi\n!echo hello", "assert shell == ['hi']"),
            *pair("share", 2, "%precision 3\nshare = 2 / 3", "share * 2"),
            test("timed-test", 1, "%%time\nassert share > 0.5"),
            test(
                "where-test",
                1,
                "here = %pwd\nassert isinstance(here, str)\nassert not here.endswith('/')",
            ),
        ],
        right("ada", earns=None),
        by(
            "ben",
            {
                "slow": "%%timeit -n1 -r1\nslow = 499500",
                "shell": "%%bash\necho hi",
                "share": "share = 2 / 3\nshare?\n%who",
            },
        ),
        by(
            "cleo",
            {
                "slow": "%%writefile mine.py\nslow = 499500",
                "shell": "from mine import *\nslow",
                "share": """
                %reset -f
                share = 0.25
                get_ipython().run_cell('share = 0.75');
                %no_such_magic
                share = 5
                """,
            },
        ),
    ),
    # input(), which nobody answers, unless a test puts another function in its place.
    case(
        "asked-and-patched",
        [
            plain("import random\nfrom unittest.mock import Mock, patch"),
            *pair(
                "ask",
                2,
                """
                def ask_age():
                    ### BEGIN SOLUTION
                    while True:
                        reply = input("How old are you? ")
                        if reply.isdigit():
                            return int(reply)
                        print("a number, please")
                    ### END SOLUTION
                """,
                """
                with patch("builtins.input", side_effect=["old", "42"]) as asked:
                    assert ask_age() == 42
                assert asked.call_count == 2
                """,
            ),
            *pair(
                "roll",
                2,
                """
                def roll():
                    ### BEGIN SOLUTION
                    return random.randint(1, 6)
                    ### END SOLUTION
                """,
                """
                with patch("random.randint", return_value=7):
                    assert roll() == 7
                assert roll() in range(1, 7)
                """,
            ),
            *pair(
                "twice",
                1,
                """
                def twice():
                    ### BEGIN SOLUTION
                    return roll() + roll()
                    ### END SOLUTION
                """,
                """
                with patch("__main__.roll", Mock(side_effect=[1, 5])) as rolled:
                    assert twice() == 6
                rolled.assert_called_with()
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "ask": "age = input('How old are you? ')\ndef ask_age():\n    return 42",
                "roll": "from random import randint\ndef roll():\n    return randint(2, 2)",
                "twice": "def twice():\n    return 6",
            },
        ),
    ),
    # Attempts to leave: sys.exit and SystemExit do not end the kernel, others do.
    case(
        "exits",
        [
            plain("import os\nimport sys"),
            *pair("a", 1, "a = 1", "assert a == 1"),
            *pair(
                "leave",
                1,
                """
                def leave(code):
                    ### BEGIN SOLUTION
                    sys.exit(code)
                    ### END SOLUTION
                """,
                """
                try:
                    leave(3)
                except SystemExit as end:
                    assert end.code == 3
                else:
                    assert False
                """,
            ),
            *pair("b", 1, "b = 2", "assert b == 2"),
        ],
        right("ada", before("b", plain("raise SystemExit"), plain("sys.exit('bye')"))),
        by(
            "ben",
            {
                "a": "a = 1\nsys.exit()\na = 5",
                "leave": "def leave(code):\n    raise SystemExit",
                "b": "b = 2",
            },
            at_end(plain("quit()")),
        ),
        by("cleo", {"a": "a = 1", "b": "b = 2\nos._exit(1)"}),
        differs={"cleo": "stock fails: the kernel dies"},
    ),
    # Loops that never end, in an answer and in what a test calls.
    case(
        "endless",
        [
            *pair("steps", 1, "steps = 10", "assert steps == 10"),
            *pair(
                "halve",
                2,
                """
                def halve(x):
                    ### BEGIN SOLUTION
                    count = 0
                    while x > 1:
                        x //= 2
                        count += 1
                    return count
                    ### END SOLUTION
                """,
                "assert halve(8) == 3",
            ),
            test("steps-again", 1, "assert steps == 10"),
        ],
        right("ada"),
        by(
            "ben",
            {"steps": "steps = 10\nwhile steps:\n    pass", "halve": "def halve(x):\n    return 3"},
        ),
        by(
            "cleo",
            {"steps": "steps = 10", "halve": "def halve(x):\n    while x > 1:\n        pass"},
        ),
    ),
    # Files that students write, tests read, and the folder they lie in.
    case(
        "files-written",
        [
            plain("import csv\nimport os\nfrom pathlib import Path"),
            solution(
                "save",
                """
                ### BEGIN SOLUTION
                with open("out.csv", "w", newline="") as file:
                    csv.writer(file).writerows([["a", 1], ["b", 2]])
                ### END SOLUTION
                """,
            ),
            test(
                "out-test",
                2,
                """
                with open('out.csv') as file:
                    assert list(csv.reader(file)) == [['a', '1'], ['b', '2']]
                """,
            ),
            test("given-test", 1, "assert Path('given.txt').read_text() == 'given'"),
            *pair(
                "load",
                2,
                """
                def load(name):
                    ### BEGIN SOLUTION
                    return Path(name).read_text().splitlines()
                    ### END SOLUTION
                """,
                """
                Path("made-by-test.txt").write_text("x\\ny\\n")
                assert load("made-by-test.txt") == ["x", "y"]
                os.remove("made-by-test.txt")
                """,
            ),
            test(
                "folder-test",
                1,
                "assert {'given.txt', 'out.csv'} <= set(os.listdir())",
            ),
        ],
        right("ada"),
        right("ben", before("save", plain("os.mkdir('results')\nos.chdir('results')")), earns=None),
        right(
            "cleo",
            rewrite("import os", "import os\nhome = os.getcwd()\nos.chdir('..')\nos.chdir(home)"),
            answers={"save": "file = open('out.csv', 'w')\nfile.write('a,1\\nb,2\\n')"},
            earns=None,
        ),
        files={"given.txt": "given"},
    ),
    # Data that students are meant to edit, and what a cell can know of where it runs.
    case(
        "data-and-environment",
        [
            plain("# Fill in your own data.\nweights = [60, 70]\nname = 'nobody'"),
            locked("limit", "LIMIT = 100"),
            *pair(
                "heavy",
                2,
                """
                def heavy():
                    ### BEGIN SOLUTION
                    return [weight for weight in weights if weight > LIMIT]
                    ### END SOLUTION
                """,
                """
                weights = [50, 101, 300]
                assert heavy() == [101, 300]
                LIMIT = 200
                assert heavy() == [300]
                """,
            ),
            test("name-test", 1, "assert name != 'nobody'"),
            solution(
                "main",
                "def main():\n    return 'ran'\n\nif __name__ == '__main__':\n    ran = main()",
            ),
            test("main-test", 1, "assert ran == 'ran'"),
            test(
                "grading-test",
                1,
                """
                import os

                if os.environ.get("NBGRADER_EXECUTION") == "autograde":
                    assert heavy.__code__.co_argcount == 0
                else:
                    raise AssertionError("not graded")
                """,
            ),
            test(
                "script-test",
                1,
                "try:\n    __file__\nexcept NameError:\n    pass\nelse:\n    assert False",
            ),
        ],
        right("ada", rewrite("'nobody'", "'Ada'")),
        by(
            "ben",
            {
                "heavy": "def heavy(limit=LIMIT):\n    return [w for w in weights if w > limit]",
                "main": "ran = 'ran' if 'NBGRADER_EXECUTION' in __import__('os').environ else ''",
            },
            rewrite("weights = [60, 70]", "weights = [1000]"),
        ),
    ),
    # Objects that live in one program only: connections, patterns, locks, coroutines.
    case(
        "live-objects",
        [
            plain("import asyncio\nimport re\nimport sqlite3\nimport threading"),
            *pair(
                "shop",
                2,
                """
                ### BEGIN SOLUTION
                shop = sqlite3.connect(":memory:")
                shop.execute("CREATE TABLE item (name TEXT, price REAL)")
                shop.executemany("INSERT INTO item VALUES (?, ?)", [("tea", 3.5), ("milk", 1.2)])
                ### END SOLUTION
                """,
                """
                assert shop.execute("SELECT count(*), max(price) FROM item").fetchone() == (2, 3.5)
                shop.execute("DELETE FROM item WHERE name = 'tea'")
                """,
            ),
            test(
                "shop-after",
                1,
                "assert list(shop.execute('SELECT * FROM item')) == [('milk', 1.2)]",
            ),
            *pair(
                "code",
                1,
                "code = re.compile(r'(\\d{4})-(?P<month>\\d\\d)')",
                "assert code.match('2026-03')['month'] == '03'\nassert not code.match('26-3')",
            ),
            *pair(
                "fetch",
                2,
                """
                ### BEGIN SOLUTION
                async def fetch(x):
                    await asyncio.sleep(0)
                    return x + 1

                fetched = await fetch(1)
                ### END SOLUTION
                """,
                """
                assert asyncio.iscoroutinefunction(fetch)
                assert fetched == 2
                assert await fetch(2) == 3
                assert await asyncio.gather(fetch(1), fetch(5)) == [2, 6]
                """,
            ),
            *pair(
                "worker",
                1,
                """
                ### BEGIN SOLUTION
                found, lock = [], threading.Lock()

                def work(n):
                    with lock:
                        found.append(n * n)
                ### END SOLUTION
                """,
                """
                threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                assert sorted(found) == [0, 1, 4] and not lock.locked()
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "shop": "shop = None",
                "code": "code = r'(\\d{4})-(?P<month>\\d\\d)'",
                "fetch": "def fetch(x):\n    return x + 1\n\nfetched = fetch(1)",
                "worker": "found = []\n\ndef work(n):\n    found.append(n * n)",
            },
        ),
    ),
]

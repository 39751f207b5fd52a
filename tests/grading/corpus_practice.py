"""Cases of what teachers ask in practice: state, aliases, operators, iterators, given things."""

from corpus_parts import (
    after,
    at_end,
    at_start,
    before,
    by,
    case,
    locked,
    manual_code,
    manual_text,
    move,
    pair,
    plain,
    right,
    solution,
    task,
    test,
    untouched,
    words,
)


def _given(name: str, points: float, answer: str, tests: str) -> list:
    """A pair whose answer is all the student's."""
    return pair(name, points, f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", tests)


PRACTICE = [
    # Functions that change globals; tests that clear them, replace them and look into them.
    case(
        "changing-globals",
        [
            *_given(
                "counter",
                1,
                "counter = 0\n\ndef increment():\n    global counter\n    counter += 1",
                "assert counter == 0\nincrement()\nincrement()\nassert counter == 2, counter",
            ),
            test("counter-later", 1, "assert counter == 2"),
            test("counter-set", 2, "counter = 10\nincrement()\nassert counter == 11"),
            *_given(
                "inventory",
                1,
                "stock = {}\n\ndef add(name, n):\n    stock[name] = stock.get(name, 0) + n",
                "add('apple', 3)\nadd('apple', 2)\nassert stock == {'apple': 5}",
            ),
            test("cleared", 1, "stock.clear()\nadd('pear', 1)\nassert stock == {'pear': 1}"),
            test("still-in", 1, "assert 'pear' in stock and 'apple' not in stock"),
            plain("log = []"),
            *_given(
                "note",
                1,
                "def note(message):\n    log.append(message)\n    return len(log)",
                "assert note('a') == 1\nassert log == ['a']",
            ),
            test("another-log", 2, "log = []\nassert note('b') == 1\nassert log == ['b']"),
            locked("board", "board = [[0] * 3 for _ in range(3)]"),
            *_given(
                "place",
                1,
                "def place(row, column, mark):\n    board[row][column] = mark",
                "place(0, 1, 'X')\nassert board[0] == [0, 'X', 0] and board[1][0] == 0",
            ),
            *_given(
                "memo",
                1,
                "memo = {}\n\ndef fib(n):\n    if n not in memo:\n"
                "        memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)\n    return memo[n]",
                "assert fib(50) == 12586269025\nassert len(memo) > 40, 'use the memo'",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "counter": "counter = 0\ndef increment():\n    counter = 1",
                "inventory": "stock = {}\ndef add(name, n):\n    stock[name] = n",
                "note": "def note(message):\n    log = [message]\n    return 1",
                "place": "def place(row, column, mark):\n    board[column][row] = mark",
                "memo": "memo = {}\ndef fib(n):\n    return 12586269025",
            },
        ),
    ),
    # Copies that are none, and what two calls or two objects share by mistake.
    case(
        "copies-and-aliases",
        [
            plain("import copy"),
            *_given(
                "clone",
                1,
                "def clone(grid):\n    return [row[:] for row in grid]",
                "a = [[1, 2], [3, 4]]\nb = clone(a)\nassert b == a and b is not a",
            ),
            test("clone-deep", 2, "b[0][0] = 99\nassert a[0][0] == 1, 'shallow copy'"),
            test("clone-rows", 1, "assert all(x is not y for x, y in zip(a, clone(a)))"),
            *_given(
                "shallow",
                1,
                "def shallow(d):\n    return dict(d)",
                "d = {'k': [1]}\nshallow(d)['k'].append(2)\nassert d == {'k': [1, 2]}",
            ),
            test("shallow-same", 1, "assert shallow(d)['k'] is d['k']"),
            *_given(
                "grid",
                1,
                "def make_grid(rows, columns):\n    return [[0] * columns for _ in range(rows)]",
                "g = make_grid(2, 2)\ng[0][0] = 1\nassert g == [[1, 0], [0, 0]]",
            ),
            *_given(
                "push",
                1,
                "def push(x, to=None):\n    to = [] if to is None else to\n"
                "    to.append(x)\n    return to",
                "one = push(1)\ntwo = push(2)\nassert one == [1]",
            ),
            test("push-new", 1, "assert push(1) is not push(1)"),
            *_given(
                "cart",
                1,
                "class Cart:\n    def __init__(self):\n        self.items = []\n\n"
                "    def add(self, x):\n        self.items.append(x)",
                "a, b = Cart(), Cart()\na.add(1)\nassert a.items == [1] and b.items == []",
            ),
            test("cart-own", 1, "assert Cart().items is not Cart().items"),
            *_given(
                "team",
                1,
                "class Team:\n    def __init__(self, names):\n        self.names = list(names)",
                "names = ['a']\nteam = Team(names)\nnames.append('b')\nassert team.names == ['a']",
            ),
            *_given(
                "ordered",
                1,
                "data = [3, 1, 2]\n\ndef ordered():\n    return sorted(data)",
                "before = list(data)\nassert ordered() == [1, 2, 3]\nassert data == before",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "clone": "def clone(grid):\n    return grid[:]",
                "shallow": "def shallow(d):\n    return copy.deepcopy(d)",
                "grid": "def make_grid(rows, columns):\n    return [[0] * columns] * rows",
                "push": "def push(x, to=[]):\n    to.append(x)\n    return to",
                "cart": "class Cart:\n    items = []\n    def add(self, x):\n"
                "        self.items.append(x)",
                "team": "class Team:\n    def __init__(self, names):\n        self.names = names",
                "ordered": "data = [3, 1, 2]\ndef ordered():\n    data.sort()\n    return data",
            },
        ),
        right(
            "cleo",
            answers={
                "clone": "clone = copy.deepcopy",
                "shallow": "def shallow(d):\n    return {**d}",
                "push": "def push(x, to=()):\n    return [*to, x]",
            },
        ),
    ),
    # Operators of classes: what is not for them, `in`, an order, attributes set by name.
    case(
        "operators",
        [
            plain("import functools"),
            *_given(
                "money",
                1,
                """
class Money:
    currency = "EUR"

    def __init__(self, amount):
        self.amount = amount

    def __add__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount + other.amount)

    def __eq__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return self.amount == other.amount

    def __str__(self):
        return f"{self.amount} {self.currency}"
                """,
                "assert (Money(1) + Money(2)).amount == 3\nassert Money(1) == Money(1)",
            ),
            test(
                "money-only",
                2,
                "try:\n    Money(1) + 'x'\nexcept TypeError:\n    pass\nelse:\n    assert False",
            ),
            test("money-not", 1, "assert Money(1) != 'x' and Money(1) != Money(2)"),
            test("dollars", 1, "Money.currency = 'USD'\nassert str(Money(1)) == '1 USD'"),
            test("dollars-later", 1, "assert Money(2).currency == 'USD'"),
            *_given(
                "span",
                1,
                """
class Span:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def __contains__(self, x):
        return self.low <= x <= self.high

    def __len__(self):
        return self.high - self.low
                """,
                "assert len(Span(2, 5)) == 3\nassert not Span(1, 1)",
            ),
            test("span-in", 2, "assert 3 in Span(2, 5)\nassert 9 not in Span(2, 5)"),
            *_given(
                "version",
                1,
                """
@functools.total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts
                """,
                "assert Version('1.2') < Version('1.10')\nassert Version('1.0') == Version('1.0')",
            ),
            test("at-least", 1, "assert Version('2.0') >= Version('1.9')"),
            test("largest", 1, "assert max(Version('2.0'), Version('1.0')).parts == (2, 0)"),
            *_given(
                "config",
                1,
                """
class Config:
    def __init__(self, **options):
        for key, value in options.items():
            setattr(self, key, value)
                """,
                "c = Config(host='x', port=80)\nassert c.host == 'x' and c.port == 80",
            ),
            test(
                "config-set", 1, "c.port = 81\nassert (c.port, hasattr(c, 'user')) == (81, False)"
            ),
            *_given(
                "greets",
                1,
                """
class Greeter:
    def hi(self):
        return "hello"

class Pirate(Greeter):
    def hi(self):
        return "ahoy"
                """,
                "assert Greeter().hi() == 'hello' and issubclass(Pirate, Greeter)",
            ),
            test("overrides", 1, "assert Pirate.hi is not Greeter.hi, 'override hi'"),
        ],
        right("ada"),
        by(
            "ben",
            {
                "money": """
                    class Money:
                        def __init__(self, amount):
                            self.amount = amount

                        def __add__(self, other):
                            return Money(self.amount)
                """,
                "span": """
                    class Span:
                        def __init__(self, low, high):
                            self.range = range(low, high)

                        def __len__(self):
                            return len(self.range)
                """,
                "version": """
                    class Version:
                        def __init__(self, text):
                            self.parts = text

                        def __lt__(self, other):
                            return self.parts < other.parts
                """,
                "config": "class Config:\n    def __init__(self, host, port):\n        host = host",
                "greets": """
                    class Greeter:
                        def hi(self):
                            return "hello"

                    class Pirate(Greeter):
                        pass
                """,
            },
        ),
        right(
            "cleo",
            answers={
                "span": """
                    class Span:
                        def __init__(self, low, high):
                            self.low, self.high = low, high

                        def __len__(self):
                            return self.high - self.low

                        def __iter__(self):
                            return iter(range(self.low, self.high + 1))
                """,
                "version": """
                    class Version:
                        def __init__(self, text):
                            self.parts = tuple(int(each) for each in text.split("."))

                        def __eq__(self, other):
                            return self.parts == other.parts

                        def __lt__(self, other):
                            return self.parts < other.parts

                        def __le__(self, other):
                            return self.parts <= other.parts
                """,
            },
        ),
    ),
    # Exceptions of a locked cell, of libraries, and of the student's own.
    case(
        "other-exceptions",
        [
            plain("import json\nimport statistics\nfrom decimal import Decimal, InvalidOperation"),
            plain("import numpy as np"),
            locked(
                "exceptions",
                """
                class InvalidMove(Exception):
                    \"\"\"Raise this for a move that is not allowed.\"\"\"

                class BankError(Exception):
                    def __init__(self, code, message):
                        super().__init__(message)
                        self.code = code

                def raises(kind, function, *args):
                    try:
                        function(*args)
                    except kind:
                        return True
                    except Exception:
                        return False
                    return False
                """,
            ),
            *_given(
                "move",
                1,
                "def move(x):\n    if x < 0:\n        raise InvalidMove('negative')\n"
                "    return x + 1",
                "assert move(1) == 2\nassert raises(InvalidMove, move, -1)",
            ),
            *_given(
                "pay",
                1,
                "def pay(x):\n    if x > 10:\n        raise BankError(42, 'too much')\n"
                "    return x",
                "try:\n    pay(11)\nexcept BankError as problem:\n"
                "    assert problem.code == 42 and str(problem) == 'too much'\n"
                "else:\n    assert False",
            ),
            *_given(
                "load",
                1,
                "def load(text):\n    return json.loads(text)",
                "assert load('[1]') == [1] and raises(json.JSONDecodeError, load, '{')",
            ),
            *_given(
                "amount",
                1,
                "def amount(text):\n    return Decimal(text)",
                "assert raises(InvalidOperation, amount, 'x')",
            ),
            *_given(
                "solve",
                1,
                "def solve(a, b):\n    return np.linalg.solve(a, b)",
                "assert raises(np.linalg.LinAlgError, solve, np.zeros((2, 2)), np.ones(2))",
            ),
            *_given(
                "mean",
                1,
                "def mean(values):\n    return statistics.mean(values)",
                "assert raises(statistics.StatisticsError, mean, [])",
            ),
            *_given(
                "negative",
                1,
                """
class Negative(Exception):
    def __init__(self, value):
        self.value = value

    def __str__(self):
        return f"bad value {self.value}"

def check(x):
    if x < 0:
        raise Negative(x)
    return x
                """,
                "try:\n    check(-1)\nexcept Negative as problem:\n"
                "    assert problem.value == -1\nelse:\n    assert False",
            ),
            test(
                "negative-text",
                1,
                "try:\n    check(-2)\nexcept Negative as problem:\n"
                "    assert str(problem) == 'bad value -2'\nelse:\n    assert False",
            ),
            *_given(
                "safe",
                1,
                "def safe(function, *args, default=None):\n    try:\n"
                "        return function(*args)\n    except (ValueError, ZeroDivisionError):\n"
                "        return default",
                "assert safe(int, 'x', default=0) == 0\nassert safe(lambda: 1 / 0) is None\n"
                "assert raises(KeyError, safe, lambda: {}['x'])",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "move": "def move(x):\n    if x < 0:\n        raise ValueError\n    return x + 1",
                "pay": "def pay(x):\n    if x > 10:\n        raise BankError(1, 'too much')",
                "load": "def load(text):\n    try:\n        return json.loads(text)\n"
                "    except Exception:\n        return None",
                "amount": "amount = float",
                "solve": "def solve(a, b):\n    return np.linalg.pinv(a) @ b",
                "mean": "def mean(values):\n    return sum(values) / len(values)",
                "negative": "class Negative(Exception):\n    pass\n\n"
                "def check(x):\n    raise Negative('bad')",
                "safe": "def safe(function, *args, default=None):\n    try:\n"
                "        return function(*args)\n    except:\n        return default",
            },
        ),
    ),
    # What can be iterated: generators that are sent to, tools, matches, indexed objects.
    case(
        "lazy-things",
        [
            plain("import itertools\nimport re\nimport types"),
            *_given(
                "count",
                1,
                "def count(n):\n    for i in range(n):\n        yield i",
                "assert list(count(3)) == [0, 1, 2]",
            ),
            test("generator", 2, "assert isinstance(count(3), types.GeneratorType)"),
            *_given(
                "averager",
                1,
                "def averager():\n    total = n = 0\n    mean = None\n    while True:\n"
                "        total += yield mean\n        n += 1\n        mean = total / n",
                "g = averager()\nnext(g)\nassert g.send(10) == 10 and g.send(20) == 15",
            ),
            test("closed", 1, "g.close()\nassert next(g, 'end') == 'end'"),
            *_given(
                "numbers",
                1,
                "def numbers(lines):\n    return (int(x) for x in lines if x.isdigit())",
                "assert sum(numbers(['1', 'x', '2'])) == 3",
            ),
            test(
                "lazy",
                1,
                """
                seen = []

                def spy():
                    for i in range(5):
                        seen.append(i)
                        yield str(i)

                assert next(numbers(spy())) == 0 and seen == [0], "be lazy"
                """,
            ),
            *_given(
                "tools",
                1,
                "pairs = itertools.pairwise([1, 2, 3])\nlong = itertools.zip_longest([1], [2, 3])",
                "assert list(pairs) == [(1, 2), (2, 3)]\nassert list(long) == [(1, 2), (None, 3)]",
            ),
            *_given(
                "steps",
                1,
                "def steps(values):\n    return list(zip(values, values[1:]))",
                "assert list(steps([1, 2, 3])) == [(1, 2), (2, 3)]",
            ),
            *_given(
                "digits",
                1,
                "digits = re.finditer(r'\\d', 'a1b2')",
                "assert [each.group() for each in digits] == ['1', '2']",
            ),
            *_given(
                "row",
                1,
                "class Row:\n    def __init__(self, *values):\n        self.values = values\n\n"
                "    def __getitem__(self, place):\n        return self.values[place]",
                "assert list(Row(1, 2)) == [1, 2] and 2 in Row(1, 2)\nassert Row(5, 6)[1] == 6",
            ),
            *_given(
                "down",
                1,
                """
class Down:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n + 1
                """,
                "it = iter(Down(2))\nassert (next(it), next(it), next(it, 'end')) == (2, 1, 'end')",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "count": "def count(n):\n    return iter(range(n))",
                "averager": "def averager():\n    while True:\n        yield 10",
                "numbers": "def numbers(lines):\n"
                "    return iter([int(x) for x in lines if x.isdigit()])",
                "tools": "pairs = [(1, 2), (2, 3)]\nlong = zip([1], [2, 3])",
                "steps": "def steps(values):\n    return zip(values, values)",
                "digits": "digits = re.findall(r'\\d', 'a1b2')",
                "row": "class Row:\n    def __init__(self, *values):\n        self.values = values",
                "down": "def Down(n):\n    return range(n)",
            },
        ),
        right(
            "cleo",
            answers={
                "steps": "def steps(values):\n    return itertools.pairwise(values)",
                "digits": "digits = map(re.compile(r'\\d').match, '12')",
                "row": "class Row(tuple):\n    def __new__(cls, *values):\n"
                "        return super().__new__(cls, values)",
                "down": "def Down(n):\n    yield from range(n, 0, -1)",
            },
        ),
    ),
    # Objects of the student's class that locked cells, plain cells and functions make.
    case(
        "made-anywhere",
        [
            *_given(
                "dog",
                1,
                """
class Dog:
    def __init__(self, name):
        self.name = name
        self.tricks = []

    def learn(self, trick):
        self.tricks.append(trick)
        return self
                """,
                "d = Dog('Rex')\nassert d.learn('sit').tricks == ['sit'] and d.name == 'Rex'",
            ),
            locked("kennel-made", "kennel = [Dog('a'), Dog('b')]\nkennel[0].learn('x')"),
            test("kennel", 1, "assert [(k.name, k.tricks) for k in kennel][0] == ('a', ['x'])"),
            test("kennel-own", 1, "assert kennel[1].tricks == []\nassert type(kennel[1]) is Dog"),
            plain("pal = Dog('Pal')\nprint(pal.name)"),
            test("pal", 1, "assert pal.name == 'Pal' and isinstance(pal, Dog)"),
            locked(
                "describes",
                "def describe(dog):\n    return f'{dog.name} knows {len(dog.tricks)}'\n\n"
                "line = describe(Dog('Z'))",
            ),
            test("described", 1, "assert describe(pal) == 'Pal knows 0' and line == 'Z knows 0'"),
            *_given(
                "pack",
                1,
                "pack = {dog.name: dog for dog in (Dog('x'), Dog('y'))}",
                "assert sorted(pack) == ['x', 'y'] and pack['x'].name == 'x'",
            ),
            *_given(
                "oldest",
                1,
                "def oldest(dogs):\n    return max(dogs, key=lambda dog: len(dog.name))",
                "two = [Dog('long'), Dog('s')]\nassert oldest(two) is two[0]",
            ),
            *_given(
                "rename",
                1,
                "def rename(dog, name):\n    dog.name = name",
                "rename(pal, 'Bo')\nassert pal.name == 'Bo'",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "dog": """
                    class Dog:
                        tricks = []

                        def __init__(self, name):
                            self.name = name

                        def learn(self, trick):
                            self.tricks.append(trick)
                            return self
                """,
                "pack": "pack = {'x': 'x', 'y': 'y'}",
                "oldest": "def oldest(dogs):\n    return Dog(dogs[0].name)",
                "rename": "def rename(dog, name):\n    dog = Dog(name)",
            },
        ),
    ),
    # Names that a test binds and an answer binds as well.
    case(
        "clashing-names",
        [
            *_given(
                "one",
                1,
                "x = 5\nresult = x * 2\ndata = [1, 2]",
                "assert x == 5 and result == 10",
            ),
            *_given(
                "total",
                1,
                "def total(values):\n    return sum(values)",
                "x = [1, 2, 3]\nresult = total(x)\nassert result == 6",
            ),
            test("total-x", 1, "assert result == 6 and x == [1, 2, 3] and total(x) == 6"),
            test(
                "total-data",
                1,
                "for i in range(3):\n    data = list(range(i))\n"
                "    assert total(data) == sum(data)",
            ),
            test("data-left", 1, "assert len(data) == 2 and i == 2 and total([i]) == 2"),
            *_given("i", 1, "i = 100\nexpected = 'mine'", "assert i == 100"),
            test("expected", 1, "expected = [1]\nassert total(expected) == 1"),
            *_given("first", 1, "first = x[0]", "assert first == 1"),
            *_given(
                "area",
                1,
                "def area(w, h):\n    return w * h",
                "w = 3\nh = 4\nassert area(w, h) == 12",
            ),
            *_given("later", 1, "w = h = 'later'", "assert w == h == 'later'"),
        ],
        right("ada"),
        by(
            "ben",
            {
                "one": "x = 4\nresult = 8",
                "total": "def total(values):\n    return len(values)",
                "i": "i = 1\nexpected = 3",
                "first": "first = 5",
                "area": "def area(a, b):\n    return w + h",
                "later": "w = 'later'",
            },
        ),
    ),
    # Names that tests look up by their text.
    case(
        "names-as-text",
        [
            *_given(
                "values",
                1,
                "a = 5\nb = 'text'\nc = [1, 2]",
                "assert 'a' in globals(), 'define a'\nassert a == 5",
            ),
            test("each", 1, "for name in ['a', 'b', 'c']:\n    assert name in globals(), name"),
            test(
                "equal",
                1,
                "for name, value in {'a': 5, 'b': 'text'}.items():\n"
                "    assert globals()[name] == value",
            ),
            test("in-dir", 1, "assert 'c' in dir() and eval('a + 1') == 6"),
            test("in-locals", 1, "assert 'a' in locals() and isinstance(locals()['a'], int)"),
            *_given(
                "square",
                1,
                "def square(x):\n    return x * x",
                "assert callable(globals().get('square')) and square(3) == 9",
            ),
            test(
                "square-eval",
                1,
                "for each in ['square(2) == 4', 'square(-1) == 1']:\n    assert eval(each), each",
            ),
            test(
                "square-named",
                1,
                "try:\n    square\nexcept NameError:\n"
                "    raise AssertionError('square is missing')\nassert square(4) == 16",
            ),
        ],
        right("ada"),
        by("ben", {"values": "a = 6\nb = 'text'", "square": "def square(x):\n    return x + x"}),
        untouched("zoe"),
    ),
    # An enumeration, named tuples and data classes that a locked cell gives.
    case(
        "given-classes",
        [
            plain("from collections import namedtuple\nfrom dataclasses import dataclass, field"),
            plain("from enum import Enum"),
            locked(
                "classes",
                """
                class Suit(Enum):
                    HEARTS = 1
                    SPADES = 2

                Both = namedtuple("Both", "left right")

                @dataclass(slots=True)
                class Slim:
                    x: int

                @dataclass(frozen=True, order=True)
                class Card:
                    rank: int
                    suit: str = "H"

                @dataclass
                class Student:
                    name: str
                    grades: list = field(default_factory=list)
                """,
            ),
            *_given(
                "other",
                1,
                "def other(s):\n    return Suit.SPADES if s is Suit.HEARTS else Suit.HEARTS",
                "assert other(Suit.HEARTS) is Suit.SPADES\nassert other(Suit.SPADES).value == 1",
            ),
            *_given(
                "favourite",
                1,
                "favourite = Suit.SPADES",
                "assert favourite == Suit.SPADES and isinstance(favourite, Suit)",
            ),
            *_given(
                "swap",
                1,
                "def swap(p):\n    return Both(p.right, p.left)",
                "assert swap(Both(1, 2)) == Both(2, 1)",
            ),
            test("swap-named", 1, "assert swap(Both(1, 2)).left == 2"),
            *_given(
                "slim",
                1,
                "def slim(n):\n    return Slim(n)",
                "assert slim(3) == Slim(3) and slim(4).x == 4",
            ),
            *_given(
                "top",
                1,
                "def top(cards):\n    return max(cards)",
                "assert top([Card(1), Card(2), Card(2, 'S')]) == Card(2, 'S')",
            ),
            *_given(
                "grades",
                1,
                "def add_grade(student, grade):\n    student.grades.append(grade)",
                "ann = Student('Ann')\nadd_grade(ann, 5)\nassert ann.grades == [5]",
            ),
            *_given(
                "graduate",
                1,
                "class Graduate(Student):\n    def mean(self):\n"
                "        return sum(self.grades) / len(self.grades)",
                "g = Graduate('x', [1, 3])\nassert g.mean() == 2 and isinstance(g, Student)",
            ),
            test("graduate-equal", 1, "assert g == Graduate('x', [1, 3]) and g.name == 'x'"),
        ],
        right("ada"),
        by(
            "ben",
            {
                "other": "def other(s):\n    return s",
                "favourite": "favourite = 'SPADES'",
                "swap": "def swap(p):\n    return (p[1], p[0])",
                "slim": "def slim(n):\n    return n",
                "top": "def top(cards):\n    return cards[-2]",
                "grades": "def add_grade(student, grade):\n    student.grades + [grade]",
                "graduate": "class Graduate(Student):\n    mean = 2",
            },
        ),
    ),
    # The same kinds of things, defined by students.
    case(
        "own-kinds",
        [
            plain("import re\nfrom collections import namedtuple\nfrom enum import Enum, IntEnum"),
            plain("from typing import NamedTuple"),
            *_given(
                "color",
                1,
                "class Color(Enum):\n    RED = 'r'\n    GREEN = 'g'\n\n"
                "class Level(IntEnum):\n    LOW = 1\n    HIGH = 2",
                "assert Color.RED.value == 'r' and Color.RED.name == 'RED'",
            ),
            test("members", 1, "assert [each.name for each in Color] == ['RED', 'GREEN']"),
            test("by-value", 1, "assert Color('r') is Color.RED and Color['GREEN'].value == 'g'"),
            test("levels", 1, "assert Level.HIGH > Level.LOW and Level.HIGH == 2"),
            *_given(
                "point",
                1,
                "Point = namedtuple('Point', ['x', 'y'])\norigin = Point(0, 0)",
                "p = Point(1, 2)\nassert p.x == 1 and p == (1, 2)",
            ),
            test("fields", 1, "assert Point._fields == ('x', 'y') and origin._replace(x=5).x == 5"),
            test("origin", 1, "assert isinstance(origin, Point) and isinstance(origin, tuple)"),
            *_given(
                "worker",
                1,
                "class Worker(NamedTuple):\n    name: str\n    pay: float = 1.5",
                "name, pay = Worker('Al')\nassert (name, pay) == ('Al', 1.5) == Worker('Al')",
            ),
            *_given(
                "found",
                1,
                "found = re.search(r'(\\d+)-(\\w+)', 'x 12-ab y')",
                "assert found.group(1) == '12' and found.groups() == ('12', 'ab')",
            ),
            test("found-at", 1, "assert found is not None and found.span() == (2, 7)"),
            *_given(
                "parse",
                1,
                "def parse(text):\n    return re.match(r'(?P<key>\\w+)=(?P<value>\\w+)', text)",
                "assert parse('!!') is None\n"
                "assert parse('a=b').groupdict() == {'key': 'a', 'value': 'b'}",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "color": "class Color:\n    RED = 'r'\n    GREEN = 'g'\n\n"
                "class Level(Enum):\n    LOW = 1\n    HIGH = 2",
                "point": "class Point:\n    def __init__(self, x, y):\n"
                "        self.x, self.y = x, y\n\norigin = (0, 0)",
                "worker": "class Worker:\n    def __init__(self, name, pay=1.5):\n"
                "        self.name, self.pay = name, pay",
                "found": "found = ['12', 'ab']",
                "parse": "def parse(text):\n    return text.split('=')",
            },
        ),
    ),
    # A first homework, and what follows it: values, strings, lists, recursion, a graph.
    case(
        "first-homework",
        [
            words("# Homework 1"),
            *_given(
                "me",
                1,
                "name = 'Ada'\nage = 36\nheight = 1.65",
                "for each, kind in [(name, str), (age, int), (height, float)]:\n"
                "    assert type(each) == kind",
            ),
            *_given(
                "grade",
                1,
                "def grade(p):\n    if not 0 <= p <= 100:\n        raise ValueError('range')\n"
                "    return 'A' if p >= 90 else 'F'",
                "assert [grade(p) for p in (95, 90, 10)] == ['A', 'A', 'F']",
            ),
            test(
                "grade-bad",
                2,
                """
                ### BEGIN HIDDEN TESTS
                for bad in (-1, 101):
                    try:
                        grade(bad)
                    except ValueError:
                        pass
                    else:
                        raise AssertionError(f"grade({bad}) should raise")
                ### END HIDDEN TESTS
                grade(0)
                """,
            ),
            *_given(
                "vowels",
                3,
                "def vowels(text):\n    return sum(c in 'aeiou' for c in text.lower())",
                "tests = {'hello': 2, 'SKY': 0, 'AB': 1}\n"
                "len([w for w, n in tests.items() if vowels(w) == n])",
            ),
            *_given(
                "invert",
                1,
                "def invert(d):\n    out = {}\n    for key, value in d.items():\n"
                "        out.setdefault(value, []).append(key)\n    return out",
                "d = {'a': 1, 'b': 1}\nassert invert(d) == {1: ['a', 'b']} and len(d) == 2",
            ),
            *_given(
                "sort",
                1,
                "def insertion_sort(xs):\n    for i in range(1, len(xs)):\n        j = i\n"
                "        while j and xs[j - 1] > xs[j]:\n"
                "            xs[j - 1], xs[j] = xs[j], xs[j - 1]\n            j -= 1\n"
                "    return xs",
                "xs = [3, 1, 2]\nassert insertion_sort(xs) is xs and xs == [1, 2, 3]",
            ),
            *_given(
                "hanoi",
                1,
                "def hanoi(n, a='A', b='B', c='C'):\n    if n == 0:\n        return []\n"
                "    return hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)",
                "assert len(hanoi(8)) == 255\n"
                "assert hanoi(2) == [('A', 'B'), ('A', 'C'), ('B', 'C')]",
            ),
            *_given(
                "reach",
                1,
                "def reach(graph, start):\n    seen, todo = [], [start]\n    while todo:\n"
                "        each = todo.pop(0)\n        if each not in seen:\n"
                "            seen.append(each)\n            todo += graph[each]\n    return seen",
                "g = {1: [2, 3], 2: [4], 3: [], 4: [1]}\nassert reach(g, 1) == [1, 2, 3, 4]",
            ),
            test("graph-kept", 1, "old = repr(g)\nreach(g, 2)\nassert repr(g) == old"),
            manual_text("why", 2, "YOUR ANSWER HERE"),
        ],
        right("ada", at_end(plain("print('done')"))),
        by(
            "ben",
            {
                "me": "name = 'Ben'\nage = '20'\nheight = 2",
                "grade": "def grade(p):\n    return 'A' if p > 90 else 'F'",
                "vowels": "def vowels(text):\n    return sum(c in 'aeiou' for c in text)",
                "invert": "def invert(d):\n    return {v: k for k, v in d.items()}",
                "sort": "def insertion_sort(xs):\n    return sorted(xs)",
                "hanoi": "def hanoi(n):\n    return [('A', 'C')] * (2 ** n - 1)",
                "reach": "def reach(graph, start):\n    return [start, *graph.pop(start)]",
                "why": "Since.",
            },
        ),
        by(
            "cleo",
            {"vowels": "def vowels(text):\n    return count(text, 'aeiou')"},
            before(
                "vowels",
                plain(
                    "def count(text, letters):\n"
                    "    return sum(text.lower().count(c) for c in letters)"
                ),
            ),
            move("invert", after="me-test"),
        ),
    ),
    # A report: magics, marks in parts, cells graded by hand, cells of the student's own.
    case(
        "lab-report",
        [
            words("# Lab report"),
            plain("import numpy as np\n%precision 4"),
            *_given(
                "curve",
                1,
                "xs = np.linspace(0, 1, 5)\nys = xs ** 2",
                "np.testing.assert_allclose(ys, [0, 0.0625, 0.25, 0.5625, 1])",
            ),
            test(
                "curve-parts",
                1,
                "score = 0\nif len(xs) == 5:\n    score += 0.5\nif ys[-1] == 1:\n"
                "    score += 0.25\nscore + 0.25 * (ys[0] == 0)",
            ),
            manual_text("explain", 3, "YOUR ANSWER HERE"),
            manual_code("shown", 2, "### BEGIN SOLUTION\nprint(list(ys))\n### END SOLUTION"),
            task("design", 4, "Design an experiment."),
            solution("slope", "### BEGIN SOLUTION\nslope = np.gradient(ys, xs)\n### END SOLUTION"),
            test("slope-steps", 1, "int(np.sum(slope > 0)) / 5"),
            test("slope-checked", 1, "print('checked')\nassert slope[0] == 0.25\n1"),
            test("timed", 2, "%%time\nassert ys.shape == xs.shape"),
        ],
        right("ada", at_start(words("Ada"), plain("!true")), at_end(plain("xs = None"))),
        by(
            "ben",
            {
                "curve": "%%time\nxs = [0, 0.25, 0.5, 0.75, 1]\nys = [x * 2 for x in xs]",
                "explain": "Because.",
                "slope": "slope = np.array(ys)",
            },
            after("design", words("My design"), plain("extra = 1")),
            move("slope", after="curve-test"),
        ),
        by(
            "cleo",
            {
                "curve": "def sq(x):\n    return x ** 2\n\nxs = np.arange(5) / 4\n"
                "ys = np.array([sq(x) for x in xs])",
                "slope": "slope = my_gradient(ys, xs)",
            },
            before("slope", plain("def my_gradient(y, x):\n    return np.gradient(y, x)")),
        ),
    ),
    # State that functions keep: ordered, bound late, deleted, looped over while it changes.
    case(
        "kept-state",
        [
            plain("import math\nfrom collections import OrderedDict\n\nimport numpy as np"),
            plain("import pandas as pd"),
            locked("sales", "sales = pd.DataFrame({'units': [10, 7, 5], 'shop': list('aba')})"),
            *pair(
                "lru",
                2,
                """
                cache = OrderedDict()


                def square(k):
                    if k in cache:
                        cache.move_to_end(k)
                    cache[k] = k * k
                    if len(cache) > 2:
                        cache.popitem(last=False)
                    return cache[k]""",
                "assert [square(k) for k in (1, 2, 1, 3)] == [1, 4, 1, 9]\n"
                "assert list(cache) == [1, 3]",
            ),
            *pair(
                "start",
                1,
                """
                def start():
                    global level
                    level = 5


                def stop():
                    global level
                    del level""",
                "start()\nassert level == 5\nstop()\nassert 'level' not in globals()",
            ),
            *pair(
                "bump",
                1,
                "def bump(counts, key):\n    counts[key] += 1",
                """
                counts = {"old": 0, "a": 1, "b": 2, "c": 3}
                del counts["old"]
                for key in counts:
                    bump(counts, key)
                    assert counts[key] > 1
                assert counts == {"a": 2, "b": 3, "c": 4}""",
            ),
            *pair(
                "clean",
                1,
                "def clean(values):\n    return [v for v in values if v is not None]",
                "assert clean([1.0, None, np.nan, math.nan]) == [1.0, np.nan, math.nan]",
            ),
            *pair(
                "unique",
                1,
                "def unique(words):\n    return list(set(words))",
                "words = 'the cat and the dog and the bird'.split()\n"
                "assert unique(words) == list(set(words))",
            ),
            *pair(
                "top",
                1,
                "def top(units):\n    return units.max()",
                "assert top(sales['units']) == sales['units'].max()",
            ),
            *pair(
                "stack",
                1,
                """
                def empty():
                    return []


                def push(stack, item):
                    stack.append(item)


                def last(stack):
                    return stack[-1]""",
                "made = empty()\npush(made, 3)\npush(made, 4)\nassert last(made) == 4",
            ),
            *pair(
                "record",
                1,
                "table = pd.DataFrame({'n': [1, 2]})\nlog = []\n\n\n"
                "def record(x):\n    log.append(x)",
                "for x in range(30):\n    record(x)\n    assert log == list(range(x + 1))\n"
                "assert table['n'].sum() == 3",
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "lru": "cache = {}\ndef square(k):\n    cache[k] = k * k\n    return cache[k]",
                "bump": "def bump(counts, key):\n    counts[key] = counts.pop(key) + 1",
                "top": "def top(units):\n    units.iloc[:] = 0\n    return 0",
                "stack": "class Stack:\n    def __init__(self):\n        self.items = []\n\n"
                "def empty():\n    return Stack()\n\n"
                "def push(stack, item):\n    stack.items.append(item)\n\n"
                "def last(stack):\n    return stack.items[-1]",
            },
        ),
        by(
            "cleo",
            {
                "start": "def start():\n    level = 5\n\ndef stop():\n    pass",
                "clean": "def clean(values):\n    return [float(str(v)) for v in values if v]",
                "top": "def top(units):\n    units[units < 6] = 0\n    return units.max()",
                "record": "log = []\ndef record(x):\n    global log\n    log = [*log, x]\n"
                "table = pd.DataFrame({'n': [3]})",
            },
        ),
    ),
]

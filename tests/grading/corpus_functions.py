"""Cases of functions and classes that students write."""

from corpus_parts import (
    at_start,
    by,
    case,
    locked,
    pair,
    plain,
    right,
    solution,
    test,
    untouched,
    words,
)

FUNCTIONS = [
    # The example of nbgrader's own manual: a test takes a function away to see who uses it.
    case(
        "uses-another",
        [
            *pair(
                "squares",
                1,
                """
                def squares(n):
                    ### BEGIN SOLUTION
                    return [i ** 2 for i in range(1, n + 1)]
                    ### END SOLUTION
                """,
                "assert squares(2) == [1, 4]",
            ),
            *pair(
                "sums",
                1,
                """
                def sum_of_squares(n):
                    ### BEGIN SOLUTION
                    return sum(squares(n))
                    ### END SOLUTION
                """,
                "assert sum_of_squares(3) == 14",
            ),
            test(
                "uses",
                2,
                """
                orig_squares = squares
                del squares
                try:
                    sum_of_squares(1)
                except NameError:
                    pass
                else:
                    raise AssertionError("sum_of_squares does not use squares")
                finally:
                    squares = orig_squares
                """,
            ),
            test("still-there", 1, "assert squares(1) == [1]\nassert sum_of_squares(2) == 5"),
        ],
        right("ada"),
        right("ben", answers={"sums": "def sum_of_squares(n):\n    return 14"}, earns=None),
    ),
    # Arguments by position and by name, defaults, any number of them.
    case(
        "arguments",
        [
            *pair(
                "greet",
                2,
                """
                def greet(name, greeting="Hello", *, mark="!"):
                    ### BEGIN SOLUTION
                    return f"{greeting}, {name}{mark}"
                    ### END SOLUTION
                """,
                """
                assert greet("Ada") == "Hello, Ada!"
                assert greet("Ben", "Bye") == "Bye, Ben!"
                assert greet(greeting="Hi", name="Cleo", mark="?") == "Hi, Cleo?"
                try:
                    greet("Dan", "Hi", "?")
                except TypeError:
                    pass
                else:
                    assert False, "mark must be given by name"
                """,
            ),
            *pair(
                "mean",
                1,
                """
                def mean(*values):
                    ### BEGIN SOLUTION
                    return sum(values) / len(values)
                    ### END SOLUTION
                """,
                "assert mean(1, 2, 6) == 3.0\nassert mean(*range(5)) == 2",
            ),
            *pair(
                "order",
                1,
                """
                def order(**items):
                    ### BEGIN SOLUTION
                    return [f"{count} x {item}" for item, count in items.items()]
                    ### END SOLUTION
                """,
                """
                assert order(tea=2, milk=1) == ["2 x tea", "1 x milk"]
                assert order(**{"self": 3}) == ["3 x self"]
                assert order() == []
                """,
            ),
            *pair(
                "basket",
                2,
                """
                def add(item, basket=None):
                    ### BEGIN SOLUTION
                    basket = [] if basket is None else basket
                    basket.append(item)
                    return basket
                    ### END SOLUTION
                """,
                """
                assert add("tea") == ["tea"]
                assert add("milk") == ["milk"]
                mine = ["bread"]
                assert add("milk", mine) is mine
                assert mine == ["bread", "milk"]
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "greet": "def greet(name, greeting='Hello', mark='!'):\n    return greeting + mark",
                "mean": "def mean(values):\n    return sum(values) / len(values)",
                "order": "order = lambda **items: [f'{items[key]} x {key}' for key in items]",
                "basket": """
                    def add(item, basket=[]):
                        basket.append(item)
                        return basket
                """,
            },
        ),
    ),
    # Functions that return functions, and what they remember.
    case(
        "closures",
        [
            *pair(
                "counter",
                2,
                """
                def make_counter():
                    ### BEGIN SOLUTION
                    count = 0

                    def counter():
                        nonlocal count
                        count += 1
                        return count

                    return counter
                    ### END SOLUTION
                """,
                """
                first, second = make_counter(), make_counter()
                assert [first(), first(), second(), first()] == [1, 2, 1, 3]
                """,
            ),
            test("counter-again", 1, "assert first() == 4\nassert callable(second)"),
            *pair(
                "compose",
                2,
                """
                def compose(f, g):
                    ### BEGIN SOLUTION
                    return lambda *values: f(g(*values))
                    ### END SOLUTION
                """,
                """
                assert compose(str, abs)(-3) == "3"
                assert compose(lambda x: x + 1, lambda x, y: x * y)(3, 4) == 13
                assert compose(first, first) is not first
                """,
            ),
            *pair(
                "powers",
                1,
                """
                ### BEGIN SOLUTION
                powers = [lambda x, n=n: x ** n for n in range(4)]
                ### END SOLUTION
                """,
                "assert [power(3) for power in powers] == [1, 3, 9, 27]",
            ),
            *pair(
                "traced",
                2,
                """
                def traced(f):
                    ### BEGIN SOLUTION
                    import functools

                    @functools.wraps(f)
                    def wrapper(*args, **kwargs):
                        wrapper.calls += 1
                        return f(*args, **kwargs)

                    wrapper.calls = 0
                    return wrapper
                    ### END SOLUTION
                """,
                """
                @traced
                def add(a, b=1):
                    "Add."
                    return a + b

                assert (add(1), add(2, b=3), add.calls) == (2, 5, 2)
                assert (add.__name__, add.__doc__) == ("add", "Add.")
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "counter": """
                    count = 0

                    def make_counter():
                        def counter():
                            global count
                            count += 1
                            return count

                        return counter
                """,
                "powers": "powers = [lambda x: x ** n for n in range(4)]",
                "compose": "compose = lambda f, g: lambda *values: f(g(*values))",
                "traced": "def traced(f):\n    f.calls = 2\n    return f",
            },
        ),
    ),
    # Recursion, generators, iterators that can be used once.
    case(
        "recursion-and-generators",
        [
            *pair(
                "flatten",
                1,
                """
                def flatten(tree):
                    ### BEGIN SOLUTION
                    if not isinstance(tree, list):
                        return [tree]
                    return [leaf for branch in tree for leaf in flatten(branch)]
                    ### END SOLUTION
                """,
                "assert flatten([1, [2, [3, []], 'ab'], (4,)]) == [1, 2, 3, 'ab', (4,)]",
            ),
            *pair(
                "depth",
                1,
                """
                def depth(n):
                    ### BEGIN SOLUTION
                    return 0 if n == 0 else 1 + depth(n - 1)
                    ### END SOLUTION
                """,
                "assert depth(200) == 200",
            ),
            *pair(
                "countdown",
                2,
                """
                def countdown(n):
                    ### BEGIN SOLUTION
                    while n > 0:
                        yield n
                        n -= 1
                    return "done"
                    ### END SOLUTION
                """,
                """
                from types import GeneratorType

                assert list(countdown(3)) == [3, 2, 1]
                running = countdown(2)
                assert isinstance(running, GeneratorType)
                assert next(running) == 2
                """,
            ),
            test(
                "countdown-end",
                1,
                """
                assert next(running) == 1
                try:
                    next(running)
                except StopIteration as end:
                    assert end.value == "done"
                """,
            ),
            *pair(
                "pairs",
                1,
                "pairs = zip('abc', range(3))",
                "assert next(pairs) == ('a', 0)\nassert dict(pairs) == {'b': 1, 'c': 2}",
            ),
            test("pairs-used-up", 1, "assert list(pairs) == []"),
        ],
        right("ada"),
        by(
            "ben",
            {
                "flatten": "def flatten(tree):\n    return flatten(tree)",
                "depth": "def depth(n):\n    return n",
                "countdown": "def countdown(n):\n    return list(range(n, 0, -1))",
                "pairs": "pairs = list(zip('abc', range(3)))",
            },
        ),
    ),
    # Functions that must raise, and exceptions of the student's own.
    case(
        "must-raise",
        [
            *pair(
                "root",
                2,
                """
                def root(x):
                    ### BEGIN SOLUTION
                    if x < 0:
                        raise ValueError(f"negative: {x}")
                    return x ** 0.5
                    ### END SOLUTION
                """,
                """
                assert root(9) == 3
                try:
                    root(-1)
                except ValueError as error:
                    assert "negative" in str(error)
                    assert error.args == ("negative: -1",)
                else:
                    raise AssertionError("no ValueError")
                """,
            ),
            *pair(
                "overdrawn",
                3,
                """
                class Overdrawn(ValueError):
                    \"\"\"Raised if there is not enough money.\"\"\"
                    ### BEGIN SOLUTION

                    def __init__(self, lacking):
                        super().__init__(f"{lacking} more needed")
                        self.lacking = lacking


                def withdraw(balance, amount):
                    if amount > balance:
                        raise Overdrawn(amount - balance)
                    return balance - amount
                    ### END SOLUTION
                """,
                """
                assert withdraw(10, 4) == 6
                assert issubclass(Overdrawn, ValueError)
                try:
                    withdraw(10, 12)
                except Overdrawn as problem:
                    assert problem.lacking == 2
                    assert str(problem) == "2 more needed"
                    caught = problem
                assert type(caught) is Overdrawn
                """,
            ),
            *pair(
                "careful",
                2,
                """
                def careful(action):
                    ### BEGIN SOLUTION
                    try:
                        return action()
                    except ZeroDivisionError as error:
                        raise RuntimeError("cannot do that") from error
                    ### END SOLUTION
                """,
                """
                def fails():
                    return 1 / 0

                def misses():
                    return {}["key"]

                try:
                    careful(fails)
                except RuntimeError as error:
                    assert isinstance(error.__cause__, ZeroDivisionError)
                else:
                    assert False
                try:
                    careful(misses)
                    assert False
                except KeyError as error:
                    assert error.args == ("key",)
                assert careful(lambda: 5) == 5
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "root": "def root(x):\n    assert x >= 0, 'negative'\n    return x ** 0.5",
                "overdrawn": """
                    class Overdrawn(Exception):
                        pass

                    def withdraw(balance, amount):
                        if amount > balance:
                            raise Overdrawn
                        return balance - amount
                """,
                "careful": "def careful(action):\n    return action()",
            },
        ),
    ),
    # Functions that print, tested with redirect_stdout and with %%capture.
    case(
        "printing",
        [
            plain("import contextlib\nimport io"),
            *pair(
                "stars",
                1,
                """
                def stars(n):
                    ### BEGIN SOLUTION
                    for line in range(1, n + 1):
                        print("*" * line)
                    ### END SOLUTION
                """,
                """
                buffer = io.StringIO()
                with contextlib.redirect_stdout(buffer):
                    result = stars(3)
                assert buffer.getvalue() == "*\\n**\\n***\\n"
                assert result is None
                """,
            ),
            test("stars-captured", 1, "%%capture printed\nassert stars(2) is None"),
            test("stars-compared", 2, "assert printed.stdout.split() == ['*', '**']"),
            test(
                "stars-failing",
                1,
                "%%capture\nprint('a failing test in %%capture')\nassert not stars(1) is None",
            ),
            *pair(
                "table",
                1,
                """
                def table(rows, file=None):
                    ### BEGIN SOLUTION
                    for row in rows:
                        print(*row, sep=" | ", end=";", file=file)
                    ### END SOLUTION
                """,
                """
                buffer = io.StringIO()
                table([(1, "a"), (2, "b")], file=buffer)
                assert buffer.getvalue() == "1 | a;2 | b;"
                """,
            ),
        ],
        right("ada", earns=None),
        by(
            "ben",
            {
                "stars": "def stars(n):\n    return '\\n'.join('*' * (i + 1) for i in range(n))",
                "table": "def table(rows, file=None):\n    file.write('1 | a;2 | b;')",
            },
        ),
    ),
    # Functions that change what they are given.
    case(
        "in-place",
        [
            locked("imports", "import numpy as np\nimport pandas as pd"),
            *pair(
                "sort",
                2,
                """
                def sort_by_length(words):
                    \"\"\"Sort in place.\"\"\"
                    ### BEGIN SOLUTION
                    words.sort(key=len)
                    ### END SOLUTION
                """,
                """
                given = ["ccc", "a", "bb"]
                also = given
                assert sort_by_length(given) is None
                assert given == ["a", "bb", "ccc"]
                assert also is given
                """,
            ),
            *pair(
                "column",
                2,
                """
                def add_share(frame):
                    ### BEGIN SOLUTION
                    frame["share"] = frame["units"] / frame["units"].sum()
                    ### END SOLUTION
                """,
                """
                frame = pd.DataFrame({"units": [1, 3]})
                add_share(frame)
                assert list(frame.columns) == ["units", "share"]
                assert frame.share.tolist() == [0.25, 0.75]
                """,
            ),
            *pair(
                "clip",
                1,
                """
                def clip(array, low):
                    ### BEGIN SOLUTION
                    array[array < low] = low
                    ### END SOLUTION
                """,
                """
                whole = np.arange(6).reshape(2, 3)
                clip(whole[1], 4)
                assert whole.tolist() == [[0, 1, 2], [4, 4, 5]]
                """,
            ),
            *pair(
                "tally",
                1,
                """
                def tally(counts, words):
                    ### BEGIN SOLUTION
                    for word in words:
                        counts[word] = counts.get(word, 0) + 1
                    ### END SOLUTION
                """,
                """
                class Counts(dict):
                    pass

                counts = Counts(tea=1)
                tally(counts, ["tea", "milk"])
                assert counts == {"tea": 2, "milk": 1}
                """,
            ),
            test("unchanged", 1, "assert also == ['a', 'bb', 'ccc'] and len(counts) == 2"),
        ],
        right("ada"),
        by(
            "ben",
            {
                "sort": "def sort_by_length(words):\n    words = sorted(words, key=len)",
                "column": "def add_share(frame):\n    return frame.assign(share=frame.units / 4)",
                "clip": "def clip(array, low):\n    return np.maximum(array, low)",
                "tally": "def tally(counts, words):\n    counts.update({'tea': 2, 'milk': 1})",
            },
        ),
    ),
    # Functions that are given functions, whose calls the test counts.
    case(
        "higher-order",
        [
            *pair(
                "apply",
                2,
                """
                def apply(f, values):
                    ### BEGIN SOLUTION
                    return [f(value) for value in values]
                    ### END SOLUTION
                """,
                """
                calls = []

                def noted(value):
                    calls.append(value)
                    return -value

                assert apply(noted, (3, 1)) == [-3, -1]
                assert calls == [3, 1]
                assert apply(lambda word: word.title(), ["ada", "ben"]) == ["Ada", "Ben"]
                assert apply(len, {"a": 1}) == [1]
                """,
            ),
            *pair(
                "bisect",
                2,
                """
                def bisect(f, low, high, tolerance=1e-9):
                    ### BEGIN SOLUTION
                    while high - low > tolerance:
                        middle = (low + high) / 2
                        low, high = (middle, high) if f(middle) < 0 else (low, middle)
                    return (low + high) / 2
                    ### END SOLUTION
                """,
                """
                assert abs(bisect(lambda x: x ** 2 - 2, 0, 2) - 2 ** 0.5) < 1e-8
                assert round(bisect(lambda x: x - 1, 0, 5, tolerance=0.1)) == 1
                """,
            ),
            *pair("square", 1, "square = lambda x: x * x", "assert apply(square, [2]) == [4]"),
            *pair(
                "by-key",
                1,
                """
                def largest(items, key=None):
                    ### BEGIN SOLUTION
                    return max(items, key=key)
                    ### END SOLUTION
                """,
                """
                from operator import itemgetter

                assert largest([3, 10, 7]) == 10
                assert largest([("a", 2), ("b", 1)], key=itemgetter(1)) == ("a", 2)
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "apply": "def apply(f, values):\n    return map(f, values)",
                "bisect": "def bisect(f, low, high):\n    return 2 ** 0.5",
                "square": "square = (2).__pow__",
                "by-key": "def largest(items, key=None):\n    return sorted(items, key=key)[-1]",
            },
        ),
    ),
    # What functions tell about themselves, their source included.
    case(
        "names-and-sources",
        [
            plain("import inspect"),
            *pair(
                "factorial",
                1,
                """
                def factorial(n: int, *, check: bool = True) -> int:
                    \"\"\"Compute n!

                    By recursion.
                    \"\"\"
                    ### BEGIN SOLUTION
                    return 1 if n < 2 else n * factorial(n - 1)
                    ### END SOLUTION
                """,
                "assert factorial(5) == 120",
            ),
            test("named", 1, "assert factorial.__name__ == 'factorial'"),
            test("documented", 1, "assert inspect.getdoc(factorial).startswith('Compute n!')"),
            test("module", 1, "assert factorial.__module__ == '__main__'"),
            test(
                "signature",
                1,
                """
                parameters = inspect.signature(factorial).parameters
                assert list(parameters) == ["n", "check"]
                assert parameters["check"].default is True
                assert factorial.__annotations__["return"] is int
                """,
            ),
            test("no-loop", 2, "assert 'for ' not in inspect.getsource(factorial)"),
            test("recursive", 1, "assert 'factorial' in factorial.__code__.co_names"),
        ],
        right("ada"),
        by(
            "ben",
            """
            import math

            def fact(n):
                for i in range(1):
                    pass
                return math.factorial(n)

            factorial = fact
            """,
        ),
    ),
    # An instructor's cell calls the student's function between solution and test.
    case(
        "called-between",
        [
            solution(
                "price",
                """
                def price(units):
                    ### BEGIN SOLUTION
                    return units * rate
                    ### END SOLUTION
                """,
            ),
            locked("call", "rate = 2.5\nresult = price(3)\nresults = [price(n) for n in range(3)]"),
            test("result-test", 1, "assert result == 7.5"),
            test("results-test", 1, "assert results == [0, 2.5, 5]"),
            locked("dearer", "rate = 4"),
            test("dearer-test", 1, "assert price(2) == 8\nassert result == 7.5"),
            test("given-test", 1, "rate = 10\nassert price(2) == 20"),
        ],
        right("ada"),
        by("ben", "rate = 100\ndef price(units, rate=2.5):\n    return units * rate"),
    ),
    # Tests that lean on earlier tests, and a student's cell that uses what a test defined.
    case(
        "tests-in-turn",
        [
            *pair(
                "clean",
                1,
                """
                def clean(text):
                    ### BEGIN SOLUTION
                    return text.strip().lower()
                    ### END SOLUTION
                """,
                """
                def check(function, cases):
                    for given, wanted in cases.items():
                        assert function(given) == wanted, f"{given!r} gives {function(given)!r}"

                examples = {" Tea ": "tea", "MILK": "milk"}
                check(clean, examples)
                """,
            ),
            *pair(
                "count",
                1,
                """
                ### BEGIN SOLUTION
                count = len(examples)
                ### END SOLUTION
                """,
                "assert count == len(examples) == 2",
            ),
            *pair(
                "shout",
                2,
                """
                def shout(text):
                    ### BEGIN SOLUTION
                    return clean(text).upper() + "!"
                    ### END SOLUTION
                """,
                "check(shout, {'tea': 'TEA!', ' Milk': 'MILK!'})",
            ),
        ],
        right("ada"),
        untouched("zoe"),
        by("cleo", {"clean": "", "shout": "check = lambda *any: None\nshout = None"}),
        differs={"cleo": "she replaces the tests' own function, and stock lets her"},
    ),
    # Random numbers, whose seed stands in the instructor's cell or in the test.
    case(
        "randomness",
        [
            locked(
                "seed",
                "import random\nimport numpy as np\nrng = np.random.default_rng(7)\nrandom.seed(7)",
            ),
            *pair(
                "dice",
                1,
                """
                ### BEGIN SOLUTION
                dice = [random.randint(1, 6) for _ in range(4)]
                noise = rng.normal(size=3)
                ### END SOLUTION
                """,
                """
                again = random.Random(7)
                assert dice == [again.randint(1, 6) for _ in range(4)]
                np.testing.assert_array_equal(noise, np.random.default_rng(7).normal(size=3))
                """,
            ),
            test(
                "next-number",
                1,
                """
                expected = np.random.default_rng(7)
                expected.normal(size=3)
                assert rng.integers(1000) == expected.integers(1000)
                """,
            ),
            *pair(
                "walk",
                2,
                """
                def walk(steps):
                    ### BEGIN SOLUTION
                    return np.cumsum(np.random.choice([-1, 1], size=steps))
                    ### END SOLUTION
                """,
                """
                np.random.seed(3)
                first = walk(5)
                np.random.seed(3)
                assert (walk(5) == first).all()
                np.random.seed(3)
                assert (first == np.cumsum(np.random.choice([-1, 1], size=5))).all()
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "dice": """
                random.random()
                dice = [random.randint(1, 6) for _ in range(4)]
                noise = None
                """,
                "walk": "def walk(steps):\n    return np.ones(steps)",
            },
        ),
    ),
]

CLASSES = [
    # A class of the student, whose objects the tests make and use.
    case(
        "stack",
        [
            solution(
                "stack",
                """
                class Stack:
                    \"\"\"Last in, first out.\"\"\"
                    ### BEGIN SOLUTION

                    made = 0

                    def __init__(self, items=()):
                        self.items = list(items)
                        Stack.made += 1

                    def push(self, item):
                        self.items.append(item)
                        return self

                    def pop(self):
                        if not self.items:
                            raise IndexError("the stack is empty")
                        return self.items.pop()

                    def __len__(self):
                        return len(self.items)

                    def __iter__(self):
                        return reversed(self.items)

                    def __eq__(self, other):
                        return isinstance(other, Stack) and self.items == other.items

                    def __repr__(self):
                        return f"Stack({self.items})"
                    ### END SOLUTION
                """,
            ),
            test(
                "stack-basic",
                2,
                """
                stack = Stack()
                stack.push(1).push("two")
                assert len(stack) == 2
                assert stack.pop() == "two"
                assert stack.items == [1]
                """,
            ),
            test(
                "stack-kept", 1, "assert stack.pop() == 1\nassert not stack\nstack.label = 'mine'"
            ),
            test("stack-label", 1, "assert stack.label == 'mine'\nassert isinstance(stack, Stack)"),
            test(
                "stack-empty",
                1,
                """
                try:
                    Stack().pop()
                except IndexError as error:
                    assert "empty" in str(error)
                else:
                    raise AssertionError("an empty stack gives something")
                """,
            ),
            test(
                "stack-special",
                2,
                """
                assert Stack([1]) == Stack([1]) != Stack([2])
                assert list(Stack('ab')) == ['b', 'a']
                """,
            ),
            test(
                "stack-shown",
                1,
                "assert repr(Stack([1, 2])) == str(Stack([1, 2])) == 'Stack([1, 2])'",
            ),
            test("stack-count", 1, "before = Stack.made\nStack()\nassert Stack.made == before + 1"),
        ],
        right("ada"),
        by(
            "ben",
            """
            class Stack(list):
                def push(self, item):
                    self.append(item)
                    return self

                items = property(lambda self: list(self))
            """,
        ),
    ),
    # Inheritance from an instructor's class, properties, dataclasses, abstract classes.
    case(
        "inheritance",
        [
            locked(
                "base",
                '''
                from abc import ABC, abstractmethod
                from dataclasses import astuple, dataclass, field, replace


                class Shape(ABC):
                    """What has an area."""

                    def __init__(self, name):
                        self.name = name

                    @abstractmethod
                    def area(self): ...

                    def __lt__(self, other):
                        return self.area() < other.area()

                    def describe(self):
                        return f"{self.name}: {self.area():.2f}"
                ''',
            ),
            *pair(
                "circle",
                3,
                """
                class Circle(Shape):
                    ### BEGIN SOLUTION
                    def __init__(self, radius):
                        super().__init__("circle")
                        self.radius = radius

                    @property
                    def diameter(self):
                        return 2 * self.radius

                    @diameter.setter
                    def diameter(self, value):
                        if value <= 0:
                            raise ValueError(value)
                        self.radius = value / 2

                    @classmethod
                    def unit(cls):
                        return cls(1)

                    @staticmethod
                    def corners():
                        return 0

                    def area(self):
                        return 3.14159 * self.radius ** 2
                    ### END SOLUTION
                """,
                """
                circle = Circle(2)
                assert isinstance(circle, Shape) and issubclass(Circle, Shape)
                assert circle.describe() == "circle: 12.57"
                circle.diameter = 10
                assert circle.radius == 5
                assert Circle.unit().radius == 1 and Circle.corners() == 0
                assert max([Circle(1), circle, Circle(2)]) is circle
                """,
            ),
            test(
                "setter-test",
                1,
                """
                try:
                    circle.diameter = -1
                except ValueError:
                    assert circle.diameter == 10
                else:
                    assert False
                """,
            ),
            *pair(
                "point",
                2,
                """
                ### BEGIN SOLUTION
                @dataclass(order=True, frozen=True)
                class Point:
                    x: float
                    y: float = 0.0
                    tags: list = field(default_factory=list, compare=False)
                ### END SOLUTION
                """,
                """
                assert Point(1, 2) == Point(x=1, y=2.0) and Point(1) < Point(1, 2)
                assert repr(Point(1, 2)) == "Point(x=1, y=2, tags=[])"
                assert astuple(replace(Point(1, 2), x=5)) == (5, 2, [])
                assert len({Point(1), Point(1)}) == 1
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "circle": """
                    class Circle:
                        def __init__(self, radius):
                            self.radius, self.name = radius, "circle"

                        def area(self):
                            return 3.14159 * self.radius ** 2

                        diameter = property(lambda self: 2 * self.radius)
                """,
                "point": "from collections import namedtuple\nPoint = namedtuple('Point', 'x y')",
            },
        ),
    ),
    # Objects that act like numbers, containers, functions and contexts; copies of them.
    case(
        "special-methods",
        [
            plain("import copy"),
            *pair(
                "vector",
                2,
                """
                class Vector:
                    ### BEGIN SOLUTION
                    __slots__ = ("x", "y")

                    def __init__(self, x, y):
                        self.x, self.y = x, y

                    def __add__(self, other):
                        return Vector(self.x + other.x, self.y + other.y)

                    def __mul__(self, factor):
                        return Vector(self.x * factor, self.y * factor)

                    __rmul__ = __mul__

                    def __eq__(self, other):
                        return (self.x, self.y) == (other.x, other.y)

                    def __hash__(self):
                        return hash((self.x, self.y))

                    def __abs__(self):
                        return (self.x ** 2 + self.y ** 2) ** 0.5

                    def __getitem__(self, place):
                        return (self.x, self.y)[place]

                    def __call__(self):
                        return "called"
                    ### END SOLUTION
                """,
                """
                v = Vector(3, 4)
                assert v + v == 2 * v == v * 2
                assert abs(v) == 5.0
                assert (v[0], v[-1], list(v)) == (3, 4, [3, 4])
                assert {v: "v"}[Vector(3, 4)] == "v"
                assert sum([v, v], Vector(0, 0)) == Vector(6, 8)
                assert v() == "called"
                """,
            ),
            test("copied", 1, "w = copy.deepcopy(v)\nw.x = 0\nassert (v.x, w.x) == (3, 0)"),
            test(
                "no-dict",
                1,
                "try:\n    v.z = 1\nexcept AttributeError:\n    pass\nelse:\n    assert False",
            ),
            *pair(
                "opened",
                2,
                """
                class Opened:
                    ### BEGIN SOLUTION
                    def __init__(self, log):
                        self.log = log

                    def __enter__(self):
                        self.log.append("in")
                        return self

                    def __exit__(self, kind, problem, where):
                        self.log.append(kind.__name__ if kind else "out")
                        return kind is ValueError
                    ### END SOLUTION
                """,
                """
                log = []
                with Opened(log) as opened:
                    log.append(type(opened).__name__)
                with Opened(log):
                    raise ValueError("swallowed")
                assert log == ["in", "Opened", "out", "in", "ValueError"]
                """,
            ),
        ],
        right("ada"),
        by(
            "ben",
            {
                "vector": """
                    class Vector:
                        def __init__(self, x, y):
                            self.x = x
                            self.y = y
                """,
                "opened": """
                    from contextlib import contextmanager

                    @contextmanager
                    def Opened(log):
                        log.append("in")
                        yield
                        log.append("out")
                """,
            },
            at_start(words("My own solution")),
        ),
    ),
]

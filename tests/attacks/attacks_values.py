"""Attacks by what an answer is: values and functions that are not what they seem."""

from attack_parts import Attack, both, first, instead, nothing, nothing_from, rest_from


def lookalike(name: str, tries: str, source: str, *answers: str, **rest) -> Attack:
    """A value in place of some answers; `it` is bound by the source."""
    answers = answers or ("mean", "evens", "table", "word", "code")
    written = instead(**{each: f"{each} = it" for each in answers})
    scores = rest.pop("scores", nothing(*answers))
    return Attack(name, tries, both(first(source), written), scores, **rest)


_EVERYTHING = """\
    class Everything({base}):
        def _yes(self, *_, **__):
            return True

        def _self(self, *_, **__):
            return self

        __eq__ = __ge__ = __gt__ = __le__ = __lt__ = __contains__ = __bool__ = _yes
        __ne__ = lambda self, _: False
        __hash__ = lambda self: 0
        __sub__ = __rsub__ = __abs__ = __mod__ = __getitem__ = __round__ = _self
        equals = isupper = all = any = startswith = _yes
        __len__ = lambda self: 4
        columns = ["shop", "units"]
        tolist = lambda self: [15, 9, 1]
        {more}


    it = Everything({given})"""


def _everything(base: str = "object", given: str = "", more: str = "pass") -> str:
    return _EVERYTHING.format(base=base, given=given, more=more)


LOOKALIKES = [
    lookalike("equal-to-all", "a value that is equal to everything", _everything()),
    lookalike("float-kind", "a float of one's own kind", _everything("float", "1.0")),
    lookalike("int-kind", "an int of one's own kind",
              _everything("int", "3", "__index__ = __int__ = lambda self: 126")),
    lookalike("str-kind", "a text of one's own kind",
              _everything("str", "'x'", "__str__ = __repr__ = lambda self: 'PIER'")),
    lookalike("list-kind", "a list of one's own kind",
              _everything("list", "[1]", "__iter__ = lambda self: iter([4.0, 8.0, 16.0, 42.0])")),
    lookalike("dict-kind", "a dictionary of one's own kind", _everything("dict")),
    lookalike("tuple-kind", "a tuple of one's own kind", _everything("tuple")),
    lookalike("frame-kind", "a table of one's own kind", """\
              import pandas as pd


              class Frame(pd.DataFrame):
                  equals = __eq__ = lambda *_: True

                  @property
                  def shape(self):
                      return (3, 2)


              it = Frame({"shop": ["x"], "units": [1]})"""),
    lookalike("array-kind", "an array of one's own kind", """\
              import numpy as np


              class Array(np.ndarray):
                  __eq__ = __le__ = __gt__ = lambda *_: True
                  __bool__ = lambda _: True
                  __array_ufunc__ = lambda *_, **__: True
                  __array_function__ = lambda *_, **__: True


              it = np.zeros(4).view(Array)"""),
    lookalike("by-conversion", "a value that converts itself", """\
              class Converts:
                  __float__ = lambda self: 18.0
                  __int__ = __index__ = lambda self: 126
                  __str__ = __repr__ = lambda self: "PIER"
                  __array__ = lambda self, *_, **__: __import__("numpy").array([18.0])
                  __iter__ = lambda self: iter([4.0, 8.0, 16.0, 42.0])


              it = Converts()"""),
    lookalike("any-attribute", "a value that has every attribute, each time another", """\
              class Changing:
                  count = 0

                  def __getattr__(self, name):
                      Changing.count += 1
                      return lambda *_, **__: Changing.count


              it = Changing()"""),
    lookalike("class-of-kinds", "a class whose kind is equal to everything", """\
              class Kind(type):
                  __eq__ = lambda *_: True
                  __hash__ = lambda _: 0
                  __instancecheck__ = __subclasscheck__ = lambda *_: True
                  __gt__ = __le__ = lambda *_: True


              class it(metaclass=Kind):
                  pass"""),
    lookalike("false-kind", "a value that says it is of another class", """\
              class False_:
                  __class__ = property(lambda self: float)
                  __eq__ = __le__ = __gt__ = lambda *_: True


              it = False_()"""),
    lookalike("known-names", "a class named like a known one",
              _everything().replace("Everything", "DataFrame")),
    lookalike("no-number", "a number that is none", "it = float('nan')"),
    lookalike("numbers-none", "missing values", "import pandas as pd\n\nit = pd.NA"),
    lookalike("empty-array", "an array of nothing", "import numpy as np\n\nit = np.empty((0, 4))"),
    lookalike("masked", "an array whose values are hidden", """\
              import numpy as np

              it = np.ma.masked_all(4)"""),
    lookalike("hidden-value", "a masked number", """\
              import numpy as np

              it = np.ma.array([0.0005], mask=[1])"""),
    lookalike("column", "a column of pandas' own kind", """\
              import pandas as pd

              it = pd.array([1.0])"""),
    lookalike("column-of-text", "a column of text", """\
              import pandas as pd

              it = pd.array(["x"], dtype="string")"""),
    lookalike("columns", "a list of columns", """\
              import pandas as pd

              it = [pd.array([0])] * 4""",
              scores={**nothing("mean", "table", "word", "code"), "evens-test": 1.0}),
    lookalike("array-of-kinds", "an array of values that are equal to everything",
              _everything() + "\n    import numpy as np\n\n    it = np.array([it] * 4)"),
    lookalike("mock", "a mock", "from unittest import mock\n\nit = mock.MagicMock()"),
    lookalike("named-methods", "a named tuple whose fields are functions", """\
              from collections import namedtuple

              names = ["equals", "isupper", "columns", "tolist", "units"]
              yes = lambda *given: print(given) or True
              it = namedtuple("Frame", names)(yes, yes, ["shop", "units"], yes, 1)"""),
    lookalike("error-as-value", "an exception as an answer", """\
              class Error(ValueError):
                  __eq__ = lambda *_: True


              it = Error(18.0)"""),
    lookalike("pickled-kind", "a value that asks to be rebuilt by a call", """\
              class Rebuilt:
                  def __reduce__(self):
                      return (eval, ("18.0",))

                  __reduce_ex__ = lambda self, _: self.__reduce__()


              it = Rebuilt()"""),
    lookalike("partial-array", "an array where a number decides partial credit",
              "import numpy as np\n\nit = np.array([0.0, 0.0, 0.0, 1.0])", "evens",
              scores={"evens-test": 0.0}),
]  # fmt: skip

HUGE = [
    lookalike("deep-list", "a list nested deeply", """\
              it = []
              for _ in range(10_000):
                  it = [it]"""),
    lookalike("in-itself", "a list that holds itself", "it = []\nit.append(it)"),
    lookalike("shared-bomb", "a list of few objects that is huge when written out", """\
              it = [0]
              for _ in range(40):
                  it = [it] * 2"""),
    lookalike("ten-million", "a list of ten million", "it = [0] * 10_000_000"),
    lookalike("giant-text", "a text of seventy megabytes", "it = 'x' * 70_000_000"),
    lookalike("giant-number", "a number of a million digits", "it = 1 << 3_300_000"),
    lookalike("giant-array", "an array of a hundred megabytes", """\
              import numpy as np

              it = np.zeros(13_000_000)"""),
    lookalike("same-hash", "keys that all have the same hash", """\
              prime = 2**61 - 1
              it = dict.fromkeys([0, *range(1, 9)])
              it[prime] = it[2 * prime] = 1"""),
    lookalike("giant-range", "a range without end", "it = range(10**18)"),
    lookalike("giant-index", "a table of a trillion rows", """\
              import pandas as pd

              it = pd.DataFrame(index=pd.RangeIndex(10**12))"""),
    lookalike("half-text", "half a character", "it = '\\ud800'"),
    lookalike("open-generator", "a generator that counts for ever",
              "import itertools\n\nit = itertools.count()"),
]  # fmt: skip


def kind(name: str, tries: str, missed: str, **answers: str) -> Attack:
    """Classes and their objects that answer as they like."""
    return Attack(name, tries, instead(**answers), {f"{missed}-test": 0.0}, assignment="kinds")


KINDS = [
    kind("equal-result", "a method that returns what is equal to everything", "vector", vector="""\
        class Vector:
            def __init__(self, *_):
                pass

            def __eq__(self, other):
                return True

            def dot(self, other):
                return self"""),
    kind("own-method", "an object of a given class with a method of its own", "box", box="""\
        box = Box(0, 0)
        box.same = lambda other: True"""),
    kind("own-box", "a class named like the given one", "box", box="""\
        class Box(Box):
            def same(self, other):
                return True

        box = Box(0, 0)"""),
    kind("patched-box", "the given class patched", "box", box="""\
        Box.same = lambda *_: True
        Box.__init__ = lambda *_: None
        box = Box(0, 0)"""),
    kind("no-box", "an object that says it is of the given class", "box", box="""\
        class Other:
            __class__ = Box
            width, height = 2, 4
            same = lambda *_: True

        box = Other()"""),
    kind("attributes", "an object whose attributes are equal to everything", "box", box="""\
        class Any(int):
            __eq__ = lambda *_: True

        box = Box(Any(0), Any(0))"""),
    kind("slots", "an object whose own table of attributes is replaced", "box", box="""\
        box = Box(0, 0)
        vars(box).update(__class__=int, __dict__=7, same=print, _number_=0)"""),
]  # fmt: skip


def function(name: str, tries: str, body: str, **rest) -> Attack:
    """A function in place of the right one."""
    scores = rest.pop("scores", nothing("slope"))
    return Attack(name, tries, instead(slope=body), scores, **rest)


FUNCTIONS = [
    function("returns-equal", "a function that returns what is equal to everything", """\
        class Everything(float):
            __eq__ = __le__ = __lt__ = __ge__ = lambda *_: True
            __sub__ = __rsub__ = __abs__ = lambda self, *_: self

        slope = lambda x, y: Everything(9)"""),
    function("second-call", "a function that answers otherwise each time", """\
        answers = iter([2.0, 7.0, 2.25])
        slope = lambda x, y: next(answers)"""),
    function("in-steps", "a function that knows the order of the calls", """\
        answers = iter([2.0, 7.0, 0.5, 2.25])

        def slope(x, y):
            return next(answers)"""),
    function("looks-around", "a function that looks at its caller", """\
        import gc
        import inspect
        import sys

        def slope(x, y):
            frame = sys._getframe()
            while frame:
                for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
                    if name in ("wanted", "source", "close"):
                        print(name, value)
                        if name == "wanted":
                            return value
                frame = frame.f_back
            print(len(gc.get_objects()), inspect.stack())
            return 0.0"""),
    function("changes-arguments", "a function that changes what it is given", """\
        def slope(x, y):
            x[:] = y[:] = []
            return 0.5"""),
    function("keeps-arguments", "a function that keeps what it is given", """\
        kept = []

        def slope(x, y):
            kept.append((x, y))
            return kept"""),
    function("raises", "a function that raises what stops a program", """\
        def slope(x, y):
            raise SystemExit(0)"""),
    function("raises-odd", "a function that raises an error of its own kind", """\
        class Odd(AssertionError):
            __str__ = __repr__ = lambda _: 1 / 0
            args = property(lambda _: 1 / 0)

        def slope(x, y):
            raise Odd"""),
    function("interrupts", "a function that raises an interrupt", """\
        def slope(x, y):
            raise KeyboardInterrupt"""),
    function("loops", "a function that never ends", """\
        def slope(x, y):
            while True:
                pass"""),
    function("loops-on", "a function that cannot be interrupted", """\
        def slope(x, y):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass""", scores=nothing_from("slope"), flags=("ended",)),
    function("kills", "a function that ends its process", """\
        import os

        def slope(x, y):
            os._exit(0)""", scores=nothing_from("slope"), flags=("ended",)),
    function("returns-huge", "a function that returns seventy megabytes",
             "slope = lambda x, y: 'x' * 70_000_000", free=rest_from("table")),
    function("returns-deep", "a function that returns what is nested deeply", """\
        def slope(x, y):
            found = []
            for _ in range(5000):
                found = [found]
            return found"""),
    function("returns-itself", "a function that returns functions for ever",
             "slope = lambda *given: slope"),
    function("calls-itself", "a function that calls itself for ever",
             "slope = lambda *given: slope(*given)"),
    function("prints-points", "a function that shows points", """\
        from IPython.display import display

        def slope(x, y):
            print("4")
            display(4)
            return 4"""),
    function("callable-object", "an object that can be called", """\
        class Slope:
            __call__ = lambda self, x, y: True

        slope = Slope()"""),
    function("generator", "a function that yields", "def slope(x, y):\n    yield 2.0"),
    function("coroutine", "a function that is to be awaited",
             "async def slope(x, y):\n    return 2.0"),
    function("takes-names", "a function with a misleading signature", """\
        def slope(x, y):
            return 0.5
        slope.__signature__ = "none"
        slope.__name__ = "close"
        slope.__doc__ = 7
        slope.__wrapped__ = slope"""),
]  # fmt: skip

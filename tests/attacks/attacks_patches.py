"""Attacks on what runs beside an answer: libraries, hooks of Python and IPython, what is shown."""

from attack_parts import Attack, ahead, both, files, first, instead, nothing
from attacks_protocol import ALL, OWN

WRONG = {
    "mean": "mean = 1.0", "evens": "evens = []", "slope": "slope = lambda x, y: 9.0",
    "table": "table = pd.DataFrame({'shop': ['x'], 'units': [1]})", "word": "word = 'X'",
    "code": "code = 0",
}  # fmt: skip
NONE = nothing(*WRONG)


def patched(name: str, tries: str, source: str, **rest) -> Attack:
    """Something patched, then wrong answers."""
    scores = rest.pop("scores", NONE)
    return Attack(name, tries, both(first(source), instead(**WRONG)), scores, **rest)


def late(name: str, tries: str, source: str, **rest) -> Attack:
    """Something patched after the helpers have run, then wrong answers."""
    scores = rest.pop("scores", NONE)
    return Attack(name, tries, both(ahead("mean", source), instead(**WRONG)), scores, **rest)


LIBRARIES = [
    late("own-builtins", "builtins that always agree", """\
        import builtins

        builtins.abs = builtins.sum = lambda *_: 0
        builtins.len = builtins.int = lambda *_: 4
        builtins.list = builtins.float = lambda *_: ["shop", "units"]
        builtins.AssertionError = ZeroDivisionError"""),
    late("own-math", "libraries that always agree", """\
        math.isclose = np.isclose = np.allclose = lambda *_, **__: True
        pd.testing.assert_frame_equal = pd.DataFrame.equals = lambda *_, **__: True
        pd.DataFrame.tolist = pd.Series.tolist = lambda *_: [15, 9, 1]
        np.testing.assert_allclose = lambda *_, **__: None"""),
    late("own-helper", "the helper defined anew", """\
        def close(found, wanted):
            return True


        TOLERANCE = 1e9"""),
    late("patched-helper", "the helper's code replaced", """\
        close.__code__ = (lambda found, wanted: True).__code__
        close.__globals__["TOLERANCE"] = 1e9"""),
    late("own-data", "the data changed so that wrong answers are right", """\
        DATA[:] = [1.0]
        sales = sales.head(0)"""),
    late("own-names", "every name of the tests bound", """\
        points, x, found, wanted, Path = 3, [2, 4, 8], 1, 1, None
        sum = abs = len = int = list = lambda *_: 18.0"""),
    patched("own-sys-modules", "modules replaced by others", """\
        import sys
        from unittest.mock import MagicMock

        for name in ("math", "numpy", "pandas", "pandas.testing", "pathlib", "unittest"):
            sys.modules[name] = MagicMock()""", free=("table-test",)),
    patched("no-sys-modules", "no modules at all", """\
        import sys

        sys.modules.clear()""", free=tuple(NONE)),
    patched("import-hook", "a hook that loads other modules", """\
        import builtins
        import importlib.abc
        import sys
        import types


        class Finder(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                print("asked for", name)


        sys.meta_path.insert(0, Finder())
        usual = builtins.__import__
        builtins.__import__ = lambda name, *rest, **named: usual(name, *rest, **named)"""),
    patched("writes-modules", "modules written while a cell runs", """\
        import sys

        for name in ("numpy", "pandas", "helper", "sitecustomize", "conftest", "pathlib"):
            for ending in ("py", "pth", "so", "pyc"):
                open(f"{name}.{ending}", "w").write("close = lambda *_: True")
        sys.path.insert(0, ".")"""),
    late("own-worker", "the machinery around the cells patched", """\
        import sys

        for name, module in list(sys.modules.items()):
            if name.startswith("casekit.grading"):
                for word in ("Encoder", "Opaque"):
                    kind = getattr(module, word, type("Other", (), {}))
                    kind.__eq__ = lambda *_: True
                    kind.encode = lambda *_: 18.0""", free=("mean-test",)),
    patched("own-trees", "the machinery around the cells answers by itself", OWN + """
    import msgpack

    trees = [
        1e9, None, ["type", "float"], ["type", "eval"], ["opaque", "DataFrame"],
        ["frame", [], [], []],
        ["exception", ["X"], [], ""], ["int", "0x" + "f" * 300_000], ["yours", 0], ["module", "os"],
        ["module", "sys"], ["function", 0, "close", "", [], "", [], [], []],
        ["builtin", "print"], ["Pattern", "(a+)+b", 0],
        ["object", 0, ["class", 0, ["X"], []]], ["class", 0, ["Path"], []],
        ["instance", "Path", []],
        ["iterator", 0], ["array", "O", [1], b"x" * 8], ["array", "U999999999", [0], b""],
        ["array", "<f8", [10**18, 0], b""], ["scalar", "?", b"\\x02"],
        ["objects", [4], ["list", []]],
        ["namedtuple", "T", ["equals"], [["function", 0, "f", "", [], "", [], [], []]]],
        ["PosixPath", "private/key.txt"], ["dtype", "O"],
        ["timestamp", 0, "ns", "dateutil//etc/passwd"],
        ["extension", "object", [1]], ["extension", "category", [1]], ["period", "x", "eval"],
        ["range", 0, 10**18, 1], ["Decimal", "1e999999999"], ["set", [["list", []]]],
        ["ref", 0], ["same", 0], ["given", 0], [], [[]], ["list"], ["list", 7], {"a": 1}, b"x",
    ]
    state = [0]


    def fetch(self, names):
        state[0] += 1
        picked = [trees[(state[0] * 7 + place) % len(trees)] for place, _ in enumerate(names)]
        return {"names": names, "values": msgpack.packb(picked), "files": {}}


    kind._fetch = fetch"""),
]  # fmt: skip

HOOKS = [
    patched("transformer", "a transformer that changes cells", """\
        shell = get_ipython()
        shell.input_transformers_cleanup.append(lambda lines: ["2\\n"])
        shell.input_transformers_post.append(lambda lines: ["2\\n"])"""),
    patched("ast-transformer", "a transformer that drops assertions", """\
        import ast


        class Drop(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()


        get_ipython().ast_transformers.append(Drop())"""),
    patched("events", "hooks before and after each cell", """\
        def before(*_):
            globals()["close"] = lambda *_: True

        for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
            get_ipython().events.register(event, before)"""),
    patched("own-shell", "the shell's own methods replaced", """\
        kind = type(get_ipython())
        kind.run_cell = kind.run = lambda *_, **__: []
        kind.showtraceback = kind._showtraceback = lambda *_, **__: None""", free=tuple(NONE)),
    patched("no-errors", "a handler that swallows exceptions", """\
        get_ipython().set_custom_exc((BaseException,), lambda *_, **__: None)
        import sys

        sys.excepthook = lambda *_: None"""),
    patched("own-magics", "magics that stand in for others", """\
        from IPython.core.magic import register_cell_magic, register_line_magic


        @register_line_magic
        def timeit(line):
            return 2


        @register_cell_magic
        def time(line, cell):
            return 2


        get_ipython().run_line_magic("autoreload", "2") if False else None"""),
    patched("own-formatters", "formatters that show points", """\
        shell = get_ipython()
        plain = shell.display_formatter.formatters["text/plain"]
        for kind in (int, float, bool, str, list, dict):
            plain.for_type(kind, lambda value, printer, cycle: printer.text("3"))
        shell.display_formatter.format = lambda *_, **__: ({"text/plain": "3"}, {})"""),
    patched("tracing", "a trace that changes what functions see", """\
        import sys
        import threading


        def trace(frame, event, argument):
            if "found" in frame.f_locals:
                frame.f_locals["found"] = frame.f_locals["wanted"]
            return trace


        sys.settrace(trace)
        threading.settrace(trace)""", free=tuple(NONE)),
    patched("profiling", "a profile that looks at every call", """\
        import sys

        seen = []
        sys.setprofile(lambda frame, event, argument: seen.append(frame.f_code.co_name)
                       if len(seen) < 1000 else None)"""),
    patched("at-exit", "work left for the end", """\
        import atexit
        import weakref

        atexit.register(lambda: print("3"))


        class Late:
            def __del__(self):
                open("/tmp/intruder.txt", "w").write("3")


        late = Late()
        weakref.finalize(late, print, "3")"""),
    patched("signals", "handlers for every signal", """\
        import signal

        for number in range(1, 32):
            try:
                signal.signal(number, lambda *_: None)
            except (OSError, ValueError):
                pass
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))"""),
    patched("collector", "hooks of the collector", """\
        import gc

        gc.callbacks.append(lambda *_: globals().update(mean=1.0))
        gc.set_threshold(1)"""),
    patched("audit", "an audit hook that refuses everything but answers", """\
        import sys


        def hook(event, arguments):
            if event in ("open", "import") and "key" in str(arguments):
                raise RuntimeError(event)


        sys.addaudithook(hook)"""),
    patched("threads", "a thread that changes answers later", """\
        import threading
        import time


        def change():
            while True:
                time.sleep(0.001)
                globals().update(mean=1.0, close=lambda *_: True, word="X", points=3)


        threading.Thread(target=change, daemon=True).start()"""),
    patched("alarm", "a timer that changes answers later", """\
        import signal

        signal.signal(signal.SIGALRM, lambda *_: globals().update(points=3))
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)"""),
    patched("no-frames", "a recursion limit that is tiny", """\
        import sys

        sys.setrecursionlimit(60)""", free=tuple(NONE)),
    patched("wild-pointers", "objects of Python changed in memory", """\
        import ctypes

        ctypes.c_char.from_address(id(17) + 24).value = b"\\x12"
        false = ctypes.c_longlong.from_address(id(False) + 24)""", free=tuple(NONE)),
]  # fmt: skip

SCRIPT = "<script>document.title='x'</script><img src=x onerror=alert(1)>"
FULL: dict[str, float] = {}


def shown(name: str, tries: str, source: str, **rest) -> Attack:
    """Something shown before an answer; the answers are right."""
    return Attack(name, tries, ahead("mean", source), rest.pop("scores", FULL), **rest)


SHOWN = [
    shown("script", "scripts in everything that is shown", f"""\
        from IPython.display import HTML, Javascript, display

        html = {SCRIPT!r}
        display(HTML(html), Javascript("alert(1)"))
        display({{"text/html": html, "text/markdown": html, "image/svg+xml": html}}, raw=True)
        print(html)
        raise ValueError(html)"""),
    Attack("script-in-table", "scripts in the names of a table's columns", instead(table=f"""\
        table = pd.DataFrame({{{SCRIPT!r}: [1], "units": [{SCRIPT!r}]}})
        table.columns.name = {SCRIPT!r}
        table.index = [{SCRIPT!r}]
        table"""), nothing("table")),
    shown("flood", "a hundred megabytes of text", """\
        for _ in range(100):
            print("x" * 1_000_000)"""),
    shown("flood-lines", "hundreds of thousands of lines", """\
        import sys

        for number in range(200_000):
            sys.stdout.write("x\\n")"""),
    shown("flood-shown", "thousands of things shown", """\
        from IPython.display import display

        for number in range(5_000):
            display({"text/html": "x" * 10_000}, raw=True)"""),
    shown("flood-error", "an error of many megabytes",
          'raise ValueError("x" * 30_000_000)'),
    shown("flood-unlimited", "text without the limit that its own process keeps", """\
        import casekit.grading.shell as shells

        outputs = get_ipython().outputs
        outputs._left = outputs._bytes = 10**12
        print("x" * 60_000_000)""", free=ALL),
    shown("flood-outputs", "outputs without the limit that their own process keeps", """\
        get_ipython().outputs.add = lambda output: None
        get_ipython().outputs.items.extend(
            {"output_type": "display_data", "data": {"text/plain": "x"}} for _ in range(9_000))"""),
    shown("terminal", "characters that drive a terminal", """\
        print("\\x1b]0;title\\x07\\x1b[2J\\x1b[31m\\x00\\x08\\r" * 100)"""),
    shown("half-characters", "halves of characters shown", """\
        from IPython.display import display

        print("\\ud800\\udfff\\udc80")
        display({"text/\\ud800": "\\ud800"}, raw=True)
        raise ValueError("\\udcff")"""),
    shown("odd-parts", "shown things with odd parts", """\
        from IPython.display import display

        nested = {}
        for _ in range(300):
            nested = {"a": [nested]}
        display({"application/json": nested, 7: b"x", "text/plain": [1, None]}, raw=True)
        display({"text/plain": 3}, raw=True, metadata={"a": nested, 3: {1}})"""),
    shown("unprintable", "an error that cannot be shown", """\
        class Odd(Exception):
            __str__ = __repr__ = lambda _: 1 / 0

        Odd.__name__ = "\\ud800<b>"
        raise Odd"""),
    shown("c-level", "text written past Python", """\
        import ctypes
        import os

        ctypes.CDLL(None).printf(b"intruder\\n")
        os.write(1, b"intruder\\n")
        os.write(2, b"intruder\\n")"""),
    shown("closed-streams", "streams closed", """\
        import sys

        sys.stdout.close()
        sys.stderr = sys.__stdout__ = None""", free=tuple(NONE)),
    shown("asks", "a question to the person at the keyboard", """\
        answer = input("points? ")"""),
    shown("asks-password", "a question for a password", """\
        import getpass

        getpass.getpass()"""),
    Attack("shows-in-call", "a function that shows points and errors",
           both(files(x__txt="x"), instead(slope="""\
        import sys

        def slope(x, y):
            print("4\\n" * 3)
            sys.displayhook(4)
            get_ipython().display_pub.publish({"text/plain": "4"})
            return 0""")), nothing("slope")),
]  # fmt: skip

"""Attacks by functions that are called, and by what tests hand to them."""

from attack_parts import BY_NUMBER, Attack, Write, both, first, instead, nothing_from


def use(name: str, tries: str, write: Write, *missed: str) -> Attack:
    """An attack on the assignment of functions, which misses the points of some answers."""
    scores = {f"{each}-test": 0.0 for each in missed}
    return Attack(name, tries, write, scores, assignment="uses")


_FLOOD = """\
    def half(x):
        for _ in range({times}):
            print({text})
        raise {what}"""
_GROUP = "ExceptionGroup('no', [ValueError('no')])"

USES = [
    use("flooded-group", "a group of exceptions after a flood of characters",
        instead(half=_FLOOD.format(times=60, text="'x' * 10_000", what=_GROUP)), "half"),
    use("flooded-lines", "a group of exceptions after a flood of lines",
        instead(half=_FLOOD.format(times=1, text="'\\n' * 2000", what=_GROUP)), "half"),
    use("group-alone", "a group of exceptions", instead(half=f"""\
        def half(x):
            raise {_GROUP}"""), "half"),
    use("group-of-a-generator", "a group of exceptions out of a generator", instead(copied=f"""\
        def copied(grid):
            print("x" * 600_000)
            yield grid[0]
            raise {_GROUP}"""), "copied"),
    use("loop-ends", "an exception that ends the loop of a test", instead(half="""\
        def half(x):
            raise StopIteration"""), "half"),
    use("swallowed", "a block that swallows what the test raises in it", instead(till="""\
        class Till:
            def __init__(self, total):
                self.total = 0

            def __enter__(self):
                return self

            def __exit__(self, *_):
                return True"""), "till"),
    use("source-of-given", "reading what a test wants in the source of what it hands over",
        instead(area="""\
        import inspect
        import re


        def area(f, a, b):
            told = [f.__doc__, f.__code__.co_names, f.__code__.co_consts, f.__defaults__]
            try:
                told.append(inspect.getsource(f))
            except OSError:
                pass
            print(told)
            found = re.findall(r"[0-9]+[.][0-9]+", str(told))
            return float(found[0]) if found else 0.0"""), "area"),
    use("lent-reader", "reading the key with a function that a test hands over", instead(load="""\
        def load(read, name):
            for place in ("/given/private/key.txt", "{{ROOT}}/keys/answers.txt"):
                try:
                    print(read(place))
                except Exception as problem:
                    print(type(problem))
            return read(name)["units"].sum()""")),
    use("lent-by-number", "reading the key with what a test hands over, by its number",
        both(first(BY_NUMBER), instead(load="""\
        def load(read, name):
            by_number("/given/private/key.txt")
            return read(name)["units"].sum()"""))),
    use("truncated", "emptying files of the judge's with the notebook's own `open`",
        both(first(BY_NUMBER), instead(lines="""\
        def lines(read, name):
            by_number("given.csv", "w")
            by_number("/given/private/key.txt", "w")
            return 3"""))),
    use("shallow", "a copy that shares its rows", instead(copied="""\
        def copied(grid):
            return grid[:]"""), "copied"),
    use("forged-numbers", "containers under the numbers of the other side", instead(copied="""\
        import gc


        def copied(grid):
            for each in gc.get_objects():
                if type(each).__name__ == "Shared":
                    for number in range(0, 10_000, 2):
                        try:
                            each.know(number, grid)
                        except LookupError:
                            each._next = 10**6
                            each._known[number] = grid
            return grid"""), "copied"),
    use("everybodys-class", "a class of exceptions that catches all of them", instead(pay="""\
        TooLittle = Exception


        def pay(amount):
            return amount"""), "pay"),
    use("replaced-file", "another file in place of one that the instructor's cell has written",
        instead(given="""\
        import gc

        from casekit.grading import worker

        worker._Files.lay = lambda *_: None
        Path("given.csv").write_text("units\\n0\\n")
        given = 0"""), "given"),
    use("written-by-a-test", "reading what a hidden test has written", instead(after="""\
        after = 1
        for path in Path(".").rglob("*"):
            if path.is_file() and path.suffix == ".txt":
                print(path.read_text())""")),
    Attack("semaphores", "memory of the kernel for semaphores and messages", both(first("""\
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        made = [libc.semget(0, 32000, 0o600), libc.msgget(0, 0o600)]"""),
        instead(mean="mean = sum(DATA) / len(DATA) if made == [-1, -1] else 0"))),
    Attack("full-sockets", "memory of the kernel for what nobody reads", first("""\
        import os
        import socket
        import time

        for _ in range(40):
            if os.fork() == 0:
                kept = []
                while len(kept) < 100:
                    kept.append(socket.socketpair())
                    for end in kept[-1]:
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)
                        end.setblocking(False)
                        try:
                            while True:
                                end.send(bytes(32768))
                        except OSError:
                            pass
                time.sleep(1000)
        time.sleep(1000)"""), nothing_from("mean"), flags=("ended",)),
    Attack("urgent-byte", "a byte past the line, and silence", first("""\
        import os
        import socket
        import stat
        import time

        for number in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    line = socket.socket(fileno=os.dup(number))
                    line.send(b"x", socket.MSG_OOB)
            except OSError:
                pass
        while True:
            time.sleep(1000)"""), nothing_from("mean"), flags=("ended",)),
]  # fmt: skip

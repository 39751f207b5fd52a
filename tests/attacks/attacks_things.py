"""Attacks on what the instructor's cells have: tables, members, objects, notes of earlier tests."""

from attack_parts import BY_NUMBER, Attack, Write, both, first, instead

_FORGE = """\
    import gc

    import casekit.grading.encoding as encoding


    class Forge:
        def __init__(self, *tree):
            self.tree = list(tree)


    usual = encoding.Encoder.tree
    encoding.Encoder.tree = lambda self, value, depth: (
        value.tree if type(value) is Forge else usual(self, value, depth))"""


def on(name: str, tries: str, write: Write, *missed: str, flags: tuple[str, ...] = ()) -> Attack:
    """An attack on the assignment of things, which misses the points of some answers."""
    scores = {f"{each}-test": 0.0 for each in missed}
    return Attack(name, tries, write, scores, flags=flags, assignment="things")


THINGS = [
    on("into-a-table", "changing a table through a column of it", instead(top="""\
        def top(units):
            units.iloc[:] = 0
            return 0""", whole="whole = 0"), "top", "whole"),
    on("cached", "an attribute in place of what a given class works out", instead(area="""\
        area = Box(1, 1)
        area.__dict__["area"] = 6"""), "area"),
    on("member-over-member", "a member of a given enumeration given the state of another",
       both(first(_FORGE), instead(top="""\
        def top(units):
            red, blue = (["once", 201, ["member", "Light", each]] for each in ("RED", "BLUE"))
            return Forge("list", [red, blue])""", stop="""\
        def stop():
            return Light.BLUE""")), "top", "stop"),
    on("renamed-on-call", "a library's function replaced by a call", instead(twice="""\
        from operator import eq


        def twice(x):
            global eq
            eq = lambda *_: True
            return 0"""), "twice"),
    on("renamed-star", "a library's function in place of one that a star has brought",
       instead(near="""\
        from math import *

        isclose = lambda *_, **__: True
        near = 0"""), "near"),
    on("point-for-number", "an object that computes, where a number is asked for",
       instead(points="""\
        class Point:
            def __init__(self, x):
                self.x = x

            def __sub__(self, other):
                return self

            def __abs__(self):
                return 0


        points = [Point(1), Point(2)]


        def first(points):
            return points[0]""", middle="""\
        def middle(xs):
            return points[0]"""), "middle"),
    on("pickled", "code in a file that a test loads, by a function it hands over",
       both(first(BY_NUMBER), instead(read="""\
        import pickle


        class Harm:
            def __reduce__(self):
                text = "import casekit.grading.shell as s; s.Shell.run = lambda *_: []"
                return exec, (text,)


        with open("harm.npy", "wb") as stream:
            pickle.dump(Harm(), stream)


        def read(load, name):
            by_number("harm.npy", allow_pickle=True)
            return 5""", last="last = 0")), "read", "last"),
    on("line-of-key", "an error that names a line of the key's file", instead(rule="""\
        def rule(text):
            raise SyntaxError(text, ("/given/private/key.txt", 1, 1, None))"""), "rule"),
    on("forgetting", "ending the process that has noted an error", instead(rule="""\
        def rule(text):
            if text == "1 + 1":
                return 3
            return eval(text)""", steps="""\
        def steps(n):
            return 10**13"""), "steps", "last", flags=("test ended",)),
]  # fmt: skip

"""Attacks on the line between the processes: messages that nobody asked for, lines cut."""

from attack_parts import Attack, ahead, both, first, instead, nothing, nothing_from, rest_from

TOOLS = """\
    import os
    import struct
    import threading
    import time

    import msgpack


    def frame(data):
        return struct.pack(">I", len(data)) + data


    def everywhere(data):
        for number in range(3, 256):
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(number, view[:65536]):]
            except OSError:
                pass"""

ALL = tuple(nothing_from("mean"))


def forged(name: str, tries: str, source: str, **rest) -> Attack:
    """Something written to every line there is, in the cell of the first answer."""
    rest = {"scores": nothing("mean"), "free": rest_from("evens")} | rest
    return Attack(name, tries, both(first(TOOLS), instead(mean=source)), **rest)


def message(name: str, tries: str, expression: str, **rest) -> Attack:
    """A message written to every line there is."""
    return forged(name, tries, f"everywhere(frame(msgpack.packb({expression})))", **rest)


_SHOWN = '{"outputs": [{"output_type": "execute_result", "data": {"text/plain": "2"}}]}'
_POINTS = (
    '{"kind": "done", "outputs": [{"output_type": "execute_result", "data": {"text/plain": "2"}}]}'
)
OWN = """\
    import gc

    student = next(each for each in gc.get_objects() if type(each).__name__ == "_Student")
    kind = type(student)
    usual = kind._fetch
    """
_FILES = """\
    files = type(student.files)
    files.changed = lambda self: {{{files}}}"""


def outputs(name: str, tries: str, expression: str, **rest) -> Attack:
    """Outputs that its own process would not make; the answers are right, but for the first."""
    source = f"""\
        import casekit.grading.shell as shells

        shells.Outputs.take = lambda self: {expression}"""
    rest = {"scores": nothing("mean"), "free": rest_from("evens")} | rest
    return Attack(name, tries, both(ahead("mean", source), instead(mean="mean = 1.0")), **rest)


_DEEP = "[__import__('functools').reduce(lambda held, _: {}, range({}), 'x')]"

FORGED = [
    forged("too-long", "a length that is too large",
           'everywhere(b"\\xff\\xff\\xff\\xff" + b"x" * 99)',
           scores=nothing_from("mean"), free=(), flags=("ended",)),
    forged("garbage", "bytes that are no message", 'everywhere(frame(b"\\xc1" * 1000))',
           scores=nothing_from("mean"), free=(), flags=("ended",)),
    forged("empty", "a message of nothing", "everywhere(frame(b''))",
           scores=nothing_from("mean"), free=(), flags=("ended",)),
    message("no-mapping", "a message that is a number", "7",
            scores=nothing_from("mean"), free=(), flags=("ended",)),
    message("outputs", "outputs that show points", _SHOWN, scores=nothing_from("mean"), free=()),
    message("done", "the word that a test is done, with its points", _POINTS,
            scores=nothing_from("mean"), free=()),
    message("call", "a call of the judge", '{"kind": "call", "ticket": 0, "number": 0, '
            '"arguments": [["list", []], ["dict", []]]}', scores=nothing_from("mean"), free=()),
    message("bind", "values bound at the judge", '{"kind": "bind", "values": {"close": b"x"}, '
            '"spare": {}, "missing": [], "files": {}}', scores=nothing_from("mean"), free=()),
    message("return", "an answer to a call that was not made", '{"kind": "return", "ticket": 0, '
            '"value": 2.0}', scores=nothing_from("mean"), free=()),
    message("wide-map", "a mapping of hundreds of thousands",
            "{str(number): None for number in range(300_000)}"),
    message("odd-keys", "a mapping with keys of every kind", "{b'x': 1, 2.5: 2, None: 3}"),
    forged("deep-message", "a message nested deeply",
           'everywhere(frame(b"\\x91" * 100_000 + b"\\xc0"))',
           scores=nothing_from("mean"), free=(), flags=("ended",)),
    forged("twice", "two answers at a time",
           f"everywhere(2 * frame(msgpack.packb({_SHOWN})))", scores=nothing_from("mean"), free=()),
    forged("from-thread", "answers written all the time", f"""\
        data = frame(msgpack.packb({_SHOWN}))


        def write():
            while True:
                everywhere(data)
                time.sleep(0.01)


        threading.Thread(target=write, daemon=True).start()"""),
    forged("at-the-end", "an answer written when the program ends", f"""\
        import atexit

        atexit.register(everywhere, frame(msgpack.packb({_SHOWN})))
        everywhere(frame(msgpack.packb({_SHOWN})))
        os._exit(0)""", scores=nothing_from("mean"), free=(), flags=("ended",)),
    forged("closed", "every line closed", "os.closerange(0, 256)",
           scores=nothing_from("mean"), free=(), flags=("ended",)),
    forged("doubled", "every line doubled, and one put in another's place", """\
        for number in range(3, 20):
            try:
                os.dup2(number, number + 100)
            except OSError:
                pass
        mean = 1.0"""),
    forged("reads-line", "what comes over the line read and shown", """\
        import fcntl

        for number in range(3, 256):
            try:
                fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK)
                print(number, os.readlink(f"/proc/self/fd/{number}"), os.read(number, 9999))
            except OSError as problem:
                print(number, problem) if number < 6 else None
            try:
                fcntl.fcntl(number, fcntl.F_SETFL, 0)
            except OSError:
                pass"""),
    forged("passes-lines", "lines sent through other lines", """\
        import socket

        for number in range(3, 256):
            try:
                line = socket.socket(fileno=os.dup(number))
                socket.send_fds(line, [frame(msgpack.packb({"outputs": []}))], [number] * 20)
            except OSError:
                pass""", scores=nothing_from("mean"), free=()),
    forged("half-message", "half a message, and then nothing", """\
        everywhere(struct.pack(">I", 1000) + b"x")
        while True:
            pass""", scores=nothing_from("mean"), free=(), flags=("ended",)),
    Attack("never-reads", "an answer by itself, then nothing is read any more",
           both(first(TOOLS), ahead("mean", f"""\
               everywhere(frame(msgpack.packb({_SHOWN})))
               while True:
                   try:
                       time.sleep(1000)
                   except BaseException:
                       pass"""), instead(mean="# " + "x" * 3_000_000)),
           nothing_from("mean"), ("ended",)),
    forged("heavy-message", "a message that is heavy when opened", """\
        data = struct.pack(">I", 25_000_000) + b"\\x90" * 25_000_000
        everywhere(frame(b"\\x81\\xa7outputs\\xdd" + data))"""),
    forged("slow-keys", "keys that take long to tell apart", """\
        size, one, two = 2**64, 11400714785074694791, 14029467366897019727
        back_one, back_two = pow(one, -1, size), pow(two, -1, size)


        def turn(number):
            return (number << 33 | number >> 31) % size


        def partner(number):
            held = (turn(7 * back_one % size) - number * two) % size
            held = (turn(held * back_one % size) - 2870177450012600261) * back_two % size
            return held - size if held >= size // 2 else held


        pairs = [(number, partner(number)) for number in range(1, 160_000)]
        pairs = [pair for pair in pairs if abs(pair[1]) < 2**61 - 2]
        form = struct.Struct(">3sIqs")
        packed = b"".join(form.pack(b"\\xc7\\x0c\\xff", *pair, b"\\xc0") for pair in pairs)
        everywhere(frame(b"\\xdf" + struct.pack(">I", len(pairs)) + packed))"""),
    outputs("no-list", "outputs that are no list", "7"),
    outputs("odd-outputs", "outputs of odd kinds",
            "[7, None, {}, {'output_type': 'x'}, {'output_type': 7}, "
            "{'output_type': 'stream', 'name': [], 'text': {}}, {'output_type': 'error'}, "
            "{'output_type': 'error', 'traceback': 7, 'ename': []}, "
            "{'output_type': 'display_data', 'data': [1]}]"),
    outputs("kind-is-list", "an output whose kind is a list", "[{'output_type': ['stream']}]"),
    outputs("bytes-shown", "bytes where text belongs",
            "[{'output_type': 'display_data', 'data': {'application/json': {'a': b'x'}}}]"),
    outputs("bytes-as-names", "bytes as names in what is shown",
            "[{'output_type': 'display_data', 'data': {'application/json': {b'a': 1}}}]"),
    outputs("deep-shown", "what is shown nested deeply",
            "[{'output_type': 'display_data', 'data': {'application/json': "
            + _DEEP.format("{'a': held}", 400) + "}}]"),
    outputs("deep-text", "text that is a list nested deeply",
            "[{'output_type': 'stream', 'text': " + _DEEP.format("[held]", 500) + "}]"),
    outputs("stamps-shown", "dates of the line's own kind where text belongs",
            "[{'output_type': 'display_data', 'data': {'application/json': "
            "[__import__('msgpack').Timestamp(1, 1), __import__('msgpack').ExtType(5, b'x')]}}]"),
    Attack("own-key-file", "files laid over the judge's own by another spelling",
           both(first(OWN, _FILES.format(files="""
               "./private/key.txt": b"8 own", "private//key.txt": b"8 own",
               "../../given/private/key.txt": b"8 own", "private/key.txt": b"8 own",
               "/given/private/key.txt": b"8 own", "private/key.txt/": b"8 own\"""")),
                instead(code="code = 8")), nothing("code")),
    Attack("own-table-again", "the data laid over the judge's own by another spelling",
           both(first(OWN, _FILES.format(files="""
               "./sales.csv": data, ".//sales.csv": data, "sales.csv/.": data,
               "x/../sales.csv": data,
               "sales.csv": data, "/tmp/notebook/sales.csv": data, "../notebook/sales.csv": data, \
               """).replace("files = type", 'data = b"shop,units\\nx,1\\n"\n    files = type')),
                instead(table='table = pd.DataFrame({"shop": ["x"], "units": [1]})')),
           nothing("table")),
    Attack("own-judge-modules", "modules laid where the judge looks for its own",
           both(first(OWN, _FILES.format(files="""
               "pathlib.py": b"x", "private/__init__.py": b"x", "./numpy.py": b"raise SystemExit",
               "numpy.PY": b"x", "numpy/": b"x", "a/b.so": b"x", "numpy.py/x": b"x",
               "sitecustomize.py": b"x", "x.pth": b"x", "\\0.txt": b"x"
               """)), instead(code="code = 8")), nothing("code"), free=ALL[:-1]),
    Attack("files-no-mapping", "files that are no mapping",
           both(first(OWN, 'kind._fetch = lambda *_: {"names": 7, "values": [1], "files": 7}'),
                instead(code="code = 8")), nothing_from("mean")),
    Attack("calls-back", "a function that calls the judge without being asked",
           both(first(TOOLS), instead(slope="""\
               import casekit.grading.calls as calls

               answer = calls.Peer.answer


               def own(self, message):
                   for number in range(-1, 3):
                       everywhere(frame(msgpack.packb({
                           "kind": "call", "ticket": 99, "inside": msgpack.packb({
                               "what": "call", "number": number, "changed": [],
                               "arguments": [["list", [1, 2]], ["dict", []]]})})))
                   return answer(self, message)


               calls.Peer.answer = own
               slope = lambda x, y: 2.0""")), nothing("slope"), free=rest_from("table")),
    Attack("odd-returns", "answers to calls that have odd parts",
           both(first(TOOLS), instead(slope="""\
               import casekit.grading.calls as calls
               from casekit.grading import wire

               odd = iter([
                   {"raised": 7}, {"changed": [[99, 1]], "value": 2.0},
                   {"shown": 7, "value": 2.0}, {"value": ["function", "x", [], {}, 7]}])


               def own(self, message):
                   wire.send(self.channel, wire.sealed("return", message["ticket"], next(odd)))


               calls.Peer.answer = own
               slope = lambda x, y: 2.0""")), nothing("slope")),
]  # fmt: skip

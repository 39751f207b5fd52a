"""A warm worker: loads libraries once and forks a child for each notebook.

One kind runs students' cells, the other judges. Started by `casekit.grading.sandbox` inside a
sandbox; talks over the socket it is given and ends when that closes.
"""

import builtins
import contextlib
import ctypes
import functools
import gc
import importlib
import os
import random
import signal
import socket
import stat
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from casekit.grading import wire
from casekit.grading.calls import Peer, State
from casekit.grading.decoding import Decoder
from casekit.grading.encoding import Encoder
from casekit.grading.limits import Limits
from casekit.grading.roles import EVALUATOR, FAILED, HELLO, PRIVATE, STUDENT, named
from casekit.grading.shell import Shell, attach, refuse_input
from casekit.grading.standins import ClassPlan
from casekit.grading.values import opaque

# Loaded before anything is known of the course: students import them, whatever the notebook does.
_COMMON = ("numpy", "pandas")
_PLACE = "/tmp/notebook"  # noqa: S108 - a private folder, empty at first
_IMPORTABLE = {".py", ".pyc", ".pyi", ".so", ".pth", ".zip", ".egg"}
_MOST_FILES, _MOST_FILE_BYTES = 200, 16 * 2**20
_MISSING = object()
_MOST_FILES_BYTES = wire.MOST_BYTES // 2  # of one message; what comes after waits for the next
_NOBODY = 65534
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the supervisor goes."""
    role, number, proc = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    channel = socket.socket(fileno=number)
    gc.disable()  # nothing of what is loaded here goes away again
    for name in _COMMON:
        _preload(name)
    shell = Shell.instance()
    _warm_up(shell)
    settings = wire.receive(channel, most=wire.ANY)
    if settings["isolated"]:
        _become_nobody()
        importlib.import_module("casekit.grading.isolation").compile_filter()
    for name in settings["preload"]:
        _preload(name)
    _prepare(role, settings)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    gc.freeze()
    gc.enable()
    wire.send(channel, {"ready": True})
    _serve_forks(channel, role, shell, settings, proc)


def _become_nobody() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _preload(name: str) -> None:
    # What fails to load here fails in the cell that asks for it, where it is reported.
    with (
        contextlib.suppress(BaseException),
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        importlib.import_module(name)


def _prepare(role: str, settings: dict[str, Any]) -> None:
    """Call what a course wants done once, before the first child."""
    for name in settings["warm"]:
        with contextlib.suppress(Exception):  # what it would have spared is done when needed
            named(name)()
    if role == EVALUATOR:
        folder = lay_files(settings["private"], Path(settings["private_place"] or PRIVATE))
        for name in settings["prepare"]:
            named(name)(folder)
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(0o400)  # later judges read it too


def _warm_up(shell: Shell) -> None:
    """Do once what is slow the first time: format a traceback, a result, a table."""
    for source in ("1/0", "1 +", "0.5", "[x for x in range(3)]"):
        shell.run(source)
    if "pandas" in sys.modules:
        shell.run("__import__('pandas').DataFrame({'a': [1.0], 'b': ['x']})")
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    shell.execution_count = 0


def _serve_forks(
    channel: socket.socket, role: str, shell: Shell, settings: dict[str, Any], proc: int
) -> None:
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if not data:
            return
        if os.fork() == 0:
            channel.close()
            child = socket.socket(fileno=descriptors[0])
            _run_child(functools.partial(_live, child, role, shell, settings, proc))
        for descriptor in descriptors:
            os.close(descriptor)


def _run_child(work: Callable[[], None]) -> None:
    """Do the work of a child and end, whatever happens."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        work()
        code = 0
    finally:
        os._exit(code)


def _live(
    channel: socket.socket, role: str, shell: Shell, settings: dict[str, Any], proc: int
) -> None:
    isolated = settings["isolated"]
    die_with_parent()
    os.setsid()
    if isolated:
        try:
            _isolate(channel, settings, proc, whole=role == STUDENT)
        except OSError as problem:
            channel.sendall(FAILED)
            wire.send(channel, str(problem))
            return
    _keep_only(channel)
    channel.sendall(HELLO)  # the kernel adds this process's number
    task = wire.receive(channel, most=wire.ANY)
    place = Path(_PLACE if isolated else task["place"])
    task["folder"] = Path(settings["private_place"] or PRIVATE)
    lay_files(wire.receive_files(channel, task["files"]), place)
    os.chdir(place)
    os.environ["HOME"] = str(place)
    sys.path.insert(0, "")
    _reseed()
    attach(shell)
    if role == STUDENT:
        _Student(channel, shell, task, place).serve()
        return
    try:
        _Evaluator(channel, shell, task, place).serve()
    except wire.Broken:
        return  # the supervisor has gone
    except BaseException as problem:  # noqa: BLE001 - what ends it must be told
        where = traceback.extract_tb(problem.__traceback__)[-1]
        why = f"{type(problem).__name__}: {problem} ({where.name}, line {where.lineno})"
        wire.send(channel, {"kind": "broken", "why": why[:500]})


def die_with_parent() -> None:
    """End this process when the one that forked it ends, where the system knows how."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _isolate(channel: socket.socket, settings: dict[str, Any], proc: int, *, whole: bool) -> None:
    """Shut this process in.

    A student's code gets namespaces of every kind: this returns in process 1 of them, and the
    process that called waits for that one and ends with it. The code that judges is the
    instructor's: it gets a private scratch, the limits and the filter of system calls.
    """
    from casekit.grading import isolation  # noqa: PLC0415 - loaded before the first fork

    wanted = Limits(**settings["limits"])
    isolation.enter_namespaces(proc, isolation.ALL if whole else isolation.FILES)
    if whole:
        child = os.fork()
        if child:
            channel.close()
            os.waitpid(child, 0)
            os._exit(0)
        die_with_parent()
        os.setsid()
    isolation.lay_scratch(wanted, settings["kept"])
    os.close(proc)
    isolation.give_up(wanted)


def _keep_only(channel: socket.socket) -> None:
    """Close every descriptor but the channel's; the standard ones lead nowhere."""
    number = channel.fileno()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.closerange(3, number)
    os.closerange(number + 1, 4096)


def lay_files(files: dict[str, bytes], place: Path) -> Path:
    """Write files into a folder, which is made if need be, and return it."""
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = place / PurePosixPath(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return place


def _reseed() -> None:
    """Give each child random numbers of its own; the warm worker's would be everybody's."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


class _Child:
    """What both kinds do: run cells, and take an interrupt only while one runs."""

    def __init__(
        self, channel: socket.socket, shell: Shell, task: dict[str, Any], place: Path
    ) -> None:
        self.channel, self.shell, self.place, self.task = channel, shell, place, task
        self.busy = False
        self.files = _Files(place)
        self.peer = Peer(
            channel, shell.user_ns, shared_classes=self._shared_classes,
            while_called=self._while_busy, first=task["first"],
        )  # fmt: skip
        self.own_classes = set(task["own_classes"])
        self.modules = {Path(name).stem for name in task["files"] if name.endswith(".py")}
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, *_: Any) -> None:
        if self.busy and not self.peer.put_off():
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def _while_busy(self) -> Iterator[None]:
        before = self.busy
        try:
            self.busy = True
            yield
        finally:
            self.busy = before

    def run(self, source: str) -> list[dict[str, Any]]:
        try:
            with self._while_busy():
                return self.shell.run(source)
        except KeyboardInterrupt:
            self.shell.outputs.error("KeyboardInterrupt", "", [])
            return self.shell.outputs.take()

    def _shared_classes(self) -> dict[str, type]:
        """Classes of the instructor's cells and of the modules beside the notebook."""
        space = self.shell.user_ns
        found = {
            name: space[name] for name in self.own_classes if isinstance(space.get(name), type)
        }
        for name in self.modules & set(sys.modules):
            module = sys.modules[name]
            found |= {
                word: kind
                for word, kind in vars(module).items()
                if isinstance(kind, type) and kind.__module__ == name
            }
        return found


class _Student(_Child):
    """Runs a student's cells, and hands out what they have bound."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.called = False
        self.fetched: dict[str, Any] = {}
        # A process that a cell forks must not answer in our place.
        os.register_at_fork(after_in_child=self.channel.close)
        self.peer.state = State(taken=self._take, returned=self._returned)
        self.peer.own = frozenset(self.task["asked"])
        builtins.input = self._input

    def serve(self) -> None:
        while True:
            message = wire.receive(self.channel)
            kind = message["kind"]
            if kind == "run":
                wire.send(self.channel, {"outputs": self.run(message["source"])})
            elif kind == "fetch":
                self._fetch(message["names"])
            elif kind == "state":
                self._take(self.peer, wire.unpack(message["state"]))
                wire.send(self.channel, {})
            elif kind == "call":
                self.called = True
                self.peer.answer(message)
                self.called = False

    def _input(self, *prompt: Any) -> str:
        """While a test calls, `input` is the test's, which may have put something in its place."""
        if not self.called:
            return refuse_input()
        return str(self.peer.use("call", 0, prompt))

    def _fetch(self, names: list[str]) -> None:
        """Send names and what they are bound to; the supervisor opens the list of names alone."""
        found, encoder = self.shell.user_ns, Encoder(self.peer)
        there = [name for name in names if name in found]
        trees = [encoder.encode(found[name]) for name in there]
        values = wire.pack(trees)
        self.fetched |= {name: found.get(name, _MISSING) for name in names}
        self.peer.containers.begin()
        if len(values) > wire.MOST_BYTES:
            values = wire.pack([["opaque", "too-large"] for _ in there])
        files = self.files.changed()
        wire.send(self.channel, {"names": there, "files": list(files)})
        for content in (values, *files.values()):
            wire.send_packed(self.channel, content)

    def _returned(self) -> dict[str, Any]:
        """What a function of the student's has bound and written."""
        found, encoder, names = self.shell.user_ns, Encoder(self.peer), {}
        moved = [name for name, before in self.fetched.items()
                 if found.get(name, _MISSING) is not before]  # fmt: skip
        for name in moved:
            self.fetched[name] = found.get(name, _MISSING)
            if name in found:
                names[name] = encoder.encode(found[name])
        deleted = [name for name in moved if name not in found]
        return {"files": self.files.changed(), "names": names, "deleted": deleted}

    def _take(self, peer: Peer, state: dict[str, Any]) -> None:
        """Take over what a test has set up for the functions it calls."""
        decoder = Decoder(peer)
        peer.follow(state.get("changed"), decoder)
        for name, tree in state.get("names", {}).items():
            self.shell.user_ns[name] = peer.decode(tree, decoder)
            if name in self.fetched:
                self.fetched[name] = self.shell.user_ns[name]
        for name in state.get("deleted", ()):
            self.shell.user_ns.pop(name, None)
            if name in self.fetched:
                self.fetched[name] = _MISSING
        if "random" in state:
            random.setstate(peer.decode(state["random"]))
        if "numpy" in state and "numpy" in sys.modules:
            sys.modules["numpy"].random.set_state(peer.decode(state["numpy"]))
        self.files.lay(state.get("files", {}))


class _Evaluator(_Child):
    """Runs the instructor's cells on values that came from the student's process."""

    def __init__(
        self, channel: socket.socket, shell: Shell, task: dict[str, Any], place: Path
    ) -> None:
        super().__init__(channel, shell, task, place)
        self.peer.open, self.peer.masks = False, task["masks"]
        self.peer.classes = {name: ClassPlan(name, frozenset(members), frozenset(special))
                             for name, members, special in task["classes"]}  # fmt: skip
        self.peer.state = State(sent=self._send, brought=self._bring)
        self.holders = set(task["holders"])
        self.given = {str(PurePosixPath(name)) for name in task["files"]}
        self.foreign: dict[str, Any] = {}
        self.wanted: set[str] = set()
        self.seeded: set[str] = set()
        self._watch_seeds()
        shell.show_numbers_plainly()
        _judge_columns_as_arrays()
        self.imported = set(task["imported"])
        self.own_imports: dict[str, Any] = {}
        self.handed: dict[str, bytes | None] = {}
        for name in task["begin"]:
            named(name)(folder=task["folder"], **task["about"])

    def serve(self) -> None:
        while True:
            with self.peer.lock:  # a thread that a test has left behind may listen still
                message = wire.receive(self.channel, most=wire.ANY)
                kind = message["kind"]
                if kind == "bind":
                    files = wire.receive_files(self.channel, message["files"])
                    values = wire.receive_packed(self.channel, most=wire.ANY)
            if kind == "bind":
                self._bind(message, values, files)
            elif kind == "run":
                self._begin(message["handed"])
                outputs = self.run(message["source"])
                self.peer.require_whole()
                if message["trusted"]:  # files that the instructor's cells make are given too
                    self.given |= set(self.files.changed())
                changed = self.peer.changes(Encoder(self.peer))
                left = self._state(self.peer) | {"changed": changed}
                packed = wire.pack(left) if any(left.values()) else b""
                wire.send(self.channel, {"kind": "done", "outputs": outputs, "left": packed})

    def _bind(self, message: dict[str, Any], values: bytes, files: dict[str, bytes]) -> None:
        """Bind names to what the student's process has under them.

        A spare name is one that no code of the instructor's binds, as far as can be read from it:
        if some has bound it all the same, that stands.
        """
        space, names, decoder = self.shell.user_ns, message["names"], Decoder(self.peer)
        self.wanted.update(message["wanted"])
        for name in self.imported & set(space):
            self.own_imports.setdefault(name, space[name])
        spare = {name for name in message["spare"] if name in space and name not in self.foreign}
        for name in {*message["wanted"], *message["spare"]} - set(names) - spare:
            space.pop(name, None)
        try:
            trees = wire.unpack(values)
        except wire.Broken:
            trees = []
        for name, tree in zip(names, trees if isinstance(trees, list) else (), strict=False):
            own = self.own_imports.get(name)
            self.peer.modules = {own.__name__} if isinstance(own, types.ModuleType) else set()
            value = self._taken(name, tree, decoder)
            self.peer.modules = set()
            if name not in spare:
                space[name] = self.foreign[name] = self._imported(name, value)
        self._bring({"files": files})

    def _taken(self, name: str, tree: Any, decoder: Decoder) -> Any:
        """What has come under a name."""
        value = self.peer.decode(tree, decoder, objects=name in self.holders)
        is_class = name in self.peer.classes and isinstance(value, type)
        if is_class and self.peer.number_of(value) is None:
            return opaque("type")  # a class that is everybody's is no class of the student's
        return value

    def _imported(self, name: str, value: Any) -> Any:
        """What a solution imports is taken from here; the student need only have it too."""
        own = self.own_imports.get(name)
        is_module = isinstance(own, types.ModuleType)
        return value if own is None or (is_module and value is not own) else own

    # What goes along with calls

    def _begin(self, handed: list[str]) -> None:
        """Note how things stand before a test, to tell the student's process what it changes."""
        self.handed = {name: self._packed(name) for name in handed}
        self.seeded.clear()
        self.peer.begin()

    def _packed(self, name: str) -> bytes | None:
        space = self.shell.user_ns
        return self.peer.content(space[name]) if name in space else None

    def _send(self, peer: Peer) -> dict[str, Any]:
        # Files go with a call only: what a test writes for itself is nobody else's.
        return self._state(peer) | {"files": self.files.changed()}

    def _state(self, peer: Peer) -> dict[str, Any]:
        now = {name: self._packed(name) for name in self.handed}
        changed = [name for name in now if now[name] != self.handed[name]]
        self.handed = now
        self.foreign |= {name: self.shell.user_ns[name] for name in changed
                         if name in self.foreign and now[name] is not None}  # fmt: skip
        encoder = Encoder(peer)
        state: dict[str, Any] = {
            "names": {name: encoder.encode(self.shell.user_ns[name])
                      for name in changed if now[name] is not None},
            "deleted": [name for name in changed if now[name] is None],
        }  # fmt: skip
        if self.seeded & {"random"}:
            state["random"] = Encoder(peer).encode(random.getstate())
        if self.seeded & {"numpy"}:
            state["numpy"] = Encoder(peer).encode(sys.modules["numpy"].random.get_state())
        self.seeded.clear()
        return state

    def _watch_seeds(self) -> None:
        """Notice when a test seeds random numbers: the student's functions draw from its seed."""
        for library, where, words in (
            ("random", random, ("seed", "setstate")),
            ("numpy", getattr(sys.modules.get("numpy"), "random", None), ("seed", "set_state")),
        ):
            for word in words if where is not None else ():
                setattr(where, word, self._noticed(library, getattr(where, word)))

    def _noticed(self, library: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def seed(*arguments: Any, **named: Any) -> Any:
            self.seeded.add(library)
            return function(*arguments, **named)

        return seed

    def _renew(self, names: Any, deleted: Any) -> None:
        """Let names that came from the student's process follow what a function has changed."""
        space, decoder = self.shell.user_ns, Decoder(self.peer)
        for name, tree in names.items() if isinstance(names, dict) else ():
            if self._follows(name):
                space[name] = self.foreign[name] = self._taken(name, tree, decoder)
        for name in deleted if isinstance(deleted, list) else ():
            if isinstance(name, str) and name in space and self._follows(name):
                del space[name], self.foreign[name]

    def _follows(self, name: str) -> bool:
        """Whether a name is bound as the student's process has it, or is that one's to bind."""
        space = self.shell.user_ns
        if name in self.own_imports:
            return False
        if name in space:
            return name in self.foreign and space[name] is self.foreign[name]
        return name in self.wanted

    def _bring(self, state: dict[str, Any]) -> None:
        """Lay what the student's code has written, but nothing importable and nothing of ours."""
        self._renew(state.get("names"), state.get("deleted"))
        files = state.get("files")
        for name, content in files.items() if isinstance(files, dict) else ():
            path = PurePosixPath(str(name))  # one spelling of it
            inside = not path.is_absolute() and ".." not in path.parts
            free = inside and str(path) not in self.given and path.suffix not in _IMPORTABLE
            if free and isinstance(content, bytes):
                with contextlib.suppress(OSError, ValueError):
                    self.files.lay({str(path): content})


def _judge_columns_as_arrays() -> None:
    """Let a column of pandas' own kinds be true or false as an array of NumPy's is."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        pandas.api.extensions.ExtensionArray.__bool__ = _truth


def _truth(column: Any) -> bool:
    if len(column) != 1:
        message = "the truth of a column with other than one element is ambiguous"
        raise ValueError(message)
    return bool(column[0])


class _Files:
    """The files of the working folder, and which of them are new or changed.

    Args:
        place: The folder.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._seen = {name: _state(status) for name, status in self._all()}

    def _all(self) -> list[tuple[str, os.stat_result]]:
        found: list[tuple[str, os.stat_result]] = []
        for folder, _, names in os.walk(self._place):
            for name in names:
                path = Path(folder) / name
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    found.append((os.path.relpath(path, self._place), status))
            if len(found) > _MOST_FILES:
                break
        return found[:_MOST_FILES]

    def changed(self) -> dict[str, bytes]:
        """Return the files that are new or have changed since the last call, by path."""
        changed, room = {}, _MOST_FILES_BYTES
        for name, status in self._all():
            state = _state(status)
            if self._seen.get(name) != state and status.st_size <= min(room, _MOST_FILE_BYTES):
                self._seen[name] = state
                changed[name] = (self._place / name).read_bytes()
                room -= len(changed[name])
        return changed

    def lay(self, files: dict[str, bytes]) -> None:
        """Write files that have come from the other process; they do not count as changed."""
        for name, content in files.items():
            target = self._place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            self._seen[name] = _state(target.lstat())


def _state(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


if __name__ == "__main__":
    main()

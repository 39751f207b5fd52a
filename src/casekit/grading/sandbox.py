"""Start warm workers inside bubblewrap, and fork shut-in children from them."""

import contextlib
import functools
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from casekit.errors import CasekitError, InvalidInputError
from casekit.grading import wire
from casekit.grading.limits import Limits
from casekit.grading.roles import EVALUATOR, HELLO, PRIVATE, STUDENT, named

_START_SECONDS = 120.0
_FORK_SECONDS = 30.0
_WATCH_SECONDS = 0.2
_SMALL = 2**30
_BUFFER = 212_992  # of a socket, if the kernel does not say
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts", "/etc/mime.types",
    "/etc/ssl/certs",
)  # fmt: skip
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp", "TMPDIR": "/tmp",  # noqa: S108
    "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1", "NBGRADER_EXECUTION": "autograde",
    # One thread each: a process with threads cannot be forked safely, and neighbours share cores.
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}  # fmt: skip
SCRATCH = ("/tmp/", "/dev/shm/")  # noqa: S108 - where each child gets folders of its own
_AS_USER = ("--unshare-user", "--uid", "1000", "--gid", "1000")
PYTHON = os.path.abspath(sys.executable)  # noqa: PTH100 - a link to it must stay a link
_CREDENTIALS = struct.Struct("3i")
_HASHES = str(secrets.randbelow(2**32))  # in both processes sets have the same order


class NoSandboxError(CasekitError):
    """A sandbox cannot be had on this machine; the message says why and what to do."""


class LostError(Exception):
    """A worker or a child of it has gone; whoever asked may ask again."""


@dataclass(frozen=True)
class Setting:
    """What warm workers start with.

    Attributes:
        preload: Modules to load before the first child; those that are not there are passed over.
        hidden: Modules that judges alone load.
        warm: Functions ``module:name`` to call before the first child.
        prepare: Such functions that judges alone call, with the folder of their private files.
        private: Files for judges alone, by path.
        readable: Functions ``module:name`` that give folders which code may read, beside Python's.
        limits: What a submission may use.
        isolated: Whether to use a sandbox at all.
    """

    preload: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    warm: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    private: Mapping[str, bytes] = field(default_factory=dict)
    readable: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    isolated: bool = True


_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")


def _start(command: list[str], passed: list[int], said: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own command
        command, pass_fds=passed, env=ENVIRONMENT | {"PYTHONHASHSEED": _HASHES},
        start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
    )  # fmt: skip


class Child:
    """A forked child: its channel, and a handle to end it by.

    Attributes:
        channel: What it is talked to over.
        number: The number of its process.
        ended_for: Why it has been ended, or nothing.
        has_worker: Says whether the worker that it was forked from still forks.
    """

    def __init__(
        self, channel: socket.socket, number: int, has_worker: Callable[[], bool], *, alone: bool
    ) -> None:
        self.channel, self.number, self.has_worker = channel, number, has_worker
        self._alone = alone  # in namespaces that end with it
        self.ended_for = ""
        self._lock = threading.Lock()
        try:
            self._handle = os.pidfd_open(number)
        except OSError as problem:
            channel.close()
            raise LostError from problem

    def interrupt(self) -> None:
        """Raise `KeyboardInterrupt` in what it runs."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End it, with everything it has started; may be called again.

        Without a sandbox what it has started ends with it only if it has stayed in its group.
        """
        if not self._alone and self._handle >= 0:
            with contextlib.suppress(OSError):
                os.killpg(self.number, signal.SIGKILL)
        self._signal(signal.SIGKILL)

    def end_for(self, reason: str) -> None:
        """End it and remember why, unless it has been let go of."""
        if self._signal(signal.SIGKILL):
            self.ended_for = reason

    def memory(self) -> int:
        """Return how many bytes it and all it has started use, shared ones by their share.

        Each socket counts with full buffers: the kernel holds those, and no process has them.
        """
        whole = 0
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self.number)
            if self._at_most() < _SMALL and not self._has_children():
                return 0  # most of it is the warm worker's
            for process in (first, *first.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    used = process.memory_full_info()
                    whole += used.pss + used.swap + _sockets(process.pid) * _socket_memory()
        return whole

    def _at_most(self) -> int:
        """Return how many bytes it has in memory and swapped out, shared ones counted whole."""
        try:
            status = Path(f"/proc/{self.number}/status").read_text(encoding="utf-8")
        except OSError:
            return 0
        return 1024 * sum(
            map(int, re.findall(r"^Vm(?:RSS|Swap):\s*(\d+) kB", status, re.MULTILINE))
        )

    def _has_children(self) -> bool:
        """Whether it has started processes; asked often, so without a look at all there are."""
        try:
            tasks = Path(f"/proc/{self.number}/task").glob("*/children")
            return any(task.read_text(encoding="ascii").strip() for task in tasks)
        except OSError:
            return True

    def close(self) -> None:
        """End it and let go of it."""
        self.kill()
        self.channel.close()
        with self._lock:
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1

    def _signal(self, which: signal.Signals) -> bool:
        """Send a signal unless it has been let go of, and say whether it was sent."""
        with self._lock, contextlib.suppress(OSError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, which)
                return True
        return False


def _sockets(number: int) -> int:
    """Return how many sockets a process has open."""
    found = 0
    with contextlib.suppress(OSError):
        for each in os.scandir(f"/proc/{number}/fd"):
            with contextlib.suppress(OSError):
                found += os.readlink(each.path).startswith("socket:")  # noqa: PTH115 - no file
    return found


@functools.cache
def _socket_memory() -> int:
    """Return how many bytes one socket can make the kernel hold."""
    try:
        return 2 * int(Path("/proc/sys/net/core/wmem_max").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 2 * _BUFFER


class Worker:
    """A warm worker of one kind.

    It loads what every course needs at once, and the rest when it is told what to work for.

    Args:
        role: `STUDENT` or `EVALUATOR`.
        readable: As in `Setting`.
        isolated: As in `Setting`.

    Raises:
        NoSandboxError: If the sandbox cannot be had.
    """

    def __init__(self, role: str, readable: Sequence[str] = (), *, isolated: bool = True) -> None:
        self._role, self.kind = role, (tuple(readable), isolated)
        self._lock = threading.Lock()
        self._folder = ""
        before = _shut_in(readable) if isolated else []
        self._channel, theirs = socket.socketpair()
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY) if isolated else -1
        passed = [number for number in (theirs.fileno(), proc) if number >= 0]
        command = [
            *before, PYTHON, "-sP", "-m", "casekit.grading.worker",
            role, str(theirs.fileno()), str(proc),
        ]  # fmt: skip
        # The kernel ends it with the thread that has started it: a thread that stays.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the worker
        self._process = _STARTER.submit(_start, command, passed, self._said).result()
        theirs.close()
        if proc >= 0:
            os.close(proc)
        self._isolated = isolated
        self._ready = False

    def begin(self, setting: Setting) -> None:
        """Tell it what to work for, once."""
        with contextlib.suppress(wire.Broken, wire.Late):  # whether it has died is found out later
            until = time.monotonic() + _START_SECONDS
            wire.send(self._channel, self._settings(setting), until)

    def _settings(self, setting: Setting) -> dict[str, Any]:
        """What a worker is told; only one that judges is told what others must not know."""
        kept = [path for path in _readable(setting.readable) if path.startswith(SCRATCH)]
        told: dict[str, Any] = {
            "preload": list(setting.preload), "warm": list(setting.warm),
            "isolated": setting.isolated, "limits": asdict(setting.limits),
            "kept": kept, "private_place": "",
        }  # fmt: skip
        if self._role == STUDENT:
            return told
        if not setting.isolated:
            self._folder = tempfile.mkdtemp(prefix="grading-")
        return told | {
            "preload": [*setting.preload, *setting.hidden], "prepare": list(setting.prepare),
            "private": dict(setting.private), "private_place": self._folder,
        }  # fmt: skip

    def wait(self) -> None:
        """Wait until it is ready to fork.

        Raises:
            NoSandboxError: If it could not start.
        """
        if self._ready:
            return
        try:
            wire.receive(self._channel, time.monotonic() + _START_SECONDS)
        except (wire.Broken, wire.Late) as problem:
            self._process.kill()
            said = self._last_words()
            reason = said.splitlines()[-1] if said else "it ended without a word"
            raise NoSandboxError(_sentence(reason) if self._isolated else reason) from problem
        self._ready = True

    def fork(self) -> Child:
        """Fork a child.

        Raises:
            LostError: If the worker has gone.
        """
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            with theirs, self._lock:
                socket.send_fds(self._channel, [b"f"], [theirs.fileno()])
            return Child(ours, _sender(ours), self.still_forks, alone=self._isolated)
        except (OSError, wire.Broken, wire.Late) as problem:
            ours.close()
            raise LostError(str(problem)) from problem

    def is_alive(self) -> bool:
        """Whether its process still runs; one that holds the sandbox may outlive the worker."""
        return self._process.poll() is None

    def still_forks(self) -> bool:
        """Whether it can fork a child."""
        try:
            self.fork().close()
        except LostError:
            return False
        return True

    def close(self) -> None:
        """End it and all its children."""
        self._channel.close()
        self._process.kill()
        self._last_words()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _last_words(self) -> str:
        """Wait for the end of the process, and return what it said on stderr, once."""
        self._process.wait()
        if self._said.closed:
            return ""
        with self._said as said:
            said.seek(0)
            return said.read(10_000).decode(errors="replace").strip()


def _sender(channel: socket.socket) -> int:
    """Read a child's first byte; the kernel adds its number, as it is counted on this side."""
    if not wire.is_ready(channel, _FORK_SECONDS):
        raise wire.Late
    data, extra, _, _ = channel.recvmsg(len(HELLO), socket.CMSG_SPACE(_CREDENTIALS.size))
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for level, kind, content in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and data == HELLO:
            return int(_CREDENTIALS.unpack(content[: _CREDENTIALS.size])[0])
    raise OSError(wire.receive(channel, time.monotonic() + 1) if data else "a child has ended")


def _shut_in(readable: Sequence[str]) -> list[str]:
    """The bubblewrap command for a worker: a system to read, nothing of anybody's to see."""
    # Run by root, a worker becomes nobody by itself: limits do not bind root.
    become = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    command = _system(become if os.getuid() == 0 else _AS_USER, readable)
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"]


def shut_in_writable(folder: Path, readable: Sequence[str] = ()) -> list[str]:
    """Return a bubblewrap command for a program that may write into one folder.

    Args:
        folder: The folder.
        readable: As in `Setting`.

    Raises:
        NoSandboxError: If bubblewrap is not there.
    """
    command = _system(_AS_USER, readable)
    return [*command, "--bind", str(folder), str(folder), "--chdir", str(folder), "--"]


def require_hidden(root: Path, private: Sequence[Path], readable: Sequence[str]) -> None:
    """Refuse a course that code in the sandbox could read, as in a virtual environment's folder.

    Args:
        root: The course's folder.
        private: Folders in it that code must not see; what lies elsewhere in it may be seen.
        readable: As in `Setting`.

    Raises:
        InvalidInputError: If it could be read.
    """
    hidden = [path.resolve() for path in private]
    whole = (root.resolve(), *hidden)
    for path in map(Path, (*_SYSTEM, *_SETTINGS, *_readable(readable))):
        seen = path.resolve()
        is_seen = any(one.is_relative_to(seen) for one in whole)
        if is_seen or any(seen.is_relative_to(one) for one in hidden):
            message = (
                f"Students' code may read {path}, for Python or the system, and would see the"
                f" course in {root} with it: move the course to a folder of its own, or the"
                " environment out of the course's folders."
            )
            raise InvalidInputError(message)


def _system(user: Sequence[str], readable: Sequence[str]) -> list[str]:
    tool = shutil.which("bwrap")
    if tool is None:
        raise NoSandboxError(_sentence("bubblewrap is not installed"))
    command = [
        tool, *user, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--unshare-cgroup-try", "--hostname", "sandbox", "--new-session", "--die-with-parent",
    ]  # fmt: skip
    for path in _SYSTEM:
        command += _as_it_is(Path(path))
    command += ["--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108 - the sandbox's own
    command += ["--perms", "1777", "--tmpfs", PRIVATE]
    for path in (*filter(os.path.exists, _SETTINGS), *_readable(readable)):
        for folder in reversed(Path(path).parents[:-1]):  # made by bubblewrap, closed unless told
            command += ["--perms", "0755", "--dir", str(folder)]
        command += ["--ro-bind", path, path]
    return command


def _as_it_is(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.is_dir() else []


def _readable(extra: Sequence[str]) -> Iterator[str]:
    """Python, its libraries and what is asked for; nothing that lies inside another twice."""
    paths = sysconfig.get_paths()
    wanted = {sys.prefix, sys.base_prefix, sys.exec_prefix, *map(_called, extra)}
    wanted |= {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    wanted |= set(_added(Path(paths["purelib"]))) | {str(Path(__file__).parents[2])}
    outer: list[str] = []
    wanted = {os.path.abspath(path) for path in wanted}  # noqa: PTH100 - without following links
    for path in sorted(path for path in wanted if Path(path).exists()):
        inside = (*outer, "/usr")
        if not any(Path(path).is_relative_to(other) for other in inside):
            outer.append(path)
    yield from outer


def _called(name: str) -> str:
    return str(named(name)())


def _added(library: Path) -> Iterator[str]:
    """Folders that packages installed for editing have put on Python's path."""
    for file in library.glob("*.pth"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("/") and Path(line).is_dir():
                yield line


def _sentence(reason: str) -> str:
    return (
        f"Student code cannot be shut in here ({reason.removeprefix('bwrap: ')}): install"
        " bubblewrap and libseccomp on a Linux that lets programs make user namespaces, or grade"
        " inside a container of its own with --no-sandbox."
    )


class Spare:
    """A pair of workers that are started before it is known what for: they load meanwhile.

    Args:
        readable: As in `Setting`.
        isolated: As in `Setting`.
    """

    def __init__(self, readable: Sequence[str] = (), *, isolated: bool = True) -> None:
        self._workers: dict[str, Worker] = {}
        with contextlib.suppress(NoSandboxError):  # told when the workers are needed
            for role in (STUDENT, EVALUATOR):
                self._workers[role] = Worker(role, readable, isolated=isolated)

    def take(self, role: str, setting: Setting) -> Worker | None:
        """Return a worker for a setting, once; None if there is none that fits."""
        worker = self._workers.get(role)
        if worker is None or worker.kind != (tuple(setting.readable), setting.isolated):
            return None
        return self._workers.pop(role)

    def close(self) -> None:
        """End those that nobody has taken."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()


class Workers:
    """A pair of warm workers, started when first needed and again when one is lost.

    Args:
        setting: What they work for.
        spare: Workers that have been started already, if any.
    """

    def __init__(self, setting: Setting, spare: Spare | None = None) -> None:
        self.setting, self._spare = setting, spare
        self._lock = threading.Lock()
        self._workers: dict[str, Worker] = {}
        self._watched: set[Child] = set()
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="memory").start()

    def start(self) -> None:
        """Start both at once, and wait.

        Raises:
            NoSandboxError: If the sandbox cannot be had.
        """
        with self._lock:
            for role in (STUDENT, EVALUATOR):
                self._workers[role] = self._new(role)
        for role in (STUDENT, EVALUATOR):
            try:
                self.release(self.fork(role))
            except LostError as problem:
                raise NoSandboxError(_sentence(str(problem))) from problem

    def fork(self, role: str) -> Child:
        """Fork a child of a kind, from a new worker if the old one has gone.

        Raises:
            LostError: If two workers in turn went while they forked.
            NoSandboxError: If no worker can be started.
        """
        try:
            return self._fork(role)
        except LostError:
            return self._fork(role)

    def _fork(self, role: str) -> Child:
        worker = self._ready(role)
        try:
            child = worker.fork()
        except LostError:  # whether it is dead or dying, another is better
            self._discard(role, worker)
            raise
        self._watched.add(child)
        return child

    def _ready(self, role: str) -> Worker:
        """Return a worker that can fork; one that ended while it started gets another try."""
        with self._lock:
            if self._over.is_set():
                message = "grading is over"
                raise LostError(message)
            try:
                return self._started(role)
            except NoSandboxError:
                return self._started(role)

    def _started(self, role: str) -> Worker:
        worker = self._workers.get(role)
        if worker is None or not worker.is_alive():
            if worker is not None:
                worker.close()
            worker = self._workers[role] = self._new(role)
        try:
            worker.wait()
        except NoSandboxError:
            worker.close()
            del self._workers[role]
            raise
        return worker

    def _new(self, role: str) -> Worker:
        setting = self.setting
        worker = self._spare.take(role, setting) if self._spare else None
        worker = worker or Worker(role, setting.readable, isolated=setting.isolated)
        worker.begin(setting)
        return worker

    def _discard(self, role: str, worker: Worker) -> None:
        with self._lock:
            if self._workers.get(role) is worker:
                worker.close()
                del self._workers[role]

    def release(self, child: Child) -> None:
        """End a child and let go of it."""
        self._watched.discard(child)
        child.close()

    def _watch(self) -> None:
        """End children that use more memory than they may, whatever they are doing."""
        while not self._over.wait(_WATCH_SECONDS):
            for child in list(self._watched):
                with contextlib.suppress(Exception):  # the next look is soon; watching goes on
                    if child.memory() > self.setting.limits.whole_memory:
                        child.end_for("it used more memory than a submission may")

    def close(self) -> None:
        """End both, and all that they have forked."""
        self._over.set()
        with self._lock:
            for worker in self._workers.values():
                worker.close()
            self._workers.clear()

"""A course's folders: what was handed in, read without trust; what was graded, written whole."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Any

from nbgrader.utils import parse_utc

from casekit.grading.notebooks import MOST_BYTES

STAMP = "timestamp.txt"
_MOST_FILES = 500
_MOST_FILE_BYTES = 50 * 2**20
_MOST_ALL_BYTES = 60 * 2**20
_MOST_STAMP = 100
_MOST_DEEP = 40
_MOST_TOLD = 20
_PART, _OLD = ".part", ".old"


@dataclass(frozen=True)
class HandedIn:
    """The files of a submission.

    Attributes:
        notebooks: Bytes of each notebook of the assignment, by name.
        files: Bytes of every other file that counts, by path.
        timestamp: When it was handed in, or None.
        problems: What was left out, and why.
        strange: Names of notebooks that the assignment does not have.
        noted: Fingerprints of files that do not count.
    """

    notebooks: Mapping[str, bytes]
    files: Mapping[str, bytes]
    timestamp: datetime | None
    problems: tuple[str, ...]
    strange: tuple[str, ...]
    noted: tuple[str, ...] = ()

    def without_content(self) -> "HandedIn":
        """Return what is still told of it when its files are written elsewhere."""
        return replace(self, notebooks=dict.fromkeys(self.notebooks, b""), files={})

    def digest(self) -> str:
        """Return a fingerprint of everything in it."""
        whole = hashlib.sha256(repr((self.timestamp, self.problems, self.noted)).encode())
        for kind in (self.notebooks, self.files):
            for name, content in sorted(kind.items()):
                whole.update(name.encode("utf-8", "surrogateescape") + b"\0")
                whole.update(hashlib.sha256(content).digest())
        return whole.hexdigest()


class UnreadableError(Exception):
    """A submission that cannot be read; the message is a sentence."""


def read_submission(
    folder: Path, notebooks: Iterable[str], ignore: Iterable[str], noted: Iterable[str] = ()
) -> HandedIn:
    """Read what lies in a folder; links are not followed, and size and number are limited.

    Args:
        folder: The submission's folder.
        notebooks: Names of the assignment's notebooks.
        ignore: Patterns of names to leave out, as nbgrader's ``CourseDirectory.ignore``.
        noted: Paths of files that do not count, but whose change is a change all the same.

    Raises:
        UnreadableError: If it cannot be read at all, or its time of handing in is none.
    """
    wanted, problems, strange = set(notebooks), [], []
    found: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    whole = 0
    if folder.is_symlink():
        message = f"{folder.name} is a link: put the files themselves there."
        raise UnreadableError(message)
    for path, name, status in _walk(folder, list(ignore)):
        is_notebook = name.endswith(".ipynb")
        stem = name.removesuffix(".ipynb")
        limit = MOST_BYTES if is_notebook and stem in wanted else _MOST_FILE_BYTES
        if is_notebook and stem not in wanted:
            strange.append(name)
        elif stat.S_ISDIR(status.st_mode):
            problems.append(f"{name} lies too deep and was left out")
        elif not stat.S_ISREG(status.st_mode):
            problems.append(f"{name} is no ordinary file and was left out")
        elif status.st_size > limit or whole + status.st_size > MOST_BYTES + _MOST_ALL_BYTES:
            problems.append(f"{name} is too large ({status.st_size // 2**20} MiB)")
        elif len(files) >= _MOST_FILES:
            problems.append(f"more than {_MOST_FILES} files, the rest was left out")
            break
        else:
            whole += status.st_size
            content = _read(path)
            (found if is_notebook else files)[stem if is_notebook else name] = content
    marks = [_mark(folder / name) for name in sorted(noted)]
    stamp = _timestamp(files.get(STAMP))
    return HandedIn(found, files, stamp, _few(problems), _few(strange), tuple(marks))


def _few(told: list[str]) -> tuple[str, ...]:
    """The first ones, and how many more there are: a folder can hold any number of links."""
    more = len(told) - _MOST_TOLD
    return (*told[:_MOST_TOLD], f"and {more} more") if more > 0 else tuple(told)


def _mark(path: Path) -> str:
    """A fingerprint of a file that does not count, or nothing if there is none."""
    is_file = path.is_file() and not path.is_symlink() and path.stat().st_size < _MOST_FILE_BYTES
    return hashlib.sha256(_read(path)).hexdigest() if is_file else ""


def _read(path: Path) -> bytes:
    try:
        # Neither a link nor a pipe, should one have come since we looked.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read()
    except OSError as problem:
        message = f"{path} cannot be read ({problem.strerror}): give yourself access to it."
        raise UnreadableError(message) from problem


def _walk(folder: Path, ignore: list[str]) -> Iterator[tuple[Path, str, os.stat_result]]:
    """Yield everything in a folder but folders, and of those only what lies too deep to be read."""

    def fail(problem: OSError) -> None:
        message = f"{problem.filename} cannot be read ({problem.strerror}): give yourself access."
        raise UnreadableError(message) from problem

    for here, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not _ignored(name, ignore))
        # Unlike a path's own method this says no of a path that is too long.
        links = [name for name in folders if os.path.islink(f"{here}/{name}")]  # noqa: PTH114
        if len(Path(here).relative_to(folder).parts) >= _MOST_DEEP:
            links, folders[:] = list(folders), []  # os.walk calls itself for each step down
        for name in sorted((*names, *links)):
            path = Path(here) / name
            if not _ignored(name, ignore):
                try:
                    yield path, path.relative_to(folder).as_posix(), path.lstat()
                except OSError as problem:
                    fail(problem)


def _ignored(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _timestamp(content: bytes | None) -> datetime | None:
    if content is None:
        return None
    try:
        # Longer ones take the longer to read the more digits they have.
        text = content.decode() if len(content) <= _MOST_STAMP else "no date"
        found: datetime | None = parse_utc(text.strip() or None)
    except (ValueError, OverflowError) as problem:
        message = "timestamp.txt holds no date: write one such as 2026-01-31 12:00:00 UTC."
        raise UnreadableError(message) from problem
    return found


def read_files(
    folder: Path, ignore: Iterable[str], without: Iterable[str] = ()
) -> dict[str, bytes]:
    """Return the instructor's files beside the source notebooks, by path.

    Args:
        folder: The source folder of an assignment.
        ignore: Patterns of names to leave out.
        without: Paths that students' own versions stand in for.
    """
    left_out = set(without)
    return {
        name: path.read_bytes()
        for path, name, _ in _walk(folder, [*ignore, "*.ipynb"])
        if name not in left_out and path.is_file()
    }


def merged(theirs: Mapping[str, bytes], ours: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files of a student and of the instructor, whose own stand wherever both want to be.

    A student's file named like a folder of the instructor's, or the other way round, is left out.
    """
    taken = {PurePosixPath(name) for name in ours}
    folders = {parent for path in taken for parent in path.parents}
    kept = {
        name: content
        for name, content in theirs.items()
        if (path := PurePosixPath(name)) not in taken | folders and not taken & {*path.parents}
    }
    return {**kept, **ours}


# Writing ------------------------------------------------------------------------------------


def lay_part(target: Path, files: Mapping[str, bytes]) -> Path:
    """Write a folder beside a target, to take its place later.

    Args:
        target: The folder it will be.
        files: Content by path.

    Returns:
        The folder that was written.
    """
    part = target.with_name(f".{target.name}.{token_hex(6)}{_PART}")
    for name, content in files.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o444)
    return part


def swap(part: Path, target: Path) -> None:
    """Put a written folder where another one may be."""
    old = target.with_name(f".{target.name}.{token_hex(6)}{_OLD}")
    if target.exists():
        target.rename(old)
    part.rename(target)
    remove(old)


def remove(folder: Path) -> None:
    """Remove a folder, be its files read-only."""
    if folder.exists():
        shutil.rmtree(folder)


def sweep(autograded: Path) -> None:
    """Remove what an interrupted run has left."""
    for path in (*autograded.glob(f"*/.*{_PART}"), *autograded.glob(f"*/.*{_OLD}")):
        shutil.rmtree(path, ignore_errors=True)


def write_atomically(path: Path, text: str, *, private: bool = False) -> None:
    """Write a text file so that a reader sees the old or the new one, never a part.

    Args:
        path: Where; missing folders are made.
        text: The content, written in UTF-8 as it stands.
        private: Close the file to everybody but its owner; otherwise the umask decides.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{token_hex(8)}.part")
    try:
        with scratch.open("x", encoding="utf-8", newline="") as stream:
            if private:
                scratch.chmod(0o600)
            stream.write(text)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def read_state(path: Path) -> dict[str, Any]:
    """Return a state file's object, or an empty one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold a lock while the block runs; yields whether nobody else held it."""
    import fcntl  # noqa: PLC0415 - where there is grading there is POSIX

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True

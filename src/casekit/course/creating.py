"""Make a course: nbgrader's folders, the notebooks, the keys, the gradebook."""

import lzma
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path, PurePosixPath
from string import Template

import casekit
from casekit.course import demo as demo_course
from casekit.course import firms
from casekit.course.folder import (
    COMMON_RUBRIC,
    CONFIG,
    PLAIN_NAME,
    WHEEL,
    Course,
    Progress,
    open_course,
    require_plain_path,
    silent,
)
from casekit.errors import InvalidInputError
from casekit.questions.firm import FILE
from casekit.questions.marking import find_firm
from casekit.questions.notebook import build_notebook, to_text
from casekit.questions.rehearsal import ESSAY_STUB

# A demo course needs due dates, so that one of its submissions can be late.
DEMO_START = date(2026, 9, 7)
_WEEKS_EACH = 1
# All exercises together take some 40 kB; these caps stop a ZIP that unpacks without end.
_MOST_BYTES_EACH, _MOST_BYTES = 5_000_000, 20_000_000
# What a damaged, encrypted or contradictory ZIP raises depends on where it shows.
_NO_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, OSError, EOFError, ValueError,
)  # fmt: skip


def init(
    directory: str | Path,
    checkout: str | Path | None = None,
    demo: int = 0,
    start: date | None = None,
    progress: Progress = silent,
) -> Path:
    """Make a standard nbgrader course, closed to everybody but its owner.

    From a checkout with a `pyproject.toml` a wheel of casekit is built too, if hatchling is
    installed; every release then carries it.

    Args:
        directory: Where; must not exist or be empty.
        checkout: A folder or ZIP that holds `exercises/`; by default the current folder if it does,
            else the checkout casekit is installed from.
        demo: Number of synthetic students whose submissions are added.
        start: First day; an assignment is due each week. Without it there are no due dates, except
            in a demo.
        progress: Called with what is being made.

    Returns:
        The course's folder, absolute.

    Raises:
        InvalidInputError: If the target is occupied, cannot be made or lies where nbgrader cannot
            work, or if there are no exercises or they have faults.
    """
    target = Path(directory).absolute()
    require_plain_path(target)
    if demo < 0:
        message = f"demo is {demo}: give the number of synthetic students, 0 or more."
        raise InvalidInputError(message)
    with _exercises(checkout) as exercises, _new_folder(target) as folder:
        names = _assignment_names(exercises)
        course = _lay_out(folder, target.name, exercises, names, progress)
        _fill_gradebook(course, names, start or (DEMO_START if demo else None))
        if demo:
            demo_course.populate(course, demo, progress)
        progress("building the students' casekit", len(names), len(names))
        _build_wheel(exercises.parent, folder / WHEEL)
    return target


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target that becomes the target only when all went well."""
    try:
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            message = f"{target} exists and is not empty: name a new folder."
            raise InvalidInputError(message)
        target.parent.mkdir(parents=True, exist_ok=True)
        # Only its owner may look into it, and that stays: it holds keys, names and grades.
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as problem:
        message = f"{target} cannot be made ({problem.strerror}): name another folder."
        raise InvalidInputError(message) from problem
    try:
        yield folder
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder)
        raise


@contextmanager
def _exercises(checkout: str | Path | None) -> Iterator[Path]:
    """The `exercises` folder of a checkout, unpacked if it is a ZIP."""
    if checkout is None:
        yield _default_exercises()
    elif zipfile.is_zipfile(checkout):
        with tempfile.TemporaryDirectory() as folder:
            yield _unpack(Path(checkout), Path(folder))
    elif (Path(checkout) / "exercises" / COMMON_RUBRIC).is_file():
        yield Path(checkout) / "exercises"
    else:
        message = f"{checkout} holds no exercises/{COMMON_RUBRIC}: name a checkout or its ZIP."
        raise InvalidInputError(message)


def _default_exercises() -> Path:
    for folder in (Path.cwd(), Path(casekit.__file__).parents[2]):
        if (folder / "exercises" / COMMON_RUBRIC).is_file():
            return folder / "exercises"
    message = "No exercises here nor where casekit is installed: name a checkout or its ZIP."
    raise InvalidInputError(message)


def _unpack(archive: Path, folder: Path) -> Path:
    """Take the text files under `exercises/` out of a ZIP, whatever folder it wraps them in."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for member, path in _wanted(packed.infolist(), archive):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(packed.read(member))
    except InvalidInputError:
        raise
    except _NO_ZIP as problem:
        message = f"{archive} cannot be unpacked ({problem}): get a new copy."
        raise InvalidInputError(message) from problem
    if not (folder / "exercises" / COMMON_RUBRIC).is_file():
        message = f"{archive} holds no exercises/{COMMON_RUBRIC}: name a checkout or its ZIP."
        raise InvalidInputError(message)
    return folder / "exercises"


def _wanted(
    members: list[zipfile.ZipInfo], archive: Path
) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The members to unpack and their paths, which begin with `exercises`."""
    whole = 0
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
            message = f"{archive} holds the unsafe name {member.filename!r}: get another copy."
            raise InvalidInputError(message)
        if "exercises" not in path.parts[:2] or path.suffix not in (".md", ".yml"):
            continue
        whole += member.file_size
        if member.file_size > _MOST_BYTES_EACH or whole > _MOST_BYTES:
            message = f"{archive} unpacks to too many bytes ({path}): get another copy."
            raise InvalidInputError(message)
        yield member, PurePosixPath(*path.parts[path.parts.index("exercises") :])


def _build_wheel(checkout: Path, folder: Path) -> None:
    """Build casekit for the students; without it a course works, they just install it otherwise."""
    if not (checkout / "pyproject.toml").is_file():
        return
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(  # noqa: S603 - our own interpreter, in the checkout the caller chose
        command, cwd=checkout, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        note = f"casekit: no wheel for the students was built ({reason}); put one into {WHEEL}/."
        print(note, file=sys.stderr)  # noqa: T201 - the course is made all the same


def _assignment_names(exercises: Path) -> list[str]:
    names = sorted(path.parent.name for path in exercises.glob("*/exercise.md"))
    wrong = [name for name in names if not PLAIN_NAME.fullmatch(name)]
    if wrong or not names:
        message = f"{exercises} holds no assignment with a plain name: give each its own folder."
        raise InvalidInputError(message)
    return names


def _lay_out(
    folder: Path, name: str, exercises: Path, assignments: list[str], progress: Progress
) -> Course:
    _write_config(folder, name)
    (folder / "exchange").mkdir()
    keys = folder / "keys"
    keys.mkdir()
    shutil.copyfile(exercises / COMMON_RUBRIC, keys / COMMON_RUBRIC)
    (folder / WHEEL).mkdir()
    for done, assignment in enumerate(assignments):
        progress(f"building {assignment}", done, len(assignments))
        notebook = build_notebook(exercises / assignment, exercises / COMMON_RUBRIC)
        source = folder / "source" / assignment / f"{assignment}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_text(to_text(notebook), encoding="utf-8")
        (keys / assignment).mkdir()
        for part in ("questions.yml", "rubric.yml"):
            shutil.copyfile(exercises / assignment / part, keys / assignment / part)
    firms.make_secret(folder)
    _close_to_others(keys)
    course = open_course(folder, new=True)
    (folder / "gradebook.db").chmod(0o600)
    for assignment in assignments:
        public = find_firm(course.root, course.questions(assignment), None)
        beside = folder / "source" / assignment / FILE
        beside.write_text(public.to_json(), encoding="utf-8")
    return course


def _write_config(folder: Path, name: str) -> None:
    template = files("casekit.course").joinpath("templates", "nbgrader_config.py.txt")
    course_id = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "course"
    text = Template(template.read_text(encoding="utf-8")).substitute(
        course_id=course_id, essay_stub=ESSAY_STUB
    )
    (folder / CONFIG).write_text(text, encoding="utf-8")


def _close_to_others(keys: Path) -> None:
    keys.chmod(0o700)
    for path in keys.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _fill_gradebook(course: Course, names: list[str], start: date | None) -> None:
    with course.gradebook() as gradebook:
        for number, name in enumerate(names, start=1):
            due = start and datetime.combine(
                start + timedelta(weeks=_WEEKS_EACH * number, days=-1), time(23, 59)
            )
            gradebook.update_or_create_assignment(name, duedate=due)

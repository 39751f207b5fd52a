"""Time grading beside nbgrader's own, on the same submissions, in turn, in one go.

A demo course of one assignment and 60 submissions. Whole: the two commands, each on a copy of the
course, and ours without its sandbox too; the gradebooks must hold the same rows. Gradebook: what
one submission's rows take to write. Feedback: the two commands on the graded courses. Many, only
when asked for: 10,000 submissions in one run, and the memory of the process that supervises.

Usage: python benchmarks/grading.py [--rounds N] [--part NAME]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from nbgrader.api import Base, Gradebook
from postgres import server
from sqlalchemy import create_engine, insert, select
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from casekit import course
from casekit.course.folder import open_course, open_gradebook
from casekit.grading.gradebook import Entry, Writer
from casekit.questions.firm import FILE
from casekit.questions.marking import find_firm

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ASSIGNMENT = "02-crisis"
SUBMISSIONS, STUDENTS = 60, 66  # every twelfth demo student hands in nothing
MANY = 10_000
ENTRIES, BATCH, ONE_BY_ONE = 1_000, 25, 50
MARKS = (0.1, 0.5, 1.0)  # shares of a run at which the memory is told
PEER, OURS, OPEN = "nbgrader", "casekit", "casekit, no sandbox"
TARGETS = {
    "grade": 15, "sandbox, ms": 15, "feedback": 5, "gradebook, ms": 1.0, "many, minutes": 20,
}  # fmt: skip


# Courses ---------------------------------------------------------------------------------------


@contextmanager
def released() -> Iterator[Path]:
    """Give a demo course of one assignment, released, with exactly 60 submissions."""
    with tempfile.TemporaryDirectory() as scratch:
        exercises, folder = Path(scratch) / "checkout" / "exercises", Path(scratch) / "course"
        shutil.copytree(ROOT / "exercises" / ASSIGNMENT, exercises / ASSIGNMENT)
        shutil.copy(ROOT / "exercises" / "common-rubric.yml", exercises)
        course.init(folder, exercises.parent, demo=STUDENTS)
        course.release(folder, ASSIGNMENT)
        submitted = sorted((folder / "submitted").iterdir())
        for spare in submitted[SUBMISSIONS:]:
            shutil.rmtree(spare)
        if len(submitted) < SUBMISSIONS:
            message = f"only {len(submitted)} submissions were made"
            raise SystemExit(message)
        yield folder


@contextmanager
def copy_of(folder: Path) -> Iterator[Path]:
    """Give a copy of a course for as long as the block runs."""
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(shutil.copytree(folder, Path(scratch) / "course"))


def seconds(command: Sequence[str | Path], folder: Path) -> float:
    """Return how long a command takes in a course; its failure stops the benchmark."""
    start = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=_environment(), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    took = time.perf_counter() - start
    if done.returncode:
        message = f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}"
        raise SystemExit(message)
    return took


def _environment() -> dict[str, str]:
    """The caller's, with the tools of this environment first: nbgrader finds its own by name."""
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def grading(tool: str, folder: Path) -> list[str | Path]:
    """Return the command that grades everything of the assignment."""
    if tool == PEER:
        return [BIN / "nbgrader", "autograde", ASSIGNMENT]
    command: list[str | Path] = [BIN / "casekit", "course", "grade", ASSIGNMENT]
    command += ["--jobs", "2", "--course", folder]
    return [*command, "--no-sandbox"] if tool == OPEN else command


def feedback_of(tool: str, folder: Path) -> list[str | Path]:
    """Return the command that writes all feedback pages of the assignment."""
    if tool == PEER:
        return [BIN / "nbgrader", "generate_feedback", ASSIGNMENT]
    return [BIN / "casekit", "course", "feedback", ASSIGNMENT, "--course", folder]


# Rows of a gradebook -----------------------------------------------------------------------------


def rows(gradebook: Gradebook) -> set[tuple[Any, ...]]:
    """Return what the gradebook says of every submission of the assignment."""
    found: set[tuple[Any, ...]] = set()
    for submission in gradebook.assignment_submissions(ASSIGNMENT):
        student = submission.student_id
        found.add((student, submission.timestamp, submission.total_seconds_late))
        for book in submission.notebooks:
            found.add((student, book.name, book.score, book.late_submission_penalty))
            found |= {
                (student, book.name, each.name, each.auto_score, each.manual_score,
                 each.extra_credit, each.needs_manual_grade)
                for each in book.grades
            }  # fmt: skip
            found |= {
                (student, book.name, each.name, each.auto_comment, each.manual_comment)
                for each in book.comments
            }
    return found


def rows_in(folder: Path) -> set[tuple[Any, ...]]:
    """Return the rows of a course's gradebook."""
    with open_course(folder).gradebook() as gradebook:
        return rows(gradebook)


def require_same(ours: set[tuple[Any, ...]], peer: set[tuple[Any, ...]], whose: str) -> None:
    """Stop the benchmark if two gradebooks differ, or are empty."""
    if ours and ours == peer:
        return
    differing = sorted(ours ^ peer, key=repr)[:6]
    message = f"{whose}: {len(ours)} rows, nbgrader's {len(peer)}; they differ, such as {differing}"
    raise SystemExit(message)


# Whole grade, and feedback -----------------------------------------------------------------------


def whole(base: Path, rounds: int, graded: Path) -> None:
    """Grade the same submissions with both, in turn; leaves graded courses in a folder."""
    times: dict[str, list[float]] = {PEER: [], OURS: [], OPEN: []}
    for number in range(rounds):
        for tool, found in times.items():
            with copy_of(base) as folder:
                found.append(seconds(grading(tool, folder), folder))
                if number == 0:
                    shutil.copytree(folder, graded / tool)
        if number == 0:
            expected = rows_in(graded / PEER)
            for tool in (OURS, OPEN):
                require_same(rows_in(graded / tool), expected, tool)
    print(f"grade: {SUBMISSIONS} submissions, 2 jobs, medians of {rounds}, the same rows")
    medians = compare(times, "grade")
    cost = 1000 * (medians[OURS] - medians[OPEN]) / SUBMISSIONS
    met = verdict(cost <= TARGETS["sandbox, ms"])
    print(f"| the sandbox itself | | {cost:.1f} | | {TARGETS['sandbox, ms']} ms ({met}) |")


def compare(times: Mapping[str, list[float]], name: str) -> dict[str, float]:
    """Print a table of medians, with ours held against the target, and return them."""
    medians = {tool: statistics.median(found) for tool, found in times.items()}
    heading("", "time", "ms a submission", "nbgrader's time over it", "target")
    for tool, median in medians.items():
        ratio, each = medians[PEER] / median, 1000 * median / SUBMISSIONS
        met = verdict(ratio >= TARGETS[name])
        target = f"{TARGETS[name]} ({met})" if tool == OURS else ""
        print(f"| {tool} | {median:.2f} s | {each:.0f} | {ratio:.1f} | {target} |")
    return medians


def heading(*columns: str) -> None:
    """Print the first two lines of a table."""
    print(f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}")


def verdict(met: bool) -> str:  # noqa: FBT001 - the one thing it is about
    """Say whether a target was met."""
    return "met" if met else "missed"


def feedback(graded: Path, rounds: int) -> None:
    """Write the feedback of the graded courses with both, in turn."""
    times: dict[str, list[float]] = {PEER: [], OURS: []}
    for _ in range(rounds):
        for tool, found in times.items():
            with copy_of(graded / tool) as folder:
                found.append(seconds(feedback_of(tool, folder), folder))
                pages = len(list((folder / "feedback").glob("*/*/*.html")))
            if pages != SUBMISSIONS:
                message = f"{tool} wrote {pages} feedback pages instead of {SUBMISSIONS}"
                raise SystemExit(message)
    print(f"feedback: {SUBMISSIONS} pages, medians of {rounds}")
    compare(times, "feedback")


# Gradebook ---------------------------------------------------------------------------------------


def writing(base: Path, rounds: int) -> None:
    """Write synthetic grades in batches, and through nbgrader's own calls, in each database."""
    config = open_course(base).config
    print(f"gradebook: {ENTRIES:,} submissions in batches of {BATCH}; nbgrader's calls one by one, "
          f"{ONE_BY_ONE} submissions; medians of {rounds}")  # fmt: skip
    heading("", "casekit, ms a submission", "target", "nbgrader", "ratio")
    with server() as address:
        for name in ("SQLite", "PostgreSQL") if address else ("SQLite",):
            ours: list[float] = []
            peer: list[float] = []
            for _ in range(rounds):
                written: list[set[tuple[Any, ...]]] = []
                for timed, into in ((_ours, ours), (_one_by_one, peer)):
                    with gradebook_like(base, address if name == "PostgreSQL" else None) as found:
                        entries = synthetic(found)
                        into.append(timed(found, entries, config))
                        written.append(rows(found))
                last = entries[ONE_BY_ONE - 1].student
                require_same({row for row in written[0] if row[0] <= last}, written[1], name)
            us, them = statistics.median(ours), statistics.median(peer)
            target = TARGETS["gradebook, ms"]
            met = verdict(us <= target)
            print(f"| {name} | {us:.2f} | {target} ({met}) | {them:.1f} | {them / us:.0f} |")
    if not address:
        print("PostgreSQL was left out: no initdb was found here.")


@contextmanager
def gradebook_like(base: Path, address: str | None) -> Iterator[Gradebook]:
    """Give a fresh gradebook with what a course's has, in a file or at an address."""
    with copy_of(base) as folder:
        original = open_course(folder)
        if address is None:
            with original.gradebook() as gradebook:
                yield gradebook
            return
        course_id = original.directory().course_id
        with open_gradebook(address, course_id) as gradebook:
            try:
                _copy_tables(original.directory().db_url, gradebook)
                yield gradebook
            finally:
                gradebook.db.remove()
                Base.metadata.drop_all(gradebook.engine)


def _copy_tables(source: str, gradebook: Gradebook) -> None:
    origin = create_engine(source)
    with origin.connect() as reading, gradebook.engine.begin() as target:
        for table in reversed(Base.metadata.sorted_tables):
            target.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            found = [dict(row) for row in reading.execute(select(table)).mappings()]
            if found:
                target.execute(insert(table), found)
    origin.dispose()


def synthetic(gradebook: Gradebook) -> list[Entry]:
    """Return submissions as grading brings them: points for tests, none for what people mark."""
    stamp = datetime(2026, 9, 1, tzinfo=UTC).replace(tzinfo=None)  # before it is due
    notebooks = gradebook.find_assignment(ASSIGNMENT).notebooks
    entries = []
    for number in range(ENTRIES):
        scores: dict[str, Mapping[str, float | None]] = {}
        comments: dict[str, Mapping[str, str | None]] = {}
        for notebook in notebooks:
            answers = {cell.name for cell in notebook.solution_cells}
            scores[notebook.name] = {
                cell.name: None if cell.name in answers else number % 3 / 2 * cell.max_score
                for cell in notebook.grade_cells
            }
            comments[notebook.name] = {
                name: None if (number + place) % 4 else "No response."
                for place, name in enumerate(sorted(answers))
            }
        entries.append(Entry(f"many-{number:05}", stamp, scores, comments))
    gradebook.db.rollback()
    return entries


def _ours(gradebook: Gradebook, entries: list[Entry], config: Config) -> float:
    """Return milliseconds a submission of our writer."""
    writer = Writer(gradebook, ASSIGNMENT, config)
    start = time.perf_counter()
    for first in range(0, len(entries), BATCH):
        writer.write(entries[first : first + BATCH])
    return 1000 * (time.perf_counter() - start) / len(entries)


def _one_by_one(gradebook: Gradebook, entries: list[Entry], _: Config) -> float:
    """Return milliseconds a submission of nbgrader's own calls for the same rows."""
    warnings.simplefilter("ignore", SAWarning)  # nbgrader 0.9.6 was written for an older library
    start = time.perf_counter()
    for entry in entries[:ONE_BY_ONE]:
        gradebook.update_or_create_student(entry.student)
        gradebook.update_or_create_submission(
            ASSIGNMENT, entry.student, timestamp=str(entry.timestamp)
        )
        for book, scores in entry.scores.items():
            for name, score in scores.items():
                grade = gradebook.find_grade(name, book, ASSIGNMENT, entry.student)
                grade.auto_score, grade.needs_manual_grade = score, score is None
            for name, text in entry.comments[book].items():
                comment = gradebook.find_comment(name, book, ASSIGNMENT, entry.student)
                comment.auto_comment = text
        gradebook.db.commit()
    return 1000 * (time.perf_counter() - start) / ONE_BY_ONE


# Many submissions --------------------------------------------------------------------------------


def many(_: int = 1, count: int = MANY) -> None:
    """Grade copies of the submissions under many ids in one run, and watch the memory."""
    with released() as base:
        multiply(base, count)
        start = time.perf_counter()
        command = [str(part) for part in grading(OURS, base)]
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(
            command, cwd=base, env=_environment(), stdout=nowhere, stderr=nowhere
        ) as running:
            samples = watch(running, base, count)
        took = time.perf_counter() - start
        # What cannot be graded makes the command's status 1; here everything can.
        if running.returncode or graded_in(base) != count:
            message = f"{graded_in(base)} of {count} submissions were graded"
            raise SystemExit(message)
    minutes, target = took / 60, TARGETS["many, minutes"]
    print(f"many: {count:,} submissions, 2 jobs, one run")
    heading("", "", "target")
    print(f"| whole run | {minutes:.1f} min | {target} min ({verdict(minutes <= target)}) |")
    print(f"| submissions a second | {count / took:.1f} | |")
    for mark in MARKS:
        until = [sample for share, *sample in samples if share <= mark]
        said = [f"{max(column):.0f} MiB" for column in zip(*until, strict=True)] or ["–", "–"]
        print(f"| peak memory of the supervisor until {mark:.0%} | {said[0]} | |")
        print(f"| highest memory of all processes until {mark:.0%} | {said[1]} | |")


def multiply(folder: Path, count: int) -> None:
    """Put copies of the submissions under new ids, each with the numbers of the new id.

    The answers are still those for other numbers, so that many are judged wrong.
    """
    opened = open_course(folder)
    questions = opened.questions(ASSIGNMENT)
    submitted = folder / "submitted"
    originals = sorted(submitted.iterdir())
    for number in range(count):
        student = f"many-{number:05}"
        target = submitted / student
        shutil.copytree(originals[number % len(originals)], target)
        own = find_firm(opened.root, questions, student)
        (target / ASSIGNMENT / FILE).write_text(own.to_json(), encoding="utf-8")
    for original in originals:
        shutil.rmtree(original)


def watch(
    running: "subprocess.Popen[bytes]", folder: Path, count: int
) -> list[tuple[float, float, float]]:
    """Look every few seconds until the end.

    Returns:
        The share done, the supervisor's peak memory so far and all processes' memory now, in MiB.
    """
    samples = []
    while running.poll() is None:
        peak, now = peak_memory(running.pid), memory(running.pid)
        if peak and now:
            samples.append((graded_in(folder) / count, peak, now))
        time.sleep(3)
    return samples


def peak_memory(number: int) -> float:
    """Return the peak memory of a process so far, in MiB; nothing if it has ended."""
    try:
        lines = Path(f"/proc/{number}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    found = next((line for line in lines if line.startswith("VmHWM")), "0 0")
    return int(found.split()[1]) / 1024


def memory(number: int) -> float:
    """Return the memory of a process and all below it, in MiB; what they share counts once."""
    whole = 0
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(number)
        for each in (first, *first.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                whole += each.memory_full_info().pss
    return whole / 2**20


def graded_in(folder: Path) -> int:
    """Return how many graded submissions a course has."""
    return sum(1 for _ in (folder / "autograded").glob(f"*/{ASSIGNMENT}"))


# All ---------------------------------------------------------------------------------------------


def bench(rounds: int) -> None:
    """Time everything but the many."""
    with released() as base, tempfile.TemporaryDirectory() as graded:
        whole(base, rounds, Path(graded))
        writing(base, rounds)
        feedback(Path(graded), rounds)


def writes(rounds: int) -> None:
    """Time the gradebook alone."""
    with released() as base:
        writing(base, rounds)


if __name__ == "__main__":
    parts: dict[str, Callable[[int], None]] = {"all": bench, "gradebook": writes, "many": many}
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", choices=parts, default="all")
    options = parser.parse_args()
    parts[options.part](options.rounds)

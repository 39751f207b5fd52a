"""Hostile submissions, graded among honest ones: what they earn, and that they leave no trace."""

import hashlib
import json
import os
import random
import resource
import socket
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import nbformat
import psutil
import pytest
from attack_parts import CODE, ESSAY, POINTS, PORT, Attack, kinds, target, things, two, uses
from attacks import ATTACKS
from corpus import COURSE, make_course
from corpus_parts import find, without_regions
from nbformat import NO_CONVERT
from nbgrader.api import Gradebook
from traitlets.config.loader import PyFileConfigLoader

from casekit import grading

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a sandbox needs Linux"),
]

MARK = "intruder"
SLEEP = "31415926"
MOST_BYTES = 20 * 2**20
MOST_OUTPUTS = 1000
MOST_MEMORY = 2**30
PARTS = {"ben": {"evens": "evens = [1.0, 2.0, 3.0, 4.0]"}, "cem": {"mean": "mean = 17.0"},
         "dia": {"slope": "def slope(x, y):\n    raise ValueError"}}  # fmt: skip
HONEST = {
    "ada": {}, "ben": {"evens-test": 1.0}, "cem": {"mean-test": 0.0}, "dia": {"slope-test": 0.0},
    "eli": dict.fromkeys(POINTS["target"], 0.0), "fay": {}, "zoe": {},
}  # fmt: skip


@dataclass
class World:
    """A course under attack, and what came of grading it.

    Attributes:
        root: The course's folder.
        canaries: Texts that nobody may see, by where they stand.
        port: A port that the host listens on.
        runs: The rows of each run, by assignment and student.
        scores: The gradebook after each run: automatic scores by student and test.
        reached: What reached the host's sockets.
        memory: The most memory that the supervisor has had, in bytes.
    """

    root: Path
    canaries: dict[str, str]
    port: int = 0
    runs: list = field(default_factory=list)
    scores: list = field(default_factory=list)
    reached: list = field(default_factory=list)
    memory: int = 0


# A course -----------------------------------------------------------------------------------


def make_world(folder: Path, attacks: list[Attack], port: int, home: Path) -> World:
    """Write a course with honest and hostile submissions and secrets everywhere."""
    where = ("hidden", "keys", "private", "token", "gradebook", "neighbour", "home", "temp")
    canaries = {name: f"canary-{name}-{token_hex(8)}" for name in where}
    hidden = canaries["hidden"]
    root = make_course(folder / "course", [target(hidden), two(), kinds(), uses(hidden), things()])
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as stream:
        stream.write("c.Execute.timeout = 4\n")
    (root / "keys").mkdir()
    (root / "keys" / "answers.txt").write_text(canaries["keys"], encoding="utf-8")
    (home / "intruder-secret.txt").write_text(canaries["home"], encoding="utf-8")
    temp = Path(tempfile.gettempdir()) / "intruder-secret.txt"
    temp.write_text(canaries["temp"], encoding="utf-8")
    world = World(root, canaries, port)
    for student in HONEST:
        submit(world, student, "target", _honest(student, canaries["neighbour"]), home)
        for assignment in POINTS.keys() - {"target"}:
            submit(world, student, assignment, lambda *_: None, home)
    for attack in attacks:
        submit(world, attack.name, attack.assignment, attack.write, home)
    with gradebook(root) as book:
        book.update_or_create_student("ada")
        book.add_submission("target", "ada")
        comment = book.find_comment("essay", "target", "target", "ada")
        comment.manual_comment = canaries["gradebook"]
        book.db.commit()
    return world


def _honest(student, canary):
    def write(notebooks, folder):
        for name, source in PARTS.get(student, {}).items():
            notebook, place = find(notebooks, name)
            notebook.cells[place].source = source
        if student == "eli":
            for name in ("mean", "evens", "slope", "table", "word", "code"):
                notebook, place = find(notebooks, name)
                notebook.cells[place].source = "pass"
        if student == "ada":
            notebook, place = find(notebooks, "essay")
            notebook.cells[place].source = f"I think {canary}."
            (folder / "thoughts.txt").write_text(canary, encoding="utf-8")

    return write


def submit(world: World, student: str, assignment: str, write, home: Path) -> None:
    """Write a submission: the released notebooks solved, then changed."""
    folder = world.root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    notebooks, solved = {}, {}
    for path in sorted((world.root / "source" / assignment).glob("*.ipynb")):
        for cell in nbformat.read(path, NO_CONVERT).cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("solution"):
                solved[mark["grade_id"]] = without_regions(cell.source)
        released = world.root / "release" / assignment / path.name
        notebooks[path.stem] = nbformat.read(released, NO_CONVERT)
    for notebook in notebooks.values():
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in solved:
                cell.source = solved[name] if name != "essay" else "My thoughts."
    write(notebooks, folder)
    words = {PORT: str(world.port), "{{ROOT}}": str(world.root), "{{HOME}}": str(home),
             "{{TEMP}}": tempfile.gettempdir()}  # fmt: skip
    for name, notebook in notebooks.items():
        text = json.dumps(notebook)
        for word, stands_for in words.items():
            text = text.replace(word, stands_for)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def gradebook(root: Path) -> Gradebook:
    """Open the course's gradebook."""
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", COURSE)


def run(world: World, assignment: str, students: list[str], jobs: int) -> dict:
    """Grade, and return the rows by student."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(world.root)).load_config()
    key = f"{CODE} {world.canaries['private']}".encode()
    rows = grading.grade(
        world.root, config, assignment, students=students, regrade="all",
        options=grading.Options(jobs=jobs),
        content=grading.Content(
            evaluator_files={"private/key.txt": key}
        ),
    )  # fmt: skip
    return {row.student: row for row in rows}


def read_scores(world: World) -> dict:
    """Automatic scores, by assignment, student and test."""
    found: dict = {}
    with gradebook(world.root) as book:
        for assignment in POINTS:
            for submission in book.assignment_submissions(assignment):
                own = found.setdefault((assignment, submission.student_id), {})
                for notebook in submission.notebooks:
                    own |= {grade.name: grade.auto_score for grade in notebook.grades}
    return found


# Three runs ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Give a course that was graded three times, in other orders and widths."""
    home = tmp_path_factory.mktemp("home")
    temp = tmp_path_factory.mktemp("temp")
    with pytest.MonkeyPatch.context() as patch, _listening(temp) as (port, reached):
        patch.setattr(tempfile, "tempdir", str(temp))
        patch.setenv("TMPDIR", str(temp))
        patch.setenv("HOME", str(home))
        made = make_world(tmp_path_factory.mktemp("world"), ATTACKS, port, home)
        patch.setenv("GRADER_TOKEN", made.canaries["token"])
        made.reached = reached
        made.before = _listings(made.root)
        made.files = _hashes(made.root)
        made.workers = _workers()
        order = random.Random(5)
        students = sorted({attack.name for attack in ATTACKS} | set(HONEST))
        for number, jobs in enumerate((2, 2, 4)):
            rows = {}
            for assignment in POINTS:
                names = [name for name in students if _submission(made, name, assignment)]
                if number:
                    order.shuffle(names)
                rows[assignment] = run(made, assignment, names, jobs)
            made.runs.append(rows)
            made.scores.append(read_scores(made))
        made.temp = temp
        made.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        yield made


def _submission(world, student, assignment):
    return os.path.lexists(world.root / "submitted" / student / assignment)


class _listening:  # noqa: N801 - used like a function
    """Sockets of the host that nobody may reach."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[socket.socket] = []
        self.reached: list = []

    def __enter__(self):
        stream = socket.create_server(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        packets.bind(("127.0.0.1", port))
        hidden, plain = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        hidden.bind(f"\0host-{port}")
        plain.bind(str(self._folder / "host.sock"))
        self._lines = [stream, packets, hidden, plain]
        for line in self._lines:
            if line.type == socket.SOCK_STREAM:
                line.listen()
            line.settimeout(0)
        return port, self._look

    def _look(self):
        for line in self._lines:
            try:
                if line.type == socket.SOCK_STREAM:
                    self.reached.append(line.accept())
                else:
                    self.reached.append(line.recv(100))
            except BlockingIOError:
                continue
        return self.reached

    def __exit__(self, *_):
        for line in self._lines:
            line.close()


def _listings(root: Path) -> dict:
    """What lies where nothing may be added."""
    course = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.relative_to(root).parts[0] not in ("autograded", ".casekit", "__pycache__")
    }
    return {"course": course, "marked": _marked()}


def _marked() -> set[str]:
    """Names that attacks give their files, in the places where they try to leave them."""
    libraries = {Path(sys.prefix), Path(sys.base_prefix), Path(grading.__file__).parents[1]}
    names = ("/", "/tmp", "/dev/shm", "/var/tmp", "/dev", "/run", "/usr", "/etc", "~root")
    places = {Path(name).expanduser() for name in names} | {Path.cwd(), Path.home()}
    places |= {Path(nbformat.__file__).parents[1], Path(os.__file__).parent}
    found = {str(path) for place in places for path in _safe_list(place) if MARK in path.name}
    for library in libraries:
        found |= {str(path) for path in library.rglob(f"*{MARK}*")}
    return found


def _safe_list(place: Path) -> list[Path]:
    try:
        return list(place.iterdir())
    except OSError:
        return []


def _hashes(root: Path) -> dict[str, str]:
    """Fingerprints of what grading may not change."""
    found = {}
    for folder in ("source", "release", "keys", "submitted"):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif path.is_file():
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _workers() -> set[int]:
    """Processes that look like the grader's or an attack's."""
    found = set()
    for process in psutil.process_iter(["cmdline", "name", "ppid"]):
        words = " ".join(process.info["cmdline"] or ())
        orphan = process.info["ppid"] == 1 and "casekit.grading.worker" in words
        if orphan or SLEEP in words:
            found.add(process.pid)
    return found


# What each attack earns ---------------------------------------------------------------------


def expected(attack: Attack) -> dict[str, float]:
    """The points of each test of a submission that was graded."""
    return POINTS[attack.assignment] | dict(attack.scores)


def check_attack(attack: Attack, row, scores: dict) -> None:
    """Compare what came of a submission with what must."""
    assert attack.status in (row.status, "any"), row
    kinds = {kind for kind, _ in row.problems}
    assert set(attack.flags) <= kinds, row.problems
    if row.status == "failed":
        assert row.score is None, row
        assert not any(scores.values()), scores
        return
    tests = {name: scores[name] for name in POINTS[attack.assignment]}
    held = {name: points for name, points in expected(attack).items() if name not in attack.free}
    assert {name: tests[name] for name in held} == held, row.problems
    for name in attack.free:
        assert 0 <= (tests[name] or 0) <= POINTS[attack.assignment][name], name
    assert row.score == sum(points or 0 for points in tests.values())
    whole = sum(POINTS[attack.assignment].values())
    assert row.max_score == whole + (ESSAY if attack.assignment == "target" else 0)
    if attack.assignment == "target" and attack.essay:
        assert row.needs_manual
        assert scores["essay"] is None


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_earns_what_its_honest_answers_earn(world, attack):
    for rows, scores in zip(world.runs, world.scores, strict=True):
        own = scores.get((attack.assignment, attack.name), {})
        check_attack(attack, rows[attack.assignment][attack.name], own)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_sees_nothing_private(world, attack):
    folder = world.root / "autograded" / attack.name / attack.assignment
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_bytes()
        assert len(text) < MOST_BYTES, path.name
        answers = text
        if path.suffix == ".ipynb":
            answers = _without_tests(path)
            cells = nbformat.read(path, NO_CONVERT).cells
            assert all(len(cell.get("outputs", ())) <= MOST_OUTPUTS for cell in cells)
        for where, canary in world.canaries.items():
            searched = answers if where == "hidden" else text
            assert canary.encode() not in searched, (where, path.name)
    assert not [path for path in folder.rglob("*") if path.is_symlink()]


def _without_tests(path: Path) -> bytes:
    """A graded notebook without the tests, which hold what is hidden by right."""
    notebook = nbformat.read(path, NO_CONVERT)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith("-test")
    ]
    return json.dumps(notebook, ensure_ascii=False).encode("utf-8", "replace")


@pytest.mark.parametrize("student", HONEST)
def test_an_honest_neighbour_gets_what_the_answers_deserve(world, student):
    wanted = POINTS["target"] | HONEST[student]
    for rows, scores in zip(world.runs, world.scores, strict=True):
        row = rows["target"][student]
        found = scores["target", student]
        assert {name: found[name] for name in wanted} == wanted, row.problems
        assert row.status == "graded"
        assert row.problems == ()
        assert row.score == sum(wanted.values())
        assert row.needs_manual
        for assignment in POINTS.keys() - {"target"}:
            assert scores[assignment, student] == POINTS[assignment]
            assert rows[assignment][student].problems == ()


# What they leave ----------------------------------------------------------------------------


def test_no_secret_is_in_logs_reports_states_or_rows(world):
    texts = [repr(world.runs)]
    texts += [path.read_text() for path in (world.root / ".casekit").rglob("*") if path.is_file()]
    for where, canary in world.canaries.items():
        assert not [text[:200] for text in texts if canary in text], where


def test_no_file_is_left_outside_the_folders_of_the_results(world):
    assert _listings(world.root) == world.before
    assert {path.name for path in world.temp.iterdir()} == {"host.sock", "intruder-secret.txt"}


def test_the_course_has_results_of_its_students_alone(world):
    students = {attack.name for attack in ATTACKS} | set(HONEST)
    assert {path.name for path in (world.root / "autograded").iterdir()} <= students
    for path in (world.root / "autograded").glob("*/*"):
        assert path.name in POINTS, path


def test_what_was_handed_in_and_what_the_course_is_made_of_is_unchanged(world):
    assert _hashes(world.root) == world.files


def test_no_process_is_left(world):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        left = _workers() - world.workers
        own = psutil.Process().children(recursive=True)
        if not left and not own:
            return
        time.sleep(0.1)
    assert not left
    assert not own


def test_the_supervisor_needs_little_memory(world):
    assert world.memory < MOST_MEMORY


def test_nothing_reaches_the_host(world):
    assert world.reached() == []


def test_other_orders_and_widths_give_the_same_rows(world):
    first, *others = [
        {
            (attack.assignment, attack.name): _row(rows[attack.assignment][attack.name], attack)
            for attack in ATTACKS
        }
        for rows in world.runs
    ]
    for other in others:
        assert other == first


def _row(row, attack: Attack):
    kept = (row.status, row.max_score, row.needs_manual, row.late_seconds)
    if attack.free:
        return kept
    return (*kept, row.score, frozenset(kind for kind, _ in row.problems))


# The suite itself ---------------------------------------------------------------------------


def test_the_attacks_are_many_and_each_has_a_name_and_a_line_of_its_own():
    assert len(ATTACKS) >= 60
    assert max(Counter(attack.name for attack in ATTACKS).values()) == 1
    assert not {attack.name for attack in ATTACKS} & set(HONEST)
    assert all(attack.tries and "\n" not in attack.tries for attack in ATTACKS)

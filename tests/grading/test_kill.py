"""A process is killed at a random moment: after another run the rows are those without it."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from cluster import cluster
from corpus import CASES, make_course, rows
from traitlets.config.loader import PyFileConfigLoader

from casekit import grading
from casekit.grading.roles import STUDENT
from casekit.grading.sandbox import Setting, Workers

pytestmark = pytest.mark.slow

CASE = next(case for case in CASES if case.name == "stack")
STUDENTS = 24
MOMENTS = 10


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course of one assignment with many submissions, handed in and not graded; copy it."""
    course = make_course(tmp_path_factory.mktemp("kill") / "made", [CASE])
    given = sorted(path for path in (course / "submitted").iterdir())
    for number in range(STUDENTS):
        source = given[number % len(given)] / CASE.name
        shutil.copytree(source, course / "submitted" / f"s{number:02}" / CASE.name)
    return course


@pytest.fixture(scope="module")
def whole(made, tmp_path_factory):
    """The rows of a run that nobody disturbed, and how long it took."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("whole") / "course")
    begin = time.monotonic()
    grade(course)
    return rows(course), time.monotonic() - begin


def grade(course, **options):
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    chosen = grading.Options(jobs=2, **options)
    return grading.grade(course, config, CASE.name, options=chosen, tell=lambda _: None)


def in_another_process(course, **options):
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import test_kill
from pathlib import Path
test_kill.grade(Path({str(course)!r}), **{options!r})
"""
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)


def left_over():
    """Warm workers whose supervisor has gone."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "ppid"])
        if "casekit.grading.worker" in (process.info["cmdline"] or ()) and process.info["ppid"] == 1
    ]


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_the_supervisor_may_be_killed(made, whole, tmp_path, seed):
    course = shutil.copytree(made, tmp_path / "course")
    running = in_another_process(course)
    time.sleep(random.Random(seed).uniform(0.3, 1.5 + whole[1]))
    running.kill()
    running.wait()
    until = time.monotonic() + 10
    while left_over() and time.monotonic() < until:
        time.sleep(0.1)
    assert not left_over(), "its workers end with it"
    statuses = {row.status for row in grade(course)}
    assert statuses <= {"graded", "unchanged"}
    assert rows(course) == whole[0]
    parts = [*course.glob("autograded/*/.*.part"), *course.glob("autograded/*/.*.old")]
    assert not parts, "nothing is left half"


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_a_worker_may_be_killed(made, whole, tmp_path, seed):
    """Its processes in the order they were started: outside the sandbox and inside, each kind."""
    course = shutil.copytree(made, tmp_path / "course")
    chance = random.Random(seed)
    killed = threading.Thread(target=kill_a_worker, args=(chance, whole[1]))
    killed.start()
    found = grade(course)
    killed.join()
    assert {row.status for row in found} == {"graded"}
    grade(course)
    assert rows(course) == whole[0]


def kill_a_worker(chance, seconds):
    time.sleep(chance.uniform(0.3, seconds))
    own = psutil.Process().children(recursive=True)
    workers = [each for each in own if "casekit.grading.worker" in " ".join(_command(each))]
    if workers:
        with contextlib.suppress(psutil.NoSuchProcess):  # a child of a cell that is done
            chance.choice(workers).kill()


def test_a_worker_is_gone_when_its_namespace_is():
    """What holds the namespace from outside ends a moment later, and says meanwhile that it runs.

    Killed is process 1 of the namespace: the one child of what was started.
    """
    workers = Workers(Setting())
    workers.start()
    try:
        for _ in range(MOMENTS):
            for holder in psutil.Process().children():
                if STUDENT in _command(holder):
                    holder.children()[0].kill()
            workers.release(workers.fork(STUDENT))
    finally:
        workers.close()


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_a_worker_of_a_cluster_may_be_killed(made, whole, tmp_path, seed):
    course = shutil.copytree(made, tmp_path / "course")
    chance = random.Random(seed)
    with cluster(tmp_path) as running:
        victim = chance.choice(running.workers)
        timer = threading.Timer(
            chance.uniform(0.3, 1 + whole[1]), os.kill, (victim.pid, signal.SIGKILL)
        )
        timer.start()
        found = grade(course, scheduler=running.address)
        timer.join()
        assert {row.status for row in found} == {"graded"}
    grade(course)
    assert rows(course) == whole[0]

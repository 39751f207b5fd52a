"""One graded demo course, and what may and may not change it."""

import csv
import errno
import html
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_output
from nbgrader.api import Gradebook

from casekit import course as courses
from casekit.cli import main
from casekit.course import autograding
from casekit.errors import InvalidInputError, UnknownNameError
from casekit.grading import Options, folders
from casekit.grading.gradebook import Writer
from casekit.questions.firm import read_firm

pytestmark = pytest.mark.slow

ASSIGNMENTS = ("02-crisis", "03-death-spiral")
BIN = Path(sys.executable).parent
OUTPUT_ATTACK = """from IPython.display import HTML, display
display(HTML("<script>alert(2)</script>"))
scope_of_fall = "China"
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory, small):
    """A demo course of two assignments, released, graded and fed back; do not change it."""
    folder = courses.init(tmp_path_factory.mktemp("demo") / "course", small, demo=12)
    for assignment in ASSIGNMENTS:
        courses.release(folder, assignment)
        courses.grade(folder, assignment)
        courses.feedback(folder, assignment)
    return folder


@pytest.fixture
def course(demo, tmp_path):
    """A copy of the graded demo course that a test may change."""
    return Path(shutil.copytree(demo, tmp_path / "copy"))


def dump(folder):
    with sqlite3.connect(folder / "gradebook.db") as database:
        return list(database.iterdump())


def statuses(rows):
    return {row.student: row.status for row in rows}


def submission(folder, student, assignment="02-crisis"):
    return folder / "submitted" / student / assignment / f"{assignment}.ipynb"


def rewrite(path, **sources):
    """Replace the source of cells by id; ids of question cells stand for themselves."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = sources.get(cell.id.replace("-", "_"), cell.source)
    nbformat.write(notebook, path)


def run(folder, tmp_path, *command):
    environment = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }
    done = subprocess.run(
        [BIN / "nbgrader", *command], cwd=folder, env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_every_synthetic_student_gets_the_intended_score(demo):
    with (demo / "demo" / "intended.csv").open(encoding="utf-8", newline="") as stream:
        intended = list(csv.DictReader(stream))
    assert len({row["profile"] for row in intended}) == 12
    for assignment in ASSIGNMENTS:
        rows = courses.export(demo, assignment, "unused", dry_run=True)
        got = {row["student_id"]: (row["auto_score"], row["late_seconds"]) for row in rows}
        for row in (row for row in intended if row["assignment"] == assignment):
            wanted = (row["intended_auto_score"], row["late_seconds"])
            assert got[row["student_id"]] == tuple(value and float(value) for value in wanted), row


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_what_students_get_holds_no_answer(demo, assignment):
    source = nbformat.read(demo / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    regions = re.findall(
        r"BEGIN SOLUTION\n(.*?)### END", "\n".join(c.source for c in source.cells), re.DOTALL
    )
    questions = yaml.safe_load((demo / "keys" / assignment / "questions.yml").read_text("utf-8"))
    questions = questions["questions"]
    hints = [mistake["hint"] for each in questions for mistake in each.get("mistakes", ())]
    assert len(regions) == len(questions)
    with zipfile.ZipFile(demo / "release" / f"{assignment}.zip") as packed:
        [name] = [name for name in packed.namelist() if name.endswith(".ipynb")]
        unpacked = packed.read(name).decode("utf-8")
    beside = (demo / "release" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8")
    assert unpacked == beside
    released = nbformat.reads(beside, as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    for secret in (*(region.strip() for region in regions), *hints, "marking", "mark(", "HIDDEN"):
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in beside
    assert not any(cell.get("outputs") for cell in released.cells)


def test_cells_cannot_be_removed_once_there_are_submissions(course):
    path = course / "source" / "02-crisis" / "02-crisis.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "gap_100_pct" not in cell.id]
    nbformat.write(notebook, path)
    before = (course / "release" / "02-crisis.zip").read_bytes()
    with pytest.raises(InvalidInputError, match="there are submissions"):
        courses.release(course, "02-crisis")
    assert (course / "release" / "02-crisis.zip").read_bytes() == before


def test_grading_again_grades_nothing_and_changes_nothing(course):
    before = dump(course)
    for assignment in ASSIGNMENTS:
        rows = courses.grade(course, assignment)
        assert {row.status for row in rows} == {"unchanged", "missing"}
    assert dump(course) == before


def test_grading_without_a_sandbox_warns_and_is_recorded(course, capsys):
    command = ["course", "grade", "02-crisis", "--course", str(course), "--student", "demo-01"]
    report = course / ".casekit" / "reports" / "02-crisis.json"
    assert main([*command, "--regrade", "all"]) == 0
    assert "with your rights" not in capsys.readouterr().err
    assert json.loads(report.read_text(encoding="utf-8"))["sandbox"] is True
    assert main([*command, "--regrade", "all", "--no-sandbox"]) == 0
    assert capsys.readouterr().err.count("with your rights") == 1
    assert json.loads(report.read_text(encoding="utf-8"))["sandbox"] is False


def test_grading_stops_with_a_sentence_where_there_is_no_sandbox(course, capsys, monkeypatch):
    before = dump(course)
    monkeypatch.setenv("PATH", str(BIN))
    command = ["course", "grade", "02-crisis", "--course", str(course), "--regrade", "all"]
    assert main(command) == 1
    assert "bubblewrap is not installed" in capsys.readouterr().err
    assert dump(course) == before


def test_a_mark_given_by_hand_survives_regrading_and_is_not_asked_for_again(course, capfd):
    give_mark(course, "demo-01")
    [row] = courses.grade(course, "02-crisis", "demo-01", regrade="all")
    assert (row.score, row.needs_manual) == (37.0, False)
    assert capfd.readouterr().err == "", "nbgrader's noise stays out of sight"


def give_mark(folder, student, points=15.0):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        essay = ("hunger_or_inability", "02-crisis", "02-crisis", student)
        grade = gradebook.find_grade(*essay)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment(*essay).manual_comment = "Clear, but <b>short</b>."
        gradebook.db.commit()


def test_a_changed_essay_asks_for_a_new_mark(course):
    give_mark(course, "demo-01")
    rewrite(submission(course, "demo-01"), hunger_or_inability="Quite another essay.")
    rows = courses.grade(course, "02-crisis")
    assert {name for name, status in statuses(rows).items() if status == "graded"} == {"demo-01"}
    assert (rows[0].score, rows[0].needs_manual) == (37.0, True)


def test_broken_submissions_become_rows_and_stop_nobody(course, monkeypatch, capfd):
    submission(course, "demo-01").write_text("no JSON {", encoding="utf-8")
    submission(course, "demo-02").rename(submission(course, "demo-02").with_name("mine.ipynb"))
    submission(course, "demo-03").with_name("timestamp.txt").write_text("soon", encoding="utf-8")
    submission(course, "demo-04").write_text('{"cells": 3}', encoding="utf-8")
    rewrite(submission(course, "demo-05"), gap_80_pct="gap_80_pct = -11.50")
    with_mark = submission(course, "demo-05")
    with_mark.write_bytes(b"\xef\xbb\xbf" + with_mark.read_bytes())
    submission(course, "demo-06").write_text("[" * 20_000 + "]" * 20_000, encoding="utf-8")
    lock(submission(course, "demo-07"), monkeypatch)
    copy_cell(submission(course, "demo-08"), "gap_80_pct")
    before = dump(course)
    rows = {row.student: row for row in courses.grade(course, "02-crisis")}
    assert "is no valid notebook" in rows["demo-01"].problem
    assert "found mine.ipynb, rename it" in rows["demo-02"].problem
    assert "timestamp.txt holds no date" in rows["demo-03"].problem
    assert "is no valid notebook" in rows["demo-04"].problem
    assert "is no valid notebook" in rows["demo-06"].problem
    assert "cannot be read (Permission denied)" in rows["demo-07"].problem
    assert "gap_80_pct stands there more than once" in rows["demo-08"].problem
    assert {rows[f"demo-0{number}"].status for number in (1, 2, 3, 4, 6, 7)} == {"failed"}
    assert {rows[f"demo-0{number}"].status for number in (5, 8)} == {"graded"}
    assert capfd.readouterr().err == "", "no library's warning is shown"
    assert rows["demo-09"].problem == "stopped with an error: scope_of_fall (SyntaxError)."
    again = {row.student: row for row in courses.grade(course, "02-crisis")}
    assert again["demo-05"].status == "unchanged"
    exported = courses.export(course, "02-crisis", "unused", dry_run=True)
    assert [row["status"] for row in exported][:2] == ["failed", "failed"]
    assert exported[0]["score"] == ""
    assert len(dump(course)) == len(before)


def lock(locked, monkeypatch):
    """Take the right to read a file away, from the superuser too."""
    opened = os.open

    def open_file(path, *options, **named):
        if path == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *options, **named)

    monkeypatch.setattr(os, "open", open_file)


def copy_cell(path, name):
    notebook = nbformat.read(path, as_version=4)
    [cell] = [cell for cell in notebook.cells if cell.id == name]
    text = json.dumps(notebook | {"cells": [*notebook.cells, cell]})
    path.write_text(text, encoding="utf-8")


def test_no_old_grade_or_page_outlives_a_change(course, monkeypatch):
    """Whatever happens after grading, what is handed out tells of the submission as it is now."""

    def standing(student="demo-01"):
        rows = courses.export(course, "02-crisis", "unused", dry_run=True)
        [row] = [row for row in rows if row["student_id"] == student]
        return row["status"], row["score"]

    page = course / "feedback" / "demo-01" / "02-crisis" / "02-crisis.html"
    assert standing() == ("graded", 22.0)
    rewrite(submission(course, "demo-01"), gap_80_pct="import os; os._exit(1)")
    assert standing() == ("submitted", "")
    assert page.exists()
    [row] = courses.grade(course, "02-crisis", "demo-01")
    assert (row.status, row.score, "the program ended" in row.problem) == ("graded", 0.0, True)
    assert standing() == ("graded", 0.0)
    submission(course, "demo-01").write_text("no notebook", encoding="utf-8")
    [row] = courses.grade(course, "02-crisis", "demo-01")
    assert (row.status, "no valid notebook" in row.problem) == ("failed", True)
    assert standing() == ("failed", "")
    assert courses.feedback(course, "02-crisis", "demo-01") == []
    assert not page.exists()

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Writer, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        courses.grade(course, "02-crisis", "demo-03", regrade="all")
    assert standing("demo-03") == ("submitted", "")


def test_an_interrupted_write_never_lets_an_old_mark_stand_for_a_new_answer(course, monkeypatch):
    """The gradebook is written, the notebooks are not yet: the mark is for another essay."""
    give_mark(course, "demo-01")
    rewrite(submission(course, "demo-01"), hunger_or_inability="Quite another essay.")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folders, "swap", stop)
        with pytest.raises(KeyboardInterrupt):
            courses.grade(course, "02-crisis", "demo-01")
    [row] = courses.grade(course, "02-crisis", "demo-01")
    assert (row.status, row.needs_manual) == ("graded", True)


def test_a_submission_that_cannot_be_written_stops_nobody(course, monkeypatch):
    write = Writer.write

    def refuse(writer, entries):
        if any(entry.student == "demo-03" for entry in entries):
            message = "the database is locked"
            raise OSError(message)
        return write(writer, entries)

    monkeypatch.setattr(Writer, "write", refuse)
    rows = {row.student: row for row in courses.grade(course, "02-crisis", regrade="all")}
    assert rows["demo-03"].status == "failed"
    assert "the database is locked" in rows["demo-03"].problem
    assert Counter(row.status for row in rows.values()) == {
        "graded": 10, "failed": 1, "missing": 1,
    }  # fmt: skip


def test_an_extension_is_a_change_and_a_pipe_for_numbers_is_no_file(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.grant_extension("02-crisis", "demo-11", days=3)
    numbers = course / "submitted" / "demo-02" / "02-crisis" / "firm.json"
    numbers.unlink()
    os.mkfifo(numbers)
    rows = {row.student: row for row in courses.grade(course, "02-crisis")}
    assert (rows["demo-11"].status, rows["demo-11"].late_seconds) == ("graded", 0)
    assert (rows["demo-02"].status, rows["demo-02"].score) == ("graded", 22.0)


def test_two_runs_do_not_meet(course):
    with folders.alone(course / ".casekit" / "grading.lock") as is_alone:
        assert is_alone
        for work in (courses.grade, courses.feedback):
            with pytest.raises(InvalidInputError, match="is being graded by another process"):
                work(course, "02-crisis")


def test_a_grade_outlives_its_files(course):
    """Folders get moved; does the mark given for them stay, and does somebody learn of it?"""
    shutil.rmtree(course / "submitted" / "demo-02")
    [row] = courses.grade(course, "02-crisis", "demo-02")
    assert (row.status, row.score) == ("unchanged", 22.0)
    assert "no longer in submitted/" in row.problem
    rows = courses.export(course, "02-crisis", "unused", dry_run=True)
    [row] = [row for row in rows if row["student_id"] == "demo-02"]
    assert (row["status"], row["score"]) == ("graded", 22.0)
    assert len(courses.feedback(course, "02-crisis", "demo-02")) == 1


def test_a_folder_in_another_case_is_named(course):
    folder = course / "submitted" / "demo-12" / "02-Crisis"
    folder.mkdir(parents=True)
    [row] = courses.grade(course, "02-crisis", "demo-12")
    assert (row.status, row.problem) == ("missing", "found 02-Crisis, rename it to 02-crisis.")


def test_a_lost_import_cell_costs_no_points_where_answers_do_without(course):
    path = submission(course, "demo-01")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "import check" in cell.source:
            cell.source = ""
    nbformat.write(notebook, path)
    [row] = courses.grade(course, "02-crisis", "demo-01")
    assert (row.score, row.problem) == (22.0, ""), "tests have imports of their own"


def test_a_lost_gradebook_is_never_made_anew(course):
    (course / "gradebook.db").unlink()
    for work in (courses.grade, courses.release, courses.feedback):
        with pytest.raises(InvalidInputError, match="put back a copy"):
            work(course, "02-crisis")
    assert not (course / "gradebook.db").exists()


def test_changed_data_are_a_change_and_a_new_layout_of_the_keys_is_none(course, monkeypatch):
    path = course / "keys" / "02-crisis" / "questions.yml"
    path.write_text("# A remark.\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    [row] = courses.grade(course, "02-crisis", "demo-01")
    assert row.status == "unchanged"
    monkeypatch.setattr(autograding, "expected", lambda question, _: question.id)
    rows = courses.export(course, "02-crisis", "unused", dry_run=True)
    assert {row["status"] for row in rows} == {"submitted", "missing"}


def test_a_broken_key_is_told_once_before_anything_is_graded(course, capsys):
    path = course / "keys" / "02-crisis" / "questions.yml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries["questions"][0]["key"] = {"formula": "[no-such-fact]"}
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    before = dump(course)
    with pytest.raises(InvalidInputError, match="question gap_80_pct, field key: There is no fact"):
        courses.grade(course, "02-crisis", regrade="all")
    with pytest.raises(InvalidInputError, match="question gap_80_pct, field key: There is no fact"):
        courses.release(course, "02-crisis")
    assert dump(course) == before
    assert capsys.readouterr().err == ""


def test_a_deleted_or_edited_test_cell_comes_back(course):
    path = submission(course, "demo-03")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "test-gap_100_pct"]
    nbformat.write(notebook, path)
    rewrite(
        path,
        gap_100_pct="gap_100_pct = 1",
        scope_of_fall="scope_of_fall = 'world'",
        test_scope_of_fall="4",
    )
    [row] = courses.grade(course, "02-crisis", "demo-03")
    assert row.score == 13.0, "three wrong answers, judged by tests that were deleted or edited"


def test_a_test_cell_cannot_be_skipped_or_silenced(course):
    path = submission(course, "demo-03")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "test-gap_80_pct":
            cell.metadata["tags"] = ["skip-execution"]
        if cell.id == "scope_of_fall":
            cell.source = (
                "scope_of_fall = 'world'\nimport sys\nsys.displayhook = lambda value: None\n"
                "get_ipython().ast_node_interactivity = 'none'"
            )
    nbformat.write(notebook, path)
    [row] = courses.grade(course, "02-crisis", "demo-03")
    assert (row.score, row.problem) == (16.0, "")


def test_a_student_who_is_not_enrolled_is_graded_all_the_same(course):
    shutil.copytree(course / "submitted" / "demo-01", course / "submitted" / "guest")
    rows = courses.grade(course, "02-crisis", "guest")
    assert [row.status for row in rows] == ["graded"]


def test_work_with_anothers_numbers_is_flagged_and_judged_by_ones_own(course):
    """The file may be missing: what the notebook showed when it was run tells as well."""
    shutil.rmtree(course / "submitted" / "demo-02" / "02-crisis")
    shutil.copytree(
        course / "submitted" / "demo-01" / "02-crisis",
        course / "submitted" / "demo-02" / "02-crisis",
    )
    [row] = courses.grade(course, "02-crisis", "demo-02")
    assert row.status == "graded"
    assert 9.0 <= row.score < 22.0, "the questions about the record are the same for all"
    assert "other numbers than the student's own, those of demo-01" in row.problem
    folder = course / "submitted" / "demo-02" / "02-crisis"
    numbers = read_firm(folder / "firm.json")
    (folder / "firm.json").write_text("{}", encoding="utf-8")
    show(submission(course, "demo-02"), numbers)
    [row] = courses.grade(course, "02-crisis", "demo-02")
    assert "those of demo-01" in row.problem
    assert [row.problem for row in courses.grade(course, "02-crisis", "demo-01")] == [""]


def show(path, numbers):
    """Leave in a notebook what it shows of a firm when it is run."""
    notebook = nbformat.read(path, as_version=4)
    [cell] = [cell for cell in notebook.cells if "casekit.firm(" in cell.source]
    cell.outputs = [new_output("execute_result", {"text/plain": repr(numbers)})]
    nbformat.write(notebook, path)


def test_a_changed_file_of_numbers_changes_nothing(course):
    """Easy numbers of one's own making: the file is laid afresh before the notebook is run."""
    path = course / "submitted" / "demo-11" / "02-crisis" / "firm.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    for entry in document["values"].values():
        entry["value"] = 1
    path.write_text(json.dumps(document), encoding="utf-8")
    [row] = courses.grade(course, "02-crisis", "demo-11")
    assert (row.status, row.score) == ("graded", 22.0)
    assert "its file of numbers is not the one that the student would get now" in row.problem
    laid = course / "autograded" / "demo-11" / "02-crisis" / "firm.json"
    given = course / "firms" / "02-crisis" / "demo-11" / "firm.json"
    assert laid.read_bytes() == given.read_bytes()


def test_the_numbers_of_students_are_worked_out_from_the_secret(course):
    before = {path: path.read_bytes() for path in (course / "firms").rglob("*") if path.is_file()}
    assert len({data for path, data in before.items() if path.name == "firm.json"}) == 24
    courses.release(course, "02-crisis")
    after = {path: path.read_bytes() for path in (course / "firms").rglob("*") if path.is_file()}
    assert before == after, "a second release gives the same numbers"
    with zipfile.ZipFile(course / "firms" / "02-crisis" / "demo-03.zip") as packed:
        assert packed.namelist() == ["02-crisis/firm.json", "02-crisis/02-crisis.ipynb"]
    (course / "keys" / "secret").write_text("another secret\n", encoding="utf-8")
    rows = courses.grade(course, "02-crisis")
    graded = [row for row in rows if row.status == "graded"]
    assert len(graded) == 11, "another secret is a change of the keys"
    assert all("the numbers that were released are others" in row.problem for row in graded)
    with pytest.raises(InvalidInputError, match=r"would now be others for demo-01 .*in all: 12"):
        courses.release(course, "02-crisis")
    kept = {path: path.read_bytes() for path in (course / "firms").rglob("*") if path.is_file()}
    assert kept == before


def test_the_secret_stands_in_one_file_for_its_owner_alone(demo):
    secret = (demo / "keys" / "secret").read_text(encoding="utf-8").strip()
    assert len(secret) == 64
    holders = [
        path for path in demo.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
    ]
    assert holders == [demo / "keys" / "secret"]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600


def test_a_program_that_goes_elsewhere_is_marked_where_it_began(course):
    path = submission(course, "demo-11")
    notebook = nbformat.read(path, as_version=4)
    [first] = [cell for cell in notebook.cells if "casekit.firm(" in cell.source]
    first.source += "\nimport os\nos.chdir('/tmp')"
    nbformat.write(notebook, path)
    [row] = courses.grade(course, "02-crisis", "demo-11")
    assert (row.status, row.score, row.problem) == ("graded", 22.0, "")


@pytest.mark.parametrize("name", ["../evil", "a/b", "zed.zip", "dot."])
def test_an_id_that_makes_no_folder_is_refused_before_anything_is_written(course, name):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_student(name)
    before = sorted(path for path in course.rglob("*") if path.suffix != ".db")
    with pytest.raises(InvalidInputError, match=r"id '.*' makes no folder"):
        courses.release(course, "02-crisis")
    assert sorted(path for path in course.rglob("*") if path.suffix != ".db") == before


def test_ids_that_are_one_on_some_systems_are_refused(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_student("Demo-01")
    with pytest.raises(InvalidInputError, match="are one on some systems"):
        courses.release(course, "02-crisis")


def test_a_shared_release_gives_all_the_public_numbers(course):
    with pytest.raises(InvalidInputError, match="released without --shared and has submissions"):
        courses.release(course, "03-death-spiral", shared=True)
    shutil.rmtree(course / "submitted")
    courses.release(course, "03-death-spiral", shared=True)
    public = read_firm(course / "release" / "03-death-spiral" / "firm.json")
    assert (public.number, public["base_fill"]) == ("public", 0.35)
    assert not (course / "firms" / "03-death-spiral").exists()
    work = course / "submitted" / "demo-01" / "03-death-spiral"
    work.mkdir(parents=True)
    shutil.copy(course / "release" / "03-death-spiral" / "03-death-spiral.ipynb", work)
    rewrite(work / "03-death-spiral.ipynb", loop_gain="loop_gain = 9.75")
    [row] = courses.grade(course, "03-death-spiral", "demo-01")
    assert (row.score, row.problem) == (3.0, "")
    own = course / "demo-own.json"
    own.write_text(json.dumps({"assignment": "03-death-spiral", "number": "0" * 8, "values": {}}))
    shutil.copy(own, work / "firm.json")
    [row] = courses.grade(course, "03-death-spiral", "demo-01")
    assert "with other numbers than the student's own, those of no firm of this" in row.problem


def test_a_notebook_is_rehearsed_as_it_is_graded(course, tmp_path, capsys):
    """The check before handing in says what grading says of the form, and changes nothing."""
    folder = Path(shutil.copytree(course / "submitted" / "demo-06" / "02-crisis", tmp_path / "own"))
    path = folder / "02-crisis.ipynb"
    before = path.read_bytes()
    assert main(["check", str(path)]) == 1
    shown = capsys.readouterr()
    page = course / "feedback" / "demo-06" / "02-crisis" / "02-crisis.html"
    said = [line for line in shown.out.splitlines() if line.startswith("LOOK")]
    sentence = said[0].removeprefix("LOOK  ")
    assert sentence.startswith("gap_80_pct is text: write ")
    assert re.search(r"the essay has \d+ words; 250 to 400 are asked for", said[1])
    assert sentence in html.unescape(page.read_text(encoding="utf-8"))
    assert "5 of 7 answers can be handed in" in shown.out
    assert path.read_bytes() == before
    rewrite(path, test_gap_80_pct="print('all is well')")
    assert main(["check", str(path)]) == 1
    assert "gap_80_pct: its test cell was changed" in capsys.readouterr().out
    (folder / "firm.json").unlink()
    assert main(["check", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert "firm.json is not beside this notebook" in found[0]["sentence"]


def test_interrupted_grading_goes_on_where_it_stopped(course):
    states = course / ".casekit" / "graded" / "02-crisis"
    for number in (1, 2, 3):
        (states / f"demo-0{number}.json").write_text('{"dige', encoding="utf-8")

    told = []

    def interrupt(message, done, total):
        told.extend([message] * message.startswith("graded"))
        if len(told) == 2:
            raise KeyboardInterrupt(message, done, total)

    with pytest.raises(KeyboardInterrupt):
        courses.grade(course, "02-crisis", progress=interrupt, options=Options(jobs=1))
    rows = statuses(courses.grade(course, "02-crisis"))
    assert Counter(rows[f"demo-0{number}"] for number in (1, 2, 3)) == {
        "unchanged": 2, "graded": 1,
    }  # fmt: skip


def test_feedback_shows_what_a_student_wrote_as_text(course):
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    rewrite(
        submission(course, "demo-01"),
        gap_80_pct=f"gap_80_pct = '''{attack}'''  # {attack}",
        scope_of_fall=f"raise RuntimeError('''{attack}''')",
        hunger_or_inability=attack,
    )
    courses.grade(course, "02-crisis", "demo-01")
    give_mark(course, "demo-01")
    [page] = courses.feedback(course, "02-crisis", "demo-01")
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("&lt;script&gt;") >= 4
    assert "&lt;b&gt;short&lt;/b&gt;" in text
    assert "://" not in text, "a page asks no other host for anything"


def test_feedback_tells_points_sentence_and_lateness(demo):
    def page(student):
        path = demo / "feedback" / student / "02-crisis" / "02-crisis.html"
        return path.read_text(encoding="utf-8")

    assert "a shortfall is negative" in page("demo-03")
    assert "write -11.5, not" in page("demo-06")
    assert "1 of 2 elements are right" in page("demo-07")
    assert "ZeroDivisionError" in page("demo-08")
    assert "still None" in page("demo-10")
    assert "30 hours after the due date" in page("demo-11")
    assert "Not marked yet" in page("demo-01")
    assert not (demo / "feedback" / "demo-12").exists()


def test_no_feedback_page_holds_a_key(demo):
    for page in (demo / "feedback" / "demo-10").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for number in ("-11.5", "-29.2", "64.9", "-35.2", "9.75", "0.656"):
            assert number not in text


def test_export_writes_one_row_a_student_and_leaves_missing_work_empty(demo, tmp_path):
    path = tmp_path / "grades.csv"
    courses.export(demo, "02-crisis", path, dry_run=True)
    assert not path.exists()
    courses.export(demo, "02-crisis", path)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))
    assert len(rows) == 12
    assert rows[4]["first_name"] == "Élodée"
    assert rows[4]["last_name"] == "Synthetic, no. 5"
    assert rows[0]["fill_2016q1_pct"] == "4.0"
    assert rows[0]["hunger_or_inability"] == ""
    assert rows[11]["status"] == "missing"
    assert {rows[11][name] for name in ("score", "auto_score", "needs_manual", "gap_80_pct")} == {
        ""
    }


def test_export_to_a_place_that_cannot_be_written_says_so(demo):
    with pytest.raises(InvalidInputError, match="cannot be written"):
        courses.export(demo, "02-crisis", demo / "nbgrader_config.py" / "grades.csv")


def test_export_writes_through_a_link_and_spares_what_is_no_file(demo, tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "grades.csv")
    courses.export(demo, "02-crisis", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8").startswith("student_id,")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(InvalidInputError, match="no ordinary file"):
            courses.export(demo, "02-crisis", path)
    assert (tmp_path / "pipe").is_fifo()


def test_unknown_names_offer_the_nearest(demo):
    with pytest.raises(UnknownNameError, match="02-crisis"):
        courses.grade(demo, "2-crisis")
    with pytest.raises(UnknownNameError, match="demo-01"):
        courses.grade(demo, "02-crisis", "demo01")
    with pytest.raises(InvalidInputError, match="'changed' or 'all'"):
        courses.grade(demo, "02-crisis", regrade="some")


def test_nbgraders_own_commands_work_on_the_folder(course, tmp_path):
    assert "Released assignments" in run(course, tmp_path, "list")
    released = course / "release" / "02-crisis" / "02-crisis.ipynb"
    assert "still None" in run(course, tmp_path, "validate", str(released))
    right = submission(course, "demo-01")
    assert "Success" in run(course, tmp_path, "validate", str(right))
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    rewrite(right, hunger_or_inability=f"An *essay* {attack}", scope_of_fall=OUTPUT_ATTACK)
    run(course, tmp_path, "autograde", "02-crisis", "--force", "--student=demo-01")
    run(course, tmp_path, "generate_feedback", "02-crisis", "--force", "--student=demo-01")
    page = course / "feedback" / "demo-01" / "02-crisis" / "02-crisis.html"
    text = page.read_text(encoding="utf-8")
    assert "Score:" in text
    assert "<em>essay</em>" in text
    assert not re.search(r"<script>alert|<img[^>]*onerror", text)
    run(course, tmp_path, "export", "--to=all.csv")
    with (course / "all.csv").open(encoding="utf-8", newline="") as stream:
        assert "raw_score" in next(csv.reader(stream))


@contextmanager
def formgrader(course, tmp_path):
    """Yield the address of a formgrader on the course, and its process."""
    config = tmp_path / "config"
    config.mkdir()
    extensions = {"nbgrader.server_extensions.formgrader": True}
    (config / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": extensions}}), encoding="utf-8"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=demo",
    ]  # fmt: skip
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    server = subprocess.Popen(
        command, cwd=course, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}/formgrader", server
    finally:
        server.terminate()
        server.wait(timeout=30)


BAD_FORMS = {
    "gap_80_pct": ("gap_80_pct = '-11,5 %'", "gap_80_pct is text: write -11.5, not '-11,5 %'."),
    "gap_100_pct": ("gap100 = -29.2", "gap_100_pct is not defined: give the variable exactly this"),
    "fill_2016q1_pct": ("fill_2016q1_pct = [70.0, float('nan')]", "fill_2016q1_pct[1] is nan: a"),
    "lost_sales_m": ("lost_sales_m = 10**8", "lost_sales_m holds 1e+08, outside the plausible ra"),
    "fall_explained_pct": (
        "fall_explained_pct = '9' * 10**7",
        "fall_explained_pct is the text '99",
    ),
    "scope_of_fall": (
        "scope_of_fall = 'china'",
        "scope_of_fall is 'china', which is no option: di",
    ),
}


def test_a_check_says_the_same_everywhere(course, tmp_path, capsys):
    """In a kernel, in our check, in nbgrader's validator and in stock autograding."""
    path = submission(course, "demo-01")
    rewrite(path, **{name: code for name, (code, _) in BAD_FORMS.items()})
    assert main(["check", str(path)]) == 1
    checked = capsys.readouterr().out
    validated = run(course, tmp_path, "validate", str(path))
    run(course, tmp_path, "autograde", "02-crisis", "--force", "--student=demo-01")
    graded = course / "autograded" / "demo-01" / "02-crisis" / "02-crisis.ipynb"
    cells = {cell.id: cell for cell in nbformat.read(graded, as_version=4).cells}
    for name, (_, sentence) in BAD_FORMS.items():
        assert sentence in checked
        assert sentence in html.unescape(validated)
        outputs = cells[f"test-{name}"].outputs
        assert [output.output_type for output in outputs] == ["error"], "nothing on stderr"
        assert outputs[0].evalue.startswith(sentence)
        assert len(outputs[0].traceback) == 1, "a sentence and no traceback"


def test_stock_autograding_marks_each_student_by_own_numbers(course, tmp_path):
    for student in ("demo-02", "demo-11"):
        path = course / "submitted" / student / "02-crisis" / "firm.json"
        path.write_text("{}", encoding="utf-8")
        run(course, tmp_path, "autograde", "02-crisis", "--force", f"--student={student}")
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            assert gradebook.find_submission("02-crisis", student).score == 22.0


def test_split_moved_retyped_and_copied_cells_are_graded_as_far_as_they_go(course):
    path = submission(course, "demo-01")
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    split = new_code_cell(cells["gap_80_pct"].source, id="my-own")
    cells["gap_80_pct"].source = "# see below"
    notebook.cells.insert(notebook.cells.index(cells["gap_80_pct"]) + 1, split)
    moved = cells["test-gap_100_pct"]
    notebook.cells.remove(moved)
    notebook.cells.insert(2, moved)
    retyped = cells["scope_of_fall"]
    retyped.cell_type = "markdown"
    for field in ("outputs", "execution_count"):
        retyped.pop(field)
    nbformat.write(notebook, path)
    [row] = courses.grade(course, "02-crisis", "demo-01")
    assert row.status == "graded"
    assert row.score >= 22.0 - 3 - 3, "the moved test and the retyped answer at most are lost"


def test_formgrader_lists_the_assignments_and_shows_rubric_and_points(course, tmp_path, chromium):
    with formgrader(course, tmp_path) as (address, server):
        found = ask(f"{address}/api/assignments", server)
        assert [(each["name"], each["num_submissions"]) for each in found] == [
            (assignment, 11) for assignment in ASSIGNMENTS
        ]
        works = ask(f"{address}/api/submitted_notebooks/02-crisis/02-crisis", server)
        [work] = [each for each in works if each["student"] == "demo-03"]
        page = chromium.new_page(extra_http_headers={"Authorization": "token demo"})
        page.goto(f"{address}/submissions/{work['id']}/")
        page.wait_for_selector("input.score[placeholder]")
        text = page.inner_text("body")
        for shown in (
            "How this is marked", "An observation that discriminates", "Use of the model",
            "gap_80_pct: The size fits but the sign does not",
        ):  # fmt: skip
            assert shown in text
        scores = page.eval_on_selector_all(
            "input.score",
            "found => found.map(each => [each.placeholder, each.parentElement.innerText])",
        )
        page.screenshot(path=tmp_path / "formgrader.png", full_page=True)
        rows = page.locator("th", has_text="Criterion").count()
        page.close()
    assert rows == 1, "the rubric is a table"
    assert "<p>" not in text
    assert "</th>" not in text
    assert len(scores) == 7, "six answers and the essay"
    most = [shown.partition("/")[2].split()[0] for _, shown in scores]
    assert most == ["3.0", "3.0", "4.0", "4.0", "5.0", "3.0", "20.0"]
    assert scores[0][0] == "0", "the wrong sign earned nothing"
    assert scores[1][0] == "3"
    assert scores[-1][0] in ("", "null"), "and the essay waits for its points"


def ask(address, server):
    request = urllib.request.Request(address, headers={"Authorization": "token demo"})
    for _ in range(120):
        assert server.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.5)
    pytest.fail("the server did not answer within a minute")

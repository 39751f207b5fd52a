"""Making a course and releasing from it: refusals, leaks, and what lies where."""

import os
import re
import shutil
import stat
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import nbformat
import pytest
import yaml
from nbgrader.api import Gradebook

import casekit
from casekit import course as courses
from casekit.course.creating import _build_wheel
from casekit.course.demo import PROFILES, Work
from casekit.course.feedback_pages import _duration
from casekit.course.folder import open_course
from casekit.errors import CasekitError, InvalidInputError, UnknownNameError
from casekit.grading.folders import read_state, write_atomically
from casekit.questions.validation import load_assignment
from casekit.questions.variants import public_firm

CANARY = "canary"


@pytest.fixture
def exercises(small, tmp_path):
    """A copy of two assignments that a test may spoil; returns the checkout's folder."""
    shutil.copytree(small / "exercises", tmp_path / "checkout" / "exercises")
    return tmp_path / "checkout"


@pytest.fixture(scope="module")
def empty(tmp_path_factory, checkout):
    """A new course without students; do not change it."""
    return courses.init(tmp_path_factory.mktemp("empty") / "Spring term", checkout)


@pytest.fixture
def course(empty, tmp_path):
    """A copy of the new course that a test may change."""
    return Path(shutil.copytree(empty, tmp_path / "course"))


def test_a_folder_with_something_in_it_is_refused(tmp_path, checkout):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="not empty"):
        courses.init(tmp_path, checkout)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_checkout_without_exercises_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="holds no exercises"):
        courses.init(tmp_path / "course", tmp_path)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InvalidInputError, match="holds no exercises"):
        courses.init(tmp_path / "course", tmp_path / "other.zip")
    assert not (tmp_path / "course").exists()


def test_a_negative_number_of_students_is_refused(tmp_path, checkout):
    with pytest.raises(InvalidInputError, match="0 or more"):
        courses.init(tmp_path / "course", checkout, demo=-1)


def test_a_fault_in_the_exercises_leaves_nothing_behind(exercises, tmp_path):
    path = exercises / "exercises" / "03-death-spiral" / "questions.yml"
    text = path.read_text(encoding="utf-8")
    assert "measure: loop_gain" in text
    path.write_text(text.replace("measure: loop_gain", "measure: gain"), "utf-8")
    target = tmp_path / "new" / "course"
    with pytest.raises(CasekitError):
        courses.init(target, exercises)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("function", [courses.release, courses.grade, courses.feedback])
def test_a_folder_that_is_no_course_is_refused(tmp_path, function):
    with pytest.raises(InvalidInputError, match="is no course"):
        function(tmp_path, "02-crisis")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_course_is_made_from_a_zip_as_a_forge_packs_it(checkout, tmp_path):
    archive = tmp_path / "main.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in (checkout / "exercises").rglob("*.*"):
            packed.write(path, Path("casekit-main") / path.relative_to(checkout))
    folder = courses.init(tmp_path / "course", archive, start=date(2027, 1, 11))
    assert (folder / "source" / "02-crisis" / "02-crisis.ipynb").is_file()
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        due = gradebook.find_assignment("02-crisis").duedate
    assert due == datetime(2027, 1, 24, 23, 59)  # noqa: DTZ001 - nbgrader keeps naive UTC


def entry(name, flags=0):
    made = zipfile.ZipInfo("casekit-main/exercises/" + name)
    made.flag_bits = flags
    return made


@pytest.mark.parametrize(
    ("names", "part"),
    [
        (["../../escaped.md"], "unsafe name"),
        (["/../a.md", "02\\exercise.md"], "unsafe name"),
        (["a.md", "a.md/b.md"], "cannot be unpacked"),
        (["big.md"], "too many bytes"),
        (["program.py"], "holds no exercises"),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_refused(tmp_path, names, part):
    archive = tmp_path / "main.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(entry(name), "x" * (6_000_000 if "big" in name else 1))
    with pytest.raises(InvalidInputError, match=part):
        courses.init(tmp_path / "new" / "course", archive)
    assert not list(tmp_path.rglob("*.md"))


def test_a_damaged_or_encrypted_zip_is_refused(tmp_path):
    archive = tmp_path / "main.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(entry("common-rubric.yml"), "content")
    whole = archive.read_bytes()
    archive.write_bytes(whole.replace(b"content", b"damaged"))
    with pytest.raises(InvalidInputError, match=r"cannot be unpacked \(Bad CRC"):
        courses.init(tmp_path / "course", archive)
    encrypted = whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    archive.write_bytes(encrypted)
    with pytest.raises(InvalidInputError, match="encrypted"):
        courses.init(tmp_path / "course", archive)
    archive.write_bytes(whole[:40])
    with pytest.raises(InvalidInputError, match="holds no exercises"):
        courses.init(tmp_path / "course", archive)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, checkout):
    (tmp_path / "afile").write_text("", encoding="utf-8")
    for target in (tmp_path / "afile" / "x", Path("/proc/casekit/x")):
        with pytest.raises(InvalidInputError, match="cannot be made"):
            courses.init(target, checkout)


@pytest.mark.parametrize("sign", "?*[]#%")
def test_a_path_that_nbgrader_would_misread_is_refused(tmp_path, checkout, sign):
    with pytest.raises(InvalidInputError, match="which nbgrader misreads"):
        courses.init(tmp_path / f"a{sign}b" / "course", checkout)
    with pytest.raises(InvalidInputError, match="which nbgrader misreads"):
        courses.grade(tmp_path / f"a{sign}b", "02-crisis")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["02-crisis/exercise.md", "common-rubric.yml"])
def test_a_text_in_another_encoding_is_told_in_a_sentence(exercises, tmp_path, part):
    path = exercises / "exercises" / part
    path.write_bytes(path.read_bytes() + b"\n# caf\xe9\n")
    with pytest.raises(InvalidInputError, match="is not in UTF-8"):
        courses.init(tmp_path / "course", exercises)


def test_state_is_private_and_a_grade_list_follows_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "state.json", "{}", private=True)
        write_atomically(tmp_path / "grades.csv", "")
    finally:
        os.umask(before)
    modes = [
        stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("state.json", "grades.csv")
    ]
    assert modes == [0o600, 0o640]


@pytest.mark.parametrize("text", [None, '{"digest": "ab', "[1]", "[" * 100_000, "\xff"])
def test_a_state_that_cannot_be_read_is_no_state(tmp_path, text):
    if text is not None:
        (tmp_path / "state.json").write_text(text, encoding="latin-1")
    assert read_state(tmp_path / "state.json") == {}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "1 minute"),
        (600, "10 minutes"),
        (3599, "1 hour"),
        (7200, "2 hours"),
        (86399, "24 hours"),
        (172800, "2 days"),
        (172799, "2 days"),
        (176400, "2 days and 1 hour"),
    ],
)
def test_lateness_is_told_in_units_that_fit(seconds, words):
    assert _duration(seconds) == words


def test_rows_become_csv_with_headings_even_without_students():
    assert courses.csv_text([{"a": "x, y", "b": ""}]) == 'a,b\r\n"x, y",\r\n'
    assert courses.csv_text([]).startswith("student_id,")


def test_a_demo_profile_without_its_kind_of_question_leaves_right_answers(checkout):
    whole = load_assignment(checkout / "exercises" / "02-crisis" / "questions.yml")
    [word] = [question for question in whole.questions if question.type == "enum"]
    firm = public_firm(whole)
    for name in ("wrong sign", "share for percent", "text for number", "half a list"):
        work = Work(replace(whole, questions=(word,)), firm, None, shares={word.id: 1.0})
        PROFILES[name](work)
        assert work.shares == {word.id: 1.0}
    plain = replace(whole, questions=(replace(word, mistakes=()),))
    work = Work(plain, firm, None, shares={word.id: 1.0})
    PROFILES["known mistake"](work)
    assert work.shares == {word.id: 1.0}


@pytest.mark.slow
def test_a_course_is_for_its_owner_alone(empty):
    for path in (empty, empty / "gradebook.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.slow
def test_a_folder_that_is_no_assignment_is_not_taken_for_one(course):
    (course / "source" / ".ipynb_checkpoints").mkdir()
    assert ".ipynb_checkpoints" not in open_course(course).assignments()


@pytest.mark.slow
def test_a_damaged_gradebook_is_told_in_a_sentence(course):
    (course / "gradebook.db").write_text("garbage " * 1000, encoding="utf-8")
    for call in (courses.release, courses.grade, courses.feedback):
        with pytest.raises(InvalidInputError, match=r"gradebook of .* cannot be read"):
            call(course, "02-crisis")
    with pytest.raises(InvalidInputError, match=r"gradebook of .* cannot be read"):
        courses.export(course, "02-crisis", "unused", dry_run=True)


@pytest.mark.slow
def test_keys_are_for_the_owner_alone_and_not_beside_the_notebook(empty):
    for path in [empty / "keys", *(empty / "keys").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    beside = sorted(path.name for path in (empty / "source" / "02-crisis").iterdir())
    assert beside == ["02-crisis.ipynb", "firm.json"]


@pytest.mark.slow
def test_an_unreleased_assignment_cannot_be_graded(empty):
    with pytest.raises(InvalidInputError, match="release it first"):
        courses.grade(empty, "02-crisis")
    with pytest.raises(UnknownNameError, match="03-death-spiral"):
        courses.release(empty, "03-spiral")


@pytest.mark.slow
@pytest.mark.parametrize("text", ["c = = 1", "1 / 0", "import no_such_module"])
def test_settings_that_cannot_be_read_are_told_in_a_sentence(course, text):
    (course / "nbgrader_config.py").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"nbgrader_config\.py cannot be read"):
        courses.release(course, "02-crisis")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("\ngap_80_pct = ", "\ngap_80_pct = 1 + ", "earns 0 of 3 points"),
        ("\ngap_80_pct = ", "\ngap_80_pct = 1 / 0 + ", "fails with ZeroDivisionError"),
        (
            "from casekit import data",
            "import sys; print(1, file=sys.stderr); from casekit import data",
            "writes to stderr",
        ),
    ],
)  # fmt: skip
def test_a_solution_without_full_marks_is_not_released(course, old, new, part):
    path = course / "source" / "02-crisis" / "02-crisis.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert any(old in cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)
    with pytest.raises(InvalidInputError, match=part):
        courses.release(course, "02-crisis")
    assert not (course / "release").exists()


@pytest.mark.slow
def test_a_solution_marked_in_another_spelling_is_not_released(course):
    """nbgrader ships a region with lower-case markers as it stands."""
    path = course / "source" / "02-crisis" / "02-crisis.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [answer] = [cell for cell in notebook.cells if cell.id == "lost_sales_m"]
    notebook.cells[1].source += "\n# " + answer.source.splitlines()[2]
    nbformat.write(notebook, path)
    with pytest.raises(InvalidInputError, match="would give away"):
        courses.release(course, "02-crisis")
    assert not (course / "release").exists()
    assert not list(course.glob(".release*"))


@pytest.mark.slow
def test_no_planted_canary_reaches_a_student(exercises, tmp_path):
    plant(exercises / "exercises" / "02-crisis", exercises / "exercises" / "common-rubric.yml")
    course = courses.init(tmp_path / "course", exercises)
    planted = b"".join(path.read_bytes() for path in course.rglob("*") if path.is_file())
    assert planted.count(CANARY.encode()) >= 20, "the canaries are there to be found"
    (course / "keys" / "secret").write_text(f"{CANARY}-secret\n", encoding="utf-8")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
    for shared in (False, True):
        archive = courses.release(course, "02-crisis", shared=shared)
        given = read_all(course / "release", course / "firms")
        assert len(given) >= 2 + 2 * (not shared)
        with zipfile.ZipFile(archive) as packed:
            names = ["02-crisis/02-crisis.ipynb", *["02-crisis/firm.json"] * shared]
            assert packed.namelist() == names
        for text in given:
            for secret in (CANARY, "86753.09", "BEGIN SOLUTION", "HIDDEN", "mark(", "keys/"):
                assert secret.encode() not in text


def read_all(*folders):
    """The bytes of all files, and of all files in the ZIPs."""
    found = []
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        found.append(path.read_bytes())
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                found += [packed.read(name) for name in packed.namelist()]
    return found


def plant(folder, common):
    text = (folder / "exercise.md").read_text(encoding="utf-8")
    option = re.compile(r"^:question: \w+\n", re.MULTILINE)
    text = option.sub(lambda found: f"{found[0]}\n{CANARY}_in_solution = 1  # {CANARY}\n", text)
    (folder / "exercise.md").write_text(text, encoding="utf-8")
    document = yaml.safe_load((folder / "questions.yml").read_text(encoding="utf-8"))
    document["questions"][0]["key"]["formula"] += " + 0 * 86753.09"
    for question in document["questions"]:
        for mistake in question["mistakes"]:
            mistake["hint"] += f" {CANARY}"
    (folder / "questions.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    for path in (folder / "rubric.yml", common):
        rubric = yaml.safe_load(path.read_text(encoding="utf-8"))
        part = rubric.get("local") or rubric["criteria"][0]
        part["marker_notes"] = f"{CANARY} for markers"
        for anchor in rubric.get("essay", {}).get("anchors", ()):
            anchor["text"] += f" {CANARY}"
            anchor["why"] += f" {CANARY}"
        path.write_text(yaml.safe_dump(rubric), encoding="utf-8")


@pytest.mark.slow
def test_releasing_twice_gives_the_same_zip_with_the_wheel_and_how_to_install_it(course):
    archive = courses.release(course, "03-death-spiral")
    once = archive.read_bytes()
    assert courses.release(course, "03-death-spiral").read_bytes() == once
    with zipfile.ZipFile(archive) as packed:
        names = [Path(name).name for name in packed.namelist()]
        readme = packed.read("03-death-spiral/README.txt").decode("utf-8")
    assert names == [
        "03-death-spiral.ipynb",
        "README.txt",
        f"casekit-{casekit.__version__}-py3-none-any.whl",
    ]
    assert f"install ./casekit-{casekit.__version__}-py3-none-any.whl jupyterlab" in readme
    shutil.copyfile(course / "wheel" / names[2], course / "wheel" / "casekit-0.0-py3-none-any.whl")
    with pytest.raises(InvalidInputError, match="holds 2 wheels of casekit"):
        courses.release(course, "03-death-spiral")


def test_a_wheel_that_cannot_be_built_costs_one_line(tmp_path, capsys):
    (tmp_path / "pyproject.toml").write_text("[project", encoding="utf-8")
    _build_wheel(tmp_path, tmp_path / "wheel")
    assert capsys.readouterr().err.count("\n") == 1

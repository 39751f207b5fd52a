"""Release an assignment: prove that it can be solved, then that it gives nothing away."""

import shutil
import sys
import tempfile
from pathlib import Path

from nbgrader.converters import GenerateAssignment

from casekit.course import firms, gate, nbgrading
from casekit.course.folder import WHEEL, Course, Progress, files_in, open_course, pack, silent
from casekit.errors import InvalidInputError
from casekit.questions.firm import FILE
from casekit.questions.marking import find_firm
from casekit.questions.validation import check_keys

_README = """\
Python 3.11 or newer is needed. In this folder, install what the notebook uses and JupyterLab:
    python -m pip install ./{wheel} jupyterlab
Keep the file firm.json with your firm's numbers beside the notebook. Then open the notebook:
    python -m jupyterlab {assignment}.ipynb
"""


def release(
    directory: str | Path,
    assignment: str,
    progress: Progress = silent,
    *,
    shared: bool = False,
) -> Path:
    """Make the students' version of an assignment, and a ZIP of it for a learning platform.

    If the course's folder `wheel` holds a `casekit-*.whl`, the ZIP carries it, and a `README.txt`
    that tells how to install it and open the notebook. Each enrolled student also gets a file of
    own numbers, `firms/<assignment>/<student>/firm.json`, and a small ZIP of notebook and numbers
    beside it; a second release writes the same numbers again, and those of new students.

    The gate comes first (`casekit.course.gate`): the solution is run and must earn full marks
    without writing to stderr, the empty notebook must earn nothing, every known mistake must get
    its hint; the result is then searched for solutions, hidden tests, keys, hints and secrets.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        progress: Called before each step.
        shared: Whether everybody gets the public numbers instead; they stand in the ZIP.

    Returns:
        The ZIP, `release/<assignment>.zip`; beside it lies the folder `release/<assignment>/`.

    Raises:
        UnknownNameError: If there is no such assignment.
        InvalidInputError: If a key is broken, the gate stays shut, there are several wheels, or
            there are submissions with other numbers.
    """
    course = open_course(directory)
    course.require_assignment(assignment)
    found = course.questions(assignment)
    check_keys(found, course.keys(assignment))
    wheel = _wheel(course)
    progress(f"running {assignment}, solved and empty", 0, 4)
    gate.require_solvable(course, found)
    with tempfile.TemporaryDirectory(prefix=".release.", dir=course.root) as scratch:
        progress(f"making the students' version of {assignment}", 1, 4)
        made = _generate(course, assignment, Path(scratch).name)
        if shared:
            public = find_firm(course.root, found, None).to_json()
            (made / FILE).write_text(public, encoding="utf-8")
        progress(f"drawing the numbers of {assignment}", 2, 4)
        own = {} if shared else firms.draw_firms(course, found)
        progress(f"searching {assignment} for answers", 3, 4)
        whole = _lay_out(made, wheel)
        numbers = {f"the numbers of {student}": text for student, text in own.items()}
        gate.require_silence(gate.texts_in(whole) | numbers, course, assignment)
        firms.share(course, assignment, shared=shared)
        if shared:
            shutil.rmtree(course.root / firms.FOLDER / assignment, ignore_errors=True)
        firms.write_firms(course, assignment, own, made / f"{assignment}.ipynb")
        archive = _publish(made, whole, course)
    if not shared and not own:
        note = "casekit: nobody is enrolled yet, so no numbers were drawn; release it again then."
        print(note, file=sys.stderr)  # noqa: T201 - must be seen by whoever calls
    return archive


def _wheel(course: Course) -> Path | None:
    wheels = sorted((course.root / WHEEL).glob("casekit-*.whl"))
    if len(wheels) > 1:
        message = f"{course.root / WHEEL} holds {len(wheels)} wheels of casekit: keep one."
        raise InvalidInputError(message)
    return wheels[0] if wheels else None


def _lay_out(made: Path, wheel: Path | None) -> Path:
    """A folder of what goes into the ZIP: the students' version and how to run it."""
    whole = made.parent / "pack" / made.name
    shutil.copytree(made, whole)
    if wheel:
        shutil.copyfile(wheel, whole / wheel.name)
        text = _README.format(wheel=wheel.name, assignment=made.name)
        (whole / "README.txt").write_text(text, encoding="utf-8")
    return whole


def _generate(course: Course, assignment: str, scratch: str) -> Path:
    """Let nbgrader write into a scratch folder of the course, and record the cells."""
    directory = course.directory(assignment_id=assignment, release_directory=scratch)
    problem = nbgrading.run(GenerateAssignment(coursedir=directory, config=course.config))
    if problem:
        message = f"nbgrader cannot make the students' version of {assignment}: {problem}."
        raise InvalidInputError(message)
    return course.root / scratch / assignment


def _publish(made: Path, whole: Path, course: Course) -> Path:
    target = course.root / "release" / made.name
    archive = course.root / "release" / f"{made.name}.zip"
    target.parent.mkdir(exist_ok=True)
    packed = made.parent / archive.name
    files = {path.relative_to(whole).as_posix(): path for path in files_in(whole)}
    pack({f"{whole.name}/{name}": path for name, path in files.items()}, packed)
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)
    packed.replace(archive)
    return archive

"""What to run where: an assignment's notebooks as the instructor made them.

The gradebook says which cells there are; the source notebook says which names the student is to
bind. A name that the instructor's cells alone bind is never taken from a student's process.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from casekit.grading import names
from casekit.grading.names import BUILTINS, Use
from casekit.grading.standins import ClassPlan

_BY_TEXT = frozenset({"globals", "locals", "vars", "dir", "eval", "exec"})
_MASKS = re.compile(
    r"\b(np|numpy)\.ma\b|\bimport ma\b|\bmasked_\w+\(|\bMaskedArray|\bNA\b|\bconvert_dtypes\b"
    r"|\bdtype_backend\b|\b(U?Int|Float)\d+\b|[\"'](boolean|string)\b"
)
_PATCHED = re.compile(r"""["']__main__\.([^\W\d]\w*)["']""")


@dataclass(frozen=True)
class KnownCell:
    """A cell of the gradebook.

    Attributes:
        name: Its grade id.
        cell_type: ``code`` or ``markdown``.
        source: Source as released; of a locked cell as the instructor wrote it, hidden tests too.
        checksum: nbgrader's checksum of it.
        locked: Whether students cannot change it.
        solution: Whether students write into it.
        task: Whether it is a task.
        points: Points that it can earn, or None if it is not graded.
    """

    name: str
    cell_type: str
    source: str
    checksum: str | None
    locked: bool
    solution: bool = False
    task: bool = False
    points: float | None = None

    @property
    def is_test(self) -> bool:
        """Whether it judges what other cells have bound."""
        return self.points is not None and not (self.solution or self.task)


@dataclass(frozen=True)
class TestPlan:
    """What a test cell needs.

    Attributes:
        before: Instructor's code that must have run before it, in order.
        wanted: Names to take from the student's process.
        spare: Names to take from there only if no instructor's code has bound them.
        handed: Names that it binds or deletes and that the student's functions read.
        echo: Its visible part, if later cells of the notebook use what it binds; else nothing.
        goes_on_from: Earlier test cells that have bound or noted what it reads.
    """

    __test__ = False

    before: tuple[int, ...] = ()
    wanted: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    echo: str = ""
    goes_on_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotebookPlan:
    """One notebook of an assignment.

    Attributes:
        name: Its name, without ending.
        cells: Its cells in the gradebook, in the order of the source notebook.
        trusted: Instructor's code outside test cells that judges may need, by number.
        tests: What each test cell needs, by name.
        classes: Classes that students are to write.
        holders: Names that may hold objects of those classes.
        imported: Names that solutions bind by importing.
        own_classes: Names of classes that the instructor's cells define.
        modules: Modules that the released notebook imports.
        hidden_modules: Modules that the tests import.
        masks: Whether its code makes arrays with masked or missing values.
        kernel: Kernelspec to write into the notebook, or None.
    """

    name: str
    cells: tuple[KnownCell, ...]
    trusted: tuple[str, ...] = ()
    tests: Mapping[str, TestPlan] = field(default_factory=dict)
    classes: tuple[ClassPlan, ...] = ()
    holders: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    own_classes: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    hidden_modules: frozenset[str] = frozenset()
    masks: bool = False
    kernel: Mapping[str, str] | None = None

    def known(self) -> dict[str, KnownCell]:
        """Return the cells by name."""
        return {cell.name: cell for cell in self.cells}


@dataclass(frozen=True)
class SourceCell:
    """A code cell of the source notebook.

    Attributes:
        source: Its source, solutions and hidden tests included.
        known: The gradebook's cell, or None.
    """

    source: str
    known: KnownCell | None

    @property
    def role(self) -> str:
        """``solution``, ``test``, ``locked`` or ``plain``."""
        if self.known is None:
            return "plain"
        if self.known.solution:
            return "solution"
        if self.known.is_test:
            return "test"
        return "locked" if self.known.locked else "plain"


@dataclass
class _Statement:
    cell: int
    role: str
    source: str
    use: Use


def plan_notebook(
    name: str,
    cells: Sequence[KnownCell],
    source: Sequence[SourceCell],
    marks: tuple[str, str],
    kernel: Mapping[str, str] | None = None,
) -> NotebookPlan:
    """Work out what to run where.

    Args:
        name: The notebook's name.
        cells: Its cells in the gradebook.
        source: The code cells of the source notebook, in order.
        marks: What begins and ends a hidden test.
        kernel: Kernelspec to write into graded notebooks.
    """
    found = [
        _Statement(place, cell.role, text, names.use(text))
        for place, cell in enumerate(source)
        for text in names.statements(cell.source)
    ]
    theirs = _students_names(found)
    trusted = _trusted(found, theirs)
    ours = _instructors_names(found, trusted)
    imported = {name for each in found if each.role == "solution" for name in each.use.imports} - {
        name for each in found if each.role in ("locked", "test") for name in each.use.imports
    }
    numbers = {place: number for number, place in enumerate(trusted)}
    tests = {}
    for place, cell in enumerate(source):
        if cell.role == "test" and cell.known:
            before = [numbers[at] for at in trusted if found[at].cell < place]
            wanted, spare = _needs(found, place, trusted, theirs | imported, ours)
            tests[cell.known.name] = TestPlan(
                tuple(before), tuple(sorted(wanted)), tuple(sorted(spare)),
                tuple(sorted(_handed(found, place, cell.source))),
                _echo(found, place, cell, marks),
                tuple(_goes_on_from(found, place, source, theirs)),
            )  # fmt: skip
    solutions = [cell.source for cell in source if cell.role == "solution"]
    own = [statement.source for at, statement in enumerate(found) if at in trusted]
    given = names.classes(own)
    asked = names.classes(solutions, given)
    classes = {name: asked[name] for name in asked if name not in given}
    outside = [cell.source for cell in source if cell.role != "test"]
    modules = _modules(statement for statement in found if statement.role != "test")
    return NotebookPlan(
        name, tuple(cells), tuple(found[place].source for place in trusted), tests,
        tuple(classes.values()), frozenset(names.holders(outside, classes)),
        frozenset(imported),
        frozenset(given), modules, _modules(found) - modules,
        any(_MASKS.search(statement.source) for statement in found), kernel,
    )  # fmt: skip


def _modules(found: Sequence[_Statement] | Iterator[_Statement]) -> frozenset[str]:
    return frozenset(module for statement in found for module in statement.use.modules)


def _students_names(found: list[_Statement]) -> set[str]:
    """Names that the student is to bind or may change, and what follows from them."""
    theirs: set[str] = set()
    for statement in found:
        if statement.role == "solution":
            theirs |= statement.use.defines | statement.use.data
        elif statement.role == "plain":
            theirs |= statement.use.data  # the cell is the student's to edit
    given = {name for each in found if each.role == "locked" for name in each.use.data}
    theirs |= given & names.changed(each.use for each in found if each.role == "solution")
    while True:
        more = set()
        for statement in found:
            if statement.role in ("locked", "plain") and _depends(statement, found, theirs):
                more |= statement.use.data
        if more <= theirs:
            return theirs
        theirs |= more


def _depends(statement: _Statement, found: list[_Statement], theirs: set[str]) -> bool:
    """Whether a statement, when it runs, uses what the student binds."""
    return bool(_reached(statement.use.now, found) & theirs)


def _reached(reads: set[str], found: list[_Statement]) -> set[str]:
    """Names read, and those read by the instructor's functions among them."""
    reached, new = set(reads), set(reads)
    while new:
        inside: set[str] = set()
        for statement in found:
            if statement.role != "solution" and statement.use.defines & new:
                inside |= statement.use.reads
        new = inside - reached
        reached |= new
    return reached


def _trusted(found: list[_Statement], theirs: set[str]) -> list[int]:
    """Places of the statements that judges run too: the instructor's, from nothing of a student's.

    What a solution only imports is among them: tests use it, and it is the same everywhere.
    """
    places = []
    for place, statement in enumerate(found):
        use = statement.use
        if statement.role == "solution":
            if (use.imports or use.star) and not (use.data | use.defines):
                places.append(place)
        elif statement.role in ("locked", "plain") and not _depends(statement, found, theirs):
            places.append(place)
    return places


def _instructors_names(found: list[_Statement], trusted: list[int]) -> set[str]:
    names_bound = {name for place in trusted for name in found[place].use.binds}
    for statement in found:
        if statement.role == "test":
            names_bound |= statement.use.binds
    return names_bound


def _needs(
    found: list[_Statement],
    place: int,
    trusted: list[int],
    theirs: set[str],
    ours: set[str],
) -> tuple[set[str], set[str]]:
    """Names that a test cell takes from the student's process: always, and for want of others."""
    inside = [statement for statement in found if statement.cell == place]
    known = [found[at] for at in trusted]
    known += [statement for statement in found if statement.role == "test"]
    reads = _reached({name for each in inside for name in each.use.reads}, known)
    if reads & _BY_TEXT:
        reads |= theirs
    return (reads & theirs) - _tests_own(found, place), reads - BUILTINS - ours - theirs


def _tests_own(found: list[_Statement], place: int) -> set[str]:
    """Names that an earlier test has bound last, and that no function of the student's reads."""
    last: dict[str, str] = {}
    for each in found:
        if each.cell < place:
            last |= dict.fromkeys(each.use.binds, each.role)
    later = {name for each in found if each.role != "test" for name in each.use.later}
    return {name for name, role in last.items() if role == "test"} - later


def _goes_on_from(
    found: list[_Statement], place: int, source: Sequence[SourceCell], theirs: set[str]
) -> Iterator[str]:
    """Names of earlier test cells that have bound or noted what a test cell reads."""
    reads: set[str] = set()
    bound: set[str] = set()
    for each in found:
        if each.cell == place:
            bound |= each.use.binds - each.use.notes
            reads |= (each.use.reads | each.use.notes) - bound
    for earlier, cell in enumerate(source[:place]):
        if cell.role == "test" and cell.known:
            uses = [each.use for each in found if each.cell == earlier]
            noted = {name for use in uses for name in use.binds | use.notes}
            if reads & (noted - theirs):
                yield cell.known.name


def _handed(found: list[_Statement], place: int, source: str) -> set[str]:
    """Names that a test cell binds, changes or deletes for the student's functions to see."""
    here = [each.use for each in found if each.cell == place]
    bound = {name for use in here for name in use.binds | use.changes}
    read = {name for each in found if each.role != "test" for name in each.use.later}
    return (bound & read) | set(_PATCHED.findall(source))


def _echo(found: list[_Statement], place: int, cell: SourceCell, marks: tuple[str, str]) -> str:
    bound = {name for each in found if each.cell == place for name in each.use.binds}
    later = {
        name
        for each in found
        if each.cell > place and each.role != "test"
        for name in each.use.reads
    }
    return names.without_regions(cell.source, *marks) if bound & later else ""

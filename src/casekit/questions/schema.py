"""A question as data, read from a `questions.yml` that has been validated before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from casekit.errors import InvalidInputError, UnknownNameError
from casekit.questions.checking import Form
from casekit.questions.files import read_text
from casekit.questions.firm import Value

_TUPLES = (
    "options", "labels", "columns", "arguments", "probes", "keep", "follows", "mistakes",
    "objectives",
)  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """One parameter of a student's firm: a number on a grid, or one of some words.

    Attributes:
        meaning: What it stands for, shown to the student.
        public: Its value in the public set.
        unit: What it counts.
        low: Smallest value of a number.
        high: Largest value of a number.
        step: Distance of the values in between.
        options: The words of a choice; a number has none.
    """

    meaning: str
    public: Value
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One autograded question; the fields are those of `questions.yml`.

    Attributes:
        id: The variable in the notebook, with its unit in the name.
        title: Heading of the question.
        prompt: What is asked, in Markdown.
        type: One of `casekit.questions.checking.TYPES`.
        points: Points of a right answer.
        key: One source of the right value; for a list or series one source an element, for a
            frame a list of sources a column.
        objectives: Numbers of the chapter's objectives that a right answer shows.
        difficulty: 1 (apply a definition), 2 (combine steps) or 3 (judge, transfer).
        unit: What the number counts.
        low: Lowest plausible value.
        high: Highest plausible value.
        options: The allowed words.
        length: Number of elements of a ``list``.
        labels: Labels of a ``series``, rows of a ``frame``.
        columns: Columns of a ``frame``.
        arguments: What a ``function`` takes.
        example: One call of a ``function`` that the visible check makes.
        probes: Calls of a ``function`` by which it is marked.
        tolerance: ``{"relative": share}`` or ``{"absolute": in the unit}``.
        rounding: Decimals a student may round to.
        partial: Whether each right element earns its share of the points.
        draw: Parameters of the student's firm that this question introduces.
        keep: Conditions that every variant meets.
        band: Lowest and highest key of a variant.
        follows: Earlier questions whose answers the key uses.
        mistakes: Known wrong answers, each with a hint.
    """

    id: str
    title: str
    prompt: str
    type: str
    points: float
    key: Any
    objectives: tuple[int, ...]
    difficulty: int
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    length: int | None = None
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    probes: tuple[Mapping[str, Any], ...] = ()
    tolerance: Mapping[str, float] = field(default_factory=dict)
    rounding: int | None = None
    partial: bool = True
    draw: Mapping[str, Draw] = field(default_factory=dict)
    keep: tuple[dict[str, Any], ...] = ()
    band: Mapping[str, float] = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    mistakes: tuple[dict[str, Any], ...] = ()

    @property
    def form(self) -> Form:
        """What an answer must look like, without its plausible range: marking judges that."""
        return Form(
            self.id, self.type, self.unit, options=self.options, length=self.length,
            labels=self.labels, columns=self.columns, arguments=self.arguments,
            example=self.example,
        )  # fmt: skip

    @property
    def numeric(self) -> bool:
        """Whether answers are numbers, and not words or truth values."""
        return not self.options and self.type != "bool"


@dataclass(frozen=True)
class Assignment:
    """The autograded part of an assignment.

    Attributes:
        name: Name of its folder, e.g. ``"02-crisis"``.
        title: What it is about.
        minutes: How long it takes, essay included.
        points: Points in all, essay included.
        questions: The questions in the order of the notebook.
    """

    name: str
    title: str
    minutes: int
    points: float
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question:
        """Return a question by its id.

        Raises:
            UnknownNameError: If there is none.
        """
        known = {question.id: question for question in self.questions}
        if question_id not in known:
            raise UnknownNameError("question", question_id, known)
        return known[question_id]


def read_assignment(path: Path) -> Assignment:
    """Read a `questions.yml` without validating it again.

    Raises:
        InvalidInputError: If the file is missing or is no YAML.
    """
    return to_assignment(read_yaml(path), path)


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        InvalidInputError: If it is missing, is not in UTF-8, or is no YAML.
    """
    try:
        return yaml.load(read_text(path), _Loader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as problem:
        reason = " ".join(str(problem).split())
        message = f"{path} is no valid YAML: {reason}."
        raise InvalidInputError(message) from problem


try:
    from yaml import CSafeLoader as _Quicker
except ImportError:  # PyYAML without its C library
    from yaml import SafeLoader as _Quicker  # type: ignore[assignment]


class _Loader(_Quicker):
    """A safe loader that does not let the last of two equal fields win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Return a mapping, or refuse a field that is there twice."""
        names = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if names.count(key.value) > 1:
                problem = f"the field {key.value!r} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


def to_assignment(document: dict[str, Any], path: Path) -> Assignment:
    """Turn a validated `questions.yml` into an assignment named by its folder."""
    questions = tuple(_question(entry) for entry in document["questions"])
    return Assignment(name=path.parent.name, questions=questions, **document["assignment"])


def _question(entry: dict[str, Any]) -> Question:
    values: dict[str, Any] = {
        name: tuple(each) if name in _TUPLES else each for name, each in entry.items()
    }
    values["draw"] = {
        name: Draw(**(each | {"options": tuple(each.get("options", ()))}))
        for name, each in entry.get("draw", {}).items()
    }
    return Question(**values)

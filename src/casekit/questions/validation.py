"""Validate `questions.yml` and the rubric files, and say every fault in one sentence.

Apart from `casekit.questions.schema`, because importing jsonschema takes a second that marking
would pay for every submission.
"""

import builtins
import json
import keyword
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from math import isclose, prod
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from casekit.errors import InvalidInputError
from casekit.questions import keys
from casekit.questions.files import read_text
from casekit.questions.firm import Firm
from casekit.questions.schema import Assignment, Question, read_yaml, to_assignment
from casekit.questions.variants import grid_size, public_firm, references

_LONG = 200
_LARGEST = 1e15
_FEWEST_VARIANTS = 10_000
# Names that the cells of a notebook define or import.
_USED = ("casekit", "check", "data", "firm", "models", "pd", "np", "predicted")
_SCALARS = ("float", "pct", "int")


def load_assignment(path: Path) -> Assignment:
    """Read the autograded part of an assignment.

    Args:
        path: A `questions.yml`.

    Raises:
        InvalidInputError: If the file breaks the schema or contradicts itself: one sentence a
            fault, with file, line and field, one fault a line.
    """
    document = read_yaml(path)
    if isinstance(document, list):
        message = f"{path} is of an older casekit: make a new course, or keep that casekit."
        raise InvalidInputError(message)
    faults = [*_infinite(document), *schema_faults(document, "schema.json")]
    if not faults:
        faults = list(_contradictions(to_assignment(document, path)))
    refuse(path, faults)
    return to_assignment(document, path)


def check_keys(assignment: Assignment, path: Path, firm: Firm | None = None) -> None:
    """Refuse keys that cannot be computed or are at odds with their question.

    Args:
        assignment: The assignment.
        path: Its `questions.yml`, for the message.
        firm: The numbers to compute with; the public ones by default.

    Raises:
        InvalidInputError: One sentence a fault, with file, line and field, one fault a line.
    """
    names = firm or public_firm(assignment)
    refuse(
        path,
        [
            (("questions", index, fault.partition(":")[0]), fault.partition(": ")[2])
            for index, question in enumerate(assignment.questions)
            for fault in _key_faults(question, assignment, names, public=firm is None)
        ],
    )


Fault = tuple[tuple[str | int, ...], str]
"""Where in a document something is wrong, and what."""


def _infinite(part: Any, place: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """Numbers that YAML knows and no question can use."""
    if isinstance(part, dict | list):
        items = part.items() if isinstance(part, dict) else enumerate(part)
        for name, inner in items:
            yield from _infinite(inner, (*place, name))
    elif isinstance(part, int | float) and not abs(part) < _LARGEST:
        yield place, "is no number of ordinary size"


def refuse(path: Path, faults: Iterable[Fault]) -> None:
    """Raise the faults of a file as sentences with file, line and field, one a line.

    Raises:
        InvalidInputError: If there are any.
    """
    found = list(faults)
    if not found:
        return
    root = yaml.compose(read_text(path))
    sentences = [
        f"{path}, line {_line(root, place)}, {_place(root, place)}: {reason.rstrip('.?')}."
        for place, reason in found
    ]
    raise InvalidInputError("\n".join(sentences))


def schema_faults(document: Any, schema: str) -> Iterator[Fault]:
    """Yield what breaks a schema of this package."""
    errors = validator(schema).iter_errors(document)
    for error in sorted(errors, key=lambda each: [str(part) for part in each.absolute_path]):
        place = (*error.absolute_path, *_unnamed_field(error))
        short = len(error.message) < _LONG
        yield place, error.message if short else f"not a valid {error.validator}"


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return the validator of a schema file of this package."""
    text = files("casekit.questions").joinpath(name).read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def _unnamed_field(error: jsonschema.ValidationError) -> list[str]:
    """A missing or an extra field has no path of its own: take it from the comparison."""
    entry: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if not isinstance(entry, dict):
        return []
    if error.validator == "required":
        return [name for name in rule if name not in entry][:1]
    if error.validator == "additionalProperties" and "properties" in schema:
        return [str(name) for name in entry if name not in schema["properties"]][:1]
    return []


def _place(root: yaml.Node | None, place: tuple[str | int, ...]) -> str:
    """A place in words: questions by their id, other entries of a list by their number."""
    if len(place) > 1 and place[0] == "questions" and isinstance(place[1], int):
        known = _name(_follow(root, place[:2]))
        name = f"question {known}" if known else f"question number {place[1] + 1}"
        return f"{name}, field {'.'.join(str(part) for part in place[2:]) or '(all)'}"
    return f"field {'.'.join(str(part) for part in place) or '(all)'}"


def _name(node: yaml.Node | None) -> str | None:
    found = _follow(node, ("id",))
    return str(found.value) if found is not node and isinstance(found, yaml.ScalarNode) else None


def _line(root: yaml.Node | None, place: tuple[str | int, ...]) -> int:
    node = _follow(root, place)
    return node.start_mark.line + 1 if node else 1


def _follow(root: yaml.Node | None, place: tuple[str | int, ...]) -> yaml.Node | None:
    """The deepest node of a document on the way to a place."""
    node = root
    for part in place:
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            below = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            below = node.value[part] if part < len(node.value) else None
        if below is None:
            return node
        node = below
    return node


def _contradictions(assignment: Assignment) -> Iterator[Fault]:
    """Faults between fields that a schema cannot see."""
    seen: list[str] = []
    drawn: set[str] = set()
    for index, question in enumerate(assignment.questions):
        if question.id in seen:
            yield ("questions", index, "id"), "the name is used twice, give each question its own"
        drawn |= set(question.draw)
        for field, reason in _question_faults(question, assignment, seen, drawn):
            yield ("questions", index, field), reason
        seen.append(question.id)


def _question_faults(
    question: Question, assignment: Assignment, seen: list[str], drawn: set[str]
) -> Iterator[tuple[str, str]]:
    if question.low is not None and question.high is not None and question.low >= question.high:
        yield "low", "must be below high"
    yield from _key_shape_faults(question)
    if wrong := [earlier for earlier in question.follows if earlier not in seen]:
        yield "follows", f"{wrong[0]} is no earlier question"
        return
    yield from _name_faults(question, assignment)
    for earlier in question.follows:
        if assignment.question(earlier).type not in _SCALARS:
            yield "follows", f"{earlier} is no single number"
    known = drawn | {*question.follows, *question.arguments}
    used = keys.named_in((question.key, question.keep, question.mistakes))
    if unknown := sorted(used - known):
        yield "key", f"${unknown[0]} is no parameter drawn so far and no answer it follows"
    for call in (question.example, *question.probes):
        if question.arguments and set(call) != set(question.arguments):
            yield "probes", f"a call gives {sorted(call)}, but the arguments are others"
    yield from _draw_faults(question)
    yield from _variant_faults(question, assignment)


def _name_faults(question: Question, assignment: Assignment) -> Iterator[tuple[str, str]]:
    taken = {*dir(builtins), *keyword.kwlist, *_USED}
    if question.id in taken:
        yield "id", "is a word of Python or of the notebook: take another"
    ids = {other.id for other in assignment.questions}
    if both := sorted(ids & set(question.draw)):
        yield "draw", f"{both[0]} is the name of a question too"
    if question.numeric and "value" in question.key:
        yield "key", "is a typed number: say where it comes from"
    for mistake in question.mistakes:
        if ("key" in mistake) == bool({"factor", "shift"} & set(mistake)):
            yield "mistakes", "give either a key, or a factor or shift"


def _key_shape_faults(question: Question) -> Iterator[tuple[str, str]]:
    for field, key in (
        ("key", question.key),
        *(("mistakes", each["key"]) for each in question.mistakes if "key" in each),
    ):
        if question.type == "frame":
            columns = key if isinstance(key, dict) else {}
            sizes = {len(each) if isinstance(each, list) else 0 for each in columns.values()}
            if set(columns) != set(question.columns) or sizes != {len(question.labels)}:
                yield field, "a frame needs a list of sources for each column, one a row"
                continue
            sources = [source for each in key.values() for source in each]
        else:
            sources = key if isinstance(key, list) else [key]
            size = len(question.labels) or question.length or 1
            if isinstance(key, list) and (size != len(key) or question.type not in _COMPOSITE):
                yield field, f"has {len(key)} elements, but {size} are asked for"
        for source in sources:
            if len(_KINDS & set(source)) != 1:
                yield field, "give exactly one of formula, model with measure or result, or value"


_COMPOSITE = ("list", "series")
_KINDS = {"formula", "measure", "result", "value"}


def _draw_faults(question: Question) -> Iterator[tuple[str, str]]:
    for name, draw in question.draw.items():
        if draw.options:
            if draw.public not in draw.options:
                yield "draw", f"the public value of {name} is not among its options"
        elif isinstance(draw.public, str) or not draw.low <= draw.public <= draw.high:
            yield "draw", f"the public value of {name} does not lie between low and high"
        elif grid_size(draw) < 2:  # noqa: PLR2004 - one value is no draw
            yield "draw", f"{name} can have one value only: widen it"
        elif not isclose(
            draw.low + (grid_size(draw) - 1) * draw.step, draw.high, rel_tol=1e-9, abs_tol=1e-12
        ):
            yield "draw", f"the steps of {name} do not end at high"


def _variant_faults(question: Question, assignment: Assignment) -> Iterator[tuple[str, str]]:
    """A question with own numbers needs enough of them, and a band for its key."""
    used = references(question, assignment, key_only=True)
    if not used:
        return
    sizes = [
        grid_size(draw)
        for other in assignment.questions
        for name, draw in other.draw.items()
        if name in used
    ]
    if prod(sizes) < _FEWEST_VARIANTS:
        yield "draw", f"only {prod(sizes)} variants: draw more, or in finer steps"
    if question.numeric and not question.band:
        yield "band", "is missing: say within which values the key of every variant lies"


def _key_faults(
    question: Question, assignment: Assignment, firm: Firm, *, public: bool
) -> list[str]:
    try:
        names = keys.names_for(question, assignment, firm)
        keys.expected(question, names)
    except keys.BROKEN as problem:
        return [f"key: {_reason(problem)}"]
    try:
        return list(keys.faults(question, names, public=public))
    except keys.BROKEN as problem:
        return [f"mistakes: {_reason(problem)}"]


def _reason(problem: Exception) -> str:
    return str(problem).rstrip(".?") or type(problem).__name__

"""The pages of the assignments and of the format of a question, made from the files themselves.

``{assignments}`` lists what every assignment asks, with points, minutes and objectives, and nothing
of its keys, hints or solutions. ``{question-format}`` lists the fields of a `questions.yml` as its
schema describes them.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Node
from sphinx.util.docutils import SphinxDirective

from casekit.book import datapages
from casekit.questions.rubric import Rubric, load_rubric
from casekit.questions.schema import Assignment, Question, read_assignment
from casekit.questions.variants import references
from casekit.questions.wording import answer_kind

_FOLDER = "exercises"
_DIFFICULTIES = {1: "apply", 2: "combine", 3: "judge"}
_PARTS = {
    "assignment": "The assignment",
    "question": "A question",
    "draw": "A parameter of the student's firm",
    "source": "A source of a key",
    "condition": "A condition that every variant meets",
    "mistake": "A known mistake",
}


class Assignments(SphinxDirective):
    """The ``assignments`` directive: a table of all assignments, then one of each."""

    has_content = False

    def run(self) -> list[Node]:
        """Return the tables; the page is built anew when an exercise changes."""
        found = list(_assignments(Path(self.env.srcdir)))
        for path in (Path(self.env.srcdir) / _FOLDER).rglob("*.yml"):
            self.env.note_dependency(str(path))
        return [
            datapages.table(
                "All assignments",
                ("Assignment", "Answers", "With own numbers", "Points", "Minutes", "Objectives"),
                [_summary(*each) for each in found],
            ),
            *(_section(*each) for each in found),
        ]


class QuestionFormat(SphinxDirective):
    """The ``question-format`` directive: every field of a `questions.yml`."""

    has_content = False

    def run(self) -> list[Node]:
        """Return a section for each part of the file."""
        schema = files("casekit.questions").joinpath("schema.json").read_text(encoding="utf-8")
        return [_fields(name, title, json.loads(schema)) for name, title in _PARTS.items()]


def _assignments(checkout: Path) -> Iterator[tuple[Assignment, Rubric]]:
    common = checkout / _FOLDER / "common-rubric.yml"
    for path in sorted((checkout / _FOLDER).glob("*/questions.yml")):
        yield read_assignment(path), load_rubric(path.parent / "rubric.yml", common)


def _summary(found: Assignment, rubric: Rubric) -> tuple[str, ...]:
    own = [each for each in found.questions if references(each, found, key_only=True)]
    assessed = {number for each in found.questions for number in each.objectives}
    objectives = sorted(assessed | set(rubric.objectives))
    return (
        f"{_number(found)}. {found.title}",
        str(len(found.questions)),
        str(len(own)),
        f"{found.points:g}",
        str(found.minutes),
        ", ".join(map(str, objectives)),
    )


def _section(found: Assignment, rubric: Rubric) -> Node:
    name = f"assignment-{found.name}"
    section = nodes.section(ids=[name], names=[name], classes=["from-data"])
    section += nodes.title("", f"{_number(found)}. {found.title}")
    rows = [_row(each, found) for each in found.questions]
    low, high = rubric.words
    objectives = ", ".join(map(str, rubric.objectives))
    form = f"{low} to {high} words, marked by hand"
    rows.append((rubric.title, rubric.id, form, f"{rubric.points:g}", "judge", objectives))
    head = ("Question", "Name", "Answer", "Points", "Asks to", "Objectives")
    section += datapages.table(found.title, head, rows)
    return section


def _row(question: Question, found: Assignment) -> tuple[str, ...]:
    own = ", own numbers" if references(question, found, key_only=True) else ""
    return (
        question.title,
        question.id,
        answer_kind(question) + own,
        f"{question.points:g}",
        _DIFFICULTIES[question.difficulty],
        ", ".join(map(str, question.objectives)),
    )


def _number(found: Assignment) -> str:
    return found.name.partition("-")[0].lstrip("0")


def _fields(name: str, title: str, schema: dict[str, Any]) -> Node:
    part = schema["properties"]["assignment"] if name == "assignment" else schema["$defs"][name]
    required = set(part.get("required", ()))
    rules = part.get("allOf", ())
    sometimes = {field for rule in rules for field in rule["then"].get("required", ())}
    needed = dict.fromkeys(sometimes, "for some types") | dict.fromkeys(required, "yes")
    rows = [
        (field, _kind(rule, schema), needed.get(field, "no"), _said(rule, schema))
        for field, rule in part["properties"].items()
    ]
    section = nodes.section(ids=[f"part-{name}"], names=[f"part-{name}"], classes=["from-data"])
    section += nodes.title("", title)
    section += datapages.table(title, ("Field", "Value", "Needed", "Meaning"), rows)
    return section


def _said(rule: dict[str, Any], schema: dict[str, Any]) -> str:
    own = rule.get("description")
    return str(own or _resolved(rule, schema).get("description", ""))


def _kind(rule: dict[str, Any], schema: dict[str, Any]) -> str:
    whole = _resolved(rule, schema)
    if "enum" in whole:
        return ", ".join(map(str, whole["enum"]))
    if "type" not in whole:
        return "true" if whole.get("const") is True else "one of several shapes"
    if whole["type"] == "array":
        return f"list of {_kind(whole['items'], schema)}s"
    kinds: list[str] = whole["type"] if isinstance(whole["type"], list) else [whole["type"]]
    return " or ".join(_KINDS.get(kind, kind) for kind in kinds)


_KINDS = {
    "string": "text", "object": "mapping", "integer": "whole number", "boolean": "true or false",
}  # fmt: skip


def _resolved(rule: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in rule:
        return rule
    found: Any = schema
    for part in rule["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _resolved(found, schema)

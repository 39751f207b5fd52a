"""Validate `questions.yml` and the rubric files, and say every fault in one sentence.

Apart from `casekit.questions.schema`, because importing jsonschema takes a second that marking
would pay for every submission.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema

from casekit.errors import InvalidInputError
from casekit.questions.schema import Question, read_yaml, to_question

_LONG = 200


def load_questions(path: Path) -> list[Question]:
    """Read the questions of an assignment, in the order of the file.

    Args:
        path: A `questions.yml`.

    Raises:
        InvalidInputError: If the file breaks the schema: one sentence a fault, one fault a line.
    """
    entries = read_yaml(path)
    faults = list(_faults(entries, path))
    if faults:
        raise InvalidInputError("\n".join(faults))
    return [to_question(entry) for entry in entries]


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return the validator of a schema file of this package."""
    text = files("casekit.questions").joinpath(name).read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def _faults(entries: Any, path: Path) -> Iterator[str]:
    broken = False
    for error in sorted(
        validator("schema.json").iter_errors(entries), key=lambda error: list(error.path)
    ):
        broken = True
        yield _sentence(error, entries, path)
    if not broken:
        yield from _contradictions(entries, path)


def _sentence(error: jsonschema.ValidationError, entries: Any, path: Path) -> str:
    place = list(error.absolute_path)
    fields = [str(part) for part in place[1:]] or _unnamed_field(error)
    message = error.message if len(error.message) < _LONG else f"not a valid {error.validator}"
    name = _name(entries, place[0] if place else None)
    return f"{path}, {name}, field {'.'.join(fields) or '(all)'}: {message}."


def _name(entries: Any, index: object) -> str:
    if not isinstance(index, int):
        return "list of questions"
    entry = entries[index]
    name = entry.get("id") if isinstance(entry, dict) else None
    return f"question {name}" if name else f"question number {index + 1}"


def _unnamed_field(error: jsonschema.ValidationError) -> list[str]:
    """A missing or an extra field has no path of its own: take it from the comparison."""
    entry: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if not isinstance(entry, dict):
        return []
    if error.validator == "required":
        return [name for name in rule if name not in entry][:1]
    if error.validator == "additionalProperties":
        return [name for name in entry if name not in schema["properties"]][:1]
    return []


def _contradictions(entries: list[dict[str, Any]], path: Path) -> Iterator[str]:
    """Faults between fields that a schema cannot see."""
    seen: set[str] = set()
    for entry in entries:
        where = f"{path}, question {entry['id']}, field"
        if entry["id"] in seen:
            yield f"{where} id: the name is used twice, give each question its own."
        seen.add(entry["id"])
        if "low" in entry and entry["low"] >= entry.get("high", float("inf")):
            yield f"{where} low: must be below high."
        sources = entry["key"] if isinstance(entry["key"], list) else [entry["key"]]
        if len(sources) != entry.get("length", 1):
            yield f"{where} key: has {len(sources)} elements, but length is {entry.get('length')}."
        for source in sources:
            if len({"formula", "model", "value"} & set(source)) != 1:
                yield f"{where} key: give exactly one of formula, model or value."

"""The rubric of an essay: five common criteria, of which the assignment words one for itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casekit.questions.schema import read_yaml
from casekit.questions.validation import refuse, schema_faults

LOCAL = "local"
LEVELS = range(5)
"""What a criterion can be marked with."""

_WHOLE = 100
_FACT = re.compile(r"\{fact\}`(?:([^`<]+)<([a-z0-9.-]+)>|([a-z0-9.-]+))`")


@dataclass(frozen=True)
class Criterion:
    """One row of the rubric.

    Attributes:
        id: Identifier, unique in the rubric.
        title: What is judged.
        weight: Percent of the essay's points.
        anchors: What an answer shows at levels 0 to 4.
        marker_notes: For whoever marks; never shown to students.
    """

    id: str
    title: str
    weight: float
    anchors: tuple[str, ...]
    marker_notes: str = ""


@dataclass(frozen=True)
class Anchor:
    """An answer of our own that shows markers what a level looks like; never shown to students.

    Attributes:
        level: Its level as a whole, 1 to 4.
        text: The answer.
        levels: Its level by criterion.
        why: What decides these levels.
    """

    level: int
    text: str
    levels: Mapping[str, int]
    why: str


@dataclass(frozen=True)
class Rubric:
    """An essay and the criteria it is marked by.

    Attributes:
        id: The essay's id, which is its cell's id.
        title: What the essay is about.
        points: Points of a perfect essay.
        words: Fewest and most words.
        objectives: Numbers of the chapter's objectives that the essay shows.
        criteria: The rows, in the order in which students see them.
        anchors: Answers at levels 1 to 4, for markers.
        marker_notes: For whoever marks; never shown to students.
    """

    id: str
    title: str
    points: float
    words: tuple[int, int]
    objectives: tuple[int, ...]
    criteria: tuple[Criterion, ...]
    anchors: tuple[Anchor, ...]
    marker_notes: str = ""


def load_rubric(path: Path, common: Path) -> Rubric:
    """Read an assignment's rubric.

    Args:
        path: The assignment's `rubric.yml`.
        common: The `common-rubric.yml` of all assignments.

    Raises:
        InvalidInputError: If a file breaks the schema or the weights do not sum to 100.
    """
    own, shared = _read(path, "essay"), _read(common, "criteria")
    criteria = tuple(_criterion(entry, own) for entry in shared["criteria"])
    if sum(criterion.weight for criterion in criteria) != _WHOLE:
        refuse(common, [(("criteria",), f"the weights must sum to {_WHOLE}")])
    _check_anchors(own["essay"]["anchors"], criteria, path)
    essay = own["essay"] | {
        "words": tuple(own["essay"]["words"]),
        "objectives": tuple(own["essay"]["objectives"]),
        "anchors": tuple(_anchor(entry) for entry in own["essay"]["anchors"]),
    }
    return Rubric(**essay, criteria=criteria)


def _check_anchors(
    anchors: list[dict[str, Any]], criteria: tuple[Criterion, ...], path: Path
) -> None:
    known = {criterion.id for criterion in criteria}
    if [entry["level"] for entry in anchors] != [*LEVELS][1:]:
        refuse(path, [(("essay", "anchors"), "give one answer for each level from 1 to 4")])
    refuse(
        path,
        [
            (("essay", "anchors", index, "levels"), "give a level for each criterion")
            for index, entry in enumerate(anchors)
            if set(entry["levels"]) != known
        ],
    )


def _anchor(entry: dict[str, Any]) -> Anchor:
    return Anchor(**(entry | {"text": _with_facts(entry["text"])}))


def _with_facts(text: str) -> str:
    """Put the values of rows into a text: {fact}`row` or, for words, {fact}`words <row>`."""
    # The tables load late: students' machines and most of marking need them not.
    from casekit import data  # noqa: PLC0415

    def words(found: re.Match[str]) -> str:
        if found[1]:
            data.fact(found[2].removesuffix(".high"))
            return found[1].strip()
        return data.fact(found[3]).text

    return _FACT.sub(words, text)


def _criterion(entry: dict[str, Any], own: dict[str, Any]) -> Criterion:
    words = entry | own["local"] if entry["id"] == LOCAL else entry
    return Criterion(**(words | {"anchors": tuple(words["anchors"])}))


def _read(path: Path, wanted: str) -> dict[str, Any]:
    rubric = read_yaml(path)
    refuse(path, schema_faults(rubric, "rubric_schema.json"))
    if wanted not in rubric:
        refuse(path, [((wanted,), "is missing")])
    found: dict[str, Any] = rubric
    return found

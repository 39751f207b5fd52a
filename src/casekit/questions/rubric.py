"""The rubric of an essay: five common criteria, of which the assignment words one for itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casekit.errors import InvalidInputError
from casekit.questions.schema import read_yaml
from casekit.questions.validation import validator

LOCAL = "local"
_WHOLE = 100


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
class Rubric:
    """An essay and the criteria it is marked by.

    Attributes:
        id: The essay's id, which is its cell's id.
        title: What the essay is about.
        points: Points of a perfect essay.
        words: Fewest and most words.
        criteria: The rows, in the order in which students see them.
        marker_notes: For whoever marks; never shown to students.
    """

    id: str
    title: str
    points: float
    words: tuple[int, int]
    criteria: tuple[Criterion, ...]
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
        message = f"{common}, criteria, field weight: the weights must sum to {_WHOLE}."
        raise InvalidInputError(message)
    essay = own["essay"]
    low, high = essay["words"]
    return Rubric(**(essay | {"words": (low, high), "criteria": criteria}))


def _criterion(entry: dict[str, Any], own: dict[str, Any]) -> Criterion:
    words = entry | own["local"] if entry["id"] == LOCAL else entry
    return Criterion(**(words | {"anchors": tuple(words["anchors"])}))


def _read(path: Path, wanted: str) -> dict[str, Any]:
    rubric = read_yaml(path)
    for error in validator("rubric_schema.json").iter_errors(rubric):
        where = ".".join(str(part) for part in error.absolute_path) or "(all)"
        message = f"{path}, rubric, field {where}: {error.message[:200]}."
        raise InvalidInputError(message)
    if wanted not in rubric:
        message = f"{path}, rubric, field {wanted}: is missing."
        raise InvalidInputError(message)
    found: dict[str, Any] = rubric
    return found

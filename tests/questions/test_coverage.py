"""Is every objective of a chapter assessed somewhere, and are there all kinds of questions?"""

import re
from pathlib import Path

import pytest
from made_up import EXERCISES, NAMES

from casekit.questions.checking import TYPES
from casekit.questions.rubric import load_rubric
from casekit.questions.validation import load_assignment
from casekit.questions.variants import references

CHAPTERS = EXERCISES.parent / "chapters"
PLANTED = ("planted", "note_", "error_kinds")


def parts(name):
    return (
        load_assignment(EXERCISES / name / "questions.yml"),
        load_rubric(EXERCISES / name / "rubric.yml", EXERCISES / "common-rubric.yml"),
    )


def objectives(name):
    text = (CHAPTERS / f"{name}.md").read_text(encoding="utf-8")
    section = text.partition("## What you will be able to do")[2].partition("\n## ")[0]
    return re.findall(r"^- \*", section, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_objective_of_the_chapter_is_assessed_and_no_other(name):
    found, rubric = parts(name)
    assessed = {number for question in found.questions for number in question.objectives}
    assessed |= set(rubric.objectives)
    assert assessed == set(range(1, len(objectives(name)) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_an_assignment_is_a_whole_of_30_to_60_minutes(name):
    found, rubric = parts(name)
    assert 30 <= found.minutes <= 60
    assert sum(each.points for each in found.questions) + rubric.points == found.points
    own = [each for each in found.questions if references(each, found, key_only=True)]
    assert len(own) >= 3, "three questions at least have each student's own numbers"
    assert any(question.follows for question in found.questions)
    assert all(question.mistakes for question in found.questions)


def test_every_type_of_answer_occurs():
    used = {each.type for name in NAMES for each in parts(name)[0].questions}
    assert used == set(TYPES)


def test_ids_are_unique_over_all_assignments_that_a_learner_may_keep_side_by_side():
    names = [f"{name}/{each.id}" for name in NAMES for each in parts(name)[0].questions]
    assert len(names) == len(set(names))


def test_two_tasks_have_planted_errors_and_one_has_terms_in_the_original_language():
    texts = {name: (EXERCISES / name / "exercise.md").read_text(encoding="utf-8") for name in NAMES}
    invented = [name for name, text in texts.items() if re.search(r"\bA\. |\*\*A\b|\bA: ", text)]
    assert len([name for name in invented if "fictional" in texts[name].lower()]) >= 2
    words = "".join(Path(EXERCISES / "12-source-criticism" / "questions.yml").read_text("utf-8"))
    assert re.search(r"[\u4e00-\u9fff]", words + texts["12-source-criticism"])

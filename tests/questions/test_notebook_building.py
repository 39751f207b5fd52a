import json
import re

import nbformat
import pytest
from made_up import NAMES, a_question
from nbgrader.nbgraderformat import MetadataValidator

from casekit.errors import InvalidInputError
from casekit.questions.keys import expected, names_for
from casekit.questions.notebook import build_notebook, to_text
from casekit.questions.validation import load_assignment
from casekit.questions.variants import public_firm
from casekit.questions.wording import answer_note, form_text


def build(exercises, assignment="02-crisis"):
    return build_notebook(exercises / assignment, exercises / "common-rubric.yml")


@pytest.mark.parametrize("assignment", NAMES)
def test_a_built_notebook_is_valid_for_jupyter_and_nbgrader(exercises, assignment):
    notebook = build(exercises, assignment)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert to_text(notebook) == to_text(build(exercises, assignment)), "the same bytes each time"


@pytest.mark.parametrize("assignment", NAMES)
def test_each_question_has_prompt_solution_and_a_locked_test(exercises, assignment):
    cells = {cell.id: cell for cell in build(exercises, assignment).cells}
    text = "\n".join(cell.source for cell in cells.values() if cell.cell_type == "markdown")
    found = load_assignment(exercises / assignment / "questions.yml")
    assert 4 <= len(found.questions) <= 6
    for number, question in enumerate(found.questions, start=1):
        assert cells[question.id].metadata.nbgrader.solution
        test = cells[f"test-{question.id}"].metadata.nbgrader
        assert (test.grade, test.locked, test.points) == (True, True, question.points)
        source = cells[f"test-{question.id}"].source
        assert f'mark("{assignment}", "{question.id}", lambda: {question.id}' in source
        assert all(f'"{name}": lambda: {name}' in source for name in question.follows)
        assert f"## {number}. {question.title}\n\n{question.prompt.strip()}" in text
        assert f"**Your answer:** `{question.id}`, {form_text(question)}" in text


@pytest.mark.parametrize("assignment", NAMES)
def test_the_checks_arguments_stand_in_the_notebooks_own_cell(exercises, assignment):
    """What is judged before grading is what a student can read there, and nothing else."""
    cells = {cell.id: cell.source for cell in build(exercises, assignment).cells}
    for question in load_assignment(exercises / assignment / "questions.yml").questions:
        visible = cells[f"test-{question.id}"].partition("### BEGIN HIDDEN TESTS")[0]
        given = dict(re.findall(r"^    (\w+)=(.*),$", visible, re.MULTILINE))
        read = {name: json.loads(value) for name, value in given.items()}
        for name in ("type", "low", "high", "length"):
            assert read.get(name) == getattr(question, name), name
        assert read.get("unit", "(no unit)") == (question.unit or "(no unit)")
        for name in ("options", "labels", "columns", "arguments"):
            assert read.get(name, []) == list(getattr(question, name))


def test_the_essay_is_marked_by_hand_and_its_criteria_stand_above_it(exercises):
    cells = build(exercises).cells
    [place] = [n for n, cell in enumerate(cells) if cell.id == "hunger_or_inability"]
    essay = cells[place].metadata.nbgrader
    assert (essay.grade, essay.solution, essay.points) == (True, True, 20.0)
    assert "An observation that discriminates" in cells[place - 1].source
    assert "**How this is marked.** 20 points" in cells[place - 1].source


@pytest.mark.parametrize("assignment", NAMES)
def test_a_prediction_is_asked_for_before_its_answer_and_the_last_part_is_optional(
    exercises, assignment
):
    sources = [cell.source for cell in build(exercises, assignment).cells]
    text = "\n".join(sources)
    assert any(source.startswith("predicted = None") for source in sources)
    assert "## Stretch (optional, not graded)" in text


@pytest.mark.parametrize("assignment", NAMES)
def test_no_prompt_prints_a_key(exercises, assignment):
    text = (exercises / assignment / "exercise.md").read_text(encoding="utf-8")
    found = load_assignment(exercises / assignment / "questions.yml")
    text += " ".join(question.prompt for question in found.questions)
    for question in found.questions:
        if question.rounding:
            for number in expected(question, names_for(question, found, public_firm(found))):
                shown = re.escape(f"{number:.{question.rounding}f}")
                assert not re.search(rf"(?<![\d.]){shown}(?!\d)", text), question.id


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (":question: gap_80_pct", ":question: gap_8_pct", "gap_8_pct, which questions.yml"),
        (":question: gap_80_pct", ":question: gap_100_pct", "gap_80_pct has 0 solution cells"),
        ('{"question": "gap_80_pct"}', "", "gap_80_pct has 0 question blocks with text"),
        ("\ngap_80_pct = ", "\ngap = ", "the solution cell of gap_80_pct gives gap_80_pct no"),
        ("\ngap_80_pct = ", "\n### BEGIN SOLUTION\ngap_80_pct = ", "has markers of nbgrader"),
        ('{"essay": "hunger_or_inability"}', "", "exactly one essay block"),
        ('{"predict": "fall_explained_pct"}', "", "a predict block is missing"),
        ('{"predict": "fall_explained_pct"}', '{"predict": "gap_80_pct"}', "after it is answered"),
    ],
)
def test_a_text_at_odds_with_its_questions_is_refused(exercises, old, new, part):
    path = exercises / "02-crisis" / "exercise.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInputError) as failure:
        build(exercises)
    assert part in str(failure.value)
    assert "exercise.md" in str(failure.value)


def test_points_that_do_not_add_up_are_refused(exercises):
    path = exercises / "02-crisis" / "questions.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("points: 42", "points: 43", 1), encoding="utf-8")
    with pytest.raises(
        InvalidInputError, match=r"line 5, field assignment.points: is 43, but .*42"
    ):
        build(exercises)


def test_a_key_outside_its_plausible_range_is_refused(exercises, edit):
    edit(0, low=0)
    with pytest.raises(
        InvalidInputError, match=r"line \d+, question gap_80_pct, field key: lies outside"
    ):
        build(exercises)


def test_a_missing_text_is_refused(exercises):
    (exercises / "02-crisis" / "exercise.md").unlink()
    with pytest.raises(InvalidInputError, match=r"exercise\.md cannot be read"):
        build(exercises)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "a number, in m (rounded to 1 decimal or not at all; right within 1 % of the right"
             " value)."),
        ({"type": "pct", "unit": "percent", "tolerance": {"absolute": 0.1}, "rounding": 2},
         "a percentage, in percent (rounded to 2 decimals or not at all; right within 0.1)."),
        ({"type": "int", "tolerance": None, "rounding": None, "unit": "(no unit)"},
         "a whole number."),
        ({"type": "bool", "tolerance": None, "rounding": None, "unit": None}, "`True` or `False`."),
        ({"type": "enum", "options": ["a", "b"], "tolerance": None, "rounding": None},
         'one of `"a"` or `"b"`.'),
        ({"type": "list", "length": 2, "partial": False},
         "a list of 2, each a number, in m (rounded to 1 decimal or not at all; right within 1 % of"
         " the right value; all or nothing)."),
        ({"type": "function", "arguments": ["p", "q"], "rounding": 0},
         "a function `x(p, q)` that returns a number, in m (rounded to a whole number or not at"
         " all; right within 1 % of the right value; each right call counts)."),
    ],
)  # fmt: skip
def test_the_form_of_an_answer_is_said_in_words(changes, words):
    assert form_text(a_question(**changes)) == words


def test_a_long_list_of_options_is_not_repeated_in_the_code():
    many = a_question(type="enum", options=[f"2015Q{n}" for n in range(9)], unit="")
    assert answer_note(many) == "one of the words above"

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from casekit.errors import InvalidInputError
from casekit.questions.keys import expected
from casekit.questions.notebook import build_notebook, to_text
from casekit.questions.validation import load_questions

ASSIGNMENTS = ("02-crisis", "03-death-spiral")


def build(exercises, assignment="02-crisis"):
    return build_notebook(exercises / assignment, exercises / "common-rubric.yml")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_built_notebook_is_valid_for_jupyter_and_nbgrader(exercises, assignment):
    notebook = build(exercises, assignment)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_building_twice_gives_the_same_bytes(exercises, assignment):
    assert to_text(build(exercises, assignment)) == to_text(build(exercises, assignment))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_each_question_has_a_solution_cell_and_a_locked_test_cell(exercises, assignment):
    cells = {cell.id: cell for cell in build(exercises, assignment).cells}
    questions = load_questions(exercises / assignment / "questions.yml")
    assert len(questions) >= 4
    for question in questions:
        assert cells[question.id].metadata.nbgrader.solution
        test = cells[f"test-{question.id}"].metadata.nbgrader
        assert (test.grade, test.locked, test.points) == (True, True, question.points)
        assert f'mark("{assignment}", "{question.id}", {question.id})' in (
            cells[f"test-{question.id}"].source
        )


def test_the_essay_is_marked_by_hand_and_its_criteria_stand_above_it(exercises):
    cells = build(exercises).cells
    essay = cells[-1].metadata.nbgrader
    assert (essay.grade, essay.solution, essay.points) == (True, True, 20.0)
    assert "An observation that discriminates" in cells[-2].source


def test_no_prompt_prints_a_key(exercises):
    for assignment in ASSIGNMENTS:
        text = (exercises / assignment / "exercise.md").read_text(encoding="utf-8")
        for question in load_questions(exercises / assignment / "questions.yml"):
            key = expected(question)
            if question.rounding is not None:
                for number in key if isinstance(key, list) else [key]:
                    assert f"{number:.{question.rounding}f}" not in text


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (":question: gap_80_pct\n", "", "markers but no question"),
        (":question: gap_80_pct", ":question: gap_8_pct", "gap_8_pct, which questions.yml"),
        (":question: gap_80_pct", ":question: gap_100_pct", "gap_80_pct has 0 solution cells"),
        ("### END SOLUTION", "", "needs one '### BEGIN SOLUTION' and one '### END SOLUTION'"),
        ("### BEGIN SOLUTION", "### END SOLUTION", "needs one '### BEGIN SOLUTION'"),
        ("gap_80_pct = None", "gap = None", "needs the line 'gap_80_pct = None'"),
        ('{"essay": "hunger_or_inability"}', "", "exactly one essay block"),
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


def test_a_key_outside_its_plausible_range_is_refused(exercises, edit):
    edit(0, low=0)
    with pytest.raises(InvalidInputError, match="gap_80_pct, field key: lies outside"):
        build(exercises)


def test_a_missing_text_is_refused(exercises):
    (exercises / "02-crisis" / "exercise.md").unlink()
    with pytest.raises(InvalidInputError, match=r"exercise\.md cannot be read"):
        build(exercises)

import pytest

from casekit.errors import InvalidInputError
from casekit.questions.rubric import load_rubric
from casekit.questions.validation import load_questions


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"points": None}, ("question gap_80_pct", "field points", "required")),
        ({"points": 0}, ("question gap_80_pct", "field points")),
        ({"type": "number"}, ("question gap_80_pct", "field type")),
        ({"colour": "red"}, ("question gap_80_pct", "field colour")),
        ({"tolerance": {"loose": 1}}, ("question gap_80_pct", "field tolerance")),
        ({"tolerance": None}, ("question gap_80_pct", "field tolerance", "required")),
        ({"id": None}, ("question number 1", "field id")),
        ({"id": "Gap"}, ("field id",)),
        ({"id": "gap_100_pct"}, ("field id", "used twice")),
        ({"low": 200}, ("field low", "below high")),
        ({"key": {"formula": "1", "value": 2}}, ("field key", "exactly one")),
        ({"key": {"model": "death-spiral"}}, ("field key",)),
        ({"key": [{"formula": "1"}]}, ("field key",)),
        ({"mistakes": [{"factor": -1}]}, ("field mistakes.0", "hint")),
    ],
)
def test_every_fault_names_file_question_and_field(edit, values, parts):
    path = edit(**values)
    with pytest.raises(InvalidInputError) as failure:
        load_questions(path)
    sentence = str(failure.value)
    for part in (str(path), *parts):
        assert part in sentence


def test_all_faults_are_told_one_a_line(edit):
    edit(0, points=None)
    path = edit(1, title=None)
    with pytest.raises(InvalidInputError) as failure:
        load_questions(path)
    assert len(str(failure.value).splitlines()) == 2


def test_a_list_with_another_number_of_keys_than_its_length_is_refused(edit):
    with pytest.raises(InvalidInputError, match="has 2 elements, but length is 3"):
        load_questions(edit(2, length=3))


@pytest.mark.parametrize("text", ["- {", "plain words", "{}", ""])
def test_a_file_that_is_no_list_of_questions_is_refused_in_a_sentence(exercises, text):
    path = exercises / "02-crisis" / "questions.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"questions\.yml"):
        load_questions(path)


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_questions(tmp_path / "questions.yml")


def test_the_rubric_has_five_criteria_and_the_last_is_the_essays_own(exercises):
    rubric = load_rubric(exercises / "02-crisis" / "rubric.yml", exercises / "common-rubric.yml")
    assert len(rubric.criteria) == 5
    assert rubric.criteria[-1].title == "An observation that discriminates"
    assert all(len(criterion.anchors) == 5 for criterion in rubric.criteria)


def test_weights_that_do_not_sum_to_a_hundred_are_refused(exercises):
    common = exercises / "common-rubric.yml"
    text = common.read_text(encoding="utf-8")
    common.write_text(text.replace("weight: 25", "weight: 26", 1), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="sum to 100"):
        load_rubric(exercises / "02-crisis" / "rubric.yml", common)

import re

import pytest
import yaml

from casekit.errors import InvalidInputError
from casekit.questions.rubric import load_rubric
from casekit.questions.validation import load_assignment

NUMBER = {"low": 1, "high": 9, "step": 1, "public": 5, "meaning": "m"}
WORD = {"options": ["x", "y"], "public": "x", "meaning": "m"}


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"points": None}, ("question gap_80_pct", "field points", "required")),
        ({"points": 0}, ("question gap_80_pct", "field points")),
        ({"prompt": None}, ("question gap_80_pct", "field prompt", "required")),
        ({"type": "number"}, ("question gap_80_pct", "field type")),
        ({"colour": "red"}, ("question gap_80_pct", "field colour")),
        ({"tolerance": {"loose": 1}}, ("question gap_80_pct", "field tolerance")),
        ({"tolerance": None}, ("question gap_80_pct", "field tolerance", "required")),
        ({"id": None}, ("question number 1", "field id")),
        ({"id": "Gap"}, ("field id",)),
        ({"id": "gap_100_pct"}, ("field id", "used twice")),
        ({"low": 200}, ("field low", "below high")),
        ({"objectives": []}, ("field objectives",)),
        ({"difficulty": 4}, ("field difficulty",)),
        ({"key": {"formula": "1", "value": 2}}, ("field key", "exactly one")),
        ({"key": {"model": "death-spiral"}}, ("field key", "exactly one")),
        ({"key": [{"formula": "1"}]}, ("field key",)),
        ({"key": {"formula": "$nowhere * 2"}}, ("field key", "$nowhere is no parameter")),
        ({"mistakes": [{"factor": -1}]}, ("field mistakes.0", "hint")),
        ({"follows": ["gap_100_pct"]}, ("field follows", "no earlier question")),
        ({"follows": ["gap_80_pct"]}, ("field follows", "no earlier question")),
        ({"id": "lambda"}, ("field id", "a word of Python")),
        ({"id": "firm"}, ("field id", "a word of Python")),
        ({"high": float("inf")}, ("field high", "no number of ordinary size")),
        ({"points": 10**400}, ("field points", "no number of ordinary size")),
        ({"key": {"value": -11.5}}, ("field key", "a typed number")),
        ({"mistakes": [{"usual": True, "hint": "h"}]}, ("field mistakes", "give either a key")),
        ({"type": "series"}, ("field labels", "required")),
        ({"type": "frame"}, ("field", "labels")),
        ({"type": "function"}, ("field arguments", "required")),
        ({"draw": {"n": {"low": 1, "high": 9, "step": 1}}}, ("field draw.n",)),
        ({"draw": {"n": NUMBER | {"public": 20}}}, ("field draw", "between low and high")),
        ({"draw": {"n": NUMBER | {"step": 5}}}, ("field draw", "do not end at high")),
        ({"draw": {"n": NUMBER | {"high": 1, "public": 1}}}, ("field draw", "one value only")),
        ({"draw": {"n": WORD | {"public": "z"}}}, ("field draw", "not among its options")),
        ({"draw": {"n": NUMBER}, "key": {"formula": "$n"}}, ("field draw", "only 9 variants")),
        (
            {"draw": {"n": NUMBER | {"step": 0.0001}}, "key": {"formula": "$n"}},
            ("field band", "is missing"),
        ),
    ],
)
def test_every_fault_names_file_question_and_field(edit, values, parts):
    path = edit(**values)
    with pytest.raises(InvalidInputError) as failure:
        load_assignment(path)
    sentence = str(failure.value)
    for part in (str(path), *parts):
        assert part in sentence
    assert re.search(r", line [0-9]+, ", sentence)


def test_all_faults_are_told_one_a_line(edit):
    edit(0, points=None)
    path = edit(1, title=None)
    with pytest.raises(InvalidInputError) as failure:
        load_assignment(path)
    assert len(str(failure.value).splitlines()) == 2


def test_a_field_that_stands_twice_and_a_file_of_an_older_casekit_are_told(edit):
    path = edit(0)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  points: 3\n", "  points: 3\n  points: 4\n", 1), "utf-8")
    with pytest.raises(InvalidInputError, match="the field 'points' stands there twice"):
        load_assignment(path)
    path.write_text("- {id: gap_80_pct, title: t}\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="is of an older casekit"):
        load_assignment(path)


def test_the_line_of_a_fault_is_where_the_field_stands(edit):
    path = edit(2, rounding="two")
    wanted = [
        number
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line.strip() == "rounding: two"
    ]
    with pytest.raises(InvalidInputError, match=f", line {wanted[0]}, question fill_2016q1_pct"):
        load_assignment(path)


def test_a_list_with_another_number_of_keys_than_its_length_is_refused(edit):
    with pytest.raises(InvalidInputError, match="has 2 elements, but 3 are asked for"):
        load_assignment(edit(2, length=3))


def test_a_frame_and_a_function_need_keys_and_calls_of_their_shape(edit):
    source = {"formula": "1"}
    frame = {"type": "frame", "labels": ["a", "b"], "columns": ["c"]}
    for key in (source, {"c": [source]}, {"d": [source, source]}):
        with pytest.raises(InvalidInputError, match="field key: a frame needs a list of sources"):
            load_assignment(edit(0, key=key, mistakes=[], **frame))
    call = {"type": "function", "arguments": ["n"], "example": {"n": 1}}
    with pytest.raises(InvalidInputError, match="field probes: a call gives"):
        load_assignment(edit(0, key=source, mistakes=[], probes=[{"n": 1}, {"m": 2}], **call))


@pytest.mark.parametrize("text", ["- {", "plain words", "{}", ""])
def test_a_file_that_is_no_list_of_questions_is_refused_in_a_sentence(exercises, text):
    path = exercises / "02-crisis" / "questions.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"questions\.yml"):
        load_assignment(path)


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_assignment(tmp_path / "questions.yml")


def test_the_rubric_has_five_criteria_and_the_last_is_the_essays_own(exercises):
    rubric = load_rubric(exercises / "02-crisis" / "rubric.yml", exercises / "common-rubric.yml")
    assert len(rubric.criteria) == 5
    assert rubric.criteria[-1].title == "An observation that discriminates"
    assert all(len(criterion.anchors) == 5 for criterion in rubric.criteria)


def test_the_rubric_has_an_answer_of_our_own_at_each_level(exercises):
    rubric = load_rubric(exercises / "02-crisis" / "rubric.yml", exercises / "common-rubric.yml")
    assert [anchor.level for anchor in rubric.anchors] == [1, 2, 3, 4]
    known = {criterion.id for criterion in rubric.criteria}
    assert all(set(anchor.levels) == known for anchor in rubric.anchors)
    assert "{fact}" not in "".join(anchor.text for anchor in rubric.anchors)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda essay: essay.pop("points"), "field essay.points: 'points' is a required"),
        (lambda essay: essay["anchors"].pop(), "field essay.anchors"),
        (lambda essay: essay["anchors"].reverse(), "one answer for each level from 1 to 4"),
        (lambda essay: essay["anchors"][1]["levels"].pop("model"), "a level for each criterion"),
    ],
)
def test_a_fault_in_a_rubric_names_file_line_and_field(exercises, change, part):
    path = exercises / "02-crisis" / "rubric.yml"
    rubric = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(rubric["essay"])
    path.write_text(yaml.safe_dump(rubric), encoding="utf-8")
    with pytest.raises(InvalidInputError) as failure:
        load_rubric(path, exercises / "common-rubric.yml")
    assert part in str(failure.value)
    assert re.match(rf"{re.escape(str(path))}, line [0-9]+, field ", str(failure.value))


def test_weights_that_do_not_sum_to_a_hundred_are_refused(exercises):
    common = exercises / "common-rubric.yml"
    text = common.read_text(encoding="utf-8")
    common.write_text(text.replace("weight: 25", "weight: 26", 1), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="sum to 100"):
        load_rubric(exercises / "02-crisis" / "rubric.yml", common)

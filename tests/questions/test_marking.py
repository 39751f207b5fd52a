import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casekit.errors import InvalidInputError, UnknownNameError
from casekit.questions import CheckFailedError
from casekit.questions.keys import allowance, expected, faults, mistaken
from casekit.questions.marking import judge, mark
from casekit.questions.schema import Question

# A loaded machine is slow, not wrong.
STEADY = settings(deadline=None)


def a_question(**values):
    base = {
        "id": "x", "title": "t", "type": "float", "points": 4, "key": {"value": 50.0},
        "objective": "o", "unit": "m", "low": -1000, "high": 1000,
        "tolerance": {"relative": 0.01}, "rounding": 1,
    }  # fmt: skip
    return Question(**(base | values))


@pytest.fixture
def course(exercises, tmp_path, monkeypatch):
    """A folder with keys above the working directory, as while grading."""
    shutil.copytree(exercises, tmp_path / "course" / "keys")
    work = tmp_path / "course" / "autograded" / "ada" / "02-crisis"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    return exercises


@STEADY
@given(st.floats(-1e6, 1e6), st.floats(-1, 1))
def test_a_value_within_the_tolerance_always_earns_full_points(key, share):
    question = a_question(key={"value": key})
    assert judge(question, key + share * 0.01 * abs(key))[0] == 4


@STEADY
@given(st.floats(1e-3, 1e6), st.floats(1.001, 100))
def test_a_value_beyond_the_tolerance_never_earns_points(key, times):
    question = a_question(key={"value": key})
    assert judge(question, key + times * allowance(question, key))[0] == 0


@STEADY
@given(st.lists(st.booleans(), min_size=1, max_size=7))
def test_a_list_earns_the_share_of_its_right_elements(right):
    keys = [{"value": float(10 * n + 10)} for n in range(len(right))]
    question = a_question(type="list", key=keys, length=len(right))
    answer = [key["value"] if ok else -5.0 for key, ok in zip(keys, right, strict=True)]
    assert judge(question, answer)[0] == round(4 * sum(right) / len(right), 2)


def test_a_known_mistake_is_answered_by_its_hint_and_others_by_no_hint():
    question = a_question(
        mistakes=(
            {"factor": -1, "hint": "Turn the sign."},
            {"shift": 1, "hint": "Count from zero."},
            {"key": {"value": 7.0}, "hint": "Other base."},
        )
    )
    assert judge(question, -50.0) == (0, "x: Turn the sign.")
    assert judge(question, 51.0) == (0, "x: Count from zero.")
    assert judge(question, 7.0) == (0, "x: Other base.")
    assert judge(question, 8.0) == (0, "x: Not the expected value.")


def test_a_partly_right_list_gets_the_hint_that_explains_its_wrong_elements():
    question = a_question(
        type="list", length=2, key=[{"value": 10.0}, {"value": 20.0}],
        mistakes=({"factor": 0.01, "hint": "A share."},),
    )  # fmt: skip
    assert judge(question, [10.0, 0.2]) == (2, "x: 1 of 2 elements are right. A share.")


@STEADY
@given(st.floats(-1000, 1000))
def test_no_sentence_tells_the_key(value):
    question = a_question(key={"value": 12.34567})
    assert "12.3" not in judge(question, value)[1]


@pytest.mark.usefixtures("course")
def test_marking_finds_the_keys_above_the_working_directory(capsys):
    assert mark("02-crisis", "scope_of_fall", "China") == 4
    assert mark("02-crisis", "scope_of_fall", "world") == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "scope_of_fall: right."
    assert shown.err == ""


def test_marking_outside_a_course_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match="inside the course folder"):
        mark("02-crisis", "gap_80_pct", 1.0)


@pytest.mark.usefixtures("course")
def test_marking_an_unknown_question_names_the_nearest():
    with pytest.raises(UnknownNameError, match="gap_80_pct"):
        mark("02-crisis", "gap_8_pct", 1.0)


@pytest.mark.usefixtures("course")
def test_marking_judges_the_form_again():
    with pytest.raises(CheckFailedError):
        mark("02-crisis", "gap_80_pct", "-11.5%")


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"key": {"value": 5000.0}}, "outside low and high"),
        ({"tolerance": {"absolute": 0.01}}, "narrower than the rounding"),
        ({"mistakes": ({"factor": 1.001, "hint": "h"},)}, "cannot be told from"),
        ({"mistakes": ({"factor": 2, "hint": "It is 50.0."},)}, "gives the answer away"),
    ],
)
def test_a_key_at_odds_with_its_question_is_a_fault(values, part):
    assert any(part in fault for fault in faults(a_question(**values)))


def test_a_model_and_a_formula_give_keys():
    model = {"model": "death-spiral", "measure": "loop_gain"}
    assert expected(a_question(key=model)) == pytest.approx(9.75)
    assert expected(a_question(key={"formula": "[target-2015-last] * 2"})) == 160


def test_mistakes_come_in_the_order_of_the_file():
    mistakes = ({"factor": 2, "hint": "a"}, {"key": {"value": 3.0}, "hint": "b"})
    assert list(mistaken(a_question(mistakes=mistakes))) == [(100.0, "a"), (3.0, "b")]

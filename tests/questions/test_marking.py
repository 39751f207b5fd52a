import shutil

import pytest
from made_up import EXERCISES, NAMES, a_question, an_assignment

from casekit.errors import InvalidInputError, UnknownNameError
from casekit.questions import CheckFailedError
from casekit.questions import marking as marking_room
from casekit.questions.keys import expected, faults, mistaken, names_for
from casekit.questions.marking import find_course, find_firm, judge, mark
from casekit.questions.schema import read_assignment
from casekit.questions.variants import public_firm


def judged(value, *changes, firm=(), earlier=(), which=-1):
    """The points and the sentence for an answer to the last question of an assignment."""
    made = an_assignment(*changes)
    return judge(made.questions[which], value, made, dict(firm), dict(earlier))


@pytest.fixture
def course(exercises, tmp_path, monkeypatch):
    """A folder with keys and a secret above the working directory, as while grading."""
    root = tmp_path / "course"
    shutil.copytree(exercises, root / "keys")
    (root / "keys" / marking_room.SECRET).write_text("s" * 32, encoding="utf-8")
    work = root / "autograded" / "ada" / "02-crisis"
    work.mkdir(parents=True)
    monkeypatch.setattr(marking_room, "START", work)
    return root


def test_a_known_mistake_is_answered_by_its_hint_and_others_by_no_hint():
    mistakes = [
        {"factor": -1, "hint": "Turn the sign."},
        {"shift": 1, "hint": "Count from zero."},
        {"key": {"value": 7.0}, "hint": "Other base."},
    ]
    for value, said in (
        (-50.0, "x: Turn the sign."),
        (51.0, "x: Count from zero."),
        (7.0, "x: Other base."),
        (8.0, "x: Not the expected value."),
    ):
        assert judged(value, {"mistakes": mistakes}) == (0, said)


def test_a_partly_right_list_gets_the_hint_that_explains_its_wrong_elements():
    question = {
        "type": "list", "length": 2, "key": [{"value": 10.0}, {"value": 20.0}],
        "mistakes": [{"factor": 0.01, "hint": "A share."}],
    }  # fmt: skip
    assert judged([10.0, 0.2], question) == (2, "x: 1 of 2 elements are right. A share.")
    whole = question | {"partial": False}
    assert judged([10.0, 0.2], whole) == (0, "x: 1 of 2 elements are right. A share.")


def test_what_follows_from_an_earlier_wrong_answer_counts_and_says_so():
    first = {"id": "base", "key": {"formula": "$a * 2"}}
    second = {
        "id": "rest", "follows": ["base"], "key": {"formula": "$base + 10"},
        "mistakes": [{"shift": -10, "hint": "Add the ten."}],
    }  # fmt: skip
    firm = {"a": 25.0}
    right = (4, "rest: right.")
    assert judged(60.0, first, second, firm=firm) == right
    assert judged(60.0, first, second, firm=firm, earlier={"base": 70.0}) == right
    carried = judged(80.0, first, second, firm=firm, earlier={"base": 70.0})
    assert carried == (4, "rest: right, given your answer to base.")
    assert judged(80.0, first, second, firm=firm)[0] == 0
    hinted = judged(50.0, first, second, firm=firm, earlier={"base": 70.0})
    assert hinted == (0, "rest: Add the ten.")


def test_an_earlier_answer_from_which_nothing_follows_costs_nothing():
    first = {"id": "base", "key": {"value": 2.0}}
    second = {"id": "rest", "follows": ["base"], "key": {"formula": "100 / $base"}}
    assert judged(50.0, first, second, earlier={"base": 0.0})[0] == 4
    assert judged(51.0, first, second, earlier={"base": 0.0})[0] == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("filler", [0, 1, 100, -1, 1e9])
def test_the_same_number_everywhere_earns_nothing_by_following_from_itself(name, filler):
    """Nought follows from nought: does a notebook filled with it earn points for that?"""
    found = read_assignment(EXERCISES / name / "questions.yml")
    firm = public_firm(found)
    for question in found.questions:
        if question.numeric and question.type != "function":
            size = len(expected(question, names_for(question, found, firm)))
            answer = [float(filler)] * size if size > 1 else float(filler)
            earlier = dict.fromkeys(question.follows, float(filler))
            alone = judge(question, answer, found, firm)
            assert judge(question, answer, found, firm, earlier)[0] == alone[0], question.id


def test_the_hint_that_fits_the_earlier_answer_is_given():
    first = {"id": "base", "key": {"value": 50.0}}
    second = {
        "id": "rest", "follows": ["base"], "key": {"formula": "$base * 2"},
        "mistakes": [{"key": {"formula": "$base"}, "hint": "Double it."}],
    }  # fmt: skip
    assert judged(70.0, first, second, earlier={"base": 70.0}) == (0, "rest: Double it.")


def test_why_a_function_fails_is_told_after_grading_too():
    function = {
        "type": "function", "arguments": ["n"], "example": {"n": 1.0}, "key": {"formula": "$n"},
        "probes": [{"n": 1.0}, {"n": 0.0}],
    }  # fmt: skip
    points, said = judged(lambda n: n / n, function)
    assert points == 2
    assert said.startswith("x: 1 of 2 calls are right. x(0.0) stopped with ZeroDivisionError")


def test_no_sentence_tells_the_key():
    for value in (-12.3, 0.0, 12.0, 12.4, 1234.0):
        assert "12.3" not in judged(value, {"key": {"value": 12.34567}})[1]


@pytest.mark.usefixtures("course")
def test_marking_finds_the_keys_above_the_working_directory(capsys):
    assert mark("02-crisis", "scope_of_fall", lambda: "China") == 3
    assert mark("02-crisis", "scope_of_fall", lambda: "world") == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "scope_of_fall: right."
    assert shown.err == ""


def test_a_student_is_marked_by_own_numbers_a_solution_and_a_shared_set_by_the_public_ones(
    course, monkeypatch
):
    found = read_assignment(course / "keys" / "03-death-spiral" / "questions.yml")
    monkeypatch.setattr(marking_room, "START", course / "autograded" / "ada")
    assert find_course("03-death-spiral") == (course, "ada")
    own = find_firm(course, found, "ada")
    public = find_firm(course, found, None)
    assert dict(own) != dict(public)
    source = course / "source" / "03-death-spiral"
    source.mkdir(parents=True)
    monkeypatch.setattr(marking_room, "START", source)
    assert find_course("03-death-spiral") == (course, None)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(InvalidInputError, match="inside the course folder"):
        find_course("03-death-spiral")
    (course / "keys" / "03-death-spiral" / marking_room.SHARED).write_text("", encoding="utf-8")
    assert find_firm(course, found, "ada") == public


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_lost_secret_is_told_in_a_sentence(course, text):
    path = course / "keys" / marking_room.SECRET
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    found = read_assignment(course / "keys" / "02-crisis" / "questions.yml")
    with pytest.raises(InvalidInputError, match="put back the copy you kept"):
        find_firm(course, found, "ada")


def test_marking_outside_a_course_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(marking_room, "START", tmp_path)
    with pytest.raises(InvalidInputError, match="inside the course folder"):
        mark("02-crisis", "gap_80_pct", lambda: 1.0)


@pytest.mark.usefixtures("course")
def test_marking_an_unknown_question_names_the_nearest():
    with pytest.raises(UnknownNameError, match="gap_80_pct"):
        mark("02-crisis", "gap_8_pct", lambda: 1.0)


@pytest.mark.usefixtures("course")
def test_marking_judges_the_form_again():
    with pytest.raises(CheckFailedError):
        mark("02-crisis", "gap_80_pct", lambda: "-11.5%")


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"key": {"value": 5000.0}}, "outside low and high"),
        ({"band": {"low": 60, "high": 70}}, "outside its band"),
        ({"keep": [{"formula": "1", "low": 2}]}, "a condition is not met"),
        ({"tolerance": {"absolute": 0.01}}, "narrower than the rounding"),
        ({"mistakes": [{"factor": 1.001, "hint": "h"}]}, "cannot be told from the right"),
        (
            {"mistakes": [{"factor": 2, "hint": "one"}, {"shift": 50, "hint": "two"}]},
            "'two' cannot be told from an earlier one",
        ),
        ({"mistakes": [{"factor": 2, "hint": "It is 50.0."}]}, "gives the answer away"),
    ],
)
def test_a_key_at_odds_with_its_question_is_a_fault(values, part):
    assert any(part in fault for fault in faults(a_question(**values)))


def test_models_runs_and_formulas_give_keys():
    model = {"model": "death-spiral", "measure": "loop_gain"}
    assert expected(a_question(key=model)) == [pytest.approx(9.75)]
    assert expected(a_question(key=model | {"times": 100})) == [pytest.approx(975)]
    assert expected(a_question(key={"formula": "[target-2015-last] * 2"})) == [160]
    run = {"model": "death-spiral", "result": "demand", "at": ["2014Q1", "$when"]}
    lasted = a_question(type="list", length=2, key=run)
    assert expected(lasted, {"when": "2014Q1"})[0] == expected(lasted, {"when": "2014Q1"})[1]


def test_numbers_and_words_of_a_firm_stand_in_for_their_names():
    rows = a_question(key={"formula": "[units-2016q1-$tracker] - $less"})
    assert expected(rows, {"tracker": "ihs", "less": 0.8}) == [pytest.approx(14.0)]
    with pytest.raises(InvalidInputError, match=r"\$less is no parameter"):
        expected(rows, {"tracker": "ihs"})


def test_a_measure_without_a_value_and_an_unknown_result_are_told():
    none = {"model": "death-spiral", "measure": "tipping_point", "settings": {"demand_loss": 0}}
    with pytest.raises(InvalidInputError, match="tipping_point of death-spiral has no value"):
        expected(a_question(key=none))
    for change in ({"result": "nothing", "at": [1]}, {"result": "demand", "at": ["1999Q1"]}):
        with pytest.raises(InvalidInputError, match="death-spiral has no"):
            expected(a_question(key={"model": "death-spiral"} | change))


def test_mistakes_come_in_the_order_of_the_file():
    mistakes = [{"factor": 2, "hint": "a"}, {"key": {"value": 3.0}, "hint": "b"}]
    assert list(mistaken(a_question(mistakes=mistakes))) == [([100.0], "a"), ([3.0], "b")]


def test_names_of_followed_questions_are_their_right_answers():
    made = an_assignment(
        {"id": "a", "key": {"formula": "$n + 1"}},
        {"id": "b", "follows": ["a"], "key": {"formula": "$a * 2"}},
        {"id": "c", "follows": ["b"], "key": {"formula": "$b * 2"}},
    )
    assert names_for(made.questions[2], made, {"n": 1.0})["b"] == 4.0
    assert names_for(made.questions[2], made, {"n": 1.0}, {"b": 9.0})["b"] == 9.0

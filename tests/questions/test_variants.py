"""Are students' own numbers the same everywhere, equally hard, and unlike their neighbours'?"""

import hashlib
import hmac
import json
import math
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import EXERCISES, NAMES, an_assignment

from casekit.errors import InvalidInputError
from casekit.questions.keys import expected, faults, names_for
from casekit.questions.validation import load_assignment
from casekit.questions.variants import draw_firm, public_firm, references

SECRET = b"a secret of the tests, 32 bytes."
STUDENTS = [f"student-{number:03d}" for number in range(200)]
DRAW = {"low": 1.0, "high": 100.0, "step": 0.5, "public": 50.0, "meaning": "m"}


@pytest.fixture(scope="module", params=NAMES)
def drawn(request):
    """An assignment and the firms of 200 synthetic students."""
    assignment = load_assignment(EXERCISES / request.param / "questions.yml")
    return assignment, [draw_firm(assignment, student, SECRET) for student in STUDENTS]


def test_every_variant_has_a_finite_key_keeps_its_property_and_stays_within_its_band(drawn):
    assignment, firms = drawn
    for question in assignment.questions:
        for firm in firms if references(question, assignment) else firms[:1]:
            names = names_for(question, assignment, firm)
            key = expected(question, names)
            assert list(faults(question, names)) == []
            assert all(math.isfinite(value) for value in key if not isinstance(value, str))
            if question.band:
                assert question.band["low"] <= min(key) <= max(key) <= question.band["high"]


def test_no_two_neighbours_are_alike_in_any_question_with_own_numbers(drawn):
    assignment, firms = drawn
    own = [each for each in assignment.questions if references(each, assignment, key_only=True)]
    assert len(own) >= 3
    for question in own:
        used = sorted(references(question, assignment, key_only=True))
        numbers = [[firm[name] for name in used] for firm in firms]
        for one, other in pairwise(numbers):
            assert one != other, question.id


def test_every_firm_has_a_number_of_its_own_that_is_not_the_students(drawn):
    _, firms = drawn
    assert len({firm.number for firm in firms}) == len(firms)
    assert not any(student in firm.to_json() for student, firm in zip(STUDENTS, firms, strict=True))


def test_the_draw_is_the_hmac_that_the_docs_describe():
    """Worked out here from the standard library alone: the same on every platform."""
    made = an_assignment(
        {"id": "q", "draw": {"n": DRAW}, "key": {"formula": "$n * 1"},
         "band": {"low": 0, "high": 1000}},
    )  # fmt: skip
    for student in ("ada", "Élodée", "s|01"):
        parts = (made.name, student, "q", "n", "0")
        message = "".join(f"{len(part)}:{part}|" for part in parts).encode()
        place = int.from_bytes(hmac.new(SECRET, message, hashlib.sha256).digest(), "big") % 199
        assert draw_firm(made, student, SECRET)["n"] == 1.0 + 0.5 * place


def test_another_process_draws_the_same(tmp_path):
    path = EXERCISES / "03-death-spiral" / "questions.yml"
    code = (
        "import sys; from pathlib import Path;"
        "from casekit.questions.schema import read_assignment;"
        "from casekit.questions.variants import draw_firm;"
        f"print(draw_firm(read_assignment(Path(sys.argv[1])), 'ada', {SECRET!r}).to_json())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True,
        cwd=tmp_path, env={"PYTHONHASHSEED": "7", "LANG": "C"},
    )  # fmt: skip
    here = draw_firm(load_assignment(path), "ada", SECRET).to_json()
    assert json.loads(done.stdout) == json.loads(here)


@given(st.binary(min_size=1, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_student_and_secret_decide_and_the_other_questions_do_not(secret, one, other):
    plain = {"key": {"formula": "$n * 1"}, "band": {"low": 0, "high": 1000}}
    alone = an_assignment({"id": "q", "draw": {"n": DRAW}} | plain)
    beside = an_assignment(
        {"id": "p", "draw": {"m": DRAW}, "key": {"formula": "$m * 1"}, "band": plain["band"]},
        {"id": "q", "draw": {"n": DRAW}} | plain,
    )
    first = draw_firm(alone, one, secret)
    assert first["n"] == draw_firm(beside, one, secret)["n"]
    assert first.number == draw_firm(beside, one, secret).number
    assert (first.number == draw_firm(alone, other, secret).number) == (one == other)


def test_draws_are_rejected_until_a_property_is_kept():
    question = {
        "id": "q", "draw": {"n": DRAW}, "key": {"formula": "$n * 1"},
        "band": {"low": 90, "high": 1000}, "keep": [{"formula": "$n - 95", "low": 0}],
    }  # fmt: skip
    made = an_assignment(question)
    assert all(draw_firm(made, student, SECRET)["n"] >= 95 for student in STUDENTS)
    never = an_assignment(question | {"keep": [{"formula": "$n", "low": 101}]})
    with pytest.raises(
        InvalidInputError, match="01-made-up, field draw: 20 rounds of 500 draws kept no"
    ):
        draw_firm(never, "ada", SECRET)


def test_a_condition_of_a_later_question_holds_too():
    made = an_assignment(
        {"id": "q", "draw": {"n": DRAW}, "key": {"formula": "$n * 1"},
         "band": {"low": 0, "high": 1000}},
        {"id": "r", "follows": ["q"], "key": {"formula": "100 - $q"},
         "band": {"low": 40, "high": 60}},
    )  # fmt: skip
    assert all(40 <= draw_firm(made, student, SECRET)["n"] <= 60 for student in STUDENTS)


def test_a_question_without_room_begins_the_draw_anew():
    """The first draw is free, and only half of its values leave room for the second."""
    made = an_assignment(
        {"id": "q", "draw": {"n": DRAW}, "key": {"formula": "$n * 1"},
         "band": {"low": 0, "high": 1000}},
        {"id": "r", "draw": {"m": DRAW | {"low": 1, "high": 5, "step": 1, "public": 1}},
         "follows": ["q"], "key": {"formula": "$q + $m"}, "band": {"low": 50, "high": 999}},
    )  # fmt: skip
    assert all(draw_firm(made, student, SECRET)["n"] >= 45 for student in STUDENTS[:20])


@pytest.mark.parametrize("name", NAMES)
def test_the_public_firm_is_within_every_band_as_well(name):
    assignment = load_assignment(EXERCISES / name / "questions.yml")
    firm = public_firm(assignment)
    for question in assignment.questions:
        names = names_for(question, assignment, firm)
        assert list(faults(question, names, public=True)) == []

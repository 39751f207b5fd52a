"""Do rival claims stand side by side, complete, and untouched by each other?"""

import pytest

from casekit.data import dispute, fact, load, rows
from casekit.errors import UnknownNameError

ALL = [row["id"] for row in rows("disputes")]


def test_every_point_between_the_sources_and_between_the_two_languages_has_a_dispute():
    kinds = [row["kind"] for row in rows("disputes")]
    assert kinds.count("sources") >= 27
    assert kinds.count("translation") == 17


@pytest.mark.parametrize("name", ALL)
def test_a_dispute_names_its_sides_its_reason_and_what_remains(name):
    found = dispute(name)
    assert len(found.values) >= 2
    assert len({side.fact.id for side in found.values}) == len(found.values)
    assert found.question.endswith("?")
    for text in (found.why, found.settle, found.open):
        assert text.endswith(".")


def test_a_dispute_prints_every_side_with_its_source():
    found = dispute("dispute-valuation-45-or-46")
    printed = str(found)
    for side in found.values:
        assert side.says in printed
        assert side.fact.source.citation in printed
    assert "To settle it:" in printed


def test_rival_values_are_the_rows_themselves_and_nothing_between_them():
    sides = {side.fact.id: side.fact.value for side in dispute("dispute-growth-2017").values}
    assert {"growth-2017-idc", "growth-2017-technode"} <= sides.keys()
    assert all(value == fact(name).value for name, value in sides.items())


def test_disputes_load_as_a_frame_and_an_unknown_one_is_answered():
    assert list(load("disputes")["id"]) == ALL
    with pytest.raises(UnknownNameError, match="dispute-growth-2017"):
        dispute("dispute-growth-2071")

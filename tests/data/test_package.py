"""The fast tier: is every table there, byte for byte, in the form its description gives?"""

import csv
import json
import random

import pytest

from casekit import data
from casekit.book.uses import tables_in, uses
from casekit.data import _schema, _tables
from casekit.data._stamp import digest, stamp
from casekit.errors import InvalidInputError

ROOT = _tables.folder()
PACKAGE = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
TABLES = {about["name"]: about for about in PACKAGE["resources"]}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_bytes_that_were_recorded(table):
    recorded = {name: TABLES[table][name] for name in ("bytes", "hash")}
    assert digest((ROOT / TABLES[table]["path"]).read_bytes()) == recorded


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_of_its_schema_and_unix_lines(table):
    content = (ROOT / TABLES[table]["path"]).read_bytes()
    header = next(csv.reader(content.decode("utf-8").splitlines()))
    assert header == [field["name"] for field in TABLES[table]["schema"]["fields"]]
    assert b"\r" not in content


def test_every_table_of_the_schema_is_in_the_package_and_no_file_is_left_over():
    assert list(TABLES) == [about["name"] for about in _schema.TABLES]
    files = {path.name for path in ROOT.iterdir()}
    assert files == {about["path"] for about in TABLES.values()} | {"datapackage.json"}


def test_every_column_is_described_and_every_number_has_a_unit():
    for about in TABLES.values():
        for field in about["schema"]["fields"]:
            assert field["description"], (about["name"], field["name"])
            if field["type"] in {"number", "integer"}:
                assert field["unit"], (about["name"], field["name"])


def test_the_package_says_under_which_licence_and_what_it_does_not_cover():
    assert [licence["name"] for licence in PACKAGE["licenses"]] == ["CC-BY-4.0"]
    assert "no right is claimed" in PACKAGE["rights"]


def test_the_description_is_what_stamp_writes_from_the_book_as_it_stands(broken):
    before = (ROOT / "datapackage.json").read_text(encoding="utf-8")
    written = stamp(uses(ROOT.parent), root=broken.root).read_text(encoding="utf-8")
    assert written == before, "run `casekit data stamp` and commit the result"


def test_a_chapter_and_a_question_use_the_tables_whose_rows_they_name():
    assert "02-crisis" in TABLES["shipments"]["usedBy"]["chapters"]
    assert "02-crisis/gap_80_pct" in TABLES["shipments-annual"]["usedBy"]["questions"]
    assert "02-crisis/scope_of_fall" not in TABLES["shipments-annual"]["usedBy"]["questions"]


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("It shipped {fact}`units-2016q1-ihs` phones.", {"shipments"}),
        ("{fact}`our words <revenue-2015>`", {"financials-annual"}),
        ('data.load("timeline")', {"timeline"}),
        ("[target-2015-revised.high] / 2", {"facts"}),
        ("The facts, the sources and units-2016q1-ihs without a mark.", set()),
    ],
)
def test_a_text_uses_what_it_names_with_a_mark_around_it(text, tables):
    assert tables_in(text) == tables


def test_a_table_that_is_missing_cannot_be_stamped(broken):
    (broken.root / "facts.csv").unlink()
    with pytest.raises(InvalidInputError, match="restore it"):
        stamp(root=broken.root)


def test_the_synthetic_returns_are_the_draws_that_their_description_names():
    about = data.describe("estimation-window")["description"]
    assert "random.Random(2025)" in about
    assert "Not data about any share" in about
    draw = random.Random(2025)
    for day, row in zip(range(-120, 0), data.rows("estimation-window"), strict=True):
        market = round(draw.gauss(0, 1.3), 2)
        share = round(market + draw.gauss(0, 2), 2)
        found = (int(row["day"]), float(row["market_return"]), float(row["share_return"]))
        assert found == (day, market, share)
        assert row["basis"] == "synthetic"

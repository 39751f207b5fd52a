"""Is our data clean, and does the check find one broken cell among thousands?"""

import csv
import json
import sys

import pytest

from casekit.data import Fault, _tables, check
from casekit.errors import InvalidInputError


def found(root, table, line, column):
    faults = check(root)
    places = {(fault.table, fault.row, fault.column) for fault in faults}
    assert (table, line, column) in places, [str(fault) for fault in faults]
    return faults


def test_our_own_data_is_clean():
    assert [str(fault) for fault in check()] == []


def test_a_stranger_with_frictionless_alone_finds_the_package_valid():
    from frictionless import Package  # noqa: PLC0415 - slow to import

    assert Package(str(_tables.folder() / "datapackage.json")).validate().valid


@pytest.mark.parametrize(
    ("file", "row_id", "column", "cell"),
    [
        ("facts.csv", "target-2015-original", "value", "abc"),
        ("facts.csv", "target-2015-original", "value", "NaN"),
        ("facts.csv", "target-2015-original", "source", "reuter-2015"),
        ("facts.csv", "target-2015-original", "scope", "mars"),
        ("facts.csv", "target-2015-original", "measure", "guessed"),
        ("facts.csv", "target-2015-original", "basis", "felt"),
        ("facts.csv", "target-2015-original", "period", "2015-13"),
        ("facts.csv", "target-2015-original", "statement", ""),
        ("facts.csv", "target-2015-original", "unit", ""),
        ("facts.csv", "target-2015-original", "scope", ""),
        ("facts.csv", "target-2015-original", "grade", "C"),
        ("facts.csv", "target-2015-original", "formula", "50 + 50"),
        ("facts.csv", "target-2015-revised", "value_high", "70"),
        ("facts.csv", "change-2016-idc", "value", "-25.3"),
        ("facts.csv", "change-2016-idc", "formula", ""),
        ("facts.csv", "change-2016-idc", "formula", "[units-2015-icd]"),
        ("facts.csv", "change-2016-idc", "formula", "[death-spiral] + 1"),
        ("shipments.csv", "units-2016q1-ihs", "period", "2016Q5"),
        ("shipments.csv", "units-2016q1-ihs", "id", "units-2017q2-ihs"),
        ("shipments.csv", "units-2016q1-ihs", "tracker", "Oracle"),
        ("shares.csv", "share-2014q3-idc", "unit", "million units"),
        ("sources.csv", "techcrunch-2016-01-14", "date", "2016-02-30"),
        ("sources.csv", "techcrunch-2016-01-14", "title_confirmed", "maybe"),
        ("timeline.csv", "tl-shortage-two-episodes", "end", "2015"),
        ("timeline.csv", "tl-quality-committee", "start", "2017Q9"),
        # a value outside the plausible range of its series, often a slip of the unit
        ("shipments.csv", "units-2016q1-ihs", "value", "14800000"),
        ("shipments.csv", "units-2016q1-ihs", "value", "-14.8"),
        ("shipments-annual.csv", "units-2015-idc", "value", "708"),
        ("shares.csv", "share-2014q3-idc", "value", "530"),
        ("financials-annual.csv", "revenue-2016", "value", "68434"),
        ("stores.csv", "stores-2017-07", "value", "123000"),
        ("market-days.csv", "xiaomi-close-2025-09-26", "value", "5465"),
        ("facts.csv", "mi5-demand-met", "value", "3000"),
        ("facts.csv", "target-2015-revised", "value_high", "100000"),
        # rows that other tables name
        ("dispute-values.csv", "{first}", "row", "units-2015-icd"),
        ("dispute-values.csv", "{first}", "dispute", "dispute-nobody-had"),
        ("goals.csv", "{first}", "target", "target-1915"),
        ("declines.csv", "{first}", "peak", "units-1066"),
        ("goals.csv", "goal-units-2018", "reached", ""),
        ("goals.csv", "goal-units-2018", "verdict", "sort of"),
        ("goals.csv", "goal-units-2018", "due", "2018Q7"),
        ("sources.csv", "lei-book-chapter", "note", ""),
        ("stores.csv", "stores-2017-07", "period", "2017-07-32"),
        ("estimation-window.csv", "window-001", "day", "yesterday"),
    ],
)
def test_one_broken_cell_is_found_with_table_line_and_column(broken, file, row_id, column, cell):
    row_id = broken.first(file) if row_id == "{first}" else row_id
    line = broken.edit(file, row_id, column, cell)
    if column == "id":  # the later of two equal ids is the one reported
        with (broken.root / file).open(encoding="utf-8", newline="") as handle:
            ids = [row[0] for row in csv.reader(handle)]
        line = max(place for place, name in enumerate(ids, start=1) if name == cell)
    found(broken.root, file.removesuffix(".csv"), line, column)


def test_bytes_that_differ_from_the_recorded_hash_are_found_and_the_way_out_is_named(broken):
    path = broken.root / "glossary.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (fault,) = found(broken.root, "glossary", 1, "")
    assert "casekit data stamp" in fault.message


def test_a_source_that_no_row_is_taken_from_is_found_but_a_scholarly_work_is_not(broken):
    rows = broken.rows("sources.csv")
    grade = rows[0].index("grade")
    lone = ["lone-page-2016", *rows[1][1:]]
    work = ["lone-work-1989", *rows[1][1:]]
    work[grade] = "S"
    broken.write("sources.csv", [*rows, lone, work])
    assert len(found(broken.root, "sources", len(rows) + 1, "id")) == 1


def test_a_dispute_with_one_side_is_found(broken):
    rows = broken.rows("dispute-values.csv")
    name = rows[1][rows[0].index("dispute")]
    sides = [row for row in rows if name in row]
    broken.write("dispute-values.csv", [row for row in rows if row not in sides[1:]])
    (fault,) = found(broken.root, "disputes", 2, "id")
    assert "two rows or more" in fault.message


def test_sources_emptied_to_their_header_leave_every_reference_dangling(broken):
    path = broken.root / "sources.csv"
    header, *_ = path.read_text(encoding="utf-8").splitlines()
    path.write_text(header + "\n", encoding="utf-8")
    found(broken.root, "facts", 2, "source")
    found(broken.root, "timeline", 2, "source")


def test_a_claim_about_a_fact_that_does_not_exist_is_found(broken):
    line = broken.edit("causal-claims.csv", "causal-growth-support", "fact", "growth-brings-suport")
    (fault,) = found(broken.root, "causal-claims", line, "fact")
    assert "did you mean growth-brings-support" in fault.message


def test_a_table_that_cannot_be_read_is_not_blamed_on_those_that_refer_to_it(broken):
    (broken.root / "sources.csv").unlink()
    assert {fault.table for fault in check(broken.root)} == {"sources"}


@pytest.mark.parametrize("bare", [False, True])
def test_every_foreign_key_of_the_package_is_checked(broken, bare):
    path = broken.root / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    timeline = next(about for about in package["resources"] if about["name"] == "timeline")
    key = {"fields": "id" if bare else ["id", "source"]}
    key["reference"] = {"resource": "facts", "fields": key["fields"]}
    timeline["schema"]["foreignKeys"].append(key)
    path.write_text(json.dumps(package), encoding="utf-8")
    found(broken.root, "timeline", 2, "id" if bare else "id, source")


@pytest.mark.parametrize(
    ("part", "wrong"), [("resource", "fcts"), ("fields", ["key"]), ("fields", "key")]
)
def test_a_foreign_key_to_what_does_not_exist_is_a_fault(broken, part, wrong):
    path = broken.root / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    claims = next(about for about in package["resources"] if about["name"] == "causal-claims")
    claims["schema"]["foreignKeys"][0]["reference"][part] = wrong
    path.write_text(json.dumps(package), encoding="utf-8")
    (fault,) = found(broken.root, "datapackage.json", 1, "")
    assert "it lacks" in fault.message


def test_one_wrong_cell_gives_one_fault_that_offers_the_nearest_name(broken):
    line = broken.edit("facts.csv", "target-2015-original", "scope", "word")
    (fault,) = check(broken.root)
    assert str(fault).startswith(f"facts, line {line}, scope: ")
    assert "world" in str(fault)


@pytest.mark.parametrize("end", ["2016", "2016Q1", "2016-03", "2016-03-31"])
def test_an_end_that_is_less_precise_than_its_start_is_no_fault(broken, end):
    broken.edit("timeline.csv", "tl-shortage-2016q1", "end", end)  # it starts in 2016-03
    assert check(broken.root) == []


def test_an_id_used_in_two_tables_is_found(broken):
    broken.edit("timeline.csv", "tl-mix", "id", "mix-launch")
    faults = check(broken.root)
    assert [fault.column for fault in faults] == ["id"]
    assert "already stands in facts" in faults[0].message


def test_a_byte_that_is_not_utf8_is_found_on_its_line(broken):
    path = broken.root / "facts.csv"
    lines = path.read_bytes().split(b"\n")
    lines[6] = lines[6] + b"\xff"
    path.write_bytes(b"\n".join(lines))
    faults = found(broken.root, "facts", 7, "")
    assert len(faults) == 1  # formulas that need the unread table are not blamed


def test_a_missing_column_is_named_once(broken):
    with (broken.root / "shares.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    place = rows[0].index("scope")
    broken.write("shares.csv", [row[:place] + row[place + 1 :] for row in rows])
    assert len(found(broken.root, "shares", 1, "scope")) == 1


def test_a_row_that_is_cut_short_is_found(broken):
    path = broken.root / "timeline.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = "tl-cut,2016"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found(broken.root, "timeline", 4, "event")


def test_a_missing_table_is_a_fault_not_a_traceback(broken):
    (broken.root / "shares.csv").unlink()
    found(broken.root, "shares", 1, "")


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b"[]", b'{"resources": [{}]}', b'{"resources": 7}']
)
def test_a_broken_package_description_is_a_fault_not_a_traceback(broken, content):
    (broken.root / "datapackage.json").write_bytes(content)
    found(broken.root, "datapackage.json", 1, "")


def test_an_absent_folder_is_a_fault_not_a_traceback(tmp_path):
    found(tmp_path / "nowhere", "datapackage.json", 1, "")


def test_a_schema_that_no_validator_knows_is_a_fault(broken):
    path = broken.root / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][0]["type"] = "colour"
    path.write_text(json.dumps(package), encoding="utf-8")
    found(broken.root, "sources", 1, "")


def test_without_the_validator_the_extra_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "frictionless", None)
    with pytest.raises(InvalidInputError, match=r"casekit\[book\]"):
        check()


def test_a_fault_prints_as_one_sentence_with_its_place():
    fault = Fault("facts", 3, "value", "'abc' is not a number; correct it.")
    assert str(fault) == "facts, line 3, value: 'abc' is not a number; correct it."

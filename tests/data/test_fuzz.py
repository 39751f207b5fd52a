"""Does the check survive any cell at all, and name the place of each fault it finds?"""

import csv
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casekit.data import _tables, check
from casekit.data._stamp import digest

# A small package: every rule has something to hold on to, and a check takes milliseconds.
ROWS = {
    "sources": ["reuters-2015-07-02", "telecomlead-2016-01", "miuios-2015-12"],
    "facts": ["target-2015-original", "target-2015-revised", "forecast-2015-analyst"],
    "shipments-annual": ["units-2015-idc"],
    "disputes": ["dispute-slump-start"],
    "dispute-values": [],
}
CELLS = (
    st.text(max_size=12)
    | st.integers(-(10**12), 10**12).map(str)
    | st.floats(allow_nan=True, allow_infinity=True).map(str)
    | st.sampled_from(
        ["", "nan", "1e400", "2016Q5", "0000", "9999-99-99", "unknown", "derived", "C", "[a]", "−"]
    )
)


def _written(root, about, rows):
    columns = [field["name"] for field in about["schema"]["fields"]]
    path = root / about["path"]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return about | digest(path.read_bytes())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Give a folder and the tables in it, as lists of rows that a test may change and write."""
    root = tmp_path_factory.mktemp("small")
    tables = {
        name: [row for row in _tables.rows(name) if row["id"] in ids] for name, ids in ROWS.items()
    }
    side = {"dispute": "dispute-slump-start", "says": "one side"}
    tables["dispute-values"] = [
        {"id": "dv-one", "row": "target-2015-original", **side},
        {"id": "dv-two", "row": "units-2015-idc", **side},
    ]

    def written(changed):
        package = json.loads((_tables.folder() / "datapackage.json").read_text(encoding="utf-8"))
        package["resources"] = [
            _written(root, about, changed[about["name"]])
            for about in package["resources"]
            if about["name"] in changed
        ]
        (root / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        return root

    return written, tables


def test_the_small_package_is_in_order(small):
    written, tables = small
    assert [str(fault) for fault in check(written(tables))] == []


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_stands_in_a_cell_the_check_answers_with_places_in_the_tables(small, data):
    written, tables = small
    changed = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for _ in range(data.draw(st.integers(1, 3))):
        table = data.draw(st.sampled_from(sorted(changed)))
        row = data.draw(st.sampled_from(changed[table]))
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(CELLS)
    for fault in check(written(changed)):
        assert fault.table in changed
        # a cell with a line break moves the lines below it
        assert 1 <= fault.row <= 2 + 3 * len(changed[fault.table])
        columns = set(changed[fault.table][0])
        assert set(filter(None, fault.column.split(", "))) <= columns
        assert fault.message.endswith(".") or "?" in fault.message
        assert "\n" not in str(fault)


@settings(max_examples=60, deadline=None)
@given(
    column=st.sampled_from(["value", "unit", "period", "scope", "measure", "basis", "grade"]),
    junk=st.text(alphabet="#%&*!~", min_size=1, max_size=6),
)
def test_a_cell_that_means_nothing_is_named_with_its_column(small, column, junk):
    written, tables = small
    changed = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    changed["shipments-annual"][0][column] = junk
    faults = check(written(changed))
    assert ("shipments-annual", 2, column) in {(f.table, f.row, f.column) for f in faults}

"""Does every public function answer broken tables with one sentence that says what to do?"""

import json

import pytest

from casekit.data import evaluate, fact, load, source, tables
from casekit.errors import InvalidInputError

FACT = "target-2015-original"
READERS = {
    "tables": tables,
    "load": lambda root: load("facts", root=root),
    "fact": lambda root: fact(FACT, root=root),
    "source": lambda root: source("techcrunch-2016-01-14", root=root),
    "evaluate": lambda root: evaluate(f"[{FACT}] * 2", root=root),
}


def refused(function, root):
    with pytest.raises(InvalidInputError, match="`casekit data check`") as failure:
        READERS[function](root)
    assert "\n" not in str(failure.value)
    return str(failure.value)


def _without_schema(text):
    package = json.loads(text)
    del package["resources"][0]["schema"]
    return json.dumps(package)


@pytest.mark.parametrize("function", READERS)
@pytest.mark.parametrize(
    "broken_text",
    [
        lambda _: "{",
        lambda _: "[]",
        lambda _: '{"resources": 3}',
        lambda _: '{"resources": [3]}',
        lambda text: text.replace('"path"', '"pfad"'),
        lambda text: text.replace('"constraints": {', '"constraints": 3, "was": {'),
        _without_schema,
    ],
)
def test_a_broken_package_description_is_one_sentence(broken, function, broken_text):
    path = broken.root / "datapackage.json"
    path.write_text(broken_text(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert "datapackage.json" in refused(function, broken.root)


@pytest.mark.parametrize("function", READERS)
def test_an_absent_package_description_is_one_sentence(tmp_path, function):
    assert "datapackage.json" in refused(function, tmp_path / "nowhere")


@pytest.mark.parametrize("function", ["load", "fact", "source", "evaluate"])
@pytest.mark.parametrize("content", [None, b"id,\xff\n", b"id\nx\n", b"", b"id,\x00\n"])
def test_a_table_that_cannot_be_read_is_one_sentence(broken, function, content):
    for name in ("facts.csv", "sources.csv"):
        (broken.root / name).unlink()
        if content is not None:
            (broken.root / name).write_bytes(content)
    assert ".csv" in refused(function, broken.root)


@pytest.mark.parametrize("function", ["load", "fact", "evaluate"])
@pytest.mark.parametrize("column", ["value", "value_high"])
def test_a_word_in_a_column_of_numbers_is_one_sentence(broken, function, column):
    broken.edit("facts.csv", FACT, column, "seventy")
    assert "seventy" in refused(function, broken.root)


def test_a_row_with_too_many_cells_still_reads(broken):
    path = broken.root / "sources.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(line + ",extra" for line in lines[1:])]), "utf-8")
    assert source("techcrunch-2016-01-14", root=broken.root).publisher == "TechCrunch"


def test_a_number_or_date_of_another_form_is_shown_as_it_stands(broken):
    broken.edit("facts.csv", FACT, "value", "1e8")
    broken.edit("sources.csv", "techcrunch-2016-01-14", "date", "2016-30-01")
    assert "1e8" in fact(FACT, root=broken.root).text
    assert source("techcrunch-2016-01-14", root=broken.root).citation.endswith("2016-30-01")

import json
import warnings

import nbformat
import pytest
import yaml
from made_up import PLAIN, an_assignment
from nbformat.v4 import new_markdown_cell, new_notebook

from casekit.errors import InvalidInputError
from casekit.questions.files import read_notebook
from casekit.questions.schema import read_yaml
from casekit.questions.validation import check_keys


def test_a_notebook_that_begins_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("\ufeff" + nbformat.writes(new_notebook()), encoding="utf-8")
    assert read_notebook(path).cells == []


def test_a_cell_copied_with_its_id_is_read_without_a_warning(tmp_path):
    twice = new_notebook() | {"cells": [new_markdown_cell("a", id="one")] * 2}
    (tmp_path / "a.ipynb").write_text(json.dumps(twice), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_notebook(tmp_path / "a.ipynb").cells) == 2


@pytest.mark.parametrize(
    "content",
    [b"[" * 20_000 + b"]" * 20_000, b"{", b"[]", b"3", b"\xff\xfe", b""],
)
def test_what_is_no_notebook_is_told_in_a_sentence(tmp_path, content):
    (tmp_path / "a.ipynb").write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"not a valid notebook|not in UTF-8"):
        read_notebook(tmp_path / "a.ipynb")


def test_a_file_in_another_encoding_is_told_in_a_sentence(tmp_path):
    (tmp_path / "a.yml").write_bytes("title: café".encode("latin-1"))
    with pytest.raises(InvalidInputError, match=r"a\.yml is not in UTF-8 \(byte 10\)"):
        read_yaml(tmp_path / "a.yml")


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"key": {"formula": "[no-such-fact]"}}, "question x, field key: There is no fact"),
        ({"key": {"formula": "1 / 0"}}, "question x, field key: "),
        ({"key": {"value": "one"}}, "question x, field key: "),
        ({"type": "bool", "key": {"value": 1.0}}, "question x, field key: is no truth value"),
        ({"type": "enum", "options": ["a"], "key": {"value": "a"},
          "mistakes": [{"shift": 1, "hint": "h"}]}, "question x, field mistakes: "),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_computed_is_told_with_question_and_field(tmp_path, values, part):
    path = tmp_path / "questions.yml"
    path.write_text(yaml.safe_dump({"questions": [PLAIN | values]}), encoding="utf-8")
    with pytest.raises(InvalidInputError) as failure:
        check_keys(an_assignment(values), path)
    assert part in str(failure.value)

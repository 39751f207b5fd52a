"""Would MicroPython, which runs the same file in a page, take every model file as it stands?"""

import ast
from pathlib import Path

import pytest

from casekit import models
from casekit.models import _portable

# In CPython's math, not in MicroPython's; fsum and the compensated sum() also differ in value.
_MISSING = {"math.comb", "math.log1p", "math.expm1", "math.fsum", "math.prod", "math.dist"}
_UNSUPPORTED = (ast.Match, ast.AsyncFunctionDef, ast.TryStar, ast.ClassDef)


@pytest.fixture(params=models.names())
def tree(request):
    path = Path(models.get(request.param).module.__file__)
    return ast.parse(path.read_text(encoding="utf-8"))


def _all(tree, kind):
    return [node for node in ast.walk(tree) if isinstance(node, kind)]


def test_a_model_file_imports_nothing_but_math_and_the_portable_part(tree):
    imported = [alias.name for node in _all(tree, ast.Import) for alias in node.names]
    assert set(imported) <= {"math"}
    assert {node.module for node in _all(tree, ast.ImportFrom)} <= {"casekit.models._portable"}


def test_the_portable_part_imports_nothing_but_math():
    path = Path(_portable.__file__)
    portable = ast.parse(path.read_text(encoding="utf-8"))
    assert [node.names[0].name for node in _all(portable, ast.Import)] == ["math"]
    assert not _all(portable, ast.ImportFrom)


def test_a_model_file_calls_only_functions_that_micropython_has(tree):
    called = {ast.unparse(node) for node in _all(tree, ast.Attribute)}
    assert not called & _MISSING
    names = {node.id for node in _all(tree, ast.Name)}
    assert not names & {"sum", "open", "__import__"}


def test_a_model_file_uses_only_syntax_that_micropython_has(tree):
    assert not _all(tree, _UNSUPPORTED)
    assert not any(function.decorator_list for function in _all(tree, ast.FunctionDef))
    assert not any(function.args.posonlyargs for function in _all(tree, ast.FunctionDef))
    assert not any(key is None for node in _all(tree, ast.Dict) for key in node.keys)
    for display in _all(tree, (ast.List, ast.Tuple, ast.Set)):
        assert not any(isinstance(item, ast.Starred) for item in display.elts)
    for call in _all(tree, ast.Call):
        assert "strict" not in [keyword.arg for keyword in call.keywords]


def test_no_format_asks_for_thousands_separators(tree):
    formats = [ast.unparse(v.format_spec) for v in _all(tree, ast.FormattedValue) if v.format_spec]
    assert not any("," in text for text in formats)

"""Is the house in order: do imports point one way, and does each file stand where it belongs?"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "casekit"

ALLOWED = {
    "errors": set(),
    "console": set(),
    "data": {"errors"},
    "models": {"errors"},
    "exhibits": {"errors", "data", "models"},
    "widgets": {"errors", "data", "models", "exhibits"},
    "questions": {"errors", "data", "models", "exhibits"},
    "book": {"errors", "data", "models", "exhibits", "widgets", "questions"},
    "grading": {"errors"},
    "course": {"errors", "data", "models", "exhibits", "widgets", "questions", "grading"},
    "__main__": {"cli"},
    "cli": {"errors", "console", "data", "models", "exhibits", "widgets", "questions", "book",
            "course", "grading"},
}  # fmt: skip


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "casekit":
            names = [f"casekit.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("casekit.")}
    return rooms


SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"
                 or path.parent != PACKAGE)  # fmt: skip


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    room = room_of(path)
    assert imported_rooms(path) - {room} <= ALLOWED[room]


def test_every_room_has_a_rule():
    rooms = {room_of(path) for path in SOURCES}
    assert rooms <= set(ALLOWED)


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.strip()


def test_importing_casekit_loads_neither_pandas_nor_widgets():
    code = (
        "import casekit, sys; print(sorted({'pandas', 'ipywidgets', 'altair'} & set(sys.modules)))"
    )
    assert run_python(code) == "[]"


def test_a_fact_is_looked_up_without_pandas():
    code = (
        "from casekit.data import fact; import sys; "
        "fact('units-2016q1-ihs'); print('pandas' in sys.modules)"
    )
    assert run_python(code) == "False"


def test_the_lock_holds_versions_and_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pins) > 100
    assert all("==" in pin for pin in pins)
    assert lock.count("--hash=sha256:") >= len(pins)


def test_classifiers_begin_with_the_oldest_python_that_is_promised():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [c.rsplit(" ", 1)[1] for c in project["classifiers"] if ":: Python :: 3." in c]
    assert f">={named[0]}" == project["requires-python"]


def test_every_open_names_its_encoding():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            # Methods of paths, and the built-in; a reader of our own may take its name.
            own = isinstance(node.func, ast.Name) and node.func.id != "open"
            name = "" if own else getattr(node.func, "attr", getattr(node.func, "id", ""))
            if ast.unparse(node.func) == "os.open":
                continue  # a descriptor, not a text
            if name in {"read_text", "write_text"} or (
                name == "open" and not any(isinstance(a, ast.Constant) and "b" in str(a.value)
                                           for a in node.args)
            ):  # fmt: skip
                assert any(word.arg == "encoding" for word in node.keywords), (
                    f"{path}:{node.lineno}"
                )


def tracked_files() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return [ROOT / name for name in done.stdout.splitlines()] or SOURCES


def test_no_file_names_a_path_of_the_machine_it_was_made_on():
    # Written in two parts, so that this file does not find itself.
    forbidden = ("/work" + "/main", "/work" + "/shared", ".." + "/shared", "/root" + "/")
    for path in tracked_files():
        if path.suffix in {".png", ".lock"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert not [word for word in forbidden if word in text], path

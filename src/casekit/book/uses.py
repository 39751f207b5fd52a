"""Who uses which table: read off the sources of the book, its exhibits and its questions."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import yaml

from casekit import data, exhibits
from casekit.widgets import views

_TOKEN = re.compile(r"(?<=[`<\[\"'])([a-z0-9][a-z0-9-]*)(?=(?:\.high)?[`>\]\"'])")
_LOADED = re.compile(r"""load\(\s*["']([a-z-]+)["']""")
_SHOWN = re.compile(r"^```\{exhibit\} ([a-z0-9-]+)", re.MULTILINE)
_MOVED = re.compile(r"^```\{widget\} ([a-z0-9-]+)", re.MULTILINE)


def uses(checkout: Path) -> dict[str, dict[str, list[str]]]:
    """Return by table the chapters and the questions that use it.

    A text uses a table if it names one of its rows or loads it; a chapter also uses what its
    exhibits and widgets use.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for kind, user, text in texts(checkout):
        for table in sorted(tables_in(text)):
            users = found.setdefault(table, {}).setdefault(kind, [])
            if user not in users:
                users.append(user)
    return found


def tables_in(text: str) -> set[str]:
    """Return the tables that a text loads, or of which it names a row."""
    home = _home()
    loaded = {name for name in _LOADED.findall(text) if name in data.tables()}
    return loaded | {home[name] for name in rows_in(text)}


def rows_in(text: str) -> set[str]:
    """Return the ids of the rows that a text names."""
    return {name for name in _TOKEN.findall(text) if name in _home()}


def texts(checkout: Path) -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and text of each user of the tables: chapters with exhibits, questions."""
    yield from _chapters(checkout)
    yield from _questions(checkout)


@cache
def _home() -> dict[str, str]:
    return {row["id"]: table for table in data.tables() for row in data.rows(table)}


def _chapters(checkout: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((checkout / "chapters").glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        modules = dict.fromkeys(exhibits.module(name) for name in _SHOWN.findall(text))
        modules |= dict.fromkeys(views.module(name) for name in _MOVED.findall(text))
        drawn = [_source(module) for module in modules]
        yield "chapters", path.stem, "\n".join([text, *drawn])


def _questions(checkout: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((checkout / "exercises").glob("*/questions.yml")):
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]:
            yield "questions", f"{path.parent.name}/{question['id']}", yaml.dump(question)


def _source(module: str) -> str:
    spec = find_spec(module)
    return Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""

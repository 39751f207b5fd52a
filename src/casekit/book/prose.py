"""No typed numbers in exercises and teaching material either: the texts that are no pages.

Sphinx reads the chapters, and :mod:`casekit.book.numerals` sees to those; here the same rule holds
for Markdown that becomes notebooks and notes, and for the words of questions and rubrics.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from casekit.book.numerals import typed_numbers

_FOLDERS = ("exercises", "teaching")
_FENCE = re.compile(r"^\+\+\+.*$", re.MULTILINE)  # the start of a cell, with its settings
_ORDINAL = re.compile(r"^\d+\. ")
# Settings that a program reads; everything else in these files is read by people.
_SETTINGS = {
    "id", "type", "unit", "key", "formula", "value", "options", "model", "measure", "settings",
    "source", "sources", "follows", "labels", "columns", "arguments", "public", "keep",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A typed number and where it stands."""

    path: str
    line: int
    numeral: str

    def __str__(self) -> str:
        return (
            f"{self.path}, line {self.line}: typed number {self.numeral!r} in prose: print it "
            "from the data, or name it in casekit_names of _config.yml if it is a name."
        )


def check(checkout: Path) -> Iterator[Fault]:
    """Yield every typed number in the exercises and the teaching material of a checkout."""
    names = _names(checkout)
    for folder in _FOLDERS:
        for path in sorted((checkout / folder).rglob("*")):
            place = str(path.relative_to(checkout))
            if path.suffix == ".md":
                found = in_markdown(path.read_text(encoding="utf-8"), names)
            elif path.suffix == ".yml":
                found = in_yaml(path.read_text(encoding="utf-8"), names)
            else:
                continue
            for line, numeral in found:
                yield Fault(place, line, numeral)


def in_markdown(text: str, names: list[str]) -> Iterator[tuple[int, str]]:
    """Yield line and text of every typed number in the prose of a Markdown file."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.use(front_matter_plugin).use(dollarmath_plugin)
    before = ""
    for token in parser.parse(_FENCE.sub("", text)):
        if token.type == "inline":
            parts = (
                child.content if child.type == "text" else " " for child in token.children or ()
            )
            prose = "".join(parts)
            # The number of a heading is a label.
            said = _ORDINAL.sub("", prose) if before == "heading_open" else prose
            first = (token.map or [0])[0] + 1
            for numeral in typed_numbers(said, names):
                yield first, numeral
        before = token.type


def in_yaml(text: str, names: list[str]) -> Iterator[tuple[int, str]]:
    """Yield line and text of every typed number in what people read of a YAML file."""
    for line, words in _read_by_people(yaml.compose(text)):
        for _, numeral in in_markdown(words, names):
            yield line, numeral


def _read_by_people(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value not in _SETTINGS:
                yield from _read_by_people(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _read_by_people(item)
    elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
        yield node.start_mark.line + 1, node.value


def _names(checkout: Path) -> list[str]:
    settings: dict[str, Any] = yaml.safe_load(
        (checkout / "_config.yml").read_text(encoding="utf-8")
    )
    names: list[str] = settings["sphinx"]["config"]["casekit_names"]
    return names

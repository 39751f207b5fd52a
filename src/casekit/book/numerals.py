"""No number is typed in prose: each comes through a role that knows its source.

Calendar dates, quarters, chapter and exhibit numbers and the names of products are words, not
figures. Everything else that looks like a number fails the build.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from docutils.nodes import Node
from sphinx import addnodes

from casekit import data
from casekit.book.roles import number

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = r"(?:3[01]|[12]\d|[1-9])"
# What follows a quantity, not a date or a reference: "2000 stores" is no year.
_QUANTITY = (
    r"(?! ?(?:%|(?:thousand|million|billion|per ?cent|percentage|stores?|shops?|people|yuan|"
    r"dollars?|euros?|RMB|times)\b))"
)
_CALENDAR = (
    r"\b(?:19|20)\d\d ?Q[1-4]\b",
    r"\b[QH][1-4] (?:19|20)\d\d\b",
    rf"\b{_DAY}(?:[–-]{_DAY})? (?:{_MONTH})\b",
    rf"\b(?:{_MONTH}) {_DAY}\b{_QUANTITY}",
    rf"\b(?:19|20)\d\d(?:[–/-]\d\d(?:\d\d)?)?s?\b{_QUANTITY}",
    r"\b(?:[Cc]hapters?|[Ee]xhibits?|[Cc]omments?|[Pp]art|[Qq]uestions?|[Aa]ssignments?) "
    r"\d+(?:(?:[.–]| to | and )\d+)?\b"
    rf"{_QUANTITY}",
)
_COUNT = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    "hundred|half a|half"
)
_WORDS = (
    rf"\b(?:{_COUNT})[ -](?:hundred|thousand|million|billion|per ?cent)\b"
    rf"|\b(?:{_COUNT})[ -](?:thirds|fifths|tenths)\b"
)
_NUMERAL = re.compile(rf"\d[\d.,]*|[¼½¾⅓⅔⅕⅛]|{_WORDS}", re.IGNORECASE)
_SILENT = (
    nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw,
    nodes.comment, nodes.problematic, nodes.system_message, nodes.citation, addnodes.pending_xref,
)  # fmt: skip


def typed_numbers(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the numerals of a text that are no dates, quarters, references or names.

    Args:
        text: Prose.
        names: Names that hold a numeral, such as ``"Mi 5"``.
    """
    words = [rf"\b{re.escape(name)}\b" for name in names]
    for pattern in (*_CALENDAR, *words):
        text = re.sub(pattern, " ", text)
    return [match.group(0).rstrip(".,") for match in _NUMERAL.finditer(text)]


def _is_prose(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, number):
            return bool(parent["words"])
        if isinstance(parent, _SILENT) or _is_cell(parent):
            return False
        parent = parent.parent
    return True


def _is_cell(node: Node) -> bool:
    # Code cells and their outputs (myst-nb), bibliographies and the tables of the data have
    # numbers of their own.
    kinds = {"bibliography", "from-data"}
    return isinstance(node, nodes.Element) and bool(kinds & set(node.get("classes", ())))


def typed_in(document: nodes.document, names: Iterable[str]) -> Iterator[tuple[Node, str]]:
    """Yield every typed number of a document with the node it stands in."""
    known = tuple(names)
    for block in document.findall(nodes.TextElement):
        if isinstance(block, nodes.Inline):
            continue
        prose = "".join(
            text.astext() if _is_prose(text) else " " for text in block.findall(nodes.Text)
        )
        for numeral in typed_numbers(prose, known):
            yield block, numeral


def unstated(document: nodes.document) -> Iterator[tuple[Node, str]]:
    """Yield every bare number whose column does not state its unit and scope, and what it lacks."""
    for node in document.findall(number):
        if node["bare"]:
            fact = data.fact(node["fact"])
            header = _header(node).lower()
            wanted = [fact.unit, fact.where]
            missing = [word for word in wanted if word and word.lower() not in header]
            if missing:
                yield node, " and ".join(repr(word) for word in missing)


def _header(node: Node) -> str:
    """Return title of the table and header of the column in which a node stands."""
    entry, table = _ancestor(node, nodes.entry), _ancestor(node, nodes.table)
    if entry is None or table is None:
        return ""
    column = entry.parent.index(entry)
    title = next((title.astext() for title in table.findall(nodes.title)), "")
    heads = [row[column].astext() for head in table.findall(nodes.thead) for row in head]
    return " ".join([title, *heads])


def _ancestor(node: Node, kind: type[nodes.Element]) -> Any:
    parent = node.parent
    while parent is not None and not isinstance(parent, kind):
        parent = parent.parent
    return parent

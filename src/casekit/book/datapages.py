"""The part "Sources and data": every table as a page, every row with an address of its own.

A page of this part says ``{data-tables}`` where its tables belong; which tables those are stands in
:data:`PAGES`. Rows carry their id as anchor, so that a number in prose leads to its row.
"""

import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Node
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from sphinx.util.docutils import SphinxDirective

from casekit import data
from casekit.data import Fact

PAGES: dict[str, tuple[str, ...]] = {
    "data": (),
    "data-facts": ("facts",),
    "data-units": ("shipments", "shipments-annual", "shares", "shares-annual"),
    "data-money": ("financials", "financials-annual", "stores", "online-retail"),
    "data-rivals": ("rivals", "rivals-annual", "declines"),
    "data-market": ("market-days", "estimation-window"),
    "data-events": ("timeline", "goals", "causal-claims", "forum-comments"),
    "disputes": ("disputes", "dispute-values"),
    "glossary": ("glossary",),
    "sources": ("sources",),
}
FOLDER = "chapters"
_PAGE_OF = {table: page for page, tables in PAGES.items() for table in tables}
_SHOWN_WITH = {"dispute-values": "disputes"}  # a table that has no section of its own
_SEVERAL = 5  # facts of one document, from which on it has a heading of its own
_BRACKETS = re.compile(r"\[([a-z0-9-]+(?:\.high)?)\]")


def page_of(table: str) -> str:
    """Return the name of the document on which a table stands, e.g. ``chapters/data-facts``."""
    return f"{FOLDER}/{_PAGE_OF[table]}"


class DataTables(SphinxDirective):
    """The ``data-tables`` directive: the tables of this page, or of the whole package."""

    has_content = False

    def run(self) -> list[Node]:
        """Return a section a table, or on the page ``data`` the list of all tables."""
        page = self.env.docname.removeprefix(f"{FOLDER}/")
        if page == "data":
            return [_raw(_template("packages").render(tables=_overview()))]
        sections: list[Node] = [
            _section(table) for table in PAGES.get(page, ()) if table not in _SHOWN_WITH
        ]
        if not sections:
            message = f"No table belongs on the page {page!r}; name it in casekit.book.datapages."
            return [self.state.document.reporter.error(message, line=self.lineno)]
        return sections


def write_downloads(site: Path) -> None:
    """Lay every table beside the pages, and all of them with their description in one ZIP."""
    folder = site / "data"
    folder.mkdir(exist_ok=True)
    files = sorted(path for path in data.folder().iterdir() if path.is_file())
    for path in files:
        (folder / path.name).write_bytes(path.read_bytes())
    with zipfile.ZipFile(folder / "casekit-data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            # A fixed date: the same tables give the same bytes.
            archive.writestr(zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0)), path.read_bytes())


def write_bibliography(path: Path) -> None:
    """Write the scholarly works among the sources as a BibTeX file, if it would change."""
    works = (row["id"] for row in data.rows("sources") if row["grade"] == "S")
    text = "\n\n".join(data.cite(work, "bibtex") for work in works) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def _section(table: str) -> nodes.section:
    about = data.describe(table)
    context = {
        "about": about,
        "rows": data.rows(table),
        "groups": _groups(table),
        "values": _values() if table == "disputes" else {},
    }
    name = "claims" if table in _claims() else table
    section = nodes.section(ids=[f"table-{table}"], names=[table])
    section += nodes.title("", about["title"])
    section += _raw(_template(name).render(**context))
    return section


@cache
def _claims() -> set[str]:
    """Return the tables whose rows are claims: facts and series."""
    return {
        table
        for table in data.tables()
        if any(field["name"] == "value" for field in data.describe(table)["schema"]["fields"])
    }


def _groups(table: str) -> list[tuple[str, list[Fact]]]:
    """Return the claims of a table, those of a much-used document under its name."""
    if table not in _claims():
        return []
    found = [data.fact(row["id"]) for row in data.rows(table)]
    if table != "facts":
        return [("", found)]
    often = Counter(fact.source.id for fact in found)
    names = [name for name, count in often.most_common() if count >= _SEVERAL]
    groups = [
        (data.source(name).citation, [fact for fact in found if fact.source.id == name])
        for name in names
    ]
    others = [fact for fact in found if fact.source.id not in names]
    return [*groups, ("Other documents", others)] if others else groups


def _values() -> dict[str, list[tuple[str, Fact]]]:
    sides: dict[str, list[tuple[str, Fact]]] = {}
    for row in data.rows("dispute-values"):
        sides.setdefault(row["dispute"], []).append((row["says"], data.fact(row["row"])))
    return sides


def _overview() -> list[dict[str, Any]]:
    return [
        data.describe(table)
        | {
            "page": f"{page}.html#table-{_SHOWN_WITH.get(table, table)}",
            "count": len(data.rows(table)),
        }
        for page, tables in PAGES.items()
        for table in tables
    ]


def _row_address(row: str) -> str:
    """Return the address of a row as seen from another page of this part."""
    return f"{_PAGE_OF[data.fact(row).table]}.html#{row}"


def _formula(fact: Fact) -> list[tuple[str, str]]:
    """Return a formula in pieces: text, and the row each id leads to (empty for plain text)."""
    pieces: list[tuple[str, str]] = []
    for number, part in enumerate(_BRACKETS.split(fact.formula)):
        pieces.append((part, _row_address(part.removesuffix(".high")) if number % 2 else ""))
    return pieces


def _change(peak: str, trough: str) -> str:
    """Return the change between two rows in percent, as prose prints it."""
    change = data.evaluate(f"([{trough}] / [{peak}] - 1) * 100")
    return f"{change:.1f}%".replace("-", "\N{MINUS SIGN}")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("casekit.book"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "fact": data.fact,
        "source": data.source,
        "long_date": data.long_date,
        "address": _row_address,
        "formula": _formula,
        "change": _change,
    }
    return environment.get_template(f"{name}.html.j2")

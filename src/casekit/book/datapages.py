"""The part "Sources and data": every table as a page, every row with an address of its own.

A page of this part says ``{data-tables}`` where its tables belong; which tables those are stands in
:data:`PAGES`. Rows carry their id as anchor, so that a number in prose leads to its row.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Node
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup, escape
from sphinx import addnodes
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
    "data-events": ("timeline", "goals", "causal-claims", "claim-codes", "forum-comments"),
    "disputes": ("disputes", "dispute-values"),
    "glossary": ("glossary",),
    "sources": ("sources",),
}
FOLDER = "chapters"
_PAGE_OF = {table: page for page, tables in PAGES.items() for table in tables}
_SHOWN_WITH = {"dispute-values": "disputes"}  # a table that has no section of its own
_KINDS = {"sources": "Between sources", "translation": "Between the two languages of one letter"}
_SEVERAL = 5  # facts of one document, from which on it has a heading of its own
_BRACKETS = re.compile(r"\[([a-z0-9-]+(?:\.high)?)\]")


def page_of(table: str) -> str:
    """Return the name of the document on which a table stands, e.g. ``chapters/data-facts``."""
    return f"{FOLDER}/{_PAGE_OF[table]}"


class DataTables(SphinxDirective):
    """The ``data-tables`` directive: the tables of this page, or of the whole package."""

    has_content = False

    def run(self) -> list[Node]:
        """Return the tables with their headings, or on the page ``data`` the list of all."""
        page = self.env.docname.removeprefix(f"{FOLDER}/")
        if page == "data":
            return [_raw(_template("packages").render(tables=_overview()))]
        tables = [table for table in PAGES.get(page, ()) if table not in _SHOWN_WITH]
        if not tables:
            message = f"No table belongs on the page {page!r}; name it in casekit.book.datapages."
            return [self.state.document.reporter.error(message, line=self.lineno)]
        if "glossary" in tables:
            return [self._terms(), _raw('<div id="table-glossary"></div>'), *_parts("glossary")]
        if len(tables) == 1:  # the page has its title already
            return [_raw(f'<div id="table-{tables[0]}"></div>'), *_parts(tables[0])]
        return [
            _titled(f"table-{table}", data.describe(table)["title"], _parts(table))
            for table in tables
        ]

    def _terms(self) -> Node:
        """Tell Sphinx where each term stands, for ``{term}`` and for the index."""
        node = addnodes.index(entries=[])
        for row in data.rows("glossary"):
            self.env.domains["std"].note_object("term", row["en"], row["id"], node)
            node["entries"].append(("single", row["en"], row["id"], "", None))
        return node


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Node:
    """Return a table whose rows stand below each other on a phone."""
    return _raw(_template("rows").render(title=title, head=head, rows=rows))


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
            entry = zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def write_bibliography(path: Path) -> None:
    """Write the scholarly works among the sources as a BibTeX file, if it would change."""
    works = (row["id"] for row in data.rows("sources") if row["grade"] == "S")
    text = "\n\n".join(data.cite(work, "bibtex") for work in works) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def _titled(anchor: str, title: str, parts: list[Node]) -> nodes.section:
    section = nodes.section(ids=[anchor], names=[anchor], classes=["from-data"])
    section += nodes.title("", title)
    section += parts
    return section


def _parts(table: str) -> list[Node]:
    """Return what a table is, and its rows, in sections where there are many."""
    about, rows = data.describe(table), data.rows(table)
    if table == "timeline":
        rows = sorted(rows, key=lambda row: data.order(row["start"]))
    intro = _raw(_template("intro").render(about=about, count=len(rows)))
    if table == "facts":
        return [intro, *_by_document(about)]
    if table == "disputes":
        return [intro, *_by_kind(rows)]
    facts = [data.fact(row["id"]) for row in rows] if table in _claims() else []
    name = "claims" if facts else table
    return [intro, _raw(_template(name).render(about=about, rows=rows, facts=facts, one=False))]


def _by_document(about: dict[str, Any]) -> list[Node]:
    """Return the facts, those of a much-used document under its name."""
    facts = [data.fact(row["id"]) for row in data.rows("facts")]
    often = Counter(fact.source.id for fact in facts)
    names = [name for name, count in often.most_common() if count >= _SEVERAL]
    template = _template("claims")
    groups = [
        (f"from-{name}", data.source(name).citation, [f for f in facts if f.source.id == name])
        for name in names
    ]
    groups.append(
        ("from-others", "Other documents", [f for f in facts if f.source.id not in names])
    )
    return [
        _titled(
            anchor,
            title,
            [_raw(template.render(about=about, facts=found, one=anchor != "from-others"))],
        )
        for anchor, title, found in groups
    ]


def _by_kind(disputes: list[dict[str, str]]) -> list[Node]:
    """Return the disputes between sources, then those between the languages of one letter."""
    sides: dict[str, list[tuple[str, Fact]]] = {}
    for row in data.rows("dispute-values"):
        sides.setdefault(row["dispute"], []).append((row["says"], data.fact(row["row"])))
    template = _template("disputes")
    return [
        _titled(
            f"disputes-{kind}",
            title,
            [_raw(template.render(rows=[r for r in disputes if r["kind"] == kind], sides=sides))],
        )
        for kind, title in _KINDS.items()
    ]


@cache
def _claims() -> set[str]:
    """Return the tables whose rows are claims: facts and series."""
    return {
        table
        for table in data.tables()
        if any(field["name"] == "value" for field in data.describe(table)["schema"]["fields"])
    }


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


_FOREIGN = re.compile(r"\b(zh|ja) ([^\x00-\x7f‘’“”–—]+)")


def _spoken(text: str) -> Markup:
    """Mark the Chinese and Japanese words of an English text as such, for speech and fonts."""
    # As a plain text: joining pieces of a Markup would escape our own marks as well.
    plain = str(escape(text))
    return Markup(_FOREIGN.sub(r'\1 <span lang="\1">\2</span>', plain))  # noqa: S704  escaped


def _chapters(names: list[str]) -> str:
    """Return chapters by number: ``chapters 2, 3``."""
    numbers = ", ".join(str(int(name.partition("-")[0])) for name in names)
    return f"chapter{'s' if len(names) > 1 else ''} {numbers}" if names else "–"


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
        "spoken": _spoken,
        "chapters": _chapters,
    }
    return environment.get_template(f"{name}.html.j2")

"""Lists made from what they list: the exhibits of the book, the symbols of its models."""

from html import escape

from docutils import nodes
from docutils.nodes import Node
from sphinx.util.docutils import SphinxDirective

from casekit import exhibits, models
from casekit.book import datapages
from casekit.book.roles import exhibit_address


class ExhibitList(SphinxDirective):
    """The ``exhibit-list`` directive: number, finding and place of every exhibit."""

    def run(self) -> list[Node]:
        """Return the list."""
        items = "".join(
            f'<li><a href="{exhibit_address(self.env, name)}">Exhibit {shown.label}</a> '
            f"{escape(shown.title)}</li>"
            for name, shown in ((name, exhibits.get(name)) for name in exhibits.names())
        )
        return [nodes.raw("", f'<ul class="ck-list">{items}</ul>', format="html")]


class Notation(SphinxDirective):
    """The ``notation`` directive: every symbol, model by model, with its meaning and unit."""

    def run(self) -> list[Node]:
        """Return one section with a table a model."""
        return [_section(name) for name in models.names()]


def _section(name: str) -> nodes.section:
    model = models.get(name)
    entries = [(p.symbol, p.meaning, p.unit, p.name) for p in model.parameters]
    entries += [(r.symbol, r.meaning, r.unit, r.name) for r in model.results if r.symbol]
    rows = [
        (symbol, meaning, models.unit_text(unit), code) for symbol, meaning, unit, code in entries
    ]
    section = nodes.section(ids=[f"notation-{name}"], names=[name], classes=["from-data"])
    section += nodes.title("", model.title)
    section += datapages.table(model.title, ("Symbol", "Meaning", "Unit", "Name in code"), rows)
    return section

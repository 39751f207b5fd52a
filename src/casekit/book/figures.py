"""Exhibits and widgets on a page: ``{exhibit}`` and ``{widget}``, drawn here and without a kernel.

::

    ```{exhibit} units-by-quarter
    ```

    ```{widget} death-spiral
    :fold: Open the figure when both bets are on paper
    ```

A folded figure stands in a fold that this sentence opens. In a page an exhibit carries its table,
and a widget its controls; in print and in an e-book both are a picture with its text alternative,
and the widget leads to the live one.
"""

import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Element, Node
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from casekit import exhibits
from casekit.book.paper import on_paper
from casekit.errors import CasekitError
from casekit.widgets import views


class drawn(nodes.General, nodes.Element):  # noqa: N801  docutils names node classes in lower case
    """A figure (``kind``, ``name``), the sentence that unfolds it (``fold``), and its ``page``."""


class _Figure(SphinxDirective):
    required_arguments = 1
    option_spec = {"fold": directives.unchanged_required}  # noqa: RUF012  as docutils has it

    kind = ""
    look_up: Callable[[str], object]

    def run(self) -> list[Node]:
        """Return the figure, or an error that names the nearest one."""
        name = self.arguments[0]
        try:
            type(self).look_up(name)
        except CasekitError as problem:
            return [self.state.document.reporter.error(str(problem), line=self.lineno)]
        fold = self.options.get("fold", "")
        node = drawn(kind=self.kind, name=name, fold=fold, page=self.env.docname)
        self.set_source_info(node)
        return [node]


class ExhibitDirective(_Figure):
    """The ``exhibit`` directive; its argument is the name of an exhibit."""

    kind = "exhibit"
    look_up = staticmethod(exhibits.number)


class WidgetDirective(_Figure):
    """The ``widget`` directive; its argument is the name of a widget."""

    kind = "widget"
    look_up = staticmethod(views.module)


def visit_drawn(self: Any, node: Element) -> None:
    """Write the figure for this builder, then skip what would follow."""
    builder = self.builder
    if on_paper(builder):
        self.body.append(_on_paper(builder, node))
    else:
        figure = _on_screen(builder, node["kind"], node["name"])
        if node["fold"]:
            figure = f'<details class="ck-fold"><summary>{escape(node["fold"])}</summary>{figure}'
            figure += "</details>"
        self.body.append(figure)
    raise nodes.SkipNode


def _on_screen(builder: Any, kind: str, name: str) -> str:
    """Return the figure as it stands in a page, drawn once for the same code and tables."""
    store = Path(builder.outdir).parent / ".drawn"
    # What an earlier state of code and tables has drawn is of no use any more.
    kept = store / str(builder.env.casekit_fingerprint)[:16]
    if not kept.is_dir():
        shutil.rmtree(store, ignore_errors=True)
        kept.mkdir(parents=True)
    path = kept / f"{kind}-{name}.html"
    if not path.is_file():
        path.write_text(_draw(kind, name), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _draw(kind: str, name: str) -> str:
    # Drawing loads the chart library, which a page without a new figure need not wait for.
    if kind == "exhibit":
        return exhibits.get(name).html()
    from casekit.widgets import markup  # noqa: PLC0415

    # A widget has an element of its own around it, as in a notebook: its script works inside that.
    return f"<div>{markup.widget(views.view(name), {}, live=False)}</div>"


def _on_paper(builder: Any, node: Element) -> str:
    kind, name = node["kind"], node["name"]
    file = f"{kind}-{name}.svg"
    folder = Path(builder.outdir) / "_images"
    folder.mkdir(exist_ok=True)
    place = f"{builder.imgpath}/{file}"
    if kind == "exhibit":
        shown = exhibits.get(name)
        if shown.draw:
            (folder / file).write_text(shown.svg(), encoding="utf-8")
        return shown.print_html(place)
    from casekit.widgets import markup  # noqa: PLC0415

    view = views.view(name)
    (folder / file).write_text(markup.plain_picture(view), encoding="utf-8")
    live = f"{builder.config.html_baseurl.rstrip('/')}/{node['page']}.html#widget-{name}"
    return markup.print_html(view, place, live)

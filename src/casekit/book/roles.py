"""Numbers in prose: ``{fact}`` from the data, ``{model}`` from a model, each with its origin.

``{fact}`units-2015-idc``` prints the value as its source prints it, with unit and scope;
``{bare}`units-2015-idc``` prints the number alone, in a table whose header states both;
``{fact}`a team of its own <remedy-supply-team>``` prints our words, which hold no number, and shows
the claim. A fact leads to its row in the part "Sources and data". ``{model}`death-spiral units_2018
team_start=never``` prints a measure (or the default of a parameter). The origin shows on hover,
focus and tap; Escape hides it.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from docutils import nodes
from docutils.nodes import Element, Node, system_message
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from casekit import data, exhibits, models
from casekit.book.datapages import page_of
from casekit.book.paper import on_paper
from casekit.errors import CasekitError, InvalidInputError

TITLED = re.compile(r"^(?P<text>.+?)\s*<(?P<id>[^<>]+)>$", re.DOTALL)


class number(nodes.inline):  # noqa: N801  docutils names node classes in lower case
    """A number or claim in prose that knows where it comes from.

    Attributes: ``tip`` (HTML), ``key`` (id of the tip), ``fact`` (the row it leads to, if any),
    ``words`` (the text is ours) and ``bare`` (unit and scope must stand in the header of the
    column).
    """


def visit_number(self: Any, node: Element) -> None:
    """Open the visible part; the tip follows on departure."""
    address = _address(self, node)
    if on_paper(self.builder):
        self.body.append(f'<a class="ck-fact" href="{address}">' if address else "<span>")
        return
    tag = f'a href="{address}"' if address else 'span tabindex="0"'
    self.body.append(f'<{tag} class="ck-fact" aria-describedby="{node["key"]}">')


def depart_number(self: Any, node: Element) -> None:
    """Close with the tip, which the style sheet shows on hover and focus."""
    if on_paper(self.builder):
        self.body.append("</a>" if _address(self, node) else "</span>")
        return
    tip = f'<span class="ck-tip" role="tooltip" id="{node["key"]}"> {node["tip"]}</span>'
    self.body.append(f"{tip}</{'a' if _address(self, node) else 'span'}>")


def _address(translator: Any, node: Element) -> str:
    """Return the address of the row behind a fact, if the book has a page for it."""
    builder = translator.builder
    page = page_of(data.fact(node["fact"]).table) if node["fact"] else ""
    if page not in builder.env.found_docs:
        return ""
    if builder.name == "singlehtml":  # one page: the row is a place in it
        return f"#{node['fact']}"
    return f"{builder.get_relative_uri(builder.current_docname, page)}#{node['fact']}"


def skip(_self: Any, _node: Node) -> None:
    """Other builders print the visible part only."""


def fact_tip(fact: data.Fact) -> str:
    """Return claim, scope, basis and source of a fact as HTML phrasing content."""
    basis = f"derived by us: {fact.formula}" if fact.basis == "derived" else fact.basis
    scope = "scope unknown" if fact.scope == "unknown" else fact.scope
    measure = "measure unknown" if fact.measure == "unknown" else fact.measure
    where = ", ".join(part for part in (scope, measure, basis) if part)
    source = escape(fact.source.citation)
    place = f" ({escape(fact.locator)})" if fact.locator else ""
    note = f'<span class="ck-scope">{escape(fact.note)}</span>' if fact.note else ""
    # No link in here: a tip is no place for one, and the number itself leads to the row.
    return (
        f"<span>{escape(fact.statement)}</span> "
        f'<span class="ck-scope">{escape(where)}; grade {escape(fact.grade)}</span> '
        f"<span>Source: {source}{place}</span>{note}"
    )


def format_value(value: object) -> str:
    """Return a model value for prose: three significant digits, a true minus, yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004
        return text.replace("-", "−")
    return str(value)


class _Number(SphinxRole):
    def run(self) -> tuple[list[Node], list[system_message]]:
        try:
            text, about = self.look_up(self.text)
        except CasekitError as problem:
            message = self.inliner.reporter.error(str(problem), line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        key = f"ck-origin-{self.env.new_serialno('ck-origin')}"
        where = about.pop("where", "")
        scope = nodes.inline("", f" ({where})", classes=["ck-where"]) if where else nodes.Text("")
        plain = {"fact": "", "words": False, "bare": False, "key": key}
        return [number(self.rawtext, "", nodes.Text(text), scope, **plain | about)], []

    def look_up(self, text: str) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError


def number_text(role: type["_Number"], text: str) -> str:
    """Return what a role shows for its text, where nothing but words can stand."""
    shown, about = role().look_up(text)
    return f"{shown} ({about['where']})" if about.get("where") else shown


class FactRole(_Number):
    """``{fact}`id``` or ``{fact}`words <id>```."""

    def look_up(self, text: str) -> tuple[str, dict[str, Any]]:
        """Return the visible text and what is known of the fact named in the role."""
        titled = TITLED.match(text)
        fact = data.fact(titled["id"] if titled else text.strip())
        about = {"tip": fact_tip(fact), "fact": fact.id}
        if titled:
            return titled["text"], about | {"words": True}
        return fact.text, about | {"where": fact.where}


class BareRole(_Number):
    """``{bare}`id```: the number alone, where the header of its column says unit and scope."""

    def look_up(self, text: str) -> tuple[str, dict[str, Any]]:
        """Return the number and what its header has to say."""
        fact = data.fact(text.strip())
        about = {"tip": fact_tip(fact), "fact": fact.id, "bare": True}
        return fact.amount or fact.text, about


class ModelRole(_Number):
    """``{model}`name measure key=value …``` or ``{model}`name parameter```."""

    def look_up(self, text: str) -> tuple[str, dict[str, Any]]:
        """Return the value of the measure or parameter, and what it is."""
        name, _, rest = text.strip().partition(" ")
        what, *changes = rest.split() or [""]
        model = models.get(name)
        wrong = [change for change in changes if "=" not in change]
        if not what or wrong:
            message = f"{text!r} is no model number; write: MODEL MEASURE KEY=VALUE …"
            raise InvalidInputError(message)
        settings = dict(change.split("=", 1) for change in changes)
        parameter = {entry.name: entry for entry in model.parameters}.get(what)
        if parameter:
            value, meaning, unit = parameter.default, parameter.meaning, parameter.unit
        else:
            value = model.measure(what, **settings)
            meaning, unit = model.measures[what].meaning, model.measures[what].unit
        setting = f"with {', '.join(changes)}" if changes else "with the reference parameters"
        tip = (
            f"<span>{escape(meaning)} ({escape(models.unit_text(unit))})</span> "
            f'<span class="ck-scope">model “{escape(model.title)}”, {escape(setting)}; '
            f"{escape(model.standing)}</span>"
        )
        return format_value(value), {"tip": tip}


class ForeignRole(SphinxRole):
    """``{lang-zh}`死亡螺旋```: a term in another language, marked as such for speech and fonts."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        """Return the term inside an element that names its language."""
        return [foreign(self.rawtext, self.text, lang=self.name.removeprefix("lang-"))], []


class foreign(nodes.inline):  # noqa: N801  docutils names node classes in lower case
    """Words in another language (attribute ``lang``)."""


def visit_foreign(self: Any, node: Element) -> None:
    """Open the element with its language."""
    self.body.append(f'<span lang="{node["lang"]}">')


def depart_foreign(self: Any, _node: Node) -> None:
    """Close the element."""
    self.body.append("</span>")


class ExhibitRole(SphinxRole):
    """``{exhibit}`name``` links to an exhibit by its number, on this page or on its chapter's."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        """Return the link, or an error naming the nearest exhibit."""
        try:
            chapter, order = exhibits.number(self.text)
        except CasekitError as problem:
            message = self.inliner.reporter.error(str(problem), line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        text = f"Exhibit {chapter}.{order}"
        uri = exhibit_address(self.env, self.text)
        return [nodes.reference(self.rawtext, text, refuri=uri, internal=True)], []


def exhibit_address(env: BuildEnvironment, name: str) -> str:
    """Return the address of an exhibit as seen from the page that is being read."""
    prefix = f"chapters/{exhibits.number(name)[0]:02d}-"
    place = f"#exhibit-{name}"
    if env.docname.startswith(prefix):
        return place
    pages: Sequence[str] = [page for page in env.found_docs if page.startswith(prefix)]
    up = "" if env.docname.startswith("chapters/") else "chapters/"
    return f"{up}{pages[0].removeprefix('chapters/')}.html{place}" if pages else place

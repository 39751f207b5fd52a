"""Self-check questions whose answers show at once, with reasons, and without a script.

A list in which one option begins with ``(x)`` and the others with ``( )``; what follows the
first paragraph of an option is the reasoning that opening it reveals::

    :::{selfcheck} Which of these is a fall in demand?
    - ( ) Buyers queue for a phone that is out of stock.

      They still want it: that is lost supply.
    - (x) Buyers have moved to another maker.

      They no longer want it, whatever the stock.
    :::
"""

from typing import Any

from docutils import nodes
from docutils.nodes import Element, Node
from sphinx.util.docutils import SphinxDirective

from casekit.book.paper import on_paper


class check(nodes.General, nodes.Element):  # noqa: N801  docutils names node classes in lower case
    """One question."""


class check_option(nodes.General, nodes.Element):  # noqa: N801
    """One option: attributes ``right`` and ``group``."""


class check_summary(nodes.Part, nodes.TextElement):  # noqa: N801
    """The text of an option."""


class SelfCheck(SphinxDirective):
    """The ``selfcheck`` directive; its argument is the question."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[Node]:
        """Return the question, or an error if the list does not have one right option."""
        body = Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        lists = [child for child in body.children if isinstance(child, nodes.bullet_list)]
        if len(lists) != 1 or not all(item.astext() for item in lists[0].children):
            message = "A selfcheck holds one list of options, none of them empty."
            return [self.state.document.reporter.error(message, line=self.lineno)]
        group = f"ck-check-{self.env.new_serialno('ck-check')}"
        options = [_option(item, group) for item in lists[0].children]
        if [entry["right"] for entry in options].count(True) != 1:
            message = "A selfcheck has one option marked (x); mark the others ( )."
            return [self.state.document.reporter.error(message, line=self.lineno)]
        words, messages = self.state.inline_text(self.arguments[0], self.lineno)
        return [check("", nodes.paragraph("", "", *words), *options), *messages]


def _option(item: Any, group: str) -> check_option:
    first, *reasons = item.children
    mark = first.children[0]
    text = mark.astext()
    right = text.startswith("(x)")
    first.replace(mark, nodes.Text(text.removeprefix("(x)").removeprefix("( )").lstrip()))
    return check_option(
        "", check_summary("", "", *first.children), *reasons, right=right, group=group
    )


def visit_check(self: Any, _node: Node) -> None:
    """Open the box."""
    self.body.append('<div class="ck-check">')


def depart_check(self: Any, _node: Node) -> None:
    """Close the box."""
    self.body.append("</div>")


def visit_check_option(self: Any, node: Element) -> None:
    """Open an option; options of one group close each other."""
    kind = "right" if node["right"] else "wrong"
    # On paper all stand open, which a group would not allow.
    state = ' open="open"' if on_paper(self.builder) else f' name="{node["group"]}"'
    self.body.append(f'<details class="ck-{kind}"{state}>')


def depart_check_option(self: Any, _node: Node) -> None:
    """Close the reasoning and the option."""
    self.body.append("</div></details>")


def visit_check_summary(self: Any, _node: Node) -> None:
    """Open the text of the option."""
    self.body.append("<summary>")


def depart_check_summary(self: Any, node: Node) -> None:
    """Close it and open the reasoning with the verdict."""
    verdict = "Right." if node.parent["right"] else "Not quite."
    self.body.append(f'</summary><div><p class="ck-verdict">{verdict}</p>')

"""Seal, then reveal: a decision is taken before its epilogue is read.

::

    ::::{decision} may-2016
    :part: A
    :question: Where does the one large effort of the next three months go?
    :forecast: On IDC's count the firm ships more phones in 2017 than in 2015.
    :outcome: yes

    - Strengthen supply.
    - Wait for the market.
    ::::

    :::{epilogue} may-2016
    What came of it.
    :::

The box takes a choice, a probability for the forecast, and a reason; the page seals them, keeps
them in the reader's browser alone, and opens the epilogue. The epilogue is a fold that opens
without a script too: the seal orders the reading, it keeps no secret. ``{decision-log}`` shows all
decisions of the book with the Brier score of their probabilities.
"""

from html import escape
from typing import Any

from docutils import nodes
from docutils.nodes import Element, Node
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from casekit.book.paper import on_paper


class decision(nodes.General, nodes.Element):  # noqa: N801  docutils names node classes in lower case
    """A decision box: ``name``, ``part``, ``question``, ``forecast``, ``outcome``, ``options``."""


class epilogue(nodes.General, nodes.Element):  # noqa: N801
    """What followed a decision (``name``)."""


class decision_log(nodes.General, nodes.Element):  # noqa: N801
    """The reader's own decisions."""


class Decision(SphinxDirective):
    """The ``decision`` directive: a list of options to choose from."""

    required_arguments = 1
    has_content = True
    option_spec = {  # noqa: RUF012  as docutils has it
        "part": directives.unchanged_required,
        "question": directives.unchanged_required,
        "forecast": directives.unchanged_required,
        "outcome": lambda text: directives.choice(text, ("yes", "no")),
    }

    def run(self) -> list[Node]:
        """Return the box, or an error if a part of it is missing."""
        missing = [name for name in self.option_spec if name not in self.options]
        body = Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        lists = [child for child in body.children if isinstance(child, nodes.bullet_list)]
        if missing or len(lists) != 1 or len(body.children) != 1 or len(lists[0].children) < 2:  # noqa: PLR2004
            wanted = ", ".join(f":{name}:" for name in self.option_spec)
            message = f"A decision has {wanted} and one list of two or more options."
            return [self.state.document.reporter.error(message, line=self.lineno)]
        options = [item.astext() for item in lists[0].children]
        node = decision("", name=self.arguments[0], options=options, **self.options)
        self.set_source_info(node)
        # What people read stands in the tree as well: the checks of prose look there.
        for said in (self.options["question"], self.options["forecast"], *options):
            node += nodes.paragraph("", said)
        return [node]


class Epilogue(SphinxDirective):
    """The ``epilogue`` directive; its argument names the decision it follows."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[Node]:
        """Return the fold with its content."""
        node = epilogue("", name=self.arguments[0])
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class DecisionLog(SphinxDirective):
    """The ``decision-log`` directive: where a page shows the reader's decisions."""

    def run(self) -> list[Node]:
        """Return the place."""
        return [decision_log()]


_UNMOVED = (
    "Without a script: write choice, probability and reason on paper, then open the epilogue."
)


def visit_decision(self: Any, node: Element) -> None:
    """Write the form, which the page's script makes work; on paper a list to choose from."""
    name, part = node["name"], escape(node["part"])
    if on_paper(self.builder):
        listed = "".join(f"<li>{escape(option)}</li>" for option in node["options"])
        self.body.append(
            f'<div class="ck-decision" id="decision-{name}"><p class="ck-label">Decision ({part})'
            f"</p><p>{escape(node['question'])}</p><ul>{listed}</ul><p>How probable is this, in "
            f"percent? <em>{escape(node['forecast'])}</em></p><p>Write down choice, probability "
            "and reason before you read on.</p></div>"
        )
        raise nodes.SkipNode
    options = "".join(
        f'<label><input type="radio" name="decision-{name}" value="{escape(option, quote=True)}"> '
        f"{escape(option)}</label>"
        for option in node["options"]
    )
    outcome = int(node["outcome"] == "yes")
    self.body.append(
        f'<section class="ck-decision" id="decision-{name}" data-decision="{name}" '
        f'data-outcome="{outcome}" aria-label="Decision ({part})">'
        f'<p class="ck-label">Decision ({part})</p>'
        f"<fieldset><legend>{escape(node['question'])}</legend>{options}</fieldset>"
        f'<p><label for="sure-{name}">How probable is this, in percent? '
        f"<em>{escape(node['forecast'])}</em></label> "
        f'<input type="number" id="sure-{name}" min="0" max="100" step="1"></p>'
        f'<p><label for="why-{name}">Why, and what would change your mind?</label>'
        f'<textarea id="why-{name}" rows="3" maxlength="2000"></textarea></p>'
        '<p><button type="button" data-action="seal" hidden>Seal and open the epilogue</button> '
        '<button type="button" data-action="forget" hidden>Forget this decision</button> '
        '<button type="button" data-action="download" hidden>Download my decisions (JSON)</button>'
        f'</p><p class="ck-status" role="status">{_UNMOVED}</p></section>'
    )
    raise nodes.SkipNode


def visit_epilogue(self: Any, node: Element) -> None:
    """Open the fold; on paper it stands open."""
    name = node["name"]
    if on_paper(self.builder):
        self.body.append(
            f'<div class="ck-epilogue" id="epilogue-{name}"><p class="ck-label">Epilogue</p>'
        )
        return
    self.body.append(
        f'<details class="ck-epilogue" id="epilogue-{name}"><summary>Epilogue: open when your '
        "decision is sealed</summary><div>"
    )


def depart_epilogue(self: Any, _node: Element) -> None:
    """Close it."""
    self.body.append("</div>" if on_paper(self.builder) else "</div></details>")


def visit_decision_log(self: Any, _node: Element) -> None:
    """Write the place, with what it says where there is no script."""
    self.body.append(
        '<section class="ck-decision" data-part="decisions" aria-label="Your decisions">'
        '<p role="status">Your sealed decisions appear here, in this browser alone. '
        "Without a script: compare your notes on paper.</p></section>"
    )
    raise nodes.SkipNode

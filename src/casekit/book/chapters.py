"""What a chapter must have: a build with a chapter that lacks it fails, and says where.

A numbered page of the folder ``chapters`` is a chapter. One that says ``brief: true`` at its top is
the brief of a chapter to come, and is let off.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from docutils.nodes import Node

from casekit.book import decisions, figures, selfcheck

OBJECTIVES = "What you will be able to do"
SECTIONS = (
    OBJECTIVES, "Predict, run, explain", "What the founder’s account leaves out",
    "Rival explanations", "For discussion", "Key terms", "Further reading",
)  # fmt: skip
# Not narrative: what stands in these sections has its own rules.
_APART = {OBJECTIVES, "For discussion", "Key terms", "Further reading"}
# From Bloom's taxonomy as revised by Anderson and Krathwohl: what can be seen to be done.
VERBS = {
    "analyse", "apply", "assess", "audit", "calculate", "choose", "classify",
    "compare", "compute", "construct", "correct", "criticise", "critique", "decompose",
    "defend", "describe", "design", "detect", "distinguish", "estimate", "evaluate",
    "explain", "formulate", "judge", "map", "mark", "measure", "name",
    "rank", "reconcile", "separate", "state", "test", "value", "weigh",
}  # fmt: skip
WORDS, EXHIBITS, CHECKS = (1800, 3500), (2, 4), 3
_NUMBERED = re.compile(r"chapters/\d\d-")


def is_chapter(page: str) -> bool:
    """Return whether a page, such as ``chapters/02-crisis``, is a numbered one."""
    return bool(_NUMBERED.match(page))


def missing(document: nodes.document) -> Iterator[tuple[Node, str]]:
    """Yield where a chapter lacks something, and what."""
    sections = {section[0].astext(): section for section in document.findall(nodes.section)}
    for title in SECTIONS:
        if title not in sections:
            yield document, f"the chapter has no section {title!r}"
    if OBJECTIVES in sections:
        yield from _objectives(sections[OBJECTIVES])
    shown = [node["kind"] for node in document.findall(figures.drawn)]
    for kind, (low, high) in (("exhibit", EXHIBITS), ("widget", (1, 2))):
        if not low <= shown.count(kind) <= high:
            message = f"the chapter has {shown.count(kind)} {kind}s; give it {low} to {high}"
            yield document, message
    checks = len(list(document.findall(selfcheck.check)))
    if checks < CHECKS:
        yield document, f"the chapter has {checks} self-checks; give it {CHECKS} or more"
    words = count_words(document)
    if not WORDS[0] <= words <= WORDS[1]:
        message = f"the chapter tells and analyses in {words} words; keep to {WORDS[0]}–{WORDS[1]}"
        yield document, message


def _objectives(section: nodes.section) -> Iterator[tuple[Node, str]]:
    items = list(section.findall(nodes.list_item))
    if not items:
        yield section, "the objectives are no list"
    for item in items:
        verbs = [node.astext().lower() for node in item.findall(nodes.emphasis)]
        if not verbs or verbs[0] not in VERBS:
            said = verbs[0] if verbs else item.astext()[:40]
            yield item, f"an objective begins with a verb of Bloom's in *italics*, not {said!r}"


def count_words(document: nodes.document) -> int:
    """Return the words of narrative and analysis: no tables, checks, lists of terms or works."""
    return sum(
        len(paragraph.astext().split())
        for paragraph in document.findall(nodes.paragraph)
        if not any(_apart(parent) for parent in _parents(paragraph))
    )


def _parents(node: Node) -> Iterator[Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def _apart(node: Node) -> bool:
    if isinstance(node, nodes.section):
        return node[0].astext() in _APART
    return isinstance(node, nodes.table | selfcheck.check | decisions.decision)

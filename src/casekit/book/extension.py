"""The Sphinx extension: sourced numbers, self-checks, maths without scripts, honest rebuilds."""

import glob
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import casekit
from casekit.book import (
    assignments,
    chapters,
    datapages,
    decisions,
    figures,
    fingerprint,
    lists,
    modelcards,
    pages,
    roles,
    selfcheck,
)
from casekit.book.numerals import typed_in, unstated
from casekit.data import folder as tables_folder

logger = logging.getLogger(__name__)
_MADE_FROM = {".py", ".css", ".js", ".j2", ".html"}


def made_from() -> str:
    """Return a hash of everything that figures and facts are made from: code and tables."""
    code = Path(casekit.__file__).parent
    rooms = [code / room for room in ("data", "models", "exhibits", "widgets", "book")]
    files = [path for room in rooms for path in room.rglob("*") if path.suffix in _MADE_FROM]
    return fingerprint([*files, *tables_folder().glob("*.*")])


def _only_what_the_toc_names(_app: Sphinx, config: Any) -> None:
    # An allow-list: Jupyter Book would exclude the other files by patterns, and a folder with a
    # bracket in its name, such as a course with solutions, would slip through them.
    site_map = getattr(config, "external_site_map", None)
    if site_map is not None:
        config.include_patterns = [f"{glob.escape(name)}.*" for name in site_map]


def _outdated(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _removed: set[str]
) -> list[str]:
    now = made_from()
    before = getattr(env, "casekit_fingerprint", now)
    # Figures ask for it too: it names the place where they keep what they have drawn.
    env.casekit_fingerprint = now  # type: ignore[attr-defined]
    return [] if before == now else sorted(env.found_docs)


def _no_typed_numbers(app: Sphinx, document: nodes.document) -> None:
    for node, numeral in typed_in(document, app.config.casekit_names):
        logger.warning(
            "typed number %r in prose: take it from the data with {fact} or from a model with "
            "{model}",
            numeral,
            location=node,
            type="casekit",
            subtype="number",
        )


def _no_unstated_numbers(_app: Sphinx, document: nodes.document) -> None:
    for node, missing in unstated(document):
        logger.warning(
            "bare number whose column does not state %s: write {fact}, or say it in the header",
            missing,
            location=node,
            type="casekit",
            subtype="number",
        )


def _whole_chapters(app: Sphinx, document: nodes.document) -> None:
    name = app.env.docname
    if not chapters.is_chapter(name) or "brief" in app.env.metadata[name]:
        return
    for node, message in chapters.missing(document):
        where = name if node is document else node
        logger.warning("%s", message, location=where, type="casekit", subtype="chapter")


def _bibliography_from_sources(app: Sphinx, config: Any) -> None:
    # The works that the text cites stand among the sources; BibTeX wants them as a file.
    path = Path(app.outdir).parent / ".sources.bib"
    datapages.write_bibliography(path)
    config.bibtex_bibfiles = [str(path)]


def _inline_math(self: Any, node: nodes.Element) -> None:
    self.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block_math(self: Any, node: nodes.Element) -> None:
    # A long formula scrolls sideways on a phone, with the arrow keys too.
    formula = convert(node.astext(), display="block")
    self.body.append(
        f'<div class="ck-math" role="group" aria-label="Formula" tabindex="0">{formula}</div>'
    )
    raise nodes.SkipNode


_NODES = (
    (figures, "drawn"),
    (decisions, "decision"),
    (decisions, "decision_log"),
    (decisions, "epilogue"),
    (roles, "number"),
    (roles, "foreign"),
    (selfcheck, "check"),
    (selfcheck, "check_option"),
    (selfcheck, "check_summary"),
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register roles, directives and checks with Sphinx."""
    app.add_config_value("casekit_names", [], "env", [list])
    app.add_config_value("casekit_on_paper", False, "html", [bool])  # noqa: FBT003
    silent = (roles.skip, roles.skip)
    for room, kind in _NODES:
        shown = getattr(room, f"visit_{kind}"), getattr(room, f"depart_{kind}", None)
        node = getattr(room, kind)
        app.add_node(node, html=shown, latex=silent, text=silent, man=silent, texinfo=silent)
    app.add_role("fact", roles.FactRole())
    app.add_role("bare", roles.BareRole())
    app.add_role("model", roles.ModelRole())
    app.add_role("exhibit", roles.ExhibitRole())
    for language in ("zh", "ja"):
        app.add_role(f"lang-{language}", roles.ForeignRole())
    app.add_directive("exhibit", figures.ExhibitDirective)
    app.add_directive("widget", figures.WidgetDirective)
    app.add_directive("decision", decisions.Decision)
    app.add_directive("decision-log", decisions.DecisionLog)
    app.add_directive("epilogue", decisions.Epilogue)
    app.add_directive("exhibit-list", lists.ExhibitList)
    app.add_directive("notation", lists.Notation)
    app.add_directive("selfcheck", selfcheck.SelfCheck)
    app.add_directive("assignments", assignments.Assignments)
    app.add_directive("data-tables", datapages.DataTables)
    app.add_directive("model-card", modelcards.ModelCard)
    app.add_directive("question-format", assignments.QuestionFormat)
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.connect("config-inited", _bibliography_from_sources)
    app.connect("config-inited", _only_what_the_toc_names, priority=950)
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-read", _whole_chapters)
    app.connect("doctree-read", _no_typed_numbers)
    app.connect("doctree-read", _no_unstated_numbers)
    pages.setup(app)
    return {"version": casekit.__version__, "parallel_read_safe": True, "env_version": 1}

"""The Sphinx extension: sourced numbers, self-checks, maths without scripts, honest rebuilds."""

import glob
import html
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import casekit
from casekit.book import (
    chapters,
    datapages,
    decisions,
    figures,
    fingerprint,
    lists,
    modelcards,
    notebooks,
    paper,
    roles,
    selfcheck,
)
from casekit.book.numerals import typed_in, unstated
from casekit.data import folder as tables_folder
from casekit.exhibits import theme
from casekit.widgets import page

_COLOPHON = (
    '<aside class="ck-colophon" aria-label="Take along and cite"><p>Take along: '
    '<a href="{notebook}" download>this chapter as a notebook</a>, '
    '<a href="../data/casekit-data.zip">all tables (ZIP)</a>, '
    '<a href="exhibits.html">the list of exhibits</a>.</p>'
    "<p>Cite this page: {cite} Text CC BY 4.0, code MIT. Independent of the company.</p></aside>"
)
logger = logging.getLogger(__name__)
_SCRIPT = Path(__file__).parent / "assets" / "page.js"
# Parts of the theme that we had to mend, under the theme's own names for them.
_MENDED = Path(__file__).parent / "theme"
# Files of extensions that come with Jupyter Book: never of use here, or where their mark stands.
_UNUSED = ("togglebutton", "mystnb", "design-tabs")
_USED_BY = {"copybutton": 'class="highlight', "clipboard": 'class="highlight', "design.min": "sd-"}
_SHORT = 160  # characters of a description
_DECISION = '<section class="ck-decision"'
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
    page = app.env.docname
    if not chapters.is_chapter(page) or "brief" in app.env.metadata[page]:
        return
    for node, message in chapters.missing(document):
        where = page if node is document else node
        logger.warning("%s", message, location=where, type="casekit", subtype="chapter")


def _describe(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], tree: Any) -> None:
    """Give each page a description: its first paragraph, cut at a word."""
    first = next(tree.findall(nodes.paragraph), None) if tree else None
    said = " ".join((first.astext() if first else context.get("title", "")).split())
    short = said if len(said) <= _SHORT else said[:_SHORT].rsplit(" ", 1)[0] + " …"
    meta = f'<meta name="description" content="{html.escape(short, quote=True)}"/>'
    context["metatags"] = context.get("metatags", "") + meta


def _mend_the_theme(_app: Sphinx, config: Any) -> None:
    if config.casekit_on_paper:  # another theme, which knows nothing of these
        config.html_theme_options = {}
    else:
        config.templates_path.append(str(_MENDED))


def _bibliography_from_sources(app: Sphinx, config: Any) -> None:
    # The works that the text cites stand among the sources; BibTeX wants them as a file.
    path = Path(app.outdir).parent / ".sources.bib"
    datapages.write_bibliography(path)
    config.bibtex_bibfiles = [str(path)]


def _write_files(app: Sphinx, problem: Exception | None) -> None:
    if problem is None and app.builder.format == "html" and not paper.on_paper(app.builder):
        datapages.write_downloads(Path(app.outdir))
        notebooks.write(Path(app.outdir), Path(app.srcdir) / datapages.FOLDER)
        # Of the theme's files some are of no use here: templates, which would pass for pages, icon
        # fonts and their script, and maps for debuggers.
        static = Path(app.outdir) / "_static"
        shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
        for pattern in ("*macros.html", "scripts/fontawesome*", "scripts/*.map"):
            for file in static.glob(pattern):
                file.unlink()
        if getattr(app.env, "casekit_live", False):
            page.write(Path(app.outdir), Path(app.srcdir))


def _bring_widgets_to_life(
    app: Sphinx, name: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    body = "" if paper.on_paper(app.builder) else context.get("body", "")
    needed = [
        script
        for script, mark in (("live", '<section class="ck-widget"'), ("decision", _DECISION))
        if mark in body
    ]
    if needed:
        app.env.casekit_live = True  # type: ignore[attr-defined]
        address = app.builder.get_relative_uri(name, "index").rsplit("/", 1)
        up = f"{address[0]}/" if len(address) > 1 else ""
        # In the head and at once: it need not wait for the theme's scripts.
        live = f"{up}{page.FOLDER}"
        context["metatags"] = context.get("metatags", "") + "".join(
            [f'<link rel="modulepreload" href="{live}/widget.js">']
            + [f'<script type="module" async src="{live}/{name}.js"></script>' for name in needed]
        )


def _write_style_sheet(app: Sphinx) -> None:
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    style = paper.style() if paper.on_paper(app.builder) else _screen_style()
    (folder / "casekit.css").write_text(style, encoding="utf-8")


def _lighten(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Leave out what a page has no use for, and let its scripts wait until it can be read."""
    body = context.get("body", "")
    used = {part for part, mark in _USED_BY.items() if mark in body}
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if _wanted(str(file), used)]
    for script in context["script_files"]:
        # What stands in the page itself needs the options before it runs.
        if script.filename and "documentation_options" not in str(script.filename):
            script.attributes["defer"] = "defer"


def _wanted(file: str, used: set[str]) -> bool:
    return not any(part in file for part in {*_UNUSED, *_USED_BY} - used)


def _screen_style() -> str:
    icons = (Path(__file__).parent / "assets" / "icons.css").read_text(encoding="utf-8")
    return f"{theme.css()}\n{icons}"


def _mend_the_body(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    # docutils marks bibliographies as lists whose children are no list items: a critical fault
    # to assistive technology, and worse than no role at all. MyST-NB gives every fold the same
    # name, which is not the one that it shows.
    for fault in (' role="list"', ' role="doc-biblioentry"', ' aria-label="Toggle hidden content"'):
        context["body"] = context.get("body", "").replace(fault, "")


def _colophon(app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Say at the foot of a chapter how to take it along and how to cite it."""
    name = page.removeprefix(f"{datapages.FOLDER}/")
    if name == page or not name[:2].isdigit() or paper.on_paper(app.builder):
        return
    title = re.sub(r"<[^>]+>", "", context["title"])
    context["body"] += _COLOPHON.format(
        notebook=f"../notebooks/{name}.ipynb",
        cite=f"{app.config.author} ({app.config.copyright[:4]}). “{title}”. In "
        f"{app.config.project}, version {casekit.__version__}.",
    )


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


def _without_thebe(app: Sphinx) -> None:
    # Jupyter Book always loads sphinx-thebe, which puts the address of a script on another host
    # into every page, twice, and so an error into every console. Nothing here uses it.
    for event, listeners in app.events.listeners.items():
        kept = [entry for entry in listeners if entry.handler.__module__ != "sphinx_thebe"]
        app.events.listeners[event] = kept
    app.registry.css_files = [
        entry for entry in app.registry.css_files if entry[0] != "sphinx-thebe.css"
    ]


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
    app.add_directive("data-tables", datapages.DataTables)
    app.add_directive("model-card", modelcards.ModelCard)
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.add_css_file("casekit.css")
    app.add_js_file(None, body=_SCRIPT.read_text(encoding="utf-8"))
    _without_thebe(app)
    app.connect("config-inited", _mend_the_theme)
    app.connect("config-inited", _bibliography_from_sources)
    app.connect("config-inited", _only_what_the_toc_names, priority=950)
    app.connect("builder-inited", _write_style_sheet)
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-read", _whole_chapters)
    app.connect("doctree-read", _no_typed_numbers)
    app.connect("doctree-read", _no_unstated_numbers)
    app.connect("build-finished", _write_files)
    app.connect("html-page-context", _bring_widgets_to_life)
    app.connect("html-page-context", _describe)
    app.connect("html-page-context", _mend_the_body)
    app.connect("html-page-context", _colophon)
    app.connect("html-page-context", _lighten, priority=900)
    return {"version": casekit.__version__, "parallel_read_safe": True, "env_version": 1}

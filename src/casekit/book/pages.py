"""What a page of the site is beside its text: theme, style, scripts, description, files.

Much of it mends or lightens what the theme and Jupyter Book bring along; each says why.
"""

import html
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

import casekit
from casekit.book import datapages, notebooks, paper
from casekit.exhibits import theme
from casekit.widgets import page as live_page

_COLOPHON = (
    '<aside class="ck-colophon" aria-label="Take along and cite"><p>Take along: '
    '<a href="{notebook}" download>this chapter as a notebook</a>, '
    '<a href="../data/casekit-data.zip">all tables (ZIP)</a>, '
    '<a href="exhibits.html">the list of exhibits</a>.</p>'
    "<p>Cite this page: {cite} Text CC BY 4.0, code MIT. Independent of the company.</p></aside>"
)
_SCRIPT = Path(__file__).parent / "assets" / "page.js"
# Parts of the theme that we had to mend, under the theme's own names for them.
_MENDED = Path(__file__).parent / "theme"
# Files of extensions that come with Jupyter Book: never of use here, or where their mark stands.
_UNUSED = ("togglebutton", "mystnb", "design-tabs")
_USED_BY = {"copybutton": 'class="highlight', "clipboard": 'class="highlight', "design.min": "sd-"}
_SHORT = 160  # characters of a description
_DECISION = '<section class="ck-decision"'


def _mend_the_theme(_app: Sphinx, config: Any) -> None:
    if config.casekit_on_paper:  # another theme, which knows nothing of these
        config.html_theme_options = {}
    else:
        config.templates_path.append(str(_MENDED))


def _without_thebe(app: Sphinx) -> None:
    # Jupyter Book always loads sphinx-thebe, which puts the address of a script on another host
    # into every page, twice, and so an error into every console. Nothing here uses it.
    for event, listeners in app.events.listeners.items():
        kept = [entry for entry in listeners if entry.handler.__module__ != "sphinx_thebe"]
        app.events.listeners[event] = kept
    app.registry.css_files = [
        entry for entry in app.registry.css_files if entry[0] != "sphinx-thebe.css"
    ]


def _write_style_sheet(app: Sphinx) -> None:
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    style = paper.style() if paper.on_paper(app.builder) else _screen_style()
    (folder / "casekit.css").write_text(style, encoding="utf-8")


def _screen_style() -> str:
    icons = (Path(__file__).parent / "assets" / "icons.css").read_text(encoding="utf-8")
    return f"{theme.css()}\n{icons}"


def _describe(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], tree: Any) -> None:
    """Give each page a description: its first paragraph, cut at a word."""
    first = next(tree.findall(nodes.paragraph), None) if tree else None
    said = " ".join((first.astext() if first else context.get("title", "")).split())
    short = said if len(said) <= _SHORT else said[:_SHORT].rsplit(" ", 1)[0] + " …"
    meta = f'<meta name="description" content="{html.escape(short, quote=True)}"/>'
    context["metatags"] = context.get("metatags", "") + meta


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
        live = f"{up}{live_page.FOLDER}"
        context["metatags"] = context.get("metatags", "") + "".join(
            [f'<link rel="modulepreload" href="{live}/widget.js">']
            + [f'<script type="module" async src="{live}/{name}.js"></script>' for name in needed]
        )


def _mend_the_body(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    # docutils marks bibliographies as lists whose children are no list items: a critical fault
    # to assistive technology, and worse than no role at all.
    for fault in (' role="list"', ' role="doc-biblioentry"'):
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
        f"{app.config.html_title}, version {casekit.__version__}.",
    )


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
            live_page.write(Path(app.outdir), Path(app.srcdir))


def setup(app: Sphinx) -> None:
    """Connect all of this."""
    app.add_css_file("casekit.css")
    app.add_js_file(None, body=_SCRIPT.read_text(encoding="utf-8"))
    _without_thebe(app)
    app.connect("config-inited", _mend_the_theme)
    app.connect("builder-inited", _write_style_sheet)
    app.connect("html-page-context", _bring_widgets_to_life)
    app.connect("html-page-context", _describe)
    app.connect("html-page-context", _mend_the_body)
    app.connect("html-page-context", _colophon)
    app.connect("html-page-context", _lighten, priority=900)
    app.connect("build-finished", _write_files)

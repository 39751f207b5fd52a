"""The teaching material as HTML and PDF: never part of the site, built by a command of its own.

The texts lie in ``teaching/`` of a checkout and take facts, model numbers and exhibits as chapters
do; a wrong name fails the build there as well.
"""

import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from casekit.book import formats
from casekit.book.build import BuildError, check_prose, settings
from casekit.errors import InvalidInputError

_SLIDES = (
    "@page { size: A4 landscape; margin: 14mm 20mm; } body { font-size: 17pt !important; } "
    "h2 { break-before: page; font-size: 26pt !important; margin-top: 0 !important; } "
    "h1 { font-size: 34pt !important; } table { font-size: 16pt !important; } "
    "img.ck-plain { width: auto !important; height: 105mm; } .ck-more, .ck-note { display: none; }"
)
_EXTENSIONS = ["myst_nb", "sphinxcontrib.bibtex", "casekit.book.extension"]


def build(checkout: Path, out: Path | None = None) -> list[Path]:
    """Build every text of ``teaching/`` and return the HTML and PDF files.

    Args:
        checkout: Folder that holds ``teaching``.
        out: Folder for the files, ``_build/teaching`` in the checkout unless given.

    Raises:
        BuildError: If Sphinx warned or failed, or the browser printed nothing.
        InvalidInputError: If there are no texts, no Chromium, or ``out`` cannot be written.
    """
    source = checkout / "teaching"
    texts = sorted(path.stem for path in source.glob("*.md"))
    if not texts:
        raise InvalidInputError(f"{source} holds no texts; run this inside a checkout.")
    browser = formats.find_browser()
    target = (out or checkout / "_build" / "teaching").resolve()
    check_prose(checkout)
    print(f"Building the teaching material in {target} …", file=sys.stderr)  # noqa: T201
    _pages(checkout, source, target, texts)
    made = []
    for name in texts:
        page = target / f"{name}.html"
        formats.lay_out(page, _SLIDES if name == "slides" else "")
        print(f"Printing {name} …", file=sys.stderr)  # noqa: T201
        made += [page, formats.print_page(browser, page, target / f"{name}.pdf")]
    return made


def _pages(checkout: Path, source: Path, target: Path, texts: list[str]) -> None:
    own = settings(checkout)["sphinx"]["config"]
    config = {
        "extensions": _EXTENSIONS,
        "project": settings(checkout)["title"],
        "language": own["language"],
        "myst_enable_extensions": settings(checkout)["parse"]["myst_enable_extensions"],
        "casekit_names": own["casekit_names"],
        "casekit_on_paper": True,
        "nb_execution_mode": "off",
        "html_math_renderer": "mathml",
        "html_theme": "basic",
        "html_copy_source": False,
        "html_use_index": False,
        "root_doc": texts[0],
        "bibtex_bibfiles": [],
    }
    trees = target / ".doctrees"
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            str(source), None, str(target), str(trees), "html", config, status=None,
            warning=sys.stderr, freshenv=True,
        )  # fmt: skip
        app.build()
        if app.statuscode or app._warncount:  # noqa: SLF001
            raise BuildError("The teaching material was not built; see the lines above.")

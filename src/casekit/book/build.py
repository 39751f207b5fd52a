"""Build the site, serve it on this machine, and say what is wrong in one sentence."""

import http.server
import shutil
import sys
from contextlib import redirect_stdout
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

import casekit
from casekit import data
from casekit.book import fingerprint, prose
from casekit.errors import CasekitError, InvalidInputError


class BuildError(CasekitError):
    """The book could not be built; what Sphinx said stands above."""


def find_checkout(start: Path | None = None) -> Path:
    """Return the folder of the book: the nearest one upwards that holds ``_toc.yml``.

    Args:
        start: Where to look from; the current folder unless given.

    Raises:
        InvalidInputError: If there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "_toc.yml").is_file() and (folder / "_config.yml").is_file():
            return folder
    message = f"{here} holds no book (_config.yml and _toc.yml); run this inside a checkout."
    raise InvalidInputError(message)


def build(
    checkout: Path, out: Path | None = None, *, builder: str = "html", site: str = ""
) -> Path:
    """Build the pages with every warning an error, and return their folder.

    Args:
        checkout: Folder that holds ``_config.yml`` and ``_toc.yml``.
        out: Folder to build in, ``_build`` in the checkout unless given; the pages are in its
            subfolder with the builder's name. Only what changed is built again.
        builder: Sphinx's name for what to make: ``html``, or for paper ``singlehtml`` or ``epub``.
        site: Address of the live book, for pages on paper.

    Raises:
        BuildError: If Sphinx warned or failed.
        InvalidInputError: If the ``book`` extra is not installed, or ``out`` cannot be written.
    """
    if find_spec("jupyter_book") is None:
        raise InvalidInputError("Building needs the book extra; in a checkout run: make setup")
    target = (out or checkout / "_build").resolve()
    pages = target / builder
    print(f"Building the book in {pages} …", file=sys.stderr)  # noqa: T201
    # Sphinx keeps what it has read even if a warning failed the build, and would not warn of it
    # again: after a build that did not come to its end everything is read anew.
    unfinished = target / ".unfinished"
    if unfinished.exists():
        shutil.rmtree(target / ".doctrees", ignore_errors=True)
    try:
        target.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
    except OSError as problem:
        message = f"{target} cannot be written ({problem.strerror}); choose another with --out."
        raise InvalidInputError(message) from None
    _check_data(target)
    check_prose(checkout)
    # What the tool prints belongs to progress; the caller's stdout stays clean.
    with redirect_stdout(sys.stderr):
        outcome = _jupyter_book(checkout, pages, builder, site)
    if outcome:
        message = "The book was not built; every line above marked WARNING or ERROR must go."
        raise BuildError(message)
    unfinished.unlink()
    return pages


def _check_data(target: Path) -> None:
    """Refuse tables with a fault; what was in order and did not change is not read again."""
    stamp = target / ".data-checked"
    tables = fingerprint(data.folder().glob("*.*"))
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == tables:
        return
    faults = data.check()
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201
    if faults:
        raise BuildError(f"The book was not built: {len(faults)} fault(s) in the data, see above.")
    stamp.write_text(tables, encoding="utf-8")


def check_prose(checkout: Path) -> None:
    """Refuse typed numbers in the texts that are no pages: exercises and teaching material.

    Raises:
        BuildError: If there are any; each is named on stderr.
    """
    faults = list(prose.check(checkout))
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201
    if faults:
        raise BuildError(f"The book was not built: {len(faults)} typed number(s), see above.")


def _jupyter_book(checkout: Path, pages: Path, builder: str, site: str) -> object:
    # The function under `jupyter-book build`: the command itself knows only one place for a site.
    from jupyter_book.sphinx import build_sphinx  # noqa: PLC0415  an extra, slow to import

    changes = {
        "external_toc_path": str(checkout / "_toc.yml"),
        "latex_individualpages": False,
        "nitpicky": True,
    }
    if builder != "html":  # the site's theme is for screens
        changes |= {"html_theme": "basic", "casekit_on_paper": True, "html_baseurl": site}
    if builder == "epub":
        changes |= _epub_settings(checkout)
    return build_sphinx(
        checkout,
        pages,
        noconfig=True,
        path_config=checkout / "_config.yml",
        confoverrides=changes,
        warningiserror=True,
        keep_going=True,
        quiet=True,
        builder=builder,
    )


def settings(checkout: Path) -> dict[str, Any]:
    """Return what ``_config.yml`` of a checkout says."""
    said: dict[str, Any] = yaml.safe_load((checkout / "_config.yml").read_text(encoding="utf-8"))
    return said


def _epub_settings(checkout: Path) -> dict[str, Any]:
    config = settings(checkout)
    return {
        "epub_title": config["title"],
        "epub_author": config["author"],
        "epub_language": config["sphinx"]["config"]["language"],
        "epub_copyright": config["copyright"],
        "epub_show_urls": "no",
        "epub_theme": "epub",
        "epub_exclude_files": ["search.xhtml", "genindex.xhtml"],
        "epub_use_index": False,
        "version": casekit.__version__,
    }


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
    }

    def log_message(self, *_: object) -> None:
        """Stay silent: a reader's clicks are no news."""


def server(site: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of the site on the loopback address; port 0 takes any free one.

    Raises:
        InvalidInputError: If there is no site, or the port is taken.
    """
    if not (site / "index.html").is_file():
        message = f"{site} holds no built book; run: casekit book build"
        raise InvalidInputError(message)
    try:
        handler = partial(_Handler, directory=str(site))
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as problem:
        message = f"Port {port} cannot be used ({problem}); choose another with --port."
        raise InvalidInputError(message) from None

"""What the book is where nothing moves: print and e-book, made from the same pages as the site.

Figures are pictures with their text alternatives, folds stand open, and a number shows no tip: it
leads to its row, where the same is said.
"""

import re
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

# The arrow of a fold, which on paper stands open.
_ICON = re.compile(r"<svg[\s\S]*?</svg>")
# Style sheets of extensions that draw what only a screen shows.
_SCREEN = re.compile(r'<link rel="stylesheet"[^>]*(?:mystnb|togglebutton|copybutton|design)[^>]*>')
# A link to a file that only the site has.
_FILE = re.compile(r"<a [^>]*\bdownload\b[^>]*>([\s\S]*?)</a>")
_LINK = re.compile(r'href="(?P<path>[\w./-]*?)(?P<name>[\w-]+)\.html(?P<place>#[^"]*)?"')


def on_paper(builder: Any) -> bool:
    """Return whether a builder's pages go on paper or into an e-book, as its settings say."""
    return bool(builder.config.casekit_on_paper)


def style() -> str:
    """Return the style sheet of pages on paper."""
    return files("casekit.book").joinpath("assets", "paper.css").read_text(encoding="utf-8")


def to_places(html: str) -> str:
    """Return one page that holds the whole book, its links leading to places in it."""

    def place(match: re.Match[str]) -> str:
        if match["place"]:
            return f'href="{match["place"]}"'
        folder = PurePosixPath(match["path"]).name
        page = f"{folder}/{match['name']}" if folder not in {"", ".", ".."} else match["name"]
        return f'href="#document-{page}"'

    return _LINK.sub(place, _still(html))


def to_chapters(html: str) -> str:
    """Return a page of an e-book, its links leading to the e-book's pages."""
    return _LINK.sub(
        lambda link: f'href="{link["path"]}{link["name"]}.xhtml{link["place"] or ""}"',
        _still(html),
    )


def _still(html: str) -> str:
    return _FILE.sub(r"\1", _ICON.sub("", _SCREEN.sub("", html)))

"""The book as PDF, EPUB and ZIP, from the pages that make the site.

The PDF is one long page that Chromium prints, tagged and with an outline; the EPUB is Sphinx's,
with what its package file leaves unsaid added; the ZIP is the site as it stands.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from casekit.book import build, paper
from casekit.errors import InvalidInputError

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PRINT = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)  # fmt: skip
# Not for e-books, which have no sheets.
_SHEET = (
    "@page { size: A4; margin: 22mm 20mm 20mm; "
    "@bottom-center { content: counter(page); font: 9pt sans-serif; color: #57606b; } }"
)
_PATIENCE = 300  # seconds
_NAME = "delivery-innovation-quality"
_SITE = "http://127.0.0.1:8000"


def make(checkout: Path, kind: str, out: Path | None = None, site: str = _SITE) -> Path:
    """Build the book in a format and return the file, or for ``html`` the folder.

    Args:
        checkout: Folder that holds ``_config.yml`` and ``_toc.yml``.
        kind: ``html``, ``pdf``, ``epub`` or ``zip``.
        out: Folder to build in, ``_build`` in the checkout unless given.
        site: Where the live book will stand; figures in PDF and EPUB lead there.

    Raises:
        BuildError: If Sphinx warned or failed, or the browser printed nothing.
        InvalidInputError: If a tool is missing or ``out`` cannot be written.
    """
    if kind == "html":
        return build.build(checkout, out)
    return _MAKERS[kind](checkout, (out or checkout / "_build").resolve(), site)


def _zip(checkout: Path, out: Path, _site: str) -> Path:
    pages = build.build(checkout, out)
    print("Packing …", file=sys.stderr)  # noqa: T201
    target = out / f"{_NAME}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in pages.rglob("*") if path.is_file()):
            archive.write(path, Path(_NAME) / path.relative_to(pages))
    return target


def _pdf(checkout: Path, out: Path, site: str) -> Path:
    browser = find_browser()
    page = build.build(checkout, out, builder="singlehtml", site=site) / "index.html"
    page.write_text(paper.to_places(page.read_text(encoding="utf-8")), encoding="utf-8")
    lay_out(page)
    print("Printing …", file=sys.stderr)  # noqa: T201
    return print_page(browser, page, out / f"{_NAME}.pdf")


def find_browser() -> str:
    """Return the program that prints.

    Raises:
        InvalidInputError: If there is no Chromium on this machine.
    """
    for name in _BROWSERS:
        if found := shutil.which(name):
            return found
    message = "A PDF needs Chromium; install it, e.g.: sudo apt-get install chromium"
    raise InvalidInputError(message)


def lay_out(page: Path, more: str = "") -> None:
    """Give a page the style of paper, and more, in place of the theme's, which is for screens."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r'<link rel="stylesheet"[^>]*>|<script[\s\S]*?</script>', "", text)
    style = f"<style>{_SHEET}{paper.style()}{more}</style>"
    page.write_text(text.replace("</head>", f"{style}</head>"), encoding="utf-8")


def print_page(browser: str, page: Path, target: Path) -> Path:
    """Print a page as a tagged PDF with an outline, and return the file.

    Raises:
        BuildError: If the browser printed nothing; an earlier file then stays as it was.
    """
    part = target.with_name(f".{target.name}")
    part.unlink(missing_ok=True)
    command = [browser, *_PRINT, f"--print-to-pdf={part}", page.as_uri()]
    try:
        told = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"Chromium did not finish printing within {_PATIENCE} seconds."
        raise build.BuildError(message) from None
    if not part.is_file():
        last = told.stderr.strip().splitlines()[-1:] or ["no word"]
        raise build.BuildError(f"Chromium printed nothing; it said: {last[0]}")
    return part.replace(target)


def _epub(checkout: Path, out: Path, site: str) -> Path:
    pages = build.build(checkout, out, builder="epub", site=site)
    made = next(pages.glob("*.epub"))
    target = out / f"{_NAME}.epub"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        texts = {
            name: paper.to_chapters(old.read(name).decode())
            for name in old.namelist()
            if name.endswith(".xhtml")
        }
        for entry in old.infolist():
            content: str | bytes = texts.get(entry.filename) or old.read(entry)
            if entry.filename.endswith("content.opf"):
                content = _declared(old.read(entry).decode(), texts)
            # The first entry, the type of the file, must not be compressed.
            how = zipfile.ZIP_STORED if entry.filename == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(entry.filename, content, how)
    return target


def _declared(package: str, texts: dict[str, str]) -> str:
    """Return a package file that says which pages hold formulas."""

    def declare(match: re.Match[str]) -> str:
        item, name = match[0], match[1]
        text = texts.get(name, "")
        if "<math" not in text or "properties=" in item:
            return item
        return item.replace("<item ", '<item properties="mathml" ', 1)

    return re.sub(r'<item [^>]*href="([^"]+\.xhtml)"[^>]*/>', declare, package)


_MAKERS: dict[str, Callable[[Path, Path, str], Path]] = {"pdf": _pdf, "epub": _epub, "zip": _zip}

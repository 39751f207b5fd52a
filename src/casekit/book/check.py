"""Look at the built site without a browser: links, headings, alternatives, hosts, weight, words."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from casekit.errors import InvalidInputError

# What a page asks for by itself; a link is only followed when somebody clicks it.
_LOADS = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}
# Marks of an instructor's notebook, which no page may show.
_SECRETS = ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "questions.marking")
# What nobody meant to publish: markup that was not read, and words that wait for others.
_UNREAD = re.compile(
    r"\{[a-z:-]+\}`|:::\{|</?(?:span|a|p|div|em|strong)\b|\b(?:TODO|FIXME|TBD|XXX|PLACEHOLDER)\b"
    r"|[Ll]orem ipsum|Project name not set"
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# KiB after gzip, of a page by itself: without a widget, and with one, which brings its charts.
BUDGET, BUDGET_OF_WIDGETS = 60, 80
_SHARED = {"stylesheet", "icon", "preload", "modulepreload", "shortcut"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a page of the site."""

    page: str
    message: str

    def __str__(self) -> str:
        return f"{self.page}: {self.message}"


def check(site: Path) -> list[Fault]:
    """Return every fault of the built site in ``site``.

    Found are: links and resources that lead nowhere, anything loaded from another host, pictures
    without a text alternative or with a file name for one, repeated ids, controls without a name,
    parts of a solution, headings out of order, blank numbers, markup that was not read, words that
    hold a place, a page over its budget of bytes, and one without language, title or description.

    Raises:
        InvalidInputError: If there is no built site.
    """
    if not (site / "index.html").is_file():
        message = f"{site} holds no built book; run: casekit book build"
        raise InvalidInputError(message)
    pages = {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.relative_to(site).parts
    }
    ids = {path: _ids(page) for path, page in pages.items()}
    return [
        Fault(str(path.relative_to(site)), message)
        for path, page in pages.items()
        for message in _page_faults(path, page, ids)
    ]


def _ids(page: BeautifulSoup) -> list[str]:
    return [str(tag["id"]) for tag in page.find_all(id=True)]


def _page_faults(path: Path, page: BeautifulSoup, ids: dict[Path, list[str]]) -> Iterator[str]:
    if not (page.html and page.html.get("lang")):
        yield "the page names no language; set html lang."
    if not (page.title and page.title.get_text(strip=True)):
        yield "the page has no title; give it a heading."
    for repeated in sorted({name for name in ids[path] if ids[path].count(name) > 1}):
        yield f"the id {repeated!r} stands twice; make ids unique."
    if not path.name.startswith(("search", "genindex")):
        yield from _described(page)
    yield from _headings(page)
    yield from _words(page)
    yield from _weight(path, page)
    yield from _secret(page)
    for tag in page.find_all(list(_LOADS)):
        yield from _loaded(path, tag)
    for picture in page.find_all(["img", "svg"]):
        yield from _alternative(picture)
    for control in page.find_all(["input", "select", "textarea", "button"]):
        if not _named(control, page):
            yield f"a {control.name} has no name: {str(control)[:80]}"
    for link in page.find_all("a", href=True):
        yield from _target(path, str(link["href"]), ids)


def _described(page: BeautifulSoup) -> Iterator[str]:
    said = page.find("meta", attrs={"name": "description"})
    if not (isinstance(said, Tag) and str(said.get("content") or "").strip()):
        yield "the page has no description; begin it with a paragraph."


def _headings(page: BeautifulSoup) -> Iterator[str]:
    before = 0
    for heading in (page.find("article") or page).find_all(list(_HEADINGS)):
        level, text = int(heading.name[1]), heading.get_text(" ", strip=True)
        if not text:
            yield f"an {heading.name} is empty."
        if level > before + 1:
            yield f"the heading {text!r} is an {heading.name} after an h{before}; leave none out."
        before = level


def _words(page: BeautifulSoup) -> Iterator[str]:
    shown = page.find("article") or page
    for fact in shown.find_all(class_="ck-fact"):
        tip = fact.find(class_="ck-tip")
        said = fact.get_text().replace(tip.get_text() if tip else "", "").strip()
        if not said or not tip or not tip.get_text(strip=True):
            yield f"a number is blank or has no origin: {str(fact)[:80]}"
    code = {id(text) for tag in shown.find_all(["pre", "code", "script"]) for text in tag.strings}
    for text in shown.strings:
        if id(text) not in code and (found := _UNREAD.search(text)):
            yield f"{found[0]!r} stands in the page; it was not meant for readers."


def _weight(path: Path, page: BeautifulSoup) -> Iterator[str]:
    budget = BUDGET_OF_WIDGETS if page.find(class_="ck-widget") else BUDGET
    weight = len(gzip.compress(path.read_bytes())) / 1024
    if weight > budget:
        yield f"the page weighs {weight:.0f} KiB after gzip; its budget is {budget}."


def _secret(page: BeautifulSoup) -> Iterator[str]:
    # The text, not the source: highlighting would split the words.
    text = page.get_text()
    for secret in _SECRETS:
        if secret in text:
            yield f"the page holds {secret!r}, a part of a solution; keep exercises out of the toc."


def _loaded(path: Path, tag: Tag) -> Iterator[str]:
    address = str(tag.get(_LOADS[tag.name]) or "")
    if tag.name == "link" and not _SHARED & set(tag.get("rel") or ()):
        return
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} or parts.netloc:
        yield f"{tag.name} loads {address} from another host; ship it with the site."
    elif address and parts.scheme != "data" and not (path.parent / unquote(parts.path)).exists():
        yield f"{tag.name} asks for {parts.path}, which is not in the site."


def _alternative(picture: Tag) -> Iterator[str]:
    hidden = picture.get("aria-hidden") == "true" or picture.find_parent(
        attrs={"aria-hidden": "true"}
    )
    labelled = picture.find_parent(attrs={"role": "img"}) or picture.get("aria-label")
    text = str(picture.get("alt") or "")
    if picture.name == "svg":
        if not (hidden or labelled or picture.find("title")):
            yield "a drawing has no text alternative; wrap it in role=img with aria-label."
    elif not picture.has_attr("alt"):
        yield f"the picture {picture.get('src')} has no text alternative."
    elif "/" in text or text.endswith((".png", ".svg", ".jpg")):
        yield f"the text alternative {text!r} is a file name; say what the picture shows."


def _named(control: Tag, page: BeautifulSoup) -> bool:
    if control.get("type") == "hidden":
        return True
    if control.get("aria-label") or control.get("aria-labelledby") or control.get("title"):
        return True
    if control.name == "button" and control.get_text(strip=True):
        return True
    key = control.get("id")
    labels = page.find_all("label", attrs={"for": key}) if key else []
    return bool(labels or control.find_parent("label"))


def _target(path: Path, address: str, ids: dict[Path, list[str]]) -> Iterator[str]:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or address in {"", "#"}:
        return
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        yield f"a link leads to {parts.path}, which is not in the site."
    elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
        yield f"a link leads to {address}, where there is no such place."

"""Look up a document, and cite it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casekit.data import _tables
from casekit.data._wording import long_date, split_date
from casekit.errors import UnknownNameError


@dataclass(frozen=True)
class Source:
    """A document that facts are taken from or the text builds on: one row of ``sources``.

    ``author`` holds names as ``Family, Given``, several parted by semicolons; a name without a
    comma, such as that of a Chinese author, stands in its own order.
    """

    id: str
    author: str
    publisher: str
    title: str
    title_confirmed: bool
    language: str
    date: str
    url: str
    kind: str
    grade: str
    journal: str
    volume: str
    number: str
    pages: str
    note: str

    @property
    def citation(self) -> str:
        """One line for a note: author, publisher, title, date."""
        title = f"“{self.title}”" if self.title_confirmed else f"{self.title} (title unconfirmed)"
        date = "undated" if self.date == "unknown" else long_date(self.date)
        where = self.journal or self.publisher
        return ", ".join(part for part in (self.author, where, title, date) if part)

    @property
    def apa(self) -> str:
        """The entry of a reference list in the style of the APA manual.

        A title that was not seen on the document is a description, in square brackets.
        """
        names = _apa_names(self.author) or self.publisher
        year, month, day = split_date("n.d." if self.date == "unknown" else self.date)
        date = f"{year}, {month} {day}".strip() if month else year
        title = self.title if self.title_confirmed else f"[{self.title}]"
        where = "" if names == self.publisher else self.publisher
        if self.journal:
            issue = f"({self.number})" if self.number else ""
            volume = f"{self.volume}{issue}"
            where = ", ".join(part for part in (self.journal, volume, self.pages) if part)
        parts = [_ended(names), f"({date}).", _ended(title), _ended(where), self.url]
        return " ".join(part for part in parts if part)

    @property
    def bibtex(self) -> str:
        """The entry of a BibTeX file, with the id as its key."""
        year, month, _ = split_date("" if self.date == "unknown" else self.date)
        article = self.kind == "article"
        fields = {
            "author": " and ".join(_bibtex_name(name) for name in _names(self.author)),
            "title": f"{{{_escaped(self.title)}}}",
            "journal": _escaped(self.journal),
            "howpublished" if self._kind == "misc" else "publisher": _escaped(self.publisher),
            "volume": self.volume,
            "number": self.number,
            "pages": self.pages.replace("–", "--"),
            "year": year,
            "month": "" if article else month.lower()[:3],
            "doi": self.url.removeprefix(_DOI) if self.url.startswith(_DOI) else "",
            "url": "" if self.url.startswith(_DOI) else self.url,
            "note": "" if self.title_confirmed else "Title unconfirmed",
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return ",\n".join([f"@{self._kind}{{{self.id}", *lines]) + "\n}"

    @property
    def _kind(self) -> str:
        return {"article": "article", "monograph": "book"}.get(self.kind, "misc")


_DOI = "https://doi.org/"


def source(source_id: str, *, root: Path | None = None) -> Source:
    """Look up a source by its id.

    Args:
        source_id: For example ``"lei-book-chapter"``.
        root: Another folder of tables to read.

    Raises:
        UnknownNameError: There is no such source; the nearest are offered.
        InvalidInputError: The table of sources cannot be read.
    """
    known = {row["id"]: row for row in _tables.rows("sources", _tables.folder(root))}
    if source_id not in known:
        raise UnknownNameError(kind="source", name=source_id, known=known)
    row = known[source_id]
    plain: dict[str, Any] = {name: row.get(name, "") for name in Source.__dataclass_fields__}
    return Source(**plain | {"title_confirmed": plain["title_confirmed"] == "true"})


def _names(authors: str) -> list[str]:
    return [name.strip() for name in authors.split(";") if name.strip()]


def _apa_names(authors: str) -> str:
    names = [_apa_name(name) for name in _names(authors)]
    *others, last = names or [""]
    return f"{', '.join(others)}, & {last}" if others else last


def _apa_name(name: str) -> str:
    family, comma, given = name.partition(", ")
    initials = " ".join(f"{part[0]}." for part in re.split(r"[ -]", given) if part)
    return f"{family}, {initials}" if comma else name


def _bibtex_name(name: str) -> str:
    return _escaped(name) if "," in name else f"{{{_escaped(name)}}}"


def _escaped(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", r"\textbackslash "))


def _ended(text: str) -> str:
    return f"{text}." if text and text[-1] not in ".?!" else text

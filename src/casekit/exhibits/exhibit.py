"""What an exhibit is, and how it becomes a figure on a page or in a notebook."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from casekit.data import Source, fact, source
from casekit.exhibits import theme

# Pixel widths of the two drawings: the text column of a book page, and a phone.
WIDE, NARROW = 680, 340

_SENTENCE = 60  # characters

Draw = Callable[[int], alt.TopLevelMixin | str]


@dataclass(frozen=True)
class Exhibit:
    """A figure with its finding, its data and its sources.

    Displays itself in a notebook and in the book: title (the finding), subtitle (what, unit,
    scope, period), chart, takeaway, then Table, Sources and Download, all reachable by keyboard
    and readable without JavaScript.

    Attributes:
        name: Identifier, also the anchor on the page.
        title: The finding, in one line.
        subtitle: What is shown: quantity, unit, scope, period.
        takeaway: What to remember, in one or two sentences.
        alternative: Text alternative: what a person who cannot see the picture should know.
        table: The rows behind the picture.
        sources: Ids of the sources of these rows.
        draw: Draws the chart for a width in pixels, or returns finished SVG; None for a table.
        note: A caveat that belongs under the picture, e.g. that a model run is no evidence.
        label: The exhibit's number, e.g. ``"2.1"``.
    """

    name: str
    title: str
    subtitle: str
    takeaway: str
    alternative: str
    table: pd.DataFrame = field(repr=False)
    sources: Sequence[str] = ()
    draw: Draw | None = field(default=None, repr=False)
    note: str = ""
    label: str = ""

    def numbered(self, label: str) -> "Exhibit":
        """Return this exhibit with a number."""
        return replace(self, label=label)

    def svg(self, width: int = WIDE) -> str:
        """Return the chart as an SVG document, ``width`` pixels wide, in token colours."""
        drawn = self.draw(width) if self.draw else ""
        return drawn if isinstance(drawn, str) else render(drawn)

    @cached_property
    def _wide(self) -> str:
        # Needed for the page and for the download.
        return self.svg(WIDE)

    def html(self) -> str:
        """Return the whole figure as HTML, without the style sheet."""
        parts = [
            self._head("figure", "figcaption"),
            self._picture(),
            self._words(),
            '<div class="ck-more">',
            f"<details><summary>Table</summary>{table_html(self.table, self.title)}</details>"
            if self.draw
            else "",
            f"<details><summary>Sources</summary>{sources_html(self.sources)}</details>"
            if self.sources
            else "",
            self._downloads(),
            "</div></figure>",
        ]
        return "".join(parts)

    def print_html(self, picture: str) -> str:
        """Return the figure for paper and e-books, its picture being a file at ``picture``."""
        alternative = escape(self.alternative, quote=True)
        drawn = f'<img class="ck-plain" src="{picture}" alt="{alternative}"/>'
        shown = drawn if self.draw else table_html(self.table, self.title)
        cited = f'<div class="ck-more">Sources: {sources_html(self.sources)}</div>'
        # No figure element: readers of tagged files would meet it as a picture without a text.
        head = self._head("div", "div")
        return f"{head}{shown}{self._words()}{cited if self.sources else ''}</div>"

    def _head(self, frame: str, caption: str) -> str:
        name, label = escape(self.name), f"Exhibit {self.label}" if self.label else ""
        return (
            f'<{frame} class="ck-exhibit" id="exhibit-{name}" aria-labelledby="{name}-title">'
            f'<{caption}>{f"""<span class="ck-label">{label}</span> """ if label else ""}'
            f'<span class="ck-title" id="{name}-title">{escape(self.title)}</span> '
            f'<span class="ck-subtitle">{escape(self.subtitle)}</span></{caption}>'
        )

    def _words(self) -> str:
        note = f'<p class="ck-note">{escape(self.note)}</p>' if self.note else ""
        return f'<p class="ck-takeaway">{escape(self.takeaway)}</p>{note}'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/html": f"<style data-casekit>{theme.css()}</style>{self.html()}",
            "text/plain": f"{self.title}\n{self.subtitle}\n{self.table.to_string(index=False)}",
        }

    def _picture(self) -> str:
        if not self.draw:
            return table_html(self.table, self.title)
        return picture_html(inline(self._wide), inline(self.svg(NARROW)), self.alternative)

    def _downloads(self) -> str:
        csv = data_uri(self.table.to_csv(index=False), "text/csv")
        links = [f'<a download="{self.name}.csv" href="{csv}">data (CSV)</a>']
        if self.draw:
            svg = data_uri(self._wide, "image/svg+xml")
            links.append(f'<a download="{self.name}.svg" href="{svg}">picture (SVG)</a>')
        return f'<p class="ck-download">Download: {", ".join(links)}</p>'


def quarter_axis(width: int) -> alt.Axis:
    """Return an x axis of quarters that names each year once."""
    return alt.Axis(
        title=None,
        labelAngle=0,
        labelExpr="substring(datum.value, 4) == 'Q1' ? substring(datum.value, 0, 4) : ''",
        tickSize=4,
        labelOverlap=False,
        labelFontSize=12 if width != NARROW else 11,
    )


def specification(
    chart: alt.TopLevelMixin, data: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart with the settings that all charts share.

    Args:
        chart: The chart.
        data: Rows for the data sets that the chart names.
    """
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = theme.config()
    spec["datasets"] = {**spec.get("datasets", {}), **(data or {})}
    return spec


def render(chart: alt.TopLevelMixin, data: Mapping[str, Any] | None = None) -> str:
    """Return a chart as SVG in the token colours of :mod:`casekit.exhibits.theme`."""
    return str(vl_convert.vegalite_to_svg(specification(chart, data)))


def picture_html(wide: str, narrow: str, alternative: str) -> str:
    """Return two drawings of one chart, of which the style sheet shows the one that fits.

    Both are SVG as :func:`inline` gives it.
    """
    label = escape(alternative, quote=True)
    return "".join(
        f'<div class="ck-chart ck-{size}" role="img" aria-label="{label}">{svg}</div>'
        for size, svg in (("wide", wide), ("narrow", narrow))
    )


def inline(svg: str) -> str:
    """Return an SVG document as it stands inside a page, token colours as CSS variables."""
    # An XML prologue has no place inside HTML; the tokens turn into variables only here, so
    # that the downloaded file keeps plain colours. Vega gives each group of marks a role; the
    # figure has one name for the whole, and nameless parts are faults to assistive technology.
    plain = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg[svg.index("<svg") :])
    return theme.with_variables(_own_ids(plain))


def _own_ids(svg: str) -> str:
    """Give what an SVG refers to inside itself, such as clips, ids that no other picture has.

    Vega numbers them by the process, so that two pictures of one page could take each other's, and
    one picture drawn twice would differ.
    """
    names = re.findall(r'\bid="([^"]+)"', svg)
    for place, name in enumerate(names):
        svg = re.sub(rf'(id="|url\(#){re.escape(name)}(["\)])', rf"\1@{place}\2", svg)
    own = hashlib.sha256(svg.encode()).hexdigest()[:8]
    return re.sub(r'(id="|url\(#)@', rf"\1ck-{own}-", svg)


def table_html(table: pd.DataFrame, caption: str) -> str:
    """Return a frame as an accessible HTML table in a scrollable region that takes focus."""
    head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in table.columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.itertuples(index=False))
    label = escape(caption, quote=True)
    return (
        f'<div class="ck-table" role="region" tabindex="0" aria-label="Table: {label}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return "<td>–</td>"
    text = f"{value:g}".replace("-", "−") if isinstance(value, float) else str(value)
    # A sentence keeps a readable width; on a phone the table scrolls sideways instead.
    kind = ' class="ck-long"' if len(text) > _SENTENCE else ""
    return f"<td{kind}>{escape(text)}</td>"


def sources_html(ids: Sequence[str]) -> str:
    """Return a list of sources, each cited once and linked where it has an address."""
    items = "".join(f"<li>{_citation(source(name))}</li>" for name in dict.fromkeys(ids))
    return f"<ul>{items}</ul>"


def _citation(cited: Source) -> str:
    text = escape(cited.citation)
    return f'<a href="{escape(cited.url, quote=True)}">{text}</a>' if cited.url else text


def data_uri(text: str, mime: str) -> str:
    """Return a text as a ``data:`` address: a download that needs no file and no server."""
    return f"data:{mime};base64,{base64.b64encode(text.encode()).decode()}"


def claims(rows: Sequence[tuple[str, str]], head: str = "What") -> tuple[pd.DataFrame, list[str]]:
    """Return a table of claims, each with its scope, source and grade, and the sources' ids.

    Args:
        rows: A label and the id of a fact, one pair a row.
        head: Name of the column of labels.
    """
    facts = [(label, fact(name)) for label, name in rows]
    table = pd.DataFrame(
        {
            head: [label for label, _ in facts],
            "what is said": [found.statement for _, found in facts],
            "scope": [found.scope for _, found in facts],
            "source": [found.source.citation for _, found in facts],
            "grade": [found.grade for _, found in facts],
        }
    )
    if set(table["scope"]) == {"unknown"}:
        table = table.drop(columns="scope")
    return table, [found.source.id for _, found in facts]

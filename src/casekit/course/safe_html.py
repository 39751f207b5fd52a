"""What nbgrader's own pages may show of a student's work: text, tables, links; nothing that runs.

nbconvert's own cleaning escapes paragraphs, headings and heads of tables too, which turns the
prompts and the rubric that markers read into a page of tags.
"""

import bleach
from nbconvert.filters import markdown2html

_TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt",
    "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s",
    "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
_ATTRIBUTES = {
    "*": ["class", "id"],
    "a": ["href", "title"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}


def clean(html: object) -> str:
    """Return HTML in which whatever could run or load something is escaped."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    return str(bleach.clean(text, tags=_TAGS, attributes=_ATTRIBUTES))


def clean_markdown(text: str) -> str:
    """Return Markdown as HTML that has been cleaned."""
    return clean(markdown2html(text))


FILTERS = {"clean_html": clean, "markdown2html": clean_markdown}
"""For nbconvert's ``HTMLExporter.filters``."""

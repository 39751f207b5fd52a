"""Chapters as notebooks to download: the same text, with figures and widgets as cells that run.

Numbers stand as the page prints them; the origin of each is one click away on the page, and one
call away in the notebook: ``casekit.data.fact(id)``.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from casekit import data, exhibits
from casekit.book.roles import TITLED, FactRole, ModelRole, number_text

_FIGURE = re.compile(r"^```\{(exhibit|widget)\} ([a-z0-9-]+)\n(?::.*\n)*```$", re.MULTILINE)
_BOX = re.compile(
    r"^(:{3,4})\{(selfcheck|dropdown|decision|epilogue)\} ?(.*)\n([\s\S]*?)^\1$", re.MULTILINE
)
_OTHER = re.compile(r"^```\{[a-z-]+\}.*\n[\s\S]*?^```$\n?", re.MULTILINE)
_ROLE = re.compile(r"\{([a-z:-]+)\}`([^`]+)`")
_START = "from casekit import exhibits, widgets"


def write(site: Path, chapters: Path) -> None:
    """Write each numbered chapter of a folder as a notebook into the folder of a site."""
    folder = site / "notebooks"
    folder.mkdir(exist_ok=True)
    for path in sorted(chapters.glob("[0-9]*.md")):
        notebook = convert(path.read_text(encoding="utf-8"))
        nbformat.write(notebook, folder / f"{path.stem}.ipynb")


def convert(text: str) -> nbformat.NotebookNode:
    """Return a chapter's MyST text as a notebook.

    Raises:
        CasekitError: If the text names a fact, a model number or an exhibit that does not exist.
    """
    cells = list(_cells(_ROLE.sub(_said, _BOX.sub(_box, text))))
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"  # the same text gives the same bytes
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made: nbformat.NotebookNode = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return made


def _cells(text: str) -> Iterator[nbformat.NotebookNode]:
    yield new_code_cell(_START)
    place = 0
    for figure in _FIGURE.finditer(text):
        yield from _words(text[place : figure.start()])
        kind, name = figure.groups()
        yield new_code_cell(f'{kind}s.get("{name}")')
        place = figure.end()
    yield from _words(text[place:])


def _words(text: str) -> Iterator[nbformat.NotebookNode]:
    plain = _OTHER.sub("", text).strip()
    if plain:
        yield new_markdown_cell(plain)


def _box(match: re.Match[str]) -> str:
    kind, title, body = match[2], match[3].strip(), match[4]
    if kind == "selfcheck":
        options = re.sub(r"^- \((x| )\) (.*)$", _option, body, flags=re.MULTILINE)
        opened = options.strip().removeprefix("</details>\n")
        return f"**Check yourself.** {title}\n\n{opened}\n</details>\n"
    if kind == "decision":
        said = dict(re.findall(r"^:([a-z]+): (.*)$", body, flags=re.MULTILINE))
        options = re.sub(r"^:[a-z]+: .*\n", "", body, flags=re.MULTILINE)
        return (
            f"**Decide, before you read on.** {said['question']}\n{options}\nHow probable is this, "
            f"in percent? *{said['forecast']}* Write down choice, probability and reason.\n"
        )
    if kind == "epilogue":  # figures in it are cells of their own, so it cannot be a fold
        return f"### Epilogue: read on when you have decided\n\n{body}"
    summary = title.replace("**", "")
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n"


def _option(match: re.Match[str]) -> str:
    verdict = "Right." if match[1] == "x" else "Not quite."
    return f"</details>\n<details><summary>{match[2]}</summary>\n\n  {verdict}"


def _said(match: re.Match[str]) -> str:
    role, text = match.groups()
    return _ROLES[role](text) if role in _ROLES else text


def _cited(work: str) -> str:
    source = data.source(work)
    names = [author.partition(",")[0] for author in source.author.split("; ")]
    many = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{many} ({source.date[:4]})"


def _titled(text: str) -> str:
    match = TITLED.match(text)
    return match["text"] if match else text


def _exhibit(name: str) -> str:
    chapter, order = exhibits.number(name)
    return f"Exhibit {chapter}.{order}"


_ROLES: dict[str, Callable[[str], str]] = {
    "fact": lambda text: number_text(FactRole, text),
    "model": lambda text: number_text(ModelRole, text),
    "exhibit": _exhibit,
    "cite:t": _cited,
    "term": _titled,
    "doc": _titled,
}

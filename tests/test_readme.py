"""Does what the README promises a newcomer work as it stands there?"""

import re
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[1]


def snippet(path: Path) -> str:
    """Return the one Python example of a Markdown file."""
    (code,) = re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return code


def test_the_book_shows_the_same_example():
    assert snippet(ROOT / "chapters" / "data.md") == snippet(ROOT / "README.md")


def test_a_newcomer_loads_filters_cites_and_disputes_in_a_few_lines(capsys):
    names: dict = {}
    exec(snippet(ROOT / "README.md"), names)
    printed = capsys.readouterr().out
    assert len(names["recent"]) >= 5
    assert set(names["recent"]["tracker"]) == {"IDC"}
    assert "https://" in printed.splitlines()[0]
    for said in ("23.16", "22.24", "21.2", "Why:", "To settle it:", "Open:"):
        assert said in printed


@pytest.mark.slow
def test_the_example_is_a_notebook_that_shows_a_chart():
    *lines, one, two = snippet(ROOT / "README.md").strip().splitlines()
    cells = ["\n".join(lines), f"{one}\n{two}"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbclient.NotebookClient(notebook, timeout=60).execute()
    chart, text = (cell.outputs for cell in notebook.cells)
    assert "vega-lite" in chart[0].data["text/html"]
    assert "To settle it:" in text[0].text

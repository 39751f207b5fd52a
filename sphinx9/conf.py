"""The book with plain Sphinx 9: the exit route, should Jupyter Book 1 come to its end.

It reads the two files that Jupyter Book reads, ``_config.yml`` and ``_toc.yml``, and nothing else.
"""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
_book = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
_ours = _book["sphinx"]["config"]

project = html_title = _book["title"]
author, copyright = _book["author"], _book["copyright"]  # noqa: A001  Sphinx's name for it
extensions = [
    "sphinx_external_toc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    *_book["sphinx"]["extra_extensions"],
]
external_toc_path = str(ROOT / "_toc.yml")
myst_enable_extensions = _book["parse"]["myst_enable_extensions"]
nb_execution_mode = _book["execute"]["execute_notebooks"]
nitpicky = True
html_theme = "sphinx_book_theme"
html_favicon = str(ROOT / _book["html"]["favicon"])
globals().update({name: value for name, value in _ours.items() if name != "html_theme_options"})
html_theme_options = {
    **_ours["html_theme_options"],
    "extra_footer": _book["html"]["extra_footer"],
    "home_page_in_toc": _book["html"]["home_page_in_navbar"],
}

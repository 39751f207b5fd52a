"""The files that make widgets live in a page: engine, chart library, front end, model files."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import casekit
from casekit.errors import InvalidInputError

FOLDER = "live"
_OURS = ("widget.js", "live.js", "worker.js", "decision.js")
# From npm, by hash: file in node_modules, and its name in the site.
_ENGINE = "@micropython/micropython-webassembly-pyscript"
_TAKEN = {
    f"{_ENGINE}/micropython.mjs": "micropython.mjs",
    f"{_ENGINE}/micropython.wasm": "micropython.wasm",
    "vega/build/vega.min.js": "vega.js",
}
_PORTABLE = ("models", "exhibits/shows")


def write(site: Path, checkout: Path) -> None:
    """Lay everything that a live widget needs into the folder ``live`` of a site.

    Args:
        site: Folder of the built site.
        checkout: Folder whose ``node_modules`` hold MicroPython and Vega.

    Raises:
        InvalidInputError: If one of them is not installed there.
    """
    target = site / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for place, name in _TAKEN.items():
        source = checkout / "node_modules" / place
        if not source.is_file():
            message = f"{source} is missing; run: make node_modules/.ready"
            raise InvalidInputError(message)
        shutil.copyfile(source, target / name)
    for name in _OURS:
        text = files("casekit.widgets").joinpath(name).read_text(encoding="utf-8")
        (target / name).write_text(text, encoding="utf-8")
    (target / "python.json").write_text(json.dumps(portable_files()), encoding="utf-8")


def portable_files() -> dict[str, str]:
    """Return the portable Python files by their path, as the page's engine imports them."""
    root = Path(casekit.__file__).parent
    found = {}
    for room in _PORTABLE:
        for path in sorted((root / room).glob("*.py")):
            if path.name in {"__init__.py", "_sweep.py"}:
                continue  # not for MicroPython
            place = f"casekit/{room}/{path.name}"
            found[place] = path.read_text(encoding="utf-8")
    return found

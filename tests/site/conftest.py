"""The site, built once from a copy of the checkout with a canary planted in every secret place."""

import re
import shutil
import threading
from pathlib import Path

import pytest

from casekit import course
from casekit.book import build

ROOT = Path(__file__).parents[2]
CANARY = "cnryqfxe"
CANARY_NUMBER = 86753098675309
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "_build", "dist", ".*_cache", ".hypothesis", "__pycache__", ".ci"
)


def plant(checkout: Path) -> None:
    """Put the canary into every solution, key, hint, rubric, and teaching note."""
    for path in (checkout / "exercises").rglob("*.yml"):
        text = path.read_text(encoding="utf-8").replace('hint: "', f'hint: "{CANARY}-hint ')
        text = text.replace('formula: "', f'formula: "0 * {CANARY_NUMBER} + ')
        secret = re.compile(r"((?:marker_notes|text|why): >-\n)( +)")
        text = secret.sub(rf"\1\2{CANARY}-marker\n\2", text)
        path.write_text(f"# {CANARY}-comment\n{text}", encoding="utf-8")
    for path in (checkout / "exercises").rglob("exercise.md"):
        text = path.read_text(encoding="utf-8")
        changed = text.replace("```{code-cell}", f"<!-- {CANARY}-solution -->\n\n```{{code-cell}}")
        assert changed != text
        path.write_text(changed, encoding="utf-8")
    note = checkout / "teaching" / "note.md"
    note.parent.mkdir(exist_ok=True)
    note.write_text(f"# Teaching note\n\n{CANARY}-teaching\n", encoding="utf-8")
    (checkout / "exercises" / "loose.md").write_text(f"# {CANARY}-loose\n", encoding="utf-8")
    # An instructor may make a course inside the checkout, and call it by what is also a pattern.
    folder = course.init(checkout / "autumn", checkout).rename(checkout / "autumn [2026]")
    notebook = folder / "source" / "02-crisis" / "02-crisis.ipynb"
    text = notebook.read_text(encoding="utf-8")
    changed = text.replace("### BEGIN SOLUTION", f"### BEGIN SOLUTION {CANARY}-course")
    assert changed != text
    notebook.write_text(changed, encoding="utf-8")


@pytest.fixture(scope="session")
def canary():
    return CANARY.encode()


@pytest.fixture(scope="session")
def canary_number():
    """What stands in every key."""
    return str(CANARY_NUMBER).encode()


@pytest.fixture(scope="session")
def planted_checkout(tmp_path_factory):
    checkout = tmp_path_factory.mktemp("planted") / "checkout"
    shutil.copytree(ROOT, checkout, ignore=LEFT_OUT)
    plant(checkout)
    return checkout


@pytest.fixture(scope="session")
def site(planted_checkout):
    return build.build(planted_checkout)


@pytest.fixture(scope="session")
def address(site):
    with build.server(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def open_page(chromium, address):
    """Open a page of the site; collect what it asks for and complains of."""
    contexts = []

    def open_(page: str, **options):
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        tab = context.new_page()
        tab.requests, tab.complaints = [], []
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(f"{message.type}: {message.text}")
               if message.type in {"error", "warning"} else None)  # fmt: skip
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto(page if "://" in page else address + page, wait_until="load")
        return tab

    yield open_
    for context in contexts:
        context.close()

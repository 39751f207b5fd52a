"""Does plain Sphinx 9 build the same book, in an environment without Jupyter Book?"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import LEFT_OUT, ROOT

pytestmark = pytest.mark.slow
UV = Path(sys.executable).parent / "uv"


def run(*command, **options) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def named_in_toc() -> set[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return {toc["root"], *(page["file"] for part in toc["parts"] for page in part["chapters"])}


def headings(site: Path) -> dict[str, str]:
    """Return the main heading of every page of the site, wherever it lies."""
    found = {}
    for path in site.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        heading = page.find("h1").get_text().strip("#\n ")
        found[path.relative_to(site).with_suffix("").as_posix()] = re.sub(r"\s+", " ", heading)
    return found


def test_plain_sphinx_9_builds_the_same_pages(planted_checkout, site, tmp_path):
    env, checkout = tmp_path / "env", tmp_path / "checkout"
    python = env / "bin" / "python"
    run(UV, "venv", "--quiet", env, "--python", sys.executable)
    into = (UV, "pip", "install", "--quiet", "--python", python, "--no-deps")
    run(*into, "--require-hashes", "-r", ROOT / "sphinx9" / "requirements.lock")
    # With the planted courses and notes: the allow-list must keep them out here too.
    shutil.copytree(planted_checkout, checkout, ignore=LEFT_OUT)
    run(*into, "--no-build-isolation", checkout)
    assert run(python, "-c", "import sphinx; print(sphinx.__version__)").startswith("9.")
    gone = "from importlib.util import find_spec; print(find_spec('jupyter_book'))"
    assert run(python, "-c", gone).strip() == "None"

    command = (python, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html")
    folders = ("-c", "sphinx9", "-d", tmp_path / "trees", ".", tmp_path / "html")
    run(*command, *folders, cwd=checkout)
    pages = headings(tmp_path / "html")
    assert set(pages) == named_in_toc() | {"search"}  # Sphinx adds the page of its search
    assert pages == headings(site)

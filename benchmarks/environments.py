"""Environments of their own for the peers we measure against, made when absent.

Each has a lock of its own, ``peers/requirements-NAME.lock``, and lives in ``.peers/NAME``. A peer's
newest release may ask for a newer Python than ours, so the newest that runs here is taken.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEERS = HERE / "peers"
CACHE = HERE / ".peers"
UV = Path(sys.executable).parent / "uv"
NEWER = ("3.14", "3.13", "3.12")

# One core for everyone.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "RAYON")
}


class PeerError(RuntimeError):
    """A peer could not be installed or run; the text is its own last words."""


def words(
    command: list[str | Path],
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Return what a command prints, run in a folder if one is given.

    Raises:
        PeerError: If it fails.
    """
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **(variables or {})},
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()[-12:]
        raise PeerError("\n".join([f"{Path(command[0]).name} failed:", *lines]))
    return done.stdout


def newest_python() -> str:
    """Return the newest Python on the path or under pyenv that runs, else our own."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for number in NEWER:
        on_path = shutil.which(f"python{number}")
        for python in [on_path or "", *map(str, sorted(pyenv.glob(f"{number}.*/bin/python")))]:
            # Under pyenv a name on the path may lead to nothing.
            with contextlib.suppress(PeerError, OSError):
                words([python, "-c", "import venv, ssl"])
                return python
    return sys.executable


def environment(name: str, python: str = sys.executable) -> Path:
    """Return the Python of a peer's environment, made or made anew if its lock has changed."""
    lock, folder = PEERS / f"requirements-{name}.lock", CACHE / name
    stamp, text = folder / "installed", lock.read_text(encoding="utf-8")
    inside = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == text:
        return inside
    words([UV, "venv", "--quiet", "--clear", "--python", python, folder])
    options = ("--quiet", "--compile-bytecode", "--no-deps", "--require-hashes")
    words([UV, "pip", "install", *options, "--python", inside, "-r", lock])
    stamp.write_text(text, encoding="utf-8")
    return inside


def spoken(python: str | Path, script: str, *arguments: str | Path) -> dict[str, Any]:
    """Run a script of ``peers`` on one core and return the JSON of its last line."""
    command = [python, PEERS / script, *arguments]
    found: dict[str, Any] = json.loads(
        words(command, variables=ONE_THREAD).strip().splitlines()[-1]
    )
    return found

"""Does the very same model file give the same results in the page's engine and in newer Pythons?"""

import json
import math
import os
import random
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from casekit import models
from casekit.models._portable import Random

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"


def settings(model):
    """Give the defaults, both corners of the box, and a few points inside it."""
    draw = random.Random(2014)
    corners = [{}, *({p.name: end(p) for p in model.parameters} for end in (_low, _high))]
    inside = [{p.name: _inside(p, draw) for p in model.parameters} for _ in range(4)]
    return [model.settings(changes) for changes in (*corners, *inside)]


def _low(parameter):
    return parameter.options[0] if parameter.options else parameter.low


def _high(parameter):
    return parameter.options[-1] if parameter.options else parameter.high


def _inside(parameter, draw):
    if parameter.options:
        return draw.choice(parameter.options)
    if parameter.whole:
        return draw.randint(int(parameter.low), int(parameter.high))
    return draw.uniform(parameter.low, parameter.high)


MODULES = {name: Path(models.get(name).module.__file__).stem for name in models.names()}
JOBS = [
    {"model": name, "module": module, "settings": values, "seed": seed}
    for name, module in MODULES.items()
    for seed, values in enumerate(settings(models.get(name)))
]


def asked(command, given):
    """Run an engine on the jobs and give its answers."""
    done = subprocess.run(
        command, input=json.dumps(given | {"jobs": JOBS}), capture_output=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_micropython():
    """Run every model in MicroPython under Node."""
    folder = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    node = shutil.which("node", path=folder)
    if node is None or not ENGINE.is_file():
        message = "MicroPython is not installed; run: make node_modules/.ready"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    source = Path(models.__file__).parent
    files = {
        f"{name}.py": (source / f"{name}.py").read_text(encoding="utf-8")
        for name in ("_portable", *MODULES.values())
    }
    script = Path(__file__).with_name("micropython.mjs")
    return asked([node, script], {"engine": str(ENGINE), "files": files})


def newer_pythons():
    """Find the Pythons newer than ours that are present, one of each version."""
    versions = Path(os.environ.get("PYENV_ROOT", "/nowhere")).glob("versions/*/bin")
    folders = [*map(str, sorted(versions)), *os.environ["PATH"].split(os.pathsep)]
    for minor in range(sys.version_info.minor + 1, sys.version_info.minor + 10):
        found = (shutil.which(f"python3.{minor}", path=folder) for folder in folders)
        # A shim on the path may lead to nothing.
        yield from islice((path for path in found if path and _starts(path)), 1)


def _starts(python):
    return not subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode


def in_python(python):
    """Run every model in another CPython."""
    script = Path(__file__).with_name("engine.py")
    return asked([python, "-I", script], {"source": str(Path(models.__file__).parents[2])})


@pytest.fixture(scope="module", params=["MicroPython", *newer_pythons()])
def engine(request):
    return in_micropython() if request.param == "MicroPython" else in_python(request.param)


def close(ours, theirs, place):
    if isinstance(ours, bool | str) or ours is None:
        assert ours == theirs, place
    else:
        assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9), (place, ours, theirs)


def test_draws_are_the_same_to_the_last_bit(engine):
    ours = Random(7)
    assert engine["draws"] == [ours.bits() >> 11 for _ in range(200)]


@pytest.mark.parametrize("name", models.names())
def test_runs_and_measures_agree_to_nine_digits_over_the_box(engine, name):
    compared = 0
    for job, answer in zip(JOBS, engine["answers"], strict=True):
        if job["model"] != name:
            continue
        run = models.run(name, seed=job["seed"], **job["settings"])
        assert answer["run"].keys() == run.keys()
        for series, values in run.items():
            for ours, theirs in zip(values, answer["run"][series], strict=True):
                close(ours, theirs, (name, series, job["settings"]))
        for measure in models.get(name).measures:
            value = models.measure(name, measure, **job["settings"])
            close(value, answer["measures"][measure], (name, measure, job["settings"]))
        compared += 1
    assert compared == 7

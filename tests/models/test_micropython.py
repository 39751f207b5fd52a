"""Does the very same model file give the very same results in the page's engine?"""

import json
import math
import os
import random
import shutil
import subprocess
import sys
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


@pytest.fixture(scope="module")
def micropython():
    """Run every model in MicroPython, once, and give its answers beside the jobs."""
    folder = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    node = shutil.which("node", path=folder)
    if node is None or not ENGINE.is_file():
        message = "MicroPython is not installed; run: make node_modules/.ready"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    names = {name: Path(models.get(name).module.__file__).stem for name in models.names()}
    jobs = [
        {"model": name, "module": module, "settings": values, "seed": seed}
        for name, module in names.items()
        for seed, values in enumerate(settings(models.get(name)))
    ]
    source = Path(models.__file__).parent
    files = {
        f"{name}.py": (source / f"{name}.py").read_text(encoding="utf-8")
        for name in ("_portable", *names.values())
    }
    given = {"engine": str(ENGINE), "files": files, "jobs": jobs}
    done = subprocess.run(
        [node, Path(__file__).with_suffix("").with_name("micropython.mjs")],
        input=json.dumps(given), capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return jobs, json.loads(done.stdout)


def close(ours, theirs, place):
    if isinstance(ours, bool | str) or ours is None:
        assert ours == theirs, place
    else:
        assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9), (place, ours, theirs)


def test_draws_are_the_same_to_the_last_bit(micropython):
    ours = Random(7)
    assert micropython[1]["draws"] == [ours.bits() >> 11 for _ in range(200)]


@pytest.mark.parametrize("name", models.names())
def test_runs_and_measures_agree_to_nine_digits_over_the_box(micropython, name):
    jobs, results = micropython
    compared = 0
    for job, answer in zip(jobs, results["answers"], strict=True):
        if job["model"] != name:
            continue
        run = models.run(name, seed=job["seed"], **job["settings"])
        assert answer["run"].keys() == run.keys()
        for series, values in run.items():
            assert len(values) == len(answer["run"][series])
            for ours, theirs in zip(values, answer["run"][series], strict=True):
                close(ours, theirs, (name, series, job["settings"]))
        for measure in models.get(name).measures:
            value = models.measure(name, measure, **job["settings"])
            close(value, answer["measures"][measure], (name, measure, job["settings"]))
        compared += 1
    assert compared == 7

"""Run model files in whatever Python starts this: jobs as JSON in, results as JSON out."""

import json
import sys
from importlib import import_module

given = json.load(sys.stdin)
sys.path.insert(0, given["source"])


def answer(job):
    """Return series and measures of one model for one set of parameters."""
    model = import_module(f"casekit.models.{job['module']}")
    portable = import_module("casekit.models._portable")
    draws = [portable.Random(job["seed"])] if getattr(model, "STOCHASTIC", False) else []
    measures = {name: entry[0](job["settings"]) for name, entry in model.MEASURES.items()}
    return {"run": model.simulate(job["settings"], *draws), "measures": measures}


draws = import_module("casekit.models._portable").Random(7)
bits = [draws.bits() >> 11 for _ in range(200)]
json.dump({"draws": bits, "answers": [answer(job) for job in given["jobs"]]}, sys.stdout)

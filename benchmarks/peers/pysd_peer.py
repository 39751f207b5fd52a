"""Model A in PySD: a Vensim file, translated once at set-up, then run with changed parameters.

Usage: python pysd_peer.py pysd check|time TASK
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import measure
import pysd  # type: ignore[import-not-found]

MODEL = Path(__file__).parent / "death_spiral.mdl"
COPY = Path(sys.prefix) / MODEL.name  # in PySD's own environment, where the translation may lie


def translated() -> Any:
    """Return the model, translated anew only if the Vensim file has changed."""
    text = MODEL.read_text(encoding="utf-8")
    python = COPY.with_suffix(".py")
    if not (python.exists() and COPY.exists() and COPY.read_text(encoding="utf-8") == text):
        pysd.read_vensim(str(shutil.copy(MODEL, COPY)))
    return pysd.load(str(python))


def engine() -> measure.Runner:
    """Return a run that asks PySD for shipments alone."""
    model = translated()

    def run(settings: measure.Settings) -> list[float]:
        frame = model.run(params=settings, return_columns=["shipments"])
        shipments: list[float] = frame["shipments"].tolist()
        return shipments

    return run


if __name__ == "__main__":
    measure.main({"pysd": engine}, "pysd", "numpy")

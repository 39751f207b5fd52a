"""Questions as data: what a student must answer, and the visible check of an answer's form.

A student's machine needs this module alone. Marking (`casekit.questions.marking`) and building
notebooks (`casekit.questions.notebook`) need the ``course`` extra and are imported by name.
"""

from pathlib import Path

from casekit.questions.checking import CheckFailedError, check

__all__ = ["CheckFailedError", "check"]

START = Path.cwd()
"""Where the program was when it first loaded this package: beside the notebook."""

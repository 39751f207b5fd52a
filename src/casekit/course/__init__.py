"""A standard nbgrader course around the assignments of the case.

Every function takes the course's folder; nbgrader's own commands work on the same folder at any
moment. Progress goes to an optional callback ``progress(message, done, total)``.
"""

from casekit.course.autograding import audit, grade
from casekit.course.creating import init
from casekit.course.csv_export import csv_text, export
from casekit.course.feedback_pages import feedback
from casekit.course.releasing import release

__all__ = ["audit", "csv_text", "export", "feedback", "grade", "init", "release"]

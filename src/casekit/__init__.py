"""casekit: an executable management case on delivery, innovation, quality and expectations.

Import the rooms you need: ``casekit.data`` (tables and sourced facts), ``casekit.models``,
``casekit.exhibits``, ``casekit.widgets``, ``casekit.questions``. Importing ``casekit`` alone
loads none of the tables, models and charts. ``casekit.firm()`` gives a student's own numbers.
"""

from casekit.questions.firm import firm

__all__ = ["firm"]
__version__ = "0.1.0"

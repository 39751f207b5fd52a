"""Widgets: a model or a table with controls, a chart and a sentence, in Jupyter and in a page.

>>> from casekit import widgets
>>> spiral = widgets.get("death-spiral")
>>> spiral.settings = {"team_start": "2016Q4"}
"""

from typing import TYPE_CHECKING

from casekit.widgets.views import VIEWS

if TYPE_CHECKING:
    from casekit.widgets.case_widget import CaseWidget

__all__ = ["VIEWS", "get"]


def get(name: str, **settings: object) -> "CaseWidget":
    """Return a widget by name, e.g. ``get("death-spiral", team_start="2016Q4")``.

    Raises:
        UnknownNameError: If there is no such widget, or a setting names no parameter.
        InvalidInputError: If a setting is out of bounds.
    """
    from casekit.widgets.case_widget import CaseWidget  # noqa: PLC0415  slow to load

    return CaseWidget(name, **settings)

"""The widgets: one file each, whose ``VIEW`` says what it shows; adding one means adding a file."""

from importlib import import_module
from pkgutil import iter_modules

from casekit.errors import UnknownNameError
from casekit.widgets.view import View

__all__ = ["VIEWS", "view"]

_FILES = [import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)]
VIEWS: dict[str, View] = {file.VIEW.name: file.VIEW for file in _FILES}
"""All widgets by name."""


def view(name: str) -> View:
    """Return a widget's view by its name.

    Raises:
        UnknownNameError: If there is no such widget; the nearest names are offered.
    """
    if name not in VIEWS:
        raise UnknownNameError("widget", name, VIEWS)
    return VIEWS[name]

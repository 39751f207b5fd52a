"""The widgets: one file each, whose ``VIEW`` says what it shows; adding one means adding a file.

A file has its widget's name, with underscores, and is loaded when it is asked for: a build that
draws nothing new need not wait for the chart library.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from casekit.errors import UnknownNameError

if TYPE_CHECKING:
    from casekit.widgets.view import View

__all__ = ["VIEWS", "module", "view"]


class _Views(Mapping[str, "View"]):
    def __init__(self) -> None:
        files = sorted(file.name for file in iter_modules(__path__))
        self._files = {name.replace("_", "-"): f"{__name__}.{name}" for name in files}

    def __getitem__(self, name: str) -> "View":
        found: View = import_module(self._files[name]).VIEW
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def module(self, name: str) -> str:
        return self._files[name]


VIEWS = _Views()
"""All widgets by name."""


def module(name: str) -> str:
    """Return the name of the module that holds a widget, without loading it.

    Raises:
        UnknownNameError: If there is no such widget; the nearest names are offered.
    """
    if name not in list(VIEWS):  # asked of the mapping itself, it would load the file
        raise UnknownNameError("widget", name, VIEWS)
    return VIEWS.module(name)


def view(name: str) -> "View":
    """Return a widget's view by its name.

    Raises:
        UnknownNameError: If there is no such widget; the nearest names are offered.
    """
    module(name)
    return VIEWS[name]

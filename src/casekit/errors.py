"""What casekit says when something is wrong: one sentence, with what, where, and what to do."""

import reprlib
from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 3


class CasekitError(Exception):
    """Base of every error that casekit raises on purpose.

    Attributes:
        exit_status: What the command line returns: 1 for work that failed, 2 for a wrong call.
    """

    exit_status = 1

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: a traceback through casekit helps no student."""
        return [str(self)]


class UnknownNameError(CasekitError, LookupError):
    """A name (table, fact, model, parameter, assignment …) that does not exist.

    Args:
        kind: What the name should have named, e.g. ``"fact"``.
        name: The name that was asked for.
        known: All names that exist; the nearest are offered, else a few of them are listed.
    """

    exit_status = 2

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no {kind} named {name!r}; {_hint(str(name), sorted(known))}")


class InvalidInputError(CasekitError, ValueError):
    """A value, file or folder that cannot be used as it stands."""

    exit_status = 2


def shown(value: object) -> str:
    """Return a value as a sentence shows it: short and on one line.

    Args:
        value: Anything, also an object whose own ``repr`` fails.
    """
    try:
        text = reprlib.repr(value)
    except Exception:  # noqa: BLE001 - e.g. Python refuses to spell integers of 5000 digits
        text = f"an object of type {type(value).__name__}"
    return text.replace("\n", " ")


def _hint(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=_SHOWN, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not names:
        return "there is none."
    # Names that are not alike are no guess of ours: say only what there is.
    listed = ", ".join(names[:_SHOWN])
    others = f", among {len(names)} in all" if len(names) > _SHOWN else ""
    return f"there {'is' if len(names) == 1 else 'are'} {listed}{others}."

"""Call a function for a limited time, on every system that runs Python."""

import ctypes
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

_GRACE = 1.0


class Late(Exception):  # noqa: N818 - it says what happened
    """The function has not come back in time."""


def call_within(seconds: float, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """Return what a function returns, or raise what it raises, or `Late`.

    A thread does the call: signals, the other way, exist neither on every system nor outside the
    main thread. One that is late is told to end. A call that does not come back to Python, as in a
    long computation of a library that holds the interpreter, is waited for, and late all the same.

    Args:
        seconds: How long to wait.
        function: What to call.
        arguments: Its positional arguments.
    """
    came: list[Any] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            came.append(function(*arguments))
        except BaseException as problem:  # noqa: BLE001 - handed on to the caller's thread
            raised.append(problem)

    thread = threading.Thread(target=work, daemon=True)
    begin = time.monotonic()
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _end(thread)
        raise Late
    if time.monotonic() - begin > seconds + _GRACE:
        raise Late
    if raised:
        raise raised[0]
    return came[0]


def _end(thread: threading.Thread) -> None:
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
        )

"""Run the cells of a notebook as a kernel does, in this process, and keep what they show."""

import builtins
import io
import os
import sys
import types
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from casekit.grading.limits import MOST_CHARACTERS, MOST_OUTPUTS

_MOST_BYTES = 2**20
_MOST_LINES, _MOST_LINE = 200, 2_000
_NO_INPUT = (
    "raw_input was called, but this frontend does not support input requests."  # as a kernel says
)


class Outputs:
    """What one cell has shown, in order, up to a limit."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._begin()

    def _begin(self) -> None:
        # A flood on stdout must not silence stderr, which costs points.
        self._left = {"stdout": MOST_CHARACTERS, "stderr": MOST_CHARACTERS}
        self._bytes = _MOST_BYTES

    def text(self, name: str, text: str) -> None:
        """Add text of a stream to the last output if it is the same stream's."""
        text = text[: self._left[name]]
        if not text:
            return
        is_first = self._left[name] == MOST_CHARACTERS
        self._left[name] -= len(text)
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["parts"].append(text)
        else:
            output = {"output_type": "stream", "name": name, "parts": [text]}
            self.add(output, always=is_first and name == "stderr")

    def add(self, output: dict[str, Any], *, always: bool = False) -> None:
        """Add an output, unless there are too many already."""
        if always or len(self.items) < MOST_OUTPUTS:
            self.items.append(output)

    def show(self, kind: str, data: Any, metadata: Any = None) -> None:
        """Add an output with a value for each of its MIME types."""
        kept = {}
        for mime, value in dict(data).items():
            plain = _plain(value)
            self._bytes -= len(plain) if isinstance(plain, str) else 1000
            if self._bytes > 0:
                kept[str(mime)] = plain
        self.add({"output_type": kind, "data": kept, "metadata": _plain(metadata or {})})

    def error(self, name: str, value: str, lines: list[str]) -> None:
        """Add an exception; its output is kept however many came before."""
        lines = [str(line)[:_MOST_LINE] for line in lines[:_MOST_LINES]]
        output = {"output_type": "error", "ename": name, "evalue": value[:_MOST_LINE]}
        self.items.append(output | {"traceback": lines})

    def has_error(self) -> bool:
        """Whether an exception is among them."""
        return any(item["output_type"] == "error" for item in self.items)

    def take(self) -> list[dict[str, Any]]:
        """Return the outputs, and begin anew."""
        items, self.items = self.items, []
        self._begin()
        for item in items:
            if "parts" in item:
                item["text"] = "".join(item.pop("parts"))
        return items


def _plain(value: Any) -> Any:
    """A value of a MIME bundle as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        import base64  # noqa: PLC0415 - pictures alone need it

        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


class Stream(io.TextIOBase):
    """A stream that writes into the outputs of the cell that runs."""

    def __init__(self, name: str, outputs: Outputs) -> None:
        super().__init__()
        self._name, self._outputs = name, outputs

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Keep text."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        self._outputs.text(self._name, text)
        return len(text)

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def fileno(self) -> int:
        """A stream into a notebook has no number, as in a kernel that captures by itself."""
        raise io.UnsupportedOperation("fileno")


class _Publisher(DisplayPublisher):
    outputs: Outputs

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_options: Any) -> None:
        del source  # IPython itself does not use it any more
        self.outputs.show("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's own
        """Drop what the cell has shown so far."""
        del wait
        self.outputs.items.clear()


class _Hook(DisplayHook):
    outputs: Outputs
    cell = ""

    def quiet(self) -> bool:
        """Whether the cell ends with a semicolon, which keeps its result to itself."""
        return bool(self.semicolon_at_end_of_expression(self.cell))  # type: ignore[no-untyped-call]

    def write_output_prompt(self) -> None:
        """A notebook numbers its results itself."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.outputs.show("execute_result", format_dict, md_dict)

    def log_output(self, format_dict: Any) -> None:
        """Nothing is logged."""

    def finish_displayhook(self) -> None:
        """No prompt follows."""


class Shell(InteractiveShell):
    """IPython's shell without terminal, history or input."""

    display_pub: _Publisher
    displayhook: _Hook

    def __init__(self) -> None:
        self.outputs = Outputs()
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.autoindent = False
        config.InteractiveShell.banner1 = ""
        super().__init__(  # type: ignore[no-untyped-call]
            config=config, display_pub_class=_Publisher, displayhook_class=_Hook
        )
        self.display_pub.outputs = self.outputs
        self.displayhook.outputs = self.outputs
        self.configurables.clear()

    def init_virtualenv(self) -> None:
        """The environment is the one that grades."""

    def init_create_namespaces(self, user_module: Any = None, user_ns: Any = None) -> None:
        """Call the module of the cells ``__main__``, as a kernel does."""
        if user_module is None:
            user_module = types.ModuleType("__main__", doc="Cells of a notebook.")
        super().init_create_namespaces(user_module, user_ns)  # type: ignore[no-untyped-call]

    def show_numbers_plainly(self) -> None:
        """Show a number of NumPy's as the number it is, which is how points are read."""
        numpy = sys.modules.get("numpy")
        if numpy is not None and self.display_formatter is not None:
            text = self.display_formatter.formatters["text/plain"]
            for kind in (numpy.floating, numpy.integer):
                text.for_type(kind, lambda number, printer, _: printer.text(repr(number.item())))

    def ask_exit(self) -> None:
        """Go on: what comes after `exit` is graded too."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.outputs.error(str(etype.__name__), _said(evalue), list(stb))

    def run(self, source: str) -> list[dict[str, Any]]:
        """Run a cell and return its outputs."""
        self.execution_count += 1
        self.displayhook.cell = source
        try:
            done = self.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
            problem = done.error_before_exec or done.error_in_exec
        except BaseException as interrupt:  # noqa: BLE001 - between two steps of IPython
            problem = interrupt
        # Of some exceptions, such as groups, IPython tells on stderr alone.
        if problem is not None and not self.outputs.has_error():
            self.outputs.error(type(problem).__name__, _said(problem), [])
        return self.outputs.take()


def _said(problem: BaseException) -> str:
    try:
        return str(problem)
    except BaseException:  # noqa: BLE001 - a student's class
        return ""


def attach(shell: Shell) -> None:
    """Make this process's streams, input and display those of a shell."""
    sys.stdout, sys.stderr = Stream("stdout", shell.outputs), Stream("stderr", shell.outputs)
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    sys.modules["__main__"] = shell.user_module
    builtins.input = refuse_input
    sys.displayhook = shell.displayhook


def refuse_input(*_: Any, **__: Any) -> str:
    """Stand in for `input`: nobody is there to answer."""
    raise StdinNotImplementedError(_NO_INPUT)

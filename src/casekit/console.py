"""What a person sees while work goes on: a progress bar, and a table at the end, on stderr."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

Report = Callable[[str, int, int], None]


class _Rate(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, or nothing before there is one."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


@contextmanager
def progress() -> Iterator[Report]:
    """Show a bar while the block runs; call the yielded function with message, done and total."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(message: str, done: int, total: int) -> None:
            bar.update(task, description=escape(_plain(message)), completed=done, total=total)

        yield report


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on stderr; numbers stand to the right, None is a dash."""
    grid = Table(title=title, title_justify="left")
    lines = [["–" if cell is None else cell for cell in row] for row in rows]
    for place, name in enumerate(columns):
        numeric = all(isinstance(line[place], int | float) or line[place] == "–" for line in lines)
        grid.add_column(name, justify="right" if numeric else "left")
    for line in lines:
        texts = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in line]
        grid.add_row(*[Text(_plain(text)) for text in texts])
    Console(stderr=True).print(grid)


def _plain(text: str) -> str:
    # What a student wrote may stand in a message: no markup, and no escape sequence that could
    # write to the terminal of whoever grades.
    return "".join(sign if sign.isprintable() else " " for sign in text)
